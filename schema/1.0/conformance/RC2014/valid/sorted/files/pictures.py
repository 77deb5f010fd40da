import os
from pathlib import Path

names = sorted(os.listdir("pictures"))[:100]
count = len(os.listdir("pictures"))
for path in Path("cache").glob("*.tmp"):
    path.unlink()
