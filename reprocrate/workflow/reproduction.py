"""What a rerun leaves beside its verdict, by which its folder is a reproduction that can be packed.

    .reprocrate/reruns/ID/
        work/               the rerun's project: copies of code and data, records, what the runs wrote
        reprocrate.json     its manifest
        verdict.json        what it showed
        reproduction.json   what it reproduces
        original.json       the manifest of that, as it was
        reprocrate.toml     what its authors say of it, if anything: who they are, its licence

What the runs of a stranger could write lies in `work` alone, so that nobody is named an author by them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reprocrate.errors import UnreadableError, UsageError
from reprocrate.files import could_not, sha256_bytes, write_atomically

if TYPE_CHECKING:
    from reprocrate.assembly.settings import ProjectSettings
    from reprocrate.manifest import Manifest, Reproduction

ABOUT = "reproduction.json"
"""Marks the folder of a rerun that has ended, and says what it reproduces."""

REQUEST = "request.json"
"""What the rerun was asked for."""

ORIGINAL = "original.json"
"""The manifest of what was rerun."""

VERDICT = "verdict.json"
"""What the rerun showed."""

PLACE = ".reprocrate/reproduction/"
"""Where the verdict and the original's manifest lie in the bundle of a reproduction."""

WORK = "work"
"""The rerun's project, as in `reprocrate.rerun.execute.running`, which is not imported for a word."""

_OWN = frozenset({"experiment", "ethics", "privacy", "pack"})
_SHOWN = ("verdict.html", "verdict.txt")


class Reproduced(NamedTuple):
    """A rerun that has ended.

    Attributes:
        folder: the rerun's.
        original: what was rerun.
        about: what the reproduction's manifest says of it.
    """

    folder: Path
    original: Manifest
    about: Reproduction

    def files(self) -> dict[str, Path]:
        """What of the rerun goes into its bundle beside its project, by the path there."""
        names = [VERDICT, ORIGINAL, *(name for name in _SHOWN if (self.folder / name).is_file())]
        return {f"{PLACE}{name}": self.folder / name for name in names}

    def settings(self) -> ProjectSettings:
        """What decides how the rerun's manifest is made, with what its authors say of it.

        Raises:
            UsageError: their `reprocrate.toml` has an error, or says what only the original can say.
        """
        from reprocrate.assembly.reproduction import settings_of
        from reprocrate.assembly.toml import load_settings

        own = load_settings(self.folder)
        if foreign := sorted(own.model_fields_set - _OWN):
            raise UsageError(
                f"{self.folder / 'reprocrate.toml'}: [{foreign[0]}] has no place in a reproduction",
                "code, data, metrics and configurations are those of the original",
                f"Known here: {', '.join(sorted(_OWN))}",
            )
        return settings_of(self.original, self.about, own)


def about_verdict(document: dict[str, Any], data: bytes) -> dict[str, Any]:
    """What a manifest says of a verdict.

    Args:
        document: the verdict.
        data: the same as it is stored.
    """
    return {
        "title": document["original"]["title"],
        "verdict": {"path": f"{PLACE}{VERDICT}", "size": len(data), "sha256": sha256_bytes(data)},
        "upheld": document["upheld"],
        "sentence": document["sentence"],
    }


def keep(place: Path, original: Manifest, about: Reproduction) -> None:
    """Make a rerun's folder a reproduction.

    Raises:
        UnavailableError: it cannot be written.
    """
    write_atomically(place / ORIGINAL, original.to_bytes())
    said = about.model_dump(mode="json", by_alias=True, exclude_none=True)
    write_atomically(place / ABOUT, json.dumps(said, indent=1, ensure_ascii=False).encode() + b"\n")


def is_rerun(folder: Path) -> bool:
    """Whether a folder is that of a rerun, which writes down first what it was asked for."""
    return (folder / REQUEST).is_file() and ((folder / ABOUT).is_file() or (folder / ".gitignore").is_file())


def project_of(folder: Path) -> Path:
    """The project in the folder of a rerun.

    Raises:
        UsageError: the rerun has not ended, or nothing was run.
    """
    if not all((folder / name).is_file() for name in (ABOUT, ORIGINAL, VERDICT)):
        raise UsageError(
            f"the rerun in {folder} has not ended",
            "its verdict is made when all runs have ended",
            "Give the same `reprocrate rerun` again, which goes on from there",
        )
    project = folder / WORK
    if not project.is_dir():
        raise UsageError(
            f"{folder} holds no runs",
            f"the results were computed again from the recorded runs; what that showed is in {VERDICT} there",
            "Rerun with --depth full",
        )
    return project


def reproduction_around(project: Path) -> Reproduced | None:
    """The rerun that a project is that of; None for any other project.

    Raises:
        UnreadableError: what is known about the rerun cannot be read.
        UsageError: the rerun has not ended.
    """
    folder = project.parent
    if project.name != WORK or not is_rerun(folder):
        return None
    project_of(folder)
    from reprocrate.manifest import Reproduction, load_manifest
    from reprocrate.manifest.strict import parse

    try:
        about = Reproduction.model_validate(parse((folder / ABOUT).read_bytes(), str(folder / ABOUT)))
    except OSError as error:
        raise could_not("read", folder / ABOUT, error) from error
    except ValueError as error:
        raise UnreadableError(f"{folder / ABOUT} does not say what was reproduced", str(error)) from error
    return Reproduced(folder, load_manifest(folder / ORIGINAL), about)
