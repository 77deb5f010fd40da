"""What the locks of other tools fix: versions, and digests of files.

Read are: uv.lock, pylock.toml (PEP 751), poetry.lock, pdm.lock, Pipfile.lock, requirements files of pip,
conda's explicit lists and environment.yml, conda-lock.yml, pixi.lock. The last three are YAML whose entries
stand in lines of a fixed form, which is what is read of them.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from reprocrate.capture.environment.distributions import normalised
from reprocrate.capture.environment.lock_files import requirement_lines

Manager = Literal["pypi", "conda"]

_SHA256 = re.compile(r"sha256[:=]([0-9a-f]{64})")


@dataclass(frozen=True)
class LockedFile:
    """An archive that a lock names; of some locks only the digest is known."""

    name: str
    sha256: str


@dataclass(frozen=True)
class LockedPackage:
    """One version of one package.

    Attributes:
        name: normalised, or as conda has it.
        version: with its local label.
        manager: whose package it is.
        files: its archives.
        hashed: whether it carries a digest.
        fetched: whether it comes from an index or channel, and not from a folder or a repository.
        marker: the PEP 508 marker under which it is wanted; empty where it always is.
    """

    name: str
    version: str
    manager: Manager = "pypi"
    files: tuple[LockedFile, ...] = ()
    hashed: bool = False
    fetched: bool = True
    marker: str = ""


def locked_packages(form: str, data: bytes) -> tuple[LockedPackage, ...] | None:
    """The packages that a lock fixes; None where it cannot be read or its format is not known."""
    read = _READERS.get(form)
    if read is None:
        return None
    try:
        return tuple(read(data.decode("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return None


def _uv(text: str) -> Iterator[LockedPackage]:
    for one in tomllib.loads(text).get("package", ()):
        source = one.get("source", {})
        if "version" in one and not {"virtual", "editable", "directory"} & source.keys():
            files = [_with_digest(file) for file in (*one.get("wheels", ()), one.get("sdist"))]
            yield _package(one["name"], one["version"], files, fetched="registry" in source)


def _pylock(text: str) -> Iterator[LockedPackage]:
    for one in tomllib.loads(text).get("packages", ()):
        if "version" in one:
            archives = (*one.get("wheels", ()), one.get("sdist"), one.get("archive"))
            files = [_with_digest(file) for file in archives]
            fetched = not {"vcs", "directory"} & one.keys()
            yield _package(one["name"], one["version"], files, fetched=fetched, marker=one.get("marker"))


def _poetry(text: str) -> Iterator[LockedPackage]:
    document = tomllib.loads(text)
    older = document.get("metadata", {}).get("files", {})  # before version 2.0 of the format
    for one in document.get("package", ()):
        kind = one.get("source", {}).get("type")
        if kind == "directory":
            continue
        files = [_with_digest(file) for file in one.get("files") or older.get(one["name"], ())]
        fetched, marker = kind not in ("git", "file", "url"), _one_marker(one.get("markers"))
        yield _package(one["name"], one["version"], files, fetched=fetched, marker=marker)


def _pdm(text: str) -> Iterator[LockedPackage]:
    for one in tomllib.loads(text).get("package", ()):
        if "version" in one and not one.get("path"):
            files = [_with_digest(file) for file in one.get("files", ())]
            fetched = not (one.get("git") or one.get("url"))
            yield _package(one["name"], one["version"], files, fetched=fetched, marker=one.get("marker"))


def _pipfile(text: str) -> Iterator[LockedPackage]:
    document = json.loads(text)
    for group in ("default", "develop"):
        for name, one in document.get(group, {}).items():
            if str(one.get("version", "")).startswith("=="):
                digests = [match[1] for digest in one.get("hashes", ()) if (match := _SHA256.search(digest))]
                files = [LockedFile("", digest) for digest in digests]
                yield _package(name, one["version"].lstrip("="), files, marker=one.get("markers"))


_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*===?\s*(?P<version>[^\s;,]+)"
)


def _requirements(text: str) -> Iterator[LockedPackage]:
    for line in requirement_lines(text):
        match = _REQUIREMENT.match(line)
        if match and "*" not in match["version"]:
            files = [LockedFile("", digest) for digest in _SHA256.findall(line)]
            yield _package(match["name"], match["version"], files)


_CONDA_FILE = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)-(?P<build>[^-]+)\.(?:conda|tar\.bz2)")


def _explicit(text: str) -> Iterator[LockedPackage]:
    for line in text.splitlines():
        address, _, digest = line.strip().partition("#")
        match = _CONDA_FILE.fullmatch(_file_name(address))
        if match and "://" in address:
            yield LockedPackage(match["name"], match["version"], "conda", hashed=bool(digest))


_ENTRY = re.compile(r"^[ \t]*-[ \t]+(?P<what>\S.*?)[ \t]*$", re.MULTILINE)
_CONDA_PIN = re.compile(
    r"(?:[\w./-]+::)?(?P<name>[A-Za-z0-9_][\w.-]*)\s*==?\s*(?P<version>[0-9][^\s=*,|<>]*)(?:=\S+)?"
)
_PIP_PIN = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;,*]+).*")


def _environment(text: str) -> Iterator[LockedPackage]:
    """Entries below `pip:` are pip's; all before it conda's, where one `=` fixes a version too."""
    conda, _, pip = text.partition("- pip:")
    for entry in _ENTRY.finditer(conda):
        match = _CONDA_PIN.fullmatch(_unquoted(entry["what"]))
        if match:
            yield LockedPackage(match["name"].lower(), match["version"], "conda")
    for entry in _ENTRY.finditer(pip):
        match = _PIP_PIN.fullmatch(_unquoted(entry["what"]))
        if match:
            yield _package(match["name"], match["version"], [])


_BLOCK = re.compile(r"^(?=[ \t]*- )", re.MULTILINE)
_FIELD = re.compile(r"^[ \t]*(?:- )?[ \t]*(?P<name>[a-z0-9_]+):[ \t]+(?P<value>\S.*?)[ \t]*$", re.MULTILINE)


def _fields(block: str) -> dict[str, str]:
    """The plain fields of an entry; of two with one name the first, since what it depends on comes later."""
    fields: dict[str, str] = {}
    for match in _FIELD.finditer(block):
        fields.setdefault(match["name"], _unquoted(match["value"]))
    return fields


def conda_lock_entries(text: str) -> Iterator[dict[str, str]]:
    """The entries of a conda-lock.yml, each with its plain fields, `md5` and `sha256` among them."""
    for block in re.split(r"^- (?=name:)", text.partition("\npackage:")[2], flags=re.MULTILINE):
        fields = _fields(block)
        if "name" in fields and "version" in fields:
            yield fields


def _conda_lock(text: str) -> Iterator[LockedPackage]:
    for fields in conda_lock_entries(text):
        digests = [fields["sha256"]] if "sha256" in fields else []
        if fields.get("manager") == "pip":
            files = [LockedFile(_file_name(fields.get("url", "")), digest) for digest in digests]
            yield _package(fields["name"], fields["version"], files)
        else:
            yield LockedPackage(
                fields["name"], fields["version"], "conda", hashed="md5" in fields or bool(digests)
            )


def _pixi(text: str) -> Iterator[LockedPackage]:
    """Each archive is an entry `- conda: URL` or `- pypi: URL`; before version 6 it had a `kind`."""
    for block in _BLOCK.split(text.partition("\npackages:")[2]):
        fields = _fields(block)
        kind = fields.get("kind") or next((name for name in ("conda", "pypi") if name in fields), "")
        address = fields.get("url") or fields.get(kind, "")
        digest = fields.get("sha256", "")
        if kind == "conda" and (match := _CONDA_FILE.fullmatch(_file_name(address))):
            yield LockedPackage(match["name"], match["version"], "conda", hashed=bool(digest))
        elif kind == "pypi" and "name" in fields and "version" in fields:
            files = [LockedFile(_file_name(address), digest)] if digest else []
            yield _package(fields["name"], fields["version"], files, fetched="://" in address)


_READERS: dict[str, Callable[[str], Iterable[LockedPackage]]] = {
    "uv": _uv,
    "pylock": _pylock,
    "poetry": _poetry,
    "pdm": _pdm,
    "pipfile": _pipfile,
    "requirements": _requirements,
    "conda": _explicit,
    "conda_environment": _environment,
    "conda_lock": _conda_lock,
    "pixi": _pixi,
}


def _package(
    name: str, version: str, files: Iterable[LockedFile | None], *, fetched: bool = True, marker: Any = None
) -> LockedPackage:
    known = tuple(file for file in files if file is not None)
    told = str(marker or "")
    return LockedPackage(normalised(str(name)), str(version), "pypi", known, bool(known), fetched, told)


def _one_marker(told: Any) -> str:
    """Poetry's marker of a package; where groups have markers of their own, any of them will do."""
    if not isinstance(told, dict):
        return str(told or "")
    return "" if not all(told.values()) else " or ".join(f"({one})" for one in dict.fromkeys(told.values()))


def _with_digest(file: Any) -> LockedFile | None:
    """An archive of a TOML lock: uv and pdm name it by `url`, poetry by `file`, pylock by `name` or `url`."""
    if not isinstance(file, dict):
        return None
    hashes = file.get("hashes")
    digest = hashes.get("sha256") if isinstance(hashes, dict) else None
    match = _SHA256.fullmatch(str(file.get("hash"))) if digest is None else None
    sha256 = digest or (match[1] if match else None)
    name = file.get("name") or file.get("file") or file.get("filename") or file.get("url") or file.get("path")
    return LockedFile(_file_name(str(name or "")), sha256) if isinstance(sha256, str) else None


def _file_name(address: str) -> str:
    return unquote(urlsplit(address).path.rpartition("/")[2])


def _unquoted(text: str) -> str:
    return text.partition(" #")[0].strip().strip("\"'")
