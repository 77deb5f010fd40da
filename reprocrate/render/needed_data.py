"""The data sets of a plan: what each is, where it is, and how to get what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType

from reprocrate.render import words
from reprocrate.render.numbers import file_size
from reprocrate.render.terminal import BAD, GOOD, SOFT, STRONG, WARN, hanging, heading, joined, stacked, text

_STANDING = {
    "given": ("you have it, and every digest is as recorded", GOOD),
    "offered": ("to be fetched", WARN),
    "missing": ("missing", BAD),
    "remote": ("read over the network", WARN),
    "outside": ("not to be found by a run here", BAD),
}
_FORM = {"file": "", "archive": "an archive with {}, ", "record": "a record that should have {}, "}
_SHOWN = 6


def needed_data(needs: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """The data that did not simply come along; nothing where all did.

    Args:
        needs: the entries of `data` of a plan (`plan.schema.json`).
    """
    notable = [one for one in needs if one["standing"] in _STANDING]
    if not notable:
        return
    yield heading("Data that does not come with the bundle")
    for one in notable:
        yield hanging("-", stacked(_what(one), *(text(line, SOFT) for line in _details(one))))


def _what(need: Mapping[str, Any]) -> RenderableType:
    label, style = _STANDING[need["standing"]]
    name = need["name"] if need["name"] == need["data"] else f"{need['data']} ({need['name']})"
    amount = f": {words.count_of(need['files'], 'file')}, {file_size(need['bytes'])}; "
    return joined(text(words.plain(name), STRONG), amount, text(label, style))


def _details(need: Mapping[str, Any]) -> Iterator[str]:
    rights = f"Licence: {need['license'] or 'none stated'}."
    yield f"{rights} Access: {need['access']}." if need["access"] else rights
    if need["standing"] not in ("missing", "offered"):
        return
    if need["how_to_obtain"]:
        yield f"How to obtain it: {words.sentence(words.plain(need['how_to_obtain']))}"
    source = f"https://doi.org/{need['doi']}" if need["doi"] else need["url"]
    if source:
        yield f"Source: {words.plain(source)}"
    for one in need["addresses"][:_SHOWN]:
        form = _FORM[one["form"]].format(words.count_of(one["files"], "file"))
        yield f"Fetched from {words.plain(one['url'])} ({form}{file_size(one['bytes'])})"
    if len(need["addresses"]) > _SHOWN:
        yield f"and from {len(need['addresses']) - _SHOWN} more addresses"
    if need["standing"] == "missing":
        shown = ", ".join(map(words.plain, need["lacking"][:_SHOWN]))
        more = f" and {len(need['lacking']) - _SHOWN} more" if len(need["lacking"]) > _SHOWN else ""
        yield f"Missing: {shown}{more}"
        if need["not_fetched"]:
            yield words.sentence(words.plain(need["not_fetched"]))
        yield f"Once you have it: give {need['option']}, or put it at {words.plain(need['place'])}"
        for host in need["could_allow"]:
            yield f"If you trust that address: give --allow-address {words.plain(host)}"
    else:
        yield f"If you have it already: give {need['option']}"
