"""Removing keys from files of TOML, INI and YAML, with everything else as the author wrote it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping

_HEADER = re.compile(r"^\s*\[(?P<many>\[)?\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*(?P<key>[A-Za-z0-9_.\"'-]+?)\s*=\s*(?P<value>.*)$", re.DOTALL)
_INI_KEY = re.compile(r"^(?P<key>[A-Za-z0-9_.-]+)\s*[=:]")
_YAML_KEY = re.compile(r"^(?P<key>[\"']?[A-Za-z0-9_-]+[\"']?)\s*:(?:\s|$)")

Values = Mapping[str, str | None]
"""What becomes of keys, named `table.key`: the new value as it is written, or None where they go.

A name that ends in `.*` stands for a whole table with all below it.
"""


def toml_without(text: str, values: Values) -> str:
    """A TOML file without some of its keys; text that is no TOML is left as it is."""
    try:
        tomllib.loads(text)
    except ValueError:
        return text
    kept: list[str] = []
    table = ""
    for block in _toml_blocks(text.splitlines(keepends=True)):
        header = _HEADER.match(block)
        if header and "\n" not in block.rstrip("\n"):
            table = re.sub(r"\s*\.\s*", ".", header["name"]).replace('"', "").replace("'", "")
        if _is_whole(table, values):
            continue
        key = None if header else _KEY.match(block)
        if key is None:
            kept.append(block)
            continue
        name = f"{table}.{key['key']}".strip(".").replace('"', "")
        if _is_whole(name, values):
            continue
        if name not in values:
            kept.append(block)
        elif (value := values[name]) is not None:
            kept.append(f"{key['key']} = {value}\n")
    return "".join(kept)


def toml_values(text: str, changed: Callable[[str, str], str | None]) -> str:
    """A TOML file with some values written anew.

    Args:
        text: the file.
        changed: given `table.key` and the value as it is written, the new one; None to leave it.
    """
    made: list[str] = []
    table = ""
    for block in _toml_blocks(text.splitlines(keepends=True)):
        header = _HEADER.match(block)
        if header:
            table = header["name"].replace('"', "")
        key = None if header else _KEY.match(block)
        new = changed(f"{table}.{key['key']}".strip("."), key["value"]) if key else None
        made.append(block if key is None or new is None else f"{key['key']} = {new}\n")
    return "".join(made)


def ini_without(text: str, section: str, keys: frozenset[str]) -> str:
    """An INI file without some keys of a section, each with its continued lines."""
    kept: list[str] = []
    inside = dropping = False
    for line in text.splitlines(keepends=True):
        if line.startswith("["):
            inside, dropping = line.strip().strip("[]").strip() == section, False
        elif key := _INI_KEY.match(line):
            dropping = inside and key["key"].lower() in keys
        elif line.strip() and not line[0].isspace():
            dropping = False
        if not dropping:
            kept.append(line)
    return "".join(kept)


def yaml_without(text: str, values: Values) -> str:
    """A YAML file without some keys of its top level, each with the lines that belong to it."""
    kept: list[str] = []
    dropping = False
    for line in text.splitlines(keepends=True):
        if key := _YAML_KEY.match(line):
            name = key["key"].strip("\"'")
            dropping = name in values
            if dropping and (value := values[name]) is not None:
                kept.append(f"{name}:{value}\n")
        elif line.strip() and not line.startswith((" ", "\t", "-", "#")):
            dropping = False
        if not dropping:
            kept.append(line)
    return "".join(kept)


def _is_whole(name: str, values: Values) -> bool:
    return any(
        pattern.endswith(".*") and (name == pattern[:-2] or name.startswith(pattern[:-1]))
        for pattern in values
    )


def _toml_blocks(lines: list[str]) -> Iterator[str]:
    """The file in pieces: a key with its whole value, or a line that begins none."""
    place = 0
    while place < len(lines):
        line = lines[place]
        end = place + 1
        if not _HEADER.match(line) and (key := _KEY.match(line)) and not line.lstrip().startswith("#"):
            text = f"x = {key['value']}"
            while end < len(lines) and not _is_toml(text):
                text += lines[end]
                end += 1
            if not _is_toml(text):
                end = place + 1
        yield "".join(lines[place:end])
        place = end


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except ValueError:
        return False
    return True
