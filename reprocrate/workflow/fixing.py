"""`validate --fix`: what is certain is corrected in the file that says it, and nothing else is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.bundle import layout
from reprocrate.errors import UnreadableError, UsageError
from reprocrate.files import could_not, write_atomically
from reprocrate.files.toml_lines import line_of
from reprocrate.files.toml_text import read_toml
from reprocrate.manifest import document_of, manifest_file_bytes
from reprocrate.manifest.canonical import canonical_bytes
from reprocrate.standard import path_of
from reprocrate.validation import FolderFiles, Subject
from reprocrate.validation.corrections import Correction, corrections
from reprocrate.workflow.opening import Kind, kind_of


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was corrected.

    Attributes:
        file: that was changed; None where nothing was certain enough.
        made: the corrections that it has now.
        left: what could not be corrected where it stands, a sentence for each.
    """

    file: Path | None
    made: tuple[Correction, ...] = ()
    left: tuple[str, ...] = ()


def fix(what: Path) -> Fixed:
    """Correct what is certain in a project's settings, or in a manifest that is not packed.

    Raises:
        UsageError: it is a bundle, which is not changed.
        UnreadableError: it is no TOML or JSON.
        UnavailableError: it cannot be read or written.
    """
    kind, path = kind_of(what)
    if kind is Kind.PROJECT:
        return _fix_settings(path / SETTINGS_NAME)
    manifest = path / layout.MANIFEST if kind is Kind.CRATE else path
    is_packed = any((manifest.parent / name).exists() for name in (layout.CHECKSUMS, layout.METADATA))
    if kind in (Kind.MANIFEST, Kind.CRATE) and manifest.is_file() and not is_packed:
        return _fix_manifest(manifest)
    raise UsageError(
        f"{what} is not corrected",
        "it is packed: its digests, and perhaps its DOI, are those of its bytes as they are",
        "Run `reprocrate validate --fix` in the project, and pack it again",
    )


# reprocrate.toml ------------------------------------------------------------------------------------------


def _fix_settings(file: Path) -> Fixed:
    if not file.is_file():
        return Fixed(None)
    try:
        text = file.read_bytes().decode("utf-8")
        document = read_toml(text)
    except OSError as error:
        raise could_not("read", file, error) from error
    except ValueError as error:
        raise UnreadableError(f"{file} is not valid TOML", str(error)) from None
    lines = text.splitlines(keepends=True)
    made: list[Correction] = []
    left: list[str] = []
    for each in corrections(document):
        number = line_of(text, each.path)
        if _replace(lines, [number - 1] if number else [], each) or _replace(lines, range(len(lines)), each):
            made.append(each)
        else:
            left.append(f"{'.'.join(map(str, each.path))} is to be {each.new}, and is not {each.old}")
    if made:
        write_atomically(file, "".join(lines).encode())
    return Fixed(file if made else None, tuple(made), tuple(left))


def _replace(lines: list[str], numbers: Iterable[int], each: Correction) -> bool:
    """Replace a value of a key in one of some lines of TOML; not where it is there more than once, or not."""
    key = re.escape(str(each.path[-1]))
    value = re.compile(rf"(?<![\w-]){key}[\"']?\s*=\s*(?P<value>\"[^\"]*\"|'[^']*')")
    found = [
        (number, match)
        for number in numbers
        for match in value.finditer(lines[number])
        if match["value"][1:-1] == each.old and "#" not in lines[number][: match.start()]
    ]
    if len(found) != 1:
        return False
    number, match = found[0]
    line = lines[number]
    lines[number] = line[: match.start("value")] + json.dumps(each.new) + line[match.end("value") :]
    return True


# reprocrate.json ------------------------------------------------------------------------------------------


def _fix_manifest(file: Path) -> Fixed:
    data = manifest_file_bytes(file)
    document = document_of(data, str(file))
    made = list(corrections(document)) if isinstance(document, dict | list) else []
    _apply(document, made)
    digests = list(_missing_digests(document, file))
    _apply(document, digests)
    made += digests
    if made:
        write_atomically(file, _as_before(data, document))
    return Fixed(file if made else None, tuple(made))


def _missing_digests(document: Any, file: Path) -> Iterator[Correction]:
    """Size and SHA-256 of declared files that lie beside the manifest and have none yet."""
    subject = Subject(str(file), document, FolderFiles(file.parent))
    if subject.text_problems or subject.manifest is None:
        return
    for declared in subject.declared:
        if declared.travels and not declared.sha256 and subject.given_files.exists(declared.place):
            found = subject.given_files.digest(declared.place)
            path = _path_in(document, declared.pointer)
            yield Correction((*path, "sha256"), None, found.sha256)
            if declared.size is None:
                yield Correction((*path, "size"), None, found.size)


def _path_in(document: Any, pointer: str) -> tuple[str | int, ...]:
    path: list[str | int] = []
    for part in path_of(pointer):
        step: str | int = int(part) if isinstance(document, list) else part
        path.append(step)
        document = document[step]
    return tuple(path)


def _apply(document: Any, made: Iterable[Correction]) -> None:
    for each in made:
        parent = document
        for part in each.path[:-1]:
            parent = parent[part]
        parent[each.path[-1]] = each.new


def _as_before(data: bytes, document: Any) -> bytes:
    """A document written in the manner in which its file was: canonical, on one line, or with its indent."""
    before = json.loads(data)
    if data.rstrip(b"\n") == canonical_bytes(before):
        return canonical_bytes(document) + data[len(data.rstrip(b"\n")) :]
    indent = re.match(rb"[\[{]\r?\n([ \t]+)", data)
    text = json.dumps(document, ensure_ascii=False, indent=indent[1].decode() if indent else None)
    return text.encode() + (b"\n" if data.endswith(b"\n") else b"")
