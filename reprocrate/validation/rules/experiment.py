"""RC11: what only the authors can say about the experiment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reprocrate.manifest import Manifest
from reprocrate.manifest.experiment import Experiment, has_ror_check_digits
from reprocrate.manifest.section import OPEN_NAME, NewerWordError
from reprocrate.manifest.strict import read_text
from reprocrate.standard.identity_formats import has_orcid_check_digit
from reprocrate.validation.absence import is_blank
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, Need, rule
from reprocrate.validation.subject import Subject
from reprocrate.validation.times import instant


@rule("RC1101", SHOULD, spec="experiment", since="1.0", says="{what}")
def authors_are_given(subject: Subject) -> Iterator[Found]:
    """An experiment SHOULD name its authors.

    Judged: an experiment with no `authors`, at `/experiment`; and each author with a blank name, at the
        `name`.
    Why: somebody has to answer for it, and to be cited.
    Fix: set `authors` in `[experiment]` of reprocrate.toml.
    """
    authors = subject.well_formed.experiment.authors
    if not authors:
        yield Found("/experiment", what="no authors are given")
    for pointer, author in numbered("/experiment/authors", authors):
        if is_blank(author.name):
            yield Found(f"{pointer}/name", what="the name of an author is blank")


@rule("RC1102", SHOULD, spec="experiment", since="1.0", says="no licence is given")
def licence_is_given(subject: Subject) -> Iterator[Found]:
    """An experiment SHOULD say under which licence others may use it.

    Judged: an experiment without `license`; at `/experiment`.
    Why: without a licence nobody else may use or change the code, whatever the paper promises.
    Fix: set `license` in `[experiment]` of reprocrate.toml to an SPDX identifier, such as "Apache-2.0".
    """
    if not subject.well_formed.experiment.license:
        yield Found("/experiment")


@rule("RC1103", SHOULD, spec="experiment", since="1.0", says="no description is given")
def description_is_given(subject: Subject) -> Iterator[Found]:
    """An experiment SHOULD be described in a few sentences.

    Judged: an experiment without `description`; at `/experiment`.
    Why: archives and search engines show the description, and readers decide by it.
    Fix: set `description` in `[experiment]` of reprocrate.toml.
    """
    if is_blank(subject.well_formed.experiment.description):
        yield Found("/experiment")


@rule(
    "RC1104", MUST, spec="experiment", since="1.0", says="the ORCID {orcid} of {name} has a wrong check digit"
)
def orcid_has_its_check_digit(subject: Subject) -> Iterator[Found]:
    """The last digit of an ORCID MUST be its check digit (ISO 7064 MOD 11-2).

    Judged: each `orcid`; at the `orcid`.
    Why: an ORCID with a misprint is nobody's, or somebody else's; archives refuse it.
    Fix: correct the ORCID in reprocrate.toml, or leave it out.
    """
    for pointer, author in numbered("/experiment/authors", subject.well_formed.experiment.authors):
        if author.orcid and not has_orcid_check_digit(author.orcid):
            yield Found(f"{pointer}/orcid", orcid=author.orcid, name=author.name)


@rule(
    "RC1105",
    MUST,
    spec="experiment",
    since="1.0",
    says="the experiment is said to have begun at {created}, but run {run} started at {started}",
)
def experiment_begins_with_its_first_run(subject: Subject) -> Iterator[Found]:
    """`created` MUST NOT be after the start of the first run.

    Judged: `experiment.created`, where a run's `started` is earlier; once, at `created`.
    Why: it says when the experiment began, and what was fixed in advance is judged by it.
    Fix: set it to the start of the first run, or correct that run's `started`.
    """
    manifest = subject.well_formed
    created = manifest.experiment.created
    started = [(instant(run.started), run.id, run.started) for run in manifest.runs if run.started]
    if created and started:
        first, run, text = min(started)
        if first < instant(created):
            yield Found("/experiment/created", created=created, run=run, started=text)


@rule("RC1106", SHOULD, spec="experiment", since="1.0", says="nothing says which paper is meant")
def paper_can_be_found(subject: Subject) -> Iterator[Found]:
    """A paper SHOULD have a title, DOI, arXiv identifier or address.

    Judged: `experiment.paper` with no `title`, `doi`, `arxiv` or `url`; at the `paper`.
    Why: claims and tables are about a paper, and a reader has to find it.
    Fix: set `paper` in `[experiment]` of reprocrate.toml; the title will do before it has appeared.
    """
    paper = subject.well_formed.experiment.paper
    if paper and is_blank(paper.title) and not (paper.doi or paper.arxiv or paper.url):
        yield Found("/experiment/paper")


@rule("RC1107", MUST, spec="provenance", since="1.0", says='"{section}" is no section of the manifest')
def history_is_about_sections(subject: Subject) -> Iterator[Found]:
    """Every entry of `history` MUST be about a property at the top of the manifest.

    Judged: each `section` of `history` that is none of the properties that this standard gives a manifest,
        and begins neither with `x-` nor with a prefix (`[a-z][a-z0-9]*` and a colon), declared or not; at the
        `section`. In a manifest of a newer minor version another section counts as an unknown word.
    Why: it says how far a section can be trusted, and one about nothing says it of nothing.
    Fix: correct the name; how a part was obtained is told of its section.
    """
    sections = {field.alias or name for name, field in Manifest.model_fields.items()}
    for pointer, entry in numbered("/history", subject.well_formed.history):
        if entry.section not in sections and not OPEN_NAME.match(entry.section):
            if subject.is_newer:
                raise NewerWordError(entry.section)
            yield Found(f"{pointer}/section", section=entry.section)


@rule("RC1108", MUST, spec="experiment", since="1.0", says="{name} and {other} have the same ORCID, {orcid}")
def orcid_is_of_one_author(subject: Subject) -> Iterator[Found]:
    """Two authors MUST NOT have the same ORCID.

    Judged: each author whose `orcid` an earlier one has; at the later `orcid`.
    Why: an ORCID is one person's, and archives credit the work by it.
    Fix: correct one of the two in reprocrate.toml.
    """
    seen: dict[str, str] = {}
    for pointer, author in numbered("/experiment/authors", subject.well_formed.experiment.authors):
        if author.orcid in seen:
            yield Found(f"{pointer}/orcid", name=author.name, other=seen[author.orcid], orcid=author.orcid)
        elif author.orcid:
            seen[author.orcid] = author.name


@rule("RC1109", MUST, spec="provenance", since="1.0", says="this is said to be a reproduction of itself")
def reproduction_is_of_another_experiment(subject: Subject) -> Iterator[Found]:
    """The `id` that a reproduction names as its original MUST NOT be its own.

    Judged: `reproduces.id` that equals the manifest's `id`; at `reproduces.id`.
    Why: runs that confirm themselves confirm nothing.
    Fix: give the reproduction an id of its own, derived from its own first run.
    """
    manifest = subject.well_formed
    if manifest.reproduces and manifest.reproduces.id == manifest.id:
        yield Found("/reproduces/id")


@rule("RC1110", MUST, spec="experiment", since="1.0", says="the ROR {ror} of {name} has wrong check digits")
def ror_has_its_check_digits(subject: Subject) -> Iterator[Found]:
    """The last two digits of a ROR MUST be its check digits (ISO/IEC 7064 MOD 97-10).

    Judged: each `affiliation_ror`, `funder_ror` and `publisher.ror`; at that property.
    Why: a ROR with a misprint is no organisation's, or another's, and archives credit the work by it.
    Fix: correct the ROR in reprocrate.toml (https://ror.org finds it by the name), or leave it out.
    """
    for pointer, name, ror in _organizations(subject.well_formed.experiment):
        if not has_ror_check_digits(ror):
            yield Found(pointer, ror=ror, name=name or "an organisation")


@rule("RC1111", MUST, spec="experiment", since="1.0", says="the ROR {ror} stands without a name")
def ror_stands_beside_a_name(subject: Subject) -> Iterator[Found]:
    """The ROR of an organisation MUST stand beside its name.

    Judged: each `affiliation_ror` beside no `affiliation`, and each ROR beside a blank name; at the ROR.
    Why: people read names, and a name beside the identifier shows which of two was mistaken.
    Fix: add the name in reprocrate.toml: the author's `affiliation`, or the name of the funder or publisher.
    """
    for pointer, name, ror in _organizations(subject.well_formed.experiment):
        if is_blank(name):
            yield Found(pointer, ror=ror)


_MOST_VERDICT_BYTES = 64 << 20


@rule("RC1112", MUST, spec="provenance", since="1.0", says="the verdict {what}", needs=Need.FILES)
def verdict_is_of_this_reproduction(subject: Subject) -> Iterator[Found]:
    """The verdict in a reproduction MUST be that of this reproduction, on the original that it names.

    Judged: `reproduces.verdict`, where its file is there. A file of more than 64 MiB, or that is no JSON
        object, is found at `reproduces.verdict`. Else what the file says is held against the manifest:
        `reproduction.id` against `id`; and `original.id`, `circumstances.payload_sha256`, `basis`, `upheld`
        and `sentence` against `id`, `payload_sha256`, `depth`, `upheld` and `sentence` of `reproduces`; each
        that both state and that differs, at the property of the manifest.
    Why: a favourable verdict on something else, put beside these runs, would be believed.
    Fix: pack the rerun's folder again with `reprocrate pack`.
    """
    manifest, files = subject.well_formed, subject.given_files
    about = manifest.reproduces
    if not (about and about.verdict and about.verdict.travels and files.exists(about.verdict.path)):
        return
    data = files.read(about.verdict.path, _MOST_VERDICT_BYTES + 1)
    document = read_text(data)[0] if len(data) <= _MOST_VERDICT_BYTES else None
    if not isinstance(document, dict):
        yield Found("/reproduces/verdict", what="is no JSON object of at most 64 MiB")
        return
    for pointer, ours, *path in (
        ("/id", manifest.id, "reproduction", "id"),
        ("/reproduces/id", about.id, "original", "id"),
        ("/reproduces/payload_sha256", about.payload_sha256, "circumstances", "payload_sha256"),
        ("/reproduces/depth", about.depth, "basis"),
        ("/reproduces/upheld", about.upheld, "upheld"),
        ("/reproduces/sentence", about.sentence, "sentence"),
    ):
        theirs = _inside(document, path)
        if ours is not None and theirs is not None and theirs != ours:
            yield Found(pointer, what=f"says {theirs!r} as its {'.'.join(path)}, not {ours!r}")


def _inside(document: Any, path: list[Any]) -> Any:
    """What stands at this path of names; None where there is nothing."""
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _organizations(experiment: Experiment) -> Iterator[tuple[str, str | None, str]]:
    """Pointer, name and ROR of each organisation that has a ROR."""
    for pointer, author in numbered("/experiment/authors", experiment.authors):
        if author.affiliation_ror:
            yield f"{pointer}/affiliation_ror", author.affiliation, author.affiliation_ror
    for pointer, grant in numbered("/experiment/funding", experiment.funding):
        if grant.funder_ror:
            yield f"{pointer}/funder_ror", grant.funder, grant.funder_ror
    if experiment.publisher and experiment.publisher.ror:
        yield "/experiment/publisher/ror", experiment.publisher.name, experiment.publisher.ror
