"""A reproduction is assembled like any project; what its author would declare comes from the original."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reprocrate.assembly.assemble import assemble
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.capture.record import RunRecord
from reprocrate.manifest import Code, Data, Manifest, Reproduction

_KEPT_OF_METRICS = {"name", "direction", "range", "unit", "definition", "count_of", "selection", "last_k"}
_KEPT_OF_DATA = {
    "name",
    "kind",
    "origin",
    "version",
    "license",
    "citation",
    "source",
    "remote",
    "access",
    "derived_from",
    "human_subjects",
    "preprocessing",
}


def assemble_reproduction(
    original: Manifest,
    project: Path,
    records: Sequence[RunRecord],
    reproduces: Reproduction,
    settings: ProjectSettings | None = None,
) -> Manifest:
    """The manifest of a rerun: its own runs and results, under the original's names.

    Where values stand and by which margins they are judged is taken from the original, so that a reproduction
    can be rerun as well. Claims are not: they are the original's, and the verdict says what became of them.

    Args:
        original: the experiment that was rerun.
        project: the folder that the rerun worked in.
        records: the rerun's launches.
        reproduces: which bundle it reproduces, how deeply, and with which verdict.
        settings: as `settings_of` makes them; those without anything by the rerun's authors by default.
    """
    manifest = assemble(project, settings or settings_of(original, reproduces), records)
    judged = {
        metric.id: {"source": metric.source, "margin": metric.margin, "tolerance": metric.tolerance}
        for metric in original.metrics
    }
    trees = {code.tree_sha256: code for code in original.code}
    return manifest.model_copy(
        update={
            "reproduces": reproduces,
            "metrics": tuple(one.model_copy(update=judged.get(one.id, {})) for one in manifest.metrics),
            "code": tuple(_known_code(one, trees.get(one.tree_sha256)) for one in manifest.code),
        }
    )


def settings_of(
    original: Manifest, reproduces: Reproduction | None = None, own: ProjectSettings | None = None
) -> ProjectSettings:
    """What of an experiment's settings decides how runs are told apart and read.

    Args:
        original: the experiment that was rerun.
        reproduces: how it was rerun.
        own: what the rerun's authors say. Nobody else is named as an author of a reproduction.
    """
    kept = {"role", "factors", "data"}
    if reproduces is not None and reproduces.depth != "smoke":
        kept |= {"variants", "hyperparameters"}  # what ran scaled down has others
    document = {
        "code": {"license": _code_licence(original)},
        "data": {data.id: _data(data) for data in original.data},
        "metrics": {
            metric.id: metric.model_dump(mode="json", exclude_defaults=True, include=_KEPT_OF_METRICS)
            for metric in original.metrics
        },
        "configurations": {
            each.id: each.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=kept)
            for each in original.configurations
        },
        "determinism": _determinism(original),
    }
    if original.requirements:
        document["requirements"] = original.requirements.model_dump(
            mode="json", by_alias=True, exclude_defaults=True
        )
    said = own.model_dump(mode="json", by_alias=True, exclude_unset=True) if own else {}
    experiment = _experiment(original) | said.pop("experiment", {})
    return ProjectSettings.model_validate(document | said | {"experiment": experiment})


def _experiment(original: Manifest) -> dict[str, Any]:
    title = original.experiment.title
    return {
        "title": f"Rerun of: {title}",
        "description": f"The recorded commands of the experiment “{title}” ({original.id}) were run again, "
        "and what came out was compared with what was recorded.",
    }


def _code_licence(original: Manifest) -> str | None:
    """The code is the original's, and so is its licence."""
    of_code = {code.license for code in original.code}
    return (of_code.pop() if len(of_code) == 1 else None) or original.experiment.license


def _data(data: Data) -> dict[str, Any]:
    """A data set of the original; what did not travel with it does not travel with a reproduction."""
    files = [file for file in data.files if not (file.root or data.root)]
    section = data.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=_KEPT_OF_DATA)
    section["files"] = [file.path for file in files]
    section["splits"] = [
        split.model_dump(mode="json", exclude_defaults=True, exclude={"digests"}) for split in data.splits
    ]
    if any(not file.travels for file in files):
        section["in_bundle"] = False
    return section


def _known_code(code: Code, original: Code | None) -> Code:
    """A source tree with what the original says of the very same one."""
    if original is None:
        return code
    said: dict[str, Any] = {"repository": original.repository, "main": original.main}
    if original.commit and not (original.dirty or original.patch):
        said |= {"commit": original.commit, "dirty": original.dirty, "swhid": original.swhid}
    return code.model_copy(update=said)


def _determinism(original: Manifest) -> dict[str, Any]:
    found = original.determinism
    paired = found.seeds_pair_randomness if found else None
    return {} if paired is None else {"seeds_pair_randomness": paired}
