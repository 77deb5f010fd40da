"""RC11: what only the authors can say about the experiment."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule("RC1101", SHOULD, spec="experiment", since="1.0", says="no authors are given")
def authors_are_given(subject: Subject) -> Iterator[Found]:
    """An experiment SHOULD name its authors.

    Judged: an experiment with no `authors`; at `/experiment`.
    Why: somebody has to answer for it, and to be cited.
    Fix: set `authors` in `[experiment]` of reprocrate.toml.
    """
    if not subject.well_formed.experiment.authors:
        yield Found("/experiment")


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

    Judged: an experiment without `description`, or with a blank one; at `/experiment`.
    Why: archives and search engines show the description, and readers decide by it.
    Fix: set `description` in `[experiment]` of reprocrate.toml.
    """
    if not (subject.well_formed.experiment.description or "").strip():
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
        if author.orcid and author.orcid[-1] != _check_digit(author.orcid):
            yield Found(f"{pointer}/orcid", orcid=author.orcid, name=author.name)


def _check_digit(orcid: str) -> str:
    total = 0
    for digit in orcid[:-1].replace("-", ""):
        total = (total + int(digit)) * 2
    remainder = (12 - total % 11) % 11
    return "X" if remainder == 10 else str(remainder)
