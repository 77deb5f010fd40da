"""The files that the runs of both sides read and ran: data and code, held against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from reprocrate.rerun.compare.recorded import Counterpart


def data_digests(recorded: Counterpart, found: Counterpart) -> tuple[str | None, str | None]:
    """Digests of the data on both sides, over the files that both name, wherever these lie.

    Generated data is left out: it follows from the rest, and may hold times. `None` where nothing is common.
    """
    then, now = dict(_data_files(recorded)), dict(_data_files(found))
    common = sorted(then.keys() & now.keys())
    if not common:
        return None, None
    digests = ["\n".join(f"{side[path]}  {path}" for path in common) for side in (then, now)]
    first, second = (hashlib.sha256(text.encode()).hexdigest() for text in digests)
    return first, second


def changed_code(recorded: Counterpart, found: Counterpart) -> tuple[str, ...]:
    """Code files that both sides ran and that are not the same."""
    then, now = dict(_code_files(recorded)), dict(_code_files(found))
    return tuple(sorted(path for path in then.keys() & now.keys() if then[path] != now[path]))


def _data_files(side: Counterpart) -> Iterator[tuple[str, str]]:
    named = (side.key[1],) if side.manifest.find_data(side.key[1]) else ()
    read = side.configuration.data if side.configuration else ()
    for data in map(side.manifest.find_data, named or read):
        if data is not None and data.origin != "generated":
            yield from ((file.path, file.sha256) for file in data.files if file.sha256)


def _code_files(side: Counterpart) -> Iterator[tuple[str, str]]:
    code = side.manifest.find_code(side.configuration.code) if side.configuration else None
    for file in code.files if code else ():
        if file.sha256:
            yield file.path, file.sha256
