"""What a verdict tells beside itself, for the terminal: learning curves, files, promised determinism."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType

from reprocrate.render import words
from reprocrate.render.terminal import SOFT, STRONG, bullets, heading, joined, text

Section = Mapping[str, Any]

_MOST_CURVES = 12
_MOST_FILES = 8
_SIDE = "Beside the verdict, deciding nothing"


def beside(document: Section) -> Iterator[RenderableType]:
    """The part of a verdict that decides nothing; nothing where there is none of it.

    Args:
        document: plain JSON values that follow `verdict.schema.json`.
    """
    parts = [
        *_determinism(document["determinism"]),
        *_curves(document["curves"], _names(document)),
        *_files(document["artifacts"]),
    ]
    if parts:
        yield heading(_SIDE)
        yield from parts


def _determinism(found: Section) -> Iterator[RenderableType]:
    """Only where something is promised: without a promise the results say what was shown."""
    if found["promised"] not in (None, "none"):
        yield from bullets([joined(text("Determinism: ", STRONG), found["explanation"])])


def _names(document: Section) -> dict[str, str]:
    return {one["id"]: words.plain(one["name"]) for one in document["results"]}


def _curves(curves: Sequence[Section], names: Mapping[str, str]) -> Iterator[RenderableType]:
    shown = curves[:_MOST_CURVES]
    alike: dict[str, list[str]] = {}
    for one in shown:
        alike.setdefault(one["explanation"], []).append(_curve_name(one, names))
    for explanation, labels in alike.items():
        about = f"Curves of {words.shortened(labels, 6)}: "
        yield from bullets([joined(text(about, STRONG), explanation)])
    if len(curves) > len(shown):
        yield text(f"{len(curves) - len(shown)} more curves are in the verdict's JSON.", SOFT)


def _curve_name(curve: Section, names: Mapping[str, str]) -> str:
    place = "".join(f" on {curve[part]}" for part in ("data", "split") if curve[part])
    whose = names.get(curve["result"] or "", curve["configuration"])
    fold = f", fold {curve['fold']}" if curve["fold"] else ""
    return words.plain(f"{whose}, {curve['metric']}{place}{fold}")


def _files(found: Section | None) -> Iterator[RenderableType]:
    if found is None or not found["runs"]:
        return
    fates = ("identical", "different", "missing", "new", "unknown")
    counts = [f"{found[fate]:,} {_FATES[fate]}" for fate in fates if found[fate]]
    if not counts:
        return
    about = f"Files of {words.count_of(found['runs'], 'run')}: "
    yield from bullets([joined(text(about, STRONG), f"{words.listing(counts)}.")])
    named = [one for one in found["named"] if one["fate"] != "new"] or found["named"]
    yield from bullets([text(words.plain(_file(one)), SOFT) for one in named[:_MOST_FILES]])


def _file(one: Section) -> str:
    seed = "" if one["seed"] is None else f", seed {one['seed']}"
    hint = f" ({one['hint']})" if one["fate"] == "different" and one["hint"] else ""
    return f"{one['fate']}: {one['path']}, {one['kind']} of {one['configuration']}{seed}{hint}"


_FATES = {
    "identical": "are identical",
    "different": "have other bytes",
    "missing": "were not written again",
    "new": "are new",
    "unknown": "have no digest on one side",
}
