"""What InvenioRDM says of a draft that it was sent, in the author's own terms.

It answers 201 or 200 also where it took only a part: what it did not take stands in `errors`, a list of
`{"field": "metadata.title", "messages": [...]}`. One that refuses has the same list or only a `message`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reprocrate.deposit.description import Description

_EXPERIMENT = "`{}` in [experiment] of reprocrate.toml"
_FIELDS: tuple[tuple[str, str, str], ...] = (
    (r"title", "the title", _EXPERIMENT.format("title")),
    (r"description", "the description", _EXPERIMENT.format("description")),
    (r"version", "the version", _EXPERIMENT.format("version")),
    (r"publisher", "the publisher", "[experiment.publisher] in reprocrate.toml"),
    (r"publication_date", "the day of publication", "the day on which the record is published"),
    (
        r"creators\.(\d+)\.person_or_org\.identifiers\b.*",
        "the ORCID of author {}",
        "`orcid` in [[experiment.authors]] of reprocrate.toml",
    ),
    (
        r"creators\.(\d+)\.affiliations\b.*",
        "the affiliation of author {}",
        "`affiliation` and `affiliation_ror` in [[experiment.authors]] of reprocrate.toml",
    ),
    (r"creators\.(\d+)\b.*", "the name of author {}", "`name` in [[experiment.authors]] of reprocrate.toml"),
    (r"creators", "the authors", "[[experiment.authors]] in reprocrate.toml"),
    (r"contributors\b.*", "the contact or the publisher", _EXPERIMENT.format("contact") + ", or `publisher`"),
    (r"rights\b.*", "the licence", _EXPERIMENT.format("license")),
    (r"subjects\.(\d+)\b.*", "keyword {}", _EXPERIMENT.format("keywords")),
    (r"subjects", "the keywords", _EXPERIMENT.format("keywords")),
    (r"funding\.(\d+)\b.*", "grant {}", "[[experiment.funding]] in reprocrate.toml"),
    (r"funding", "the grants", "[[experiment.funding]] in reprocrate.toml"),
    (r"dates\b.*", "the days of the runs", "`started` and `duration_s` of the runs, or `created`"),
    (r"identifiers\b.*", "the manifest's own name", "`id` of the manifest"),
    (r"additional_descriptions\b.*", "the tables of claims and results", "`claims` and `results`"),
)
_CUSTOM = {
    "code:codeRepository": ("the address of the repository", "`repository` of the code"),
    "code:programmingLanguage": ("the programming languages", "the files of the code"),
}
_RELATED = re.compile(r"related_identifiers\.(\d+)\b.*")
_NO_FILES = re.compile(r"files(\.enabled)?")
_UNKNOWN_WORD = re.compile(r"Invalid value (.+)\.")


def errors_in(answer: Mapping[str, Any], description: Description | None = None) -> list[str]:
    """A sentence for everything that an answer says was not taken; empty where all was.

    That a draft has no files yet is left out: it is said of every draft before its files are sent.

    Args:
        answer: the document that the server answered with, whatever its status.
        description: what it was told, by which related identifiers are named.
    """
    is_draft = "metadata" in answer
    listed = [each for each in answer.get("errors") or () if isinstance(each, Mapping)]
    told = [_told(each, description) for each in listed if not (is_draft and _is_about_files(each))]
    if not listed and not is_draft and answer.get("message"):
        return [_message(str(answer["message"]))]
    return list(dict.fromkeys(told))


def _message(message: str) -> str:
    unknown = _UNKNOWN_WORD.fullmatch(message)
    if unknown:
        return f"The archive has no word {unknown[1]!r} in its vocabularies; it does not say of which field."
    return f"The archive says: {message}"


def _is_about_files(error: Mapping[str, Any]) -> bool:
    return bool(_NO_FILES.fullmatch(str(error.get("field", ""))))


def _told(error: Mapping[str, Any], description: Description | None) -> str:
    field = str(error.get("field", ""))
    said = "; ".join(str(message).rstrip(".") for message in _messages(error.get("messages"))) or "no reason"
    name, source = _source(field, description)
    if not name:
        return f"The archive did not take {field or 'a part'}: it says {said!r}."
    return f"The archive did not take {name}: it says {said!r}. That is {source}."


def _messages(messages: Any) -> Iterator[str]:
    """The texts in a message, which may be a text, a list, or an object of either."""
    if isinstance(messages, Mapping):
        messages = list(messages.values())
    if isinstance(messages, list | tuple):
        for each in messages:
            yield from _messages(each)
    elif messages:
        yield str(messages)


def _source(field: str, description: Description | None) -> tuple[str, str]:
    """What a field is to the author, and where it comes from; empty where that is unknown."""
    if _NO_FILES.fullmatch(field):
        return "the files", "what was uploaded"
    area, _, name = field.partition(".")
    if area == "custom_fields":
        return _CUSTOM.get(name.partition(".")[0], ("", ""))
    if area != "metadata":
        return "", ""
    if match := _RELATED.fullmatch(name):
        return _related(int(match[1]), description)
    for pattern, what, source in _FIELDS:
        if match := re.fullmatch(pattern, name):
            numbers = [int(number) + 1 for number in match.groups()]
            return what.format(*numbers), source
    return "", ""


def _related(place: int, description: Description | None) -> tuple[str, str]:
    if description is None or place >= len(description.related):
        return f"related identifier {place + 1}", "of the paper, the code or the data"
    one = description.related[place]
    return one.identifier, f"`{one.field}` of the manifest"
