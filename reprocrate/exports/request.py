"""What an export is made from, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, by name and ORCID."""

    name: str
    orcid: str | None = None


@dataclass(frozen=True, slots=True)
class RerunFile:
    """The bundle that was rerun, as a file: its name and SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Request:
    """What is known.

    Attributes:
        manifest: the experiment; of a rerun its own record.
        manifest_sha256: of that manifest's file.
        what: what the user called it.
        original: the manifest of what was rerun.
        verdict: what the rerun showed, by `verdict.schema.json`.
        tested: the bundle that was rerun.
        people: who reran, as the user says.
        certificate: what CODECHECK's register calls this, as the user says.
        report: where the report is published, as the user says.
        index: the address of the further package index that a lock's builds are on.
    """

    manifest: Manifest
    manifest_sha256: str = ""
    what: str = "this"
    original: Manifest | None = None
    verdict: Mapping[str, Any] | None = None
    tested: RerunFile | None = None
    people: tuple[Person, ...] = ()
    certificate: str | None = None
    report: str | None = None
    index: str | None = None

    @property
    def judged(self) -> Mapping[str, Any]:
        """The verdict, for what is about one.

        Raises:
            UsageError: there is none.
        """
        if self.verdict is None:
            raise UsageError(
                f"{self.what} holds no verdict",
                "this is made of a rerun",
                "Give the folder of a rerun, .reprocrate/reruns/ID, or the bundle packed from it",
            )
        return self.verdict

    @property
    def reran(self) -> tuple[Person, ...]:
        """Who reran: as the user says, else the authors of the rerun's own record."""
        authors = self.manifest.experiment.authors if self.manifest.reproduces else ()
        return self.people or tuple(Person(author.name, author.orcid) for author in authors)


@dataclass(frozen=True, slots=True)
class Export:
    """Files by name, and what a person has to add or to know, as sentences."""

    files: Mapping[str, bytes]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
