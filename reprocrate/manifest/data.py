"""Data sets, models and services that runs read from."""

from typing import Annotated, Any, Literal

from pydantic import Field

from reprocrate.manifest.section import (
    Count,
    Doi,
    File,
    Identifier,
    License,
    Many,
    RelativePath,
    Section,
    SeedValue,
    Text,
    Timestamp,
    Url,
    Word,
    matching,
)


class Source(Section):
    """Where data was obtained."""

    url: Url | None = None
    doi: Doi | None = None
    package: Annotated[str, matching(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")] | None = None
    retrieved: Timestamp | None = None


class Remote(Section):
    """Data read over the network while running."""

    uri: Text
    revision: str | None = None
    verified: bool | None = None


class Access(Section):
    """Who may have the data."""

    level: Word[Literal["open", "registration", "restricted", "private"]]
    reason: str | None = None
    how_to_obtain: str | None = None


class Records(Section):
    """How the items lie in the files of the splits, where these are tables or arrays."""

    header: bool | None = None
    id_column: str | None = None
    time_column: str | None = None
    label_column: str | None = None
    ignored_columns: Many[str] = ()


class Where(Section):
    """Which rows of a split's files are its own."""

    column: str
    values: Annotated[Many[str], Field(min_length=1)]


class Split(Section):
    """One part of a data set and what it is for."""

    name: Identifier
    role: Word[Literal["train", "validation", "test"]]
    count: Count | None = None
    how: str | None = None
    seed: SeedValue | None = None
    group_key: str | None = None
    time_range: Annotated[Many[str], Field(min_length=2, max_length=2)] | None = None
    files: Many[RelativePath] = ()
    where: Where | None = None
    arrays: Many[str] = ()
    digests: File | None = None


class Preprocessing(Section):
    """One step before learning."""

    step: Text
    kind: (
        Word[
            Literal["cleaning", "normalisation", "feature_selection", "augmentation", "tokenisation", "other"]
        ]
        | None
    ) = None
    fit_on: Many[Identifier] = ()
    code: RelativePath | None = None
    parameters: dict[str, Any] = {}


class Data(Section):
    """A data set or model that was read."""

    id: Identifier
    name: str | None = None
    kind: Word[Literal["dataset", "model", "other"]] | None = None
    origin: Word[Literal["existing", "new", "generated"]] | None = None
    version: str | None = None
    license: License | None = None
    citation: str | None = None
    source: Source | None = None
    remote: Remote | None = None
    root: str | None = None
    access: Access | None = None
    files: Many[File] = ()
    croissant: File | None = None
    derived_from: Many[Identifier] = ()
    human_subjects: bool | None = None
    records: Records | None = None
    splits: Many[Split] = ()
    preprocessing: Many[Preprocessing] = ()

    @property
    def is_published(self) -> bool:
        """Whether it says how it is cited, or has a DOI."""
        return bool((self.citation or "").strip() or (self.source and self.source.doi))

    @property
    def is_private(self) -> bool:
        """Whether it is declared that nobody but the authors may have it."""
        return self.access is not None and self.access.level == "private"


class Service(Section):
    """A remote service whose answers entered the results."""

    id: Identifier
    provider: Text
    model: str | None = None
    version: str | None = None
    parameters: dict[str, Any] = {}
    cached_responses: File | None = None
