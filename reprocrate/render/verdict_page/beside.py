"""What a verdict tells beside itself: promised determinism, learning curves and the files that runs wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reprocrate.render import words
from reprocrate.render.numbers import significant
from reprocrate.render.preview.markup import Markup, code, definition, element, joined, shortened
from reprocrate.render.preview.tables import Header, number, table
from reprocrate.render.verdict_reading import finite, items, part
from reprocrate.render.verdict_words import Section

_FEW = 12
_MOST_CURVES = 200
_MOST_FILES = 100
_FATES = {
    "identical": ("identical", "good"),
    "different": ("other bytes", "warn"),
    "missing": ("not written again", "bad"),
    "new": ("new", "warn"),
    "unknown": ("no digest on one side", "warn"),
}


def beside(document: Section) -> Markup | None:
    """The whole section; None where there is nothing of it."""
    names = {str(one.get("id")): str(one.get("name")) for one in items(document, "results")}
    parts = [
        _determinism(part(document, "determinism")),
        _curves(items(document, "curves"), names),
        _files(part(document, "artifacts")),
    ]
    if all(one is None for one in parts):
        return None
    note = element("p", "None of this decides the verdict.", class_="note")
    return joined(note, *parts)


def _determinism(found: Section) -> Markup | None:
    """What was promised, what was shown, and whether the one was kept by the other."""
    if not found or (found.get("promised") in (None, "none") and not found.get("shown")):
        return None
    met, same = found.get("met"), found.get("same_platform")
    told = {True: ("met", "good"), False: ("not met", "bad"), None: ("cannot be told", "warn")}
    entries = [
        definition("Promised", words.plain(str(found.get("promised") or "nothing"))),
        definition("Shown", words.plain(str(found.get("shown") or "none of the levels"))),
    ]
    if found.get("promised") not in (None, "none"):
        name, colour = told.get(met if isinstance(met, bool) else None, told[None])
        entries.append(definition("The promise", element("span", name, class_=f"tag {colour}")))
    if isinstance(same, bool):
        entries.append(definition("Platform", "the recorded one" if same else "another one than recorded"))
    said = words.plain(str(found.get("explanation") or ""))
    return joined(
        element("h3", "Determinism"),
        element("p", said) if said else None,
        element("dl", *entries, class_="about"),
    )


def _curves(curves: Sequence[Section], names: Mapping[str, str]) -> Markup | None:
    """Every learning curve that both sides have, in a line."""
    if not curves:
        return None
    shown = curves[:_MOST_CURVES]
    columns: list[Header] = [
        "Curve",
        ("Identical", "number"),
        ("Parts at step", "number"),
        "What the curves show",
    ]
    body = table(
        "Learning curves then and now", columns, [_curve(one, names) for one in shown], "wordy named reflow"
    )
    more = len(curves) - len(shown)
    rest = element("p", f"{more:,} more are in the document itself.", class_="note") if more > 0 else None
    if len(curves) > _FEW:
        summary = element("summary", f"{words.count_of(len(curves), 'learning curve')}")
        return joined(element("h3", "Learning curves"), element("details", summary, body, rest))
    return joined(element("h3", "Learning curves"), body, rest)


def _curve(one: Section, names: Mapping[str, str]) -> list[Markup]:
    pairs = items(one, "seeds")
    same = sum(bool(pair.get("identical")) for pair in pairs)
    parted = [step for pair in pairs if (step := finite(pair.get("parts_at"))) is not None]
    whose = names.get(str(one.get("result")), str(one.get("configuration")))
    place = "".join(f" on {one[key]}" for key in ("data", "split") if one.get(key))
    fold = f", fold {one['fold']}" if one.get("fold") else ""
    return [
        element("th", shortened(f"{whose}, {one.get('metric')}{place}{fold}"), scope="row"),
        number(f"{same} of {len(pairs)}"),
        number(significant(min(parted)) if parted else "–"),
        element("td", words.plain(str(one.get("explanation") or ""))),
    ]


def _files(found: Section) -> Markup | None:
    """How many files are the recorded ones byte for byte, and which are not."""
    counts = {fate: int(finite(found.get(fate)) or 0) for fate in _FATES}
    if not any(counts.values()):
        return None
    tags = [
        element("li", element("span", f"{counts[fate]:,} {name}", class_=f"tag {colour}"))
        for fate, (name, colour) in _FATES.items()
        if counts[fate]
    ]
    named = items(found, "named")[:_MOST_FILES]
    pairs = words.count_of(int(finite(found.get("runs")) or 0), "run")
    return joined(
        element("h3", "Files that the runs wrote"),
        element(
            "p", f"Of {pairs}, by the SHA-256 of each file. Many formats hold the time of day.", class_="note"
        ),
        element("ul", *tags, class_="tally"),
        table(
            "Files that are not as recorded",
            ["File", "Now", "Of", "Remark"],
            [*_named(named)],
            "wordy named reflow",
        )
        if named
        else None,
    )


def _named(files: Sequence[Section]) -> Iterator[list[Markup]]:
    for one in files:
        fate, colour = _FATES.get(str(one.get("fate")), (words.plain(str(one.get("fate"))), "warn"))
        seed = "" if one.get("seed") is None else f", seed {shortened(str(one['seed']), 40)}"
        yield [
            element("th", code(shortened(str(one.get("path")))), scope="row"),
            element("td", element("span", fate, class_=f"tag {colour}")),
            element(
                "td", f"{shortened(str(one.get('configuration')))}{seed}, {words.plain(str(one.get('kind')))}"
            ),
            element("td", words.plain(str(one.get("hint") or ""))),
        ]
