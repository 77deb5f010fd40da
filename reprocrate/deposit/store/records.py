"""`record.json`: what somebody finds who has only the folder.

Version 1 is one JSON object in UTF-8:

- `form`, `form_version`: what this is, and the version of its form.
- `about`: how to check the files, and where other versions are, as a sentence.
- `id`: the name of the folder.
- `version_number`: 1 for the first, and so on; `first` and `previous` are the names of the folders of the
  first and of the previous version, which lie beside this one; for the first version they are left out.
- `published`: when (RFC 3339, UTC).
- `description`: what it is, by the names of `reprocrate.deposit.description.Description`: `title`, `kind`
  and the `relation` and `role` of others in the words of DataCite, `creators` with `orcid`, `licences` with
  `spdx` and `link`, and so on. What is empty or not known is left out.
- `files`: `name`, `size` in bytes, and `sha256` of each, sorted by name.

`SHA256SUMS` has the digests of all these files and of `record.json`, in the form of GNU coreutils.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from reprocrate.deposit.archive import Kept
from reprocrate.deposit.description import Description
from reprocrate.errors import UnreadableError

RECORD = "record.json"
CHECKSUMS = "SHA256SUMS"

_FORM = "reprocrate deposit"
_VERSION = 1
_ABOUT = (
    "A deposit of a machine-learning experiment. To check the files: sha256sum --check SHA256SUMS. "
    "Later versions, if there are any, lie beside this folder, with -v2, -v3 and so on at the end of the "
    "name of the first one. Nothing in this folder is changed once it is there."
)


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of what a deposit is.

    Attributes:
        id: its name.
        number: 1 for the first.
        first: the name of the first version, which is its own for the first.
        previous: the name of the version before; empty for the first.
    """

    id: str
    number: int = 1
    first: str = ""
    previous: str = ""


def described(description: Description) -> dict[str, Any]:
    """A description as plain values; what is empty is left out."""
    plain = _without_empty(asdict(description))
    return plain if isinstance(plain, dict) else {}


def record_of(
    version: Version, description: Mapping[str, Any], files: Mapping[str, Kept], published: datetime
) -> dict[str, bytes]:
    """The last files of a published deposit, by name, in the order in which they are written."""
    later = {"first": version.first, "previous": version.previous} if version.number > 1 else {}
    record = {
        "form": _FORM,
        "form_version": _VERSION,
        "about": _ABOUT,
        "id": version.id,
        "version_number": version.number,
        **later,
        "published": published.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "description": description,
        "files": [
            {"name": name, "size": kept.size, "sha256": kept.digest} for name, kept in sorted(files.items())
        ],
    }
    data = as_json(record)
    digests = {name: kept.digest for name, kept in files.items()} | {RECORD: hashlib.sha256(data).hexdigest()}
    sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return {CHECKSUMS: sums.encode(), RECORD: data}


def as_json(document: Mapping[str, Any]) -> bytes:
    """A document for people, too."""
    return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"


def read_document(data: bytes, place: str) -> dict[str, Any]:
    """A document that was written here.

    Raises:
        UnreadableError: it is none, or of a later version.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _unreadable(place, "it is not JSON") from error
    if not isinstance(found, dict) or not isinstance(found.get("id"), str):
        raise _unreadable(place, "it names no deposit")
    if found.get("form_version", _VERSION) != _VERSION:
        raise _unreadable(place, "it is of a version that is not known here")
    return found


def version_in(document: Mapping[str, Any]) -> Version:
    """Which version a document is of."""
    number = document.get("version_number", 1)
    identifier = str(document["id"])
    return Version(
        identifier,
        number if isinstance(number, int) else 1,
        str(document.get("first") or identifier),
        str(document.get("previous") or ""),
    )


def files_in(record: Mapping[str, Any]) -> dict[str, Kept]:
    """The files that a record tells of, by name."""
    listed = record.get("files")
    return {
        str(one["name"]): Kept(one["size"], str(one.get("sha256", "")))
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict) and isinstance(one.get("size"), int) and "name" in one
    }


def version_text(document: Mapping[str, Any]) -> str:
    """What the author calls the version."""
    description = document.get("description")
    return str(description.get("version") or "") if isinstance(description, dict) else ""


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        cleaned = {name: _without_empty(inner) for name, inner in value.items()}
        return {name: inner for name, inner in cleaned.items() if not _is_empty(inner)}
    if isinstance(value, list | tuple):
        return [_without_empty(inner) for inner in value]
    return value


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _unreadable(place: str, why: str) -> UnreadableError:
    return UnreadableError(
        f"{place} cannot be read", why, "Look at what is there; a newer reprocrate may know it"
    )
