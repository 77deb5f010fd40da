import os

names = os.listdir("pictures")
few = names[:100]
