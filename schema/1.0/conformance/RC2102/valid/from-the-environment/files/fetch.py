import os

key = os.environ["GITHUB_TOKEN"]  # begins with ghp_
