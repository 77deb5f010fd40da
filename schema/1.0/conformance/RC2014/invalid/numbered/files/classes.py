from pathlib import Path

classes = {folder.name: number for number, folder in enumerate(Path("pictures").iterdir())}
