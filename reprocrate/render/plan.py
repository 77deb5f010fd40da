"""The plan of a rerun for the terminal, from its JSON document (`plan.schema.json`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType

from reprocrate.render import words
from reprocrate.render.needed_data import needed_data
from reprocrate.render.numbers import duration, file_size
from reprocrate.render.terminal import (
    BAD,
    GOOD,
    SOFT,
    STRONG,
    WARN,
    Piece,
    facts,
    hanging,
    heading,
    joined,
    stacked,
    table,
    text,
)

Section = Mapping[str, Any]

_OVERALL = {
    "same": ("{} has everything that the recorded runs had.", GOOD),
    "substitutable": ("{} can stand in for the recorded one.", GOOD),
    "degraded": ("{} can run it only under other conditions than recorded.", WARN),
    "impossible": ("{} cannot run it.", BAD),
}
_EXPECTED = {
    "identical": "At best the same values, bit for bit.",
    "within_tolerance": "At best the same values up to rounding.",
    "equivalent": "At best means that differ by less than the declared margin.",
    "runs": "It can show that the code runs, and nothing about its values.",
    "nothing": "At this depth it can show nothing {}.",
}
_DECISION = {
    "same": ("as recorded", GOOD),
    "substitutable": ("replaced", WARN),
    "degraded": ("degraded", WARN),
    "impossible": ("impossible", BAD),
}
_DEPTH = {
    "logs": "recompute results from the recorded runs",
    "evaluate": "evaluate again from recorded checkpoints or predictions",
    "smoke": "a scaled-down run, which only shows that the code runs",
    "full": "run again as recorded",
}


def plan_text(document: Section) -> Group:
    """A plan, to be printed on a `rich.console.Console`.

    Args:
        document: plain JSON values that follow `plan.schema.json`.
    """
    overall, style = _OVERALL[document["overall"]]
    machine = words.plain(document.get("machine") or "")
    place = "there" if machine else "here"
    return stacked(
        joined("Plan for a rerun of ", text(document["title"], STRONG), machine and f" on {machine}"),
        text(f"Depth {document['depth']}: {_DEPTH[document['depth']]}.", SOFT),
        *(text(reason, SOFT) for reason in document["reasons"]),
        *_claims(document["claims"]),
        *_work(document),
        *_requirements(document["requirements"], machine),
        *needed_data(document.get("data", ())),
        *_depths(document),
        *_consents(document["consents"]),
        text(""),
        joined(
            text(overall.format(machine or "This machine"), style),
            f" {_EXPECTED[document['expected']].format(place)}",
        ),
    )


def _claims(claims: list[Section]) -> Iterator[RenderableType]:
    if not claims:
        return
    yield heading("What it can show for each claim")
    for claim in claims:
        said = joined(claim["text"], text(" (primary)", SOFT) if claim["primary"] else "")
        yield hanging("-", stacked(said, text(claim["shows"], SOFT)))


def _work(document: Section) -> Iterator[RenderableType]:
    yield heading("What it takes")
    entries: list[tuple[str, Piece]] = [
        ("Time", _time(document["seconds"])),
    ]
    if document["download_bytes"]:
        entries.append(("Download", file_size(document["download_bytes"])))
    if document["work"]:
        entries.append(("Environment", _packages(document)))
        entries.append(("Disk", f"{file_size(document['disk_bytes'])} and the environment"))
    else:
        entries.append(("Disk", "no space to speak of: no environment is built"))
    yield facts(entries)
    rows: list[list[Piece]] = [
        [text(one["label"], STRONG), _seeds(one["seeds"]), _time(one["seconds"])] for one in document["work"]
    ]
    if rows:
        yield text("")
        yield table(["Configuration", "Seeds", "Time"], rows, numbers=["Time"])
    else:
        yield text("Nothing is to be run.")


def _requirements(requirements: list[Section], machine: str) -> Iterator[RenderableType]:
    if not requirements:
        return
    differing = [one for one in requirements if one["decision"] != "same"]
    same = len(requirements) - len(differing)
    yield heading(f"How {machine or 'this machine'} differs")
    if not differing:
        yield text(f"In nothing that was recorded: {words.count_of(same, 'requirement')} met exactly.")
        return
    for one in sorted(differing, key=lambda each: -list(_DECISION).index(each["decision"])):
        yield difference(one, "there" if machine else "here")
    yield text(f"{words.count_of(same, 'further requirement')} met exactly.", SOFT)


def difference(one: Section, place: str = "here") -> RenderableType:
    """One requirement that is not met exactly: what was, what is, what is made of it.

    Args:
        one: the requirement.
        place: how the machine is pointed at.
    """
    label, style = _DECISION[one["decision"]]
    was, found = one["recorded"] or "nothing recorded", one["found"] or "nothing"
    return hanging(
        "-",
        stacked(
            joined(f"{one['namespace']} {one['feature']}: {was}; {place} {found} (", text(label, style), ")"),
            text(f"{words.sentence(one['reason'])} {words.sentence(one['effect'])}", SOFT),
            text(f"What you can do: {one['override']}.", SOFT) if one["override"] else None,
        ),
    )


def _depths(document: Section) -> Iterator[RenderableType]:
    others = [one for one in document["depths"] if one["depth"] != document["depth"]]
    there = [one for one in others if one["available"]]
    if not there:
        return
    yield heading("Other depths")
    for one in there:
        parts = [f"{work['label']} {_time(work['seconds'])}" for work in one["work"]]
        by = f" ({words.shortened(parts, 6)})" if len(parts) > 1 and one["seconds"] else ""
        said = f"--depth {one['depth']}: {_DEPTH[one['depth']]}; {_time(one['seconds'])}{by}"
        yield hanging("-", text(said))
    for one in others:
        if one["depth"] == "evaluate" and not one["available"] and one["reason"]:
            yield hanging("-", text(f"evaluate is not possible: {one['reason']}.", SOFT))


def _consents(consents: list[Section]) -> Iterator[RenderableType]:
    if not consents:
        return
    yield heading("What a rerun will ask first")
    for one in consents:
        yield hanging(
            "-",
            stacked(text(words.sentence(one["text"])), text(f"Agree beforehand with {one['option']}.", SOFT)),
        )


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "time unknown"
    return duration(seconds) if seconds else "no time to speak of"


def _packages(document: Section) -> str:
    number, size = document["packages"], document.get("packages_bytes")
    named = words.count_of(number, "package") if number else "no packages"
    return f"{named} of {file_size(size)}" if size else named


def _seeds(seeds: list[int | str]) -> str:
    return words.number_ranges(int(seed) for seed in seeds) if seeds else "takes none"
