"""What InvenioRDM would refuse or drop, told before anything is sent.

It drops a field that it does not take and answers 201 with a list of errors; only the attempt to publish is
refused. The rules are those of its MetadataSchema (invenio_rdm_records/services/schemas/metadata.py), of the
identifiers that it knows (idutils), and of DataCite, which it hands the record on to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

from reprocrate.deposit.description import Agent, Description, Grant, Related
from reprocrate.manifest.experiment import has_ror_check_digits
from reprocrate.standard.identity_formats import has_orcid_check_digit

LONGEST_VERSION = 191
"""Characters of a version (MetadataSchema)."""

LONGEST_WORD = 32_766
"""Bytes of a text that is indexed as one word, such as a name or a keyword (Lucene's longest term)."""

_SHORTEST_TITLE = 3
_TAG = re.compile(r"</?[A-Za-z][^>]*>|<!--")
_DOI = re.compile(r"10\.[0-9]+(\.[0-9]+)*/\S+")
_ARXIV = re.compile(r"([0-9]{4}\.[0-9]{4,5}|[a-z-]+(\.[a-z]{2})?/[0-9]{7})(v[0-9]+)?", re.IGNORECASE)

_ADDRESS = re.compile(r"https?://[^/?#\s]+([/?#]\S*)?", re.IGNORECASE)


def refusals(description: Description) -> list[str]:
    """A sentence for everything in a description that InvenioRDM would not take or not keep.

    Each names the field of the manifest, says why, and what to do.
    """
    return [
        *_title(description.title),
        *_creators(description),
        *_dates(description),
        *_version(description.version),
        *_words(description),
        *(problem for one in description.grants for problem in _funder(one)),
        *(problem for one in description.related for problem in _related(one)),
    ]


def _told(field: str, what: str, why: str, fix: str) -> str:
    return f"{field}: {what}: {why}. {fix}."


def _title(title: str) -> Iterator[str]:
    field = "experiment.title"
    if len(unescape(title).strip()) < _SHORTEST_TITLE:
        yield _told(
            field,
            f"the title {title!r} is too short",
            f"the archive takes none of fewer than {_SHORTEST_TITLE} characters",
            "Give `title` in [experiment] of reprocrate.toml",
        )
    found = _TAG.search(title)
    if found:
        yield _told(
            field,
            f"the title holds {found[0]!r}, which reads as HTML",
            "it would be missing from the title that DataCite is told",
            "Write it in words, in `title` in [experiment] of reprocrate.toml",
        )


def _creators(description: Description) -> Iterator[str]:
    if not description.creators:
        yield _told(
            "experiment.authors",
            "nobody is named",
            "the archive publishes nothing without an author",
            "Name them in [[experiment.authors]] of reprocrate.toml",
        )
    for place, agent in enumerate(description.creators):
        yield from _agent(f"experiment.authors[{place}]", agent)
    for one in description.contributors:  # only the publisher has a ROR
        yield from _ror("experiment.publisher.ror", one.agent.name, one.agent.ror)


def _agent(field: str, agent: Agent) -> Iterator[str]:
    if not agent.name:
        yield _told(
            f"{field}.name",
            "the name is empty",
            "it has no character that can be shown",
            "Correct `name` of this author in reprocrate.toml",
        )
    if agent.orcid and not has_orcid_check_digit(agent.orcid):
        yield _told(
            f"{field}.orcid",
            f"{agent.orcid} of {agent.name} is no ORCID",
            "its last digit is not the check digit of the others",
            "Correct `orcid` of this author in reprocrate.toml, or leave it out",
        )
    if agent.affiliation:
        yield from _ror(f"{field}.affiliation_ror", agent.affiliation.name, agent.affiliation.ror)


def _funder(grant: Grant) -> Iterator[str]:
    yield from _ror(f"{grant.field}.funder_ror", grant.funder.name, grant.funder.ror)


def _ror(field: str, name: str, ror: str | None) -> Iterator[str]:
    if ror and not has_ror_check_digits(ror):
        yield _told(
            field,
            f"{ror} of {name} is no identifier of the Research Organization Registry",
            "its last two digits are not the check digits of the others",
            "Look it up at https://ror.org/ and correct it in reprocrate.toml, or leave it out",
        )


def _dates(description: Description) -> Iterator[str]:
    if not _is_day(description.publication_date):
        yield _told(
            "publication date",
            f"{description.publication_date!r} is no date",
            "the archive takes a day of the calendar, as YYYY-MM-DD",
            "Give the day of publication in this form",
        )
    collected = description.collected
    if collected and collected[0] > collected[1]:
        yield _told(
            "runs[].started",
            f"the runs ended on {collected[1]}, before they began on {collected[0]}",
            "the archive takes a time from earlier to later only",
            "Correct the times of the runs",
        )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _version(version: str | None) -> Iterator[str]:
    if version and len(version) > LONGEST_VERSION:
        yield _told(
            "experiment.version",
            f"the version has {len(version)} characters",
            f"the archive takes {LONGEST_VERSION}",
            "Shorten `version` in [experiment] of reprocrate.toml",
        )


def _words(description: Description) -> Iterator[str]:
    """Texts that the archive indexes as one word each."""
    words = [
        ("experiment.title", description.title),
        *((f"experiment.keywords[{place}]", word) for place, word in enumerate(description.keywords)),
        *((f"experiment.authors[{place}].name", one.name) for place, one in enumerate(description.creators)),
    ]
    for field, word in words:
        size = len(word.encode())
        if size > LONGEST_WORD:
            yield _told(
                field,
                f"it has {size:,} bytes",
                f"the archive cannot index more than {LONGEST_WORD:,}",
                "Shorten it in reprocrate.toml",
            )


def _related(related: Related) -> Iterator[str]:
    forms = {"doi": _DOI, "arxiv": _ARXIV, "url": _ADDRESS}
    names = {"doi": "DOI", "arxiv": "number of arXiv", "url": "address of the web"}
    is_one = forms[related.scheme].fullmatch(related.identifier) and related.identifier.isprintable()
    if not is_one:
        yield _told(
            related.field,
            f"{related.identifier!r} is no {names[related.scheme]}",
            "the archive would drop it",
            "Correct it, or leave it out",
        )
