"""What the experiment of a page reproduces, and what became of the original's claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import dirname
from typing import Any

from reprocrate.manifest import Manifest, Reproduction
from reprocrate.render import words
from reprocrate.render.preview.links import FileLinks, separated
from reprocrate.render.preview.markup import Markup, code, element, file_link, joined, link, shortened
from reprocrate.render.reproduced import DEPTHS, original_name, verdict_words
from reprocrate.render.verdict_reading import claim_tag, items, result_tag
from reprocrate.render.verdict_words import tally

_MOST_CLAIMS = 60


def reproduced(manifest: Manifest, files: FileLinks) -> Markup | None:
    """What this is a reproduction of, and the verdict in a sentence."""
    one = manifest.reproduces
    if one is None:
        return None
    title = element("b", original_name(one)) if one.title else None
    where: Markup | None = None
    if one.doi:
        where = link(f"https://doi.org/{one.doi}", f"doi:{one.doi}")
    elif one.id:
        where = code(one.id)
    how = DEPTHS.get(one.depth, words.plain(one.depth))
    named = [" (", where, ")"] if title and where else []
    said = verdict_words(one)
    beside = _beside(one, files)
    return joined(
        element(
            "p",
            "Reproduction of ",
            title or where or "an experiment",
            *named,
            f", {how}. The payload digest of the original is ",
            code(one.payload_sha256),
            ".",
        ),
        element("p", "Verdict: ", element("b", said)) if said else None,
        element("p", "Beside this page: ", separated(beside), ".") if beside else None,
    )


def claims_of_original(manifest: Manifest, verdict: Mapping[str, Any] | None) -> Markup | None:
    """Every claim of the original with what became of it, the primary ones first; None where none is known.

    Args:
        manifest: the reproduction.
        verdict: plain JSON values that follow `verdict.schema.json`.
    """
    if manifest.reproduces is None or verdict is None:
        return None
    claims = sorted(items(verdict, "claims"), key=lambda one: not one.get("primary"))
    more = len(claims) - _MOST_CLAIMS
    return joined(
        None if claims else element("p", "The original makes no claim.", class_="soft"),
        (_claim(one) for one in claims[:_MOST_CLAIMS]),
        element("p", f"{words.count_of(more, 'more claim')} in the verdict.", class_="note")
        if more > 0
        else None,
        _results(items(verdict, "results")),
    )


def _claim(one: Mapping[str, Any]) -> Markup:
    name, colour = claim_tag(str(one.get("outcome")))
    said = words.plain(str(one.get("explanation") or ""))
    eyebrow = "Primary claim of the original" if one.get("primary") else "Claim of the original"
    return element(
        "article",
        element("p", eyebrow, class_="eyebrow"),
        element("h3", shortened(str(one.get("text")), 1000), class_="claim-text"),
        element("p", element("span", name, class_=f"tag {colour}"), " ", said),
        class_=f"claim {colour}",
    )


def _results(results: Sequence[Mapping[str, Any]]) -> Markup | None:
    """How many results there are of each outcome."""
    asked = [one for one in results if one.get("asked", True)]
    told = [f"{count:,} {result_tag(outcome)[0]}" for outcome, count in tally(asked).items()]
    of = words.count_of(len(asked), "result of the original", "results of the original")
    return element("p", f"Of {of}, judged one by one: {words.listing(told)}.") if told else None


def _beside(one: Reproduction, files: FileLinks) -> list[Markup]:
    """Links to the verdict and to what the original said, as far as they lie beside the page."""
    if one.verdict is None or not one.verdict.travels:
        return []
    folder = dirname(one.verdict.path)
    page, original = (f"{folder}/{name}" if folder else name for name in ("verdict.html", "original.json"))
    found = [file_link(page, "the whole verdict with its plots")] if files.has(page) else []
    found.append(file_link(one.verdict.path, "its numbers" if found else "the verdict's numbers"))
    return [*found, *([file_link(original, "the original's manifest")] if files.has(original) else [])]
