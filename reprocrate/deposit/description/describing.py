"""From a manifest to what an archive is told of the experiment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath

from reprocrate.deposit.description.findings import MOST_ROWS, claims_of, results_of
from reprocrate.deposit.description.licences import licences_of, licences_of_parts, told_expression
from reprocrate.deposit.description.model import Description, Grant, Kind
from reprocrate.deposit.description.people import contributors_of, creators_of, organization
from reprocrate.deposit.description.plain_text import line, paragraphs
from reprocrate.deposit.description.related import related_of, web_address
from reprocrate.manifest import Experiment, Manifest, Run

_NO_DESCRIPTION = "No description was given by the authors."
_LANGUAGES = {
    "py": "Python",
    "ipynb": "Jupyter Notebook",
    "r": "R",
    "jl": "Julia",
    "c": "C",
    "cc": "C++",
    "cpp": "C++",
    "cu": "CUDA",
    "f90": "Fortran",
    "go": "Go",
    "java": "Java",
    "js": "JavaScript",
    "lua": "Lua",
    "pl": "Perl",
    "rs": "Rust",
    "scala": "Scala",
    "sh": "Shell",
    "ts": "TypeScript",
}
"""Languages by the ends of the names of their files, where these mean one language only."""

_STATUS = {
    "corrected": "The authors have corrected this experiment.",
    "withdrawn": "The authors have withdrawn this experiment.",
}


def describe(
    manifest: Manifest, *, today: date, doi: str | None = None, anonymous: bool = False
) -> Description:
    """What an archive is told of an experiment.

    Nothing is invented: what the manifest does not say is left out, but for the sentence that there is no
    description. The title is the manifest's, which is the name of the project's folder where the author
    gave none.

    Args:
        manifest: the experiment. For review in double blind it is the one that was made anonymous: texts of
            the authors are told as they stand in it.
        today: the day of publication.
        doi: the DOI of the record, once that is reserved.
        anonymous: leave out authors, contact, publisher, funding, paper, code, what was reproduced, data of
            the authors' own, the names of their licences and the manifest's own name. That is done in any
            case where the manifest was made anonymous.
    """
    experiment = manifest.experiment
    anonymous = anonymous or manifest.anonymous is not None
    return Description(
        title=line(experiment.title),
        kind=_kind(manifest),
        publication_date=today.isoformat(),
        paragraphs=tuple(_paragraphs(manifest, anonymous)),
        technical=tuple(_technical(manifest, anonymous)),
        creators=creators_of(experiment, anonymous=anonymous),
        contributors=() if anonymous else contributors_of(experiment),
        licences=licences_of(experiment.license, anonymous=anonymous),
        licence_expression=told_expression(experiment.license, anonymous=anonymous),
        keywords=tuple(dict.fromkeys(filter(None, map(line, experiment.keywords)))),
        version=line(experiment.version) or None,
        created=created.isoformat() if (created := _day(experiment.created)) else None,
        collected=_days_of_runs(manifest),
        grants=() if anonymous else tuple(_grants(experiment)),
        related=related_of(manifest, doi=doi, anonymous=anonymous),
        publisher=line(experiment.publisher.name) if experiment.publisher and not anonymous else None,
        repository=None if anonymous else _repository(manifest),
        programming_languages=tuple(_languages(manifest)),
        claims=claims_of(manifest),
        results=results_of(manifest),
        results_left_out=max(0, len(manifest.results) - MOST_ROWS),
        identifier=None if anonymous else manifest.id,
        doi=doi,
        anonymous=anonymous,
    )


def _kind(manifest: Manifest) -> Kind:
    """A main program that the author chose makes it a workflow, as it does in the crate."""
    if any(code.main for code in manifest.code):
        return Kind.WORKFLOW
    has_findings = manifest.runs or manifest.results or manifest.data
    return Kind.SOFTWARE if manifest.code and not has_findings else Kind.DATASET


def _paragraphs(manifest: Manifest, anonymous: bool) -> Iterator[str]:
    experiment = manifest.experiment
    yield from paragraphs(experiment.description) or (_NO_DESCRIPTION,)
    if experiment.status in _STATUS:
        yield _STATUS[experiment.status]
    if not anonymous:
        yield from _paper(experiment)
        if manifest.reproduces and manifest.reproduces.sentence:
            original = manifest.reproduces.title or manifest.reproduces.id
            yield line(f"A reproduction of {original}." if original else "A reproduction.")
            yield line(manifest.reproduces.sentence)


def _paper(experiment: Experiment) -> Iterator[str]:
    """The paper in words: an archive's related identifiers have no place for its title and venue."""
    paper = experiment.paper
    said = [line(part) for part in (paper.title, paper.venue) if line(part)] if paper else []
    if said:
        yield f"The paper: {', '.join(said)}."


