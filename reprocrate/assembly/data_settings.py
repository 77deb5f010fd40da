"""`[data.NAME]` of `reprocrate.toml`: the data that runs read, and how it was divided."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, model_validator

from reprocrate.assembly.table import FilePattern, Table
from reprocrate.capture.launch.grid import written
from reprocrate.manifest.data import Access, Preprocessing, Records, Remote, Source, Split
from reprocrate.manifest.section import Identifier, License, Many


def _access(value: object) -> object:
    return {"level": value} if isinstance(value, str) else value


def _split(value: object) -> object:
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("digests"), str):
        value = value | {"digests": {"path": value["digests"]}}
    where = value.get("where")
    if isinstance(where, dict) and "values" in where:
        listed = where["values"] if isinstance(where["values"], list) else [where["values"]]
        value = value | {"where": where | {"values": [_as_written(each) for each in listed]}}
    return value


def _as_written(value: object) -> object:
    """A value of a column: numbers as TOML writes them."""
    return written(value) if isinstance(value, bool | int | float) else value


class SplitSettings(Split):
    """A split, whose files may be patterns."""

    files: Many[FilePattern] = ()


def _source(value: object) -> object:
    if not isinstance(value, str):
        return value
    return {"doi": value.removeprefix("doi:")} if value.startswith(("10.", "doi:")) else {"url": value}


class DataSettings(Table):
    """`[data.NAME]`: `files` are paths or globs; `source` an address or DOI; `access` a level or a table.

    Whatever runs do with them, the files stay behind when a bundle is packed where `access` is anything but
    open, where `license` says that nobody may pass them on, or where `in_bundle` is false. With `in_bundle`
    true they travel all the same, however large they are: it is the author's word that they may.

    `digests` of a split is the path of a text file with the SHA-256 of each item, one a line. Where the split
    has no `count`, it is the number of these lines.

    `files` of a split, paths or globs, are the files of the data that hold its items; they need not be named
    under `files` of the data again. Where one file holds several splits, `where` says by which column. With
    `records`, which names columns, the items themselves are judged: duplicates, ids and groups in several
    splits, and the order in time.

        [data.visits.records]
        id_column = "visit"
        time_column = "admitted"

        [[data.visits.splits]]
        name = "train"
        role = "train"
        files = ["data/visits.csv"]
        where = { column = "fold", values = [1, 2, 3] }
        group_key = "patient"
    """

    files: Many[FilePattern] = ()
    name: str | None = None
    kind: Literal["dataset", "model", "other"] | None = None
    origin: Literal["existing", "new", "generated"] | None = None
    version: str | None = None
    license: License | None = None
    citation: str | None = None
    source: Annotated[Source | None, BeforeValidator(_source)] = None
    remote: Remote | None = None
    access: Annotated[Access | None, BeforeValidator(_access)] = None
    derived_from: Many[Identifier] = ()
    human_subjects: bool | None = None
    in_bundle: bool | None = None
    records: Records | None = None
    splits: Many[Annotated[SplitSettings, BeforeValidator(_split)]] = ()
    preprocessing: Many[Preprocessing] = ()

    @model_validator(mode="before")
    @classmethod
    def _files_of_splits(cls, value: object) -> object:
        """What a split says to be its file is a file of the data."""
        if not isinstance(value, dict) or not isinstance(value.get("splits"), list):
            return value
        given = value.get("files", [])
        splits = [each for each in value["splits"] if isinstance(each, dict)]
        named = [file for split in splits if isinstance(split.get("files"), list) for file in split["files"]]
        more = [
            file for file in dict.fromkeys(map(str, named)) if isinstance(given, list) and file not in given
        ]
        return value | {"files": [*given, *more]} if more else value

    @property
    def travels(self) -> bool:
        """Whether its files may be in a bundle."""
        if self.in_bundle is not None:
            return self.in_bundle
        return self.access is None or self.access.level == "open"
