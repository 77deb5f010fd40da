"""The versions of the standard that may not change any more: `python tests/frozen.py` compares them.

`schema/versions.json` lists every version with its status. A `frozen` one has the digest of its folder: the
SHA-256 of the lines '<sha256>  <path>' of its files, each ended by a line feed, sorted by their bytes. A
`draft` has none, since it changes with every commit. `python tests/frozen.py freeze VERSION` freezes a draft,
on the day of its release; there is no command that changes or releases what is frozen.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).resolve().parent.parent / "schema"
ADVICE = (
    "A frozen version stays as it was released, byte for byte: manifests and other programs rely on it. "
    "Undo the change, and make it in the newest draft instead; "
    "a fault that was released is corrected in the next version."
)


def tree_digest(folder: Path) -> str:
    """The digest of a folder, without files whose names begin with a dot."""
    lines = []
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
            lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n".encode())
    return hashlib.sha256(b"".join(sorted(lines))).hexdigest()


def complaints(schema: Path = SCHEMA) -> Iterator[str]:
    """What is wrong with the list, or with a version that is frozen."""
    listed = {each["version"]: each for each in _read(schema)["versions"]}
    folders = {path.name for path in schema.iterdir() if path.is_dir() and not path.name.startswith(".")}
    for version in sorted(folders ^ listed.keys()):
        how = "not" if version in folders else "only"
        yield f"schema/{version} is {how} listed in versions.json."
    for version, entry in listed.items():
        if entry["status"] not in ("draft", "frozen"):
            yield f"The status of {version} is neither draft nor frozen."
        elif entry["status"] == "frozen" and tree_digest(schema / version) != entry.get("tree_sha256"):
            yield f"schema/{version} is frozen, but not what it was. {ADVICE}"


def freeze(version: str, schema: Path = SCHEMA) -> str:
    """Freeze a draft; the answer is why not, or empty."""
    content = _read(schema)
    entry = next((each for each in content["versions"] if each["version"] == version), None)
    if entry is None:
        return f"versions.json does not list {version}."
    if entry["status"] == "frozen":
        return f"{version} is frozen already. {ADVICE}"
    entry.update(status="frozen", tree_sha256=tree_digest(schema / version))
    (schema / "versions.json").write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    return ""


def _read(schema: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((schema / "versions.json").read_text("utf-8"))
    return content


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", nargs="?", choices=["check", "freeze"], default="check")
    parser.add_argument("version", nargs="?", help="the draft to freeze")
    given = parser.parse_args(arguments)
    if (given.command == "freeze") != (given.version is not None):
        parser.error("`freeze` takes a version, and nothing else does")
    found = list(complaints()) if given.command == "check" else [freeze(given.version)]
    sys.stdout.writelines(f"{each}\n" for each in found if each)
    return int(any(found))


if __name__ == "__main__":
    sys.exit(main())