def _technical(manifest: Manifest, anonymous: bool) -> Iterator[str]:
    runs, results = len(manifest.runs), len(manifest.results)
    if runs or results:
        yield (
            f"Recorded with reprocrate: runs {runs}, configurations {len(manifest.configurations)}, "
            f"results {results}. The bundle is an RO-Crate; its manifest is reprocrate.json."
        )
    for code in manifest.code if not anonymous else ():
        said = [f"tree {code.tree_sha256}", *([f"commit {code.commit}"] if code.commit else [])]
        changed = ", with changes beyond the commit" if code.commit and code.dirty else ""
        yield f"Code {code.id}: {', '.join(said)}{changed}."
    for environment in manifest.environments:
        python, system = environment.python, environment.os
        parts = [
            f"{line(python.implementation or 'Python')} {line(python.version)}" if python else "",
            line(f"{system.name} {system.version or ''}") if system else "",
            f"packages: {len(environment.packages)}" if environment.packages else "",
        ]
        if any(parts):
            yield f"Environment {environment.id}: {', '.join(filter(None, parts))}."
    other = [f"{line(name)}: {terms}" for name, terms in licences_of_parts(manifest)]
    if other and not anonymous:
        yield f"Parts under other terms: {'; '.join(other)}."


def _grants(experiment: Experiment) -> Iterator[Grant]:
    for place, grant in enumerate(experiment.funding):
        funder = organization(grant.funder, grant.funder_ror)
        if funder:
            yield Grant(funder, f"experiment.funding[{place}]", line(grant.number) or None)


def _repository(manifest: Manifest) -> str | None:
    """Of the trees that results rest on, the first that says where it is developed."""
    used = manifest.code_of_results
    ordered = sorted(manifest.code, key=lambda code: code.id not in used)
    return next(filter(None, (web_address(code.repository) for code in ordered)), None)


def _languages(manifest: Manifest) -> Iterator[str]:
    """Each language once, the one with most files first."""
    count: dict[str, int] = {}
    for code in manifest.code:
        for file in code.files:
            language = _LANGUAGES.get(PurePosixPath(file.path).suffix.removeprefix(".").lower())
            if language:
                count[language] = count.get(language, 0) + 1
    if any(environment.python for environment in manifest.environments):
        count.setdefault("Python", 0)
    yield from sorted(count, key=lambda language: -count[language])


def _day(timestamp: str | None) -> date | None:
    """The day of a time; None where that day is in no calendar."""
    try:
        return date.fromisoformat(timestamp[:10]) if timestamp else None
    except ValueError:
        return None


def _days_of_runs(manifest: Manifest) -> tuple[str, str] | None:
    """The first and the last day on which results were made."""
    days = [day for run in manifest.runs for day in (_day(run.started), _last_day(run)) if day]
    return (min(days).isoformat(), max(days).isoformat()) if days else None


def _last_day(run: Run) -> date | None:
    try:
        return (datetime.fromisoformat(run.started or "") + timedelta(seconds=run.duration_s or 0.0)).date()
    except (ValueError, OverflowError):
        return None
