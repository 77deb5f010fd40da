"""What the authors account for: cost, weights, ethics, leakage, checklists, and where it all came from."""

from typing import Annotated, Literal

from pydantic import Field

from reprocrate.manifest.section import (
    Amount,
    Count,
    Doi,
    File,
    Identifier,
    License,
    Many,
    Positive,
    RelativePath,
    Section,
    Sha256,
    Text,
    Timestamp,
    Url,
    Word,
    matching,
)

POINTER = r"^(/[^~]*(~[01][^~]*)*)?$"
"""A JSON Pointer (RFC 6901)."""


class Compute(Section):
    """What the whole experiment cost, in seconds and kilowatt hours."""

    total_s: Amount | None = None
    cpu_s: Amount | None = None
    by_configuration: dict[str, Amount] = {}
    unreported_runs: Count | None = None
    unreported_s: Amount | None = None
    energy_kwh: Amount | None = None


class Model(Section):
    """Weights that are released with the experiment."""

    id: Identifier
    file: File | None = None
    card: RelativePath | None = None
    license: License | None = None
    base: str | None = None


class Ethics(Section):
    """People, risks and limits."""

    human_subjects: bool | None = None
    irb: str | None = None
    sensitive_data: str | None = None
    intended_use: str | None = None
    limits: str | None = None


class Leakage(Section):
    """Why a type of leakage (Kapoor and Narayanan 2023) does not apply."""

    type: Word[Literal["L1.1", "L1.2", "L1.3", "L1.4", "L2", "L3.1", "L3.2", "L3.3"]]
    argument: Text
    evidence: Many[str] = ()


class Answer(Section):
    """The authors' answer to one question of a checklist."""

    item: str
    answer: Word[Literal["yes", "no", "partial", "na"]]
    justification: str | None = None
    location: str | None = None


class Checklist(Section):
    """A venue's checklist with the authors' answers."""

    policy: Identifier
    answers: Many[Answer] = ()


class Reproduction(Section):
    """What was reproduced, how deeply, with which verdict."""

    payload_sha256: Sha256
    depth: Word[Literal["logs", "evaluate", "smoke", "full"]]
    id: str | None = None
    doi: Doi | None = None
    title: Text | None = None
    verdict: File | None = None
    upheld: bool | None = None
    sentence: Text | None = None


class History(Section):
    """Which tool obtained which section, how and when."""

    tool: str
    version: str
    section: str
    how: Word[Literal["captured", "converted", "declared"]]
    when: Timestamp | None = None


class MigrationNote(Section):
    """Values of one kind that a migration could not simply carry over."""

    kind: Word[Literal["lost", "assumed", "aside"]]
    was: Annotated[str, matching(POINTER)]
    reason: Text
    now: Annotated[str | None, matching(POINTER)] = None
    count: Positive | None = None
    settled: bool | None = None


class Migrated(Section):
    """Which version a manifest was written in before it was migrated, and what needs a person's eye."""

    from_: Annotated[str, matching(r"^[0-9]+\.[0-9]+$"), Field(alias="from")]
    notes: Many[MigrationNote] = ()


class RedactedFile(Section):
    """A file of an anonymous bundle from which identities were removed."""

    path: RelativePath
    sha256_salted: Sha256


class Anonymous(Section):
    """What proves that a bundle with identities is the one that was reviewed without them."""

    manifest_sha256_salted: Sha256
    redacted: Many[RedactedFile] = ()


class Extension(Section):
    """A prefix used in property names, with the address that defines it."""

    url: Url
    prefix: Annotated[str, matching(r"^[a-z][a-z0-9]*$")]
