"""How the rerun was made: isolation, machine, software, and what was not as recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reprocrate.render import words
from reprocrate.render.numbers import memory_size
from reprocrate.render.preview.markup import Markup, code, definition, element, joined, shortened
from reprocrate.render.preview.tables import table
from reprocrate.render.verdict_reading import finite, items, part
from reprocrate.render.verdict_words import Section

_MOST_ROWS = 100
_MOST_CONFIGURATIONS = 12
_DECISIONS = {
    "same": ("as recorded", "good"),
    "substitutable": ("replaced", "warn"),
    "degraded": ("degraded", "bad"),
    "impossible": ("impossible", "bad"),
}


def circumstances(document: Section) -> Markup | None:
    """The whole section; None where nothing is known."""
    found = part(document, "circumstances")
    decisions = items(found, "decisions")
    differing = sorted((one for one in decisions if one.get("decision") != "same"), key=_badness)
    same = [one for one in decisions if one.get("decision") == "same"]
    entries = [*_isolation(found), *_machine(part(found, "hardware")), *_seeds(document)]
    body = [
        element("p", "Under other conditions than recorded: nothing here is held against the original.")
        if found.get("degraded")
        else None,
        element("dl", *entries, class_="about") if entries else None,
        _differences(differing),
        _packages(items(found, "packages")),
        element(
            "details",
            element("summary", f"{words.count_of(len(same), 'requirement')} met exactly as recorded"),
            _requirements("What is as recorded", same),
        )
        if same
        else None,
    ]
    return joined(*body) if any(one is not None for one in body) else None


def _badness(one: Section) -> int:
    decision = one.get("decision")
    return -list(_DECISIONS).index(decision) if decision in _DECISIONS else 0


def _isolation(found: Section) -> Iterator[Markup]:
    sandbox, network = part(found, "sandbox"), part(found, "network")
    if sandbox:
        where = "in a sandbox" if sandbox.get("used") else "not in a sandbox"
        yield definition("Isolation", _toned(where, bool(sandbox.get("used"))), _reason(sandbox))
    if network:
        reach = (
            "the runs could reach other hosts"
            if network.get("used")
            else "the runs could not reach other hosts"
        )
        yield definition("Network", _toned(reach, not network.get("used")), _reason(network))


def _toned(text: str, good: bool) -> Markup:
    return element("span", text, class_=f"tag {'good' if good else 'warn'}")


def _reason(one: Section) -> str:
    return f" {words.plain(str(one['reason']))}" if one.get("reason") else ""


def _machine(hardware: Section) -> Iterator[Markup]:
    if not hardware:
        return
    cpu = part(hardware, "cpu")
    memory = finite(hardware.get("memory_bytes"))
    parts = [
        str(cpu.get("model") or cpu.get("architecture") or ""),
        *(
            words.count_of(int(size), noun)
            for noun in ("core", "thread")
            if (size := finite(cpu.get(f"{noun}s")))
        ),
        memory_size(int(memory)) if memory else "",
        *(str(one.get("model")) for one in items(hardware, "accelerators")),
    ]
    told = ", ".join(words.plain(one) for one in parts if one)
    yield definition("Machine now", told or "nothing is known of it")


def _seeds(document: Section) -> Iterator[Markup]:
    asked = document.get("seeds_asked")
    if not isinstance(asked, Mapping) or not asked:
        return
    groups: dict[str, list[str]] = {}
    for name, seeds in asked.items():
        groups.setdefault(_ranges(seeds), []).append(shortened(str(name)))
    told = [f"{seeds} of {words.shortened(names, _MOST_CONFIGURATIONS)}" for seeds, names in groups.items()]
    yield definition("Seeds asked for", "; ".join(told[:_MOST_CONFIGURATIONS]))


def _ranges(seeds: object) -> str:
    found = [str(one) for one in seeds if one is not None] if isinstance(seeds, list) else []
    if not found:
        return "the run without a seed"
    if all(one.isascii() and one.isdecimal() and len(one) < 40 for one in found):
        return words.number_ranges(map(int, found))
    return words.shortened(map(words.plain, found), _MOST_CONFIGURATIONS)


def _differences(decisions: Sequence[Section]) -> Markup | None:
    if not decisions:
        return None
    return joined(
        element("h3", "What was not as recorded"), _requirements("What was replaced, and why", decisions)
    )


def _requirements(caption: str, decisions: Sequence[Section]) -> Markup:
    more = len(decisions) - _MOST_ROWS
    columns = ["What", "Then", "Now", "Decision", "Why, and what it does to the verdict"]
    return joined(
        table(caption, columns, [_requirement(one) for one in decisions[:_MOST_ROWS]], "wordy reflow"),
        element("p", f"{more:,} more are in the document itself.", class_="note") if more > 0 else None,
    )


def _requirement(one: Section) -> list[Markup]:
    name, colour = _DECISIONS.get(str(one.get("decision")), (words.plain(str(one.get("decision"))), "warn"))
    told = [words.sentence(words.plain(str(one[key]))) for key in ("reason", "effect") if one.get(key)]
    if one.get("override"):
        told.append(f"What can be done: {words.ended(words.plain(str(one['override'])))}")
    return [
        element("th", shortened(f"{one.get('namespace')} {one.get('feature')}"), scope="row"),
        element("td", shortened(str(one.get("recorded") or "nothing recorded"))),
        element("td", shortened(str(one.get("found") or "nothing here"))),
        element("td", element("span", name, class_=f"tag {colour}")),
        element("td", " ".join(told)),
    ]


def _packages(packages: Sequence[Section]) -> Markup | None:
    if not packages:
        return None
    rows = [
        [
            element("th", shortened(str(one.get("package"))), scope="row"),
            element("td", code(shortened(str(one["recorded"]))) if one.get("recorded") else "was not there"),
            element("td", code(shortened(str(one["found"]))) if one.get("found") else "missing"),
        ]
        for one in packages[:_MOST_ROWS]
    ]
    more = len(packages) - _MOST_ROWS
    return joined(
        element("h3", "Packages that differ"),
        table("Versions then and now", ["Package", "Then", "Now"], rows, "reflow"),
        element("p", f"{more:,} more are in the document itself.", class_="note") if more > 0 else None,
    )
