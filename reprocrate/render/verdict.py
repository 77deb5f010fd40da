"""The verdict of a rerun for the terminal, from its JSON document (`verdict.schema.json`).

It is written for somebody who has never seen the tool: what became of each claim, the numbers then
and now, how it was run, what the words mean, and one sentence last. Never a single score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType

from reprocrate.render import numbers, words
from reprocrate.render.beside import beside
from reprocrate.render.plan import difference
from reprocrate.render.terminal import (
    BAD,
    GOOD,
    SOFT,
    STRONG,
    WARN,
    Piece,
    bullets,
    facts,
    hanging,
    heading,
    joined,
    stacked,
    table,
    text,
)
from reprocrate.render.verdict_words import (
    CLAIM,
    RESULT,
    Section,
    basis_text,
    change_text,
    deciding_claims,
    result_name,
    seeds_text,
    summary_texts,
    tally,
    worst_first,
)

_MOST = 50
_MOST_PARTS = 24
_MOST_NAMES = 12
_ALL = "`--json` has every one, and the page of `--html FILE` up to 1,000."


def verdict_text(document: Section) -> Group:
    """A verdict, to be printed on a `rich.console.Console`.

    Args:
        document: plain JSON values that follow `verdict.schema.json`.
    """
    results = document["results"]
    return stacked(
        joined("Verdict on ", text(document["original"]["title"], STRONG)),
        text(basis_text(document)),
        *(text(reason, SOFT) for reason in document["circumstances"].get("chosen", ())),
        *_claims(document["claims"]),
        *_results([one for one in results if one["asked"]], document["basis"]),
        text(document["sentence"], WARN) if document["claims"] and not results else None,
        *_not_asked([one for one in results if not one["asked"]]),
        *beside(document),
        *_circumstances(document["circumstances"]),
        *_words(document),
        text(""),
        text(verdict_conclusion(document), f"{STRONG} {GOOD if document['upheld'] else BAD}"),
    )


def verdict_conclusion(document: Section, *, others: str = "see above") -> str:
    """The whole in one sentence that answers the question; `others` is where to look for the rest."""
    if document["basis"] == "smoke":
        outcome = "runs here" if document["upheld"] else "does not run here as it did"
        return f"The code {outcome}; whether its results hold was not examined."
    claims = deciding_claims(document)
    verb = {"logs": "recomputation", "compare": "comparison", "evaluate": "new evaluation"}.get(
        document["basis"], "rerun"
    )
    if claims:
        return _claims_conclusion(claims, f"The {verb}")
    asked = [one for one in document["results"] if one["asked"]]
    if not asked:
        why = f". {document['sentence']}" if "sentence" in document else ": no result was compared."
        return f"The {verb} says nothing{why}"
    good = sum(RESULT.get(one["outcome"], ("", ""))[1] == GOOD for one in asked)
    if good == len(asked):
        return f"The {verb} confirms {_all(len(asked), 'result')}."
    return f"The {verb} confirms {good:,} of {words.count_of(len(asked), 'result')}; for the others {others}."


def _claims_conclusion(claims: Sequence[Section], subject: str) -> str:
    kind = "primary claim" if all(one["primary"] for one in claims) else "claim"
    tally = {outcome: sum(one["outcome"] == outcome for one in claims) for outcome in CLAIM}
    if tally["upheld"] == len(claims):
        return f"{subject} upholds {_all(len(claims), kind)}."
    if len(claims) == 1:
        return f"{subject} " + (
            f"does not uphold the {kind}." if tally["not_upheld"] else f"leaves the {kind} undecided."
        )
    parts = [f"{tally[outcome]} {name}" for outcome, (_, name, *_) in CLAIM.items() if tally[outcome]]
    return f"{subject} does not uphold every {kind}: of {len(claims)} {words.listing(parts)}."


def _all(number: int, noun: str) -> str:
    if number == 1:
        return f"the {noun}"
    return f"both {noun}s" if number == 2 else f"all {number} {noun}s"


def _claims(claims: Sequence[Section]) -> Iterator[RenderableType]:
    if not claims:
        return
    yield heading("Claims")
    ordered = sorted(claims, key=lambda one: not one["primary"])
    if len(claims) > _MOST:
        places = {"not_upheld": 0, "undecided": 1}
        ordered.sort(key=lambda one: (not one["primary"], places.get(one["outcome"], 2)))
        parts = [f"{count:,} {CLAIM[outcome][1]}" for outcome, count in tally(claims).items()]
        yield text(f"Of {len(claims):,} claims {words.listing(parts)}. Listed are {_MOST}; {_ALL}")
    for claim in ordered[:_MOST]:
        mark, name, style, _ = CLAIM[claim["outcome"]]
        bits = [text(part, SOFT) for part in _parts(claim["parts"])]
        yield hanging(
            text(mark, style),
            stacked(
                joined(claim["text"], text(" (primary)", SOFT) if claim["primary"] else ""),
                joined(text(f"{name}: ", style), claim["explanation"]),
                *bullets(bits),
            ),
        )


def _parts(parts: Sequence[Section]) -> list[str]:
    """What became of each part of a claim, where there are several; of very many, those that fail first."""
    if len(parts) < 2:
        return []
    places = {"not_upheld": 0, "undecided": 1}
    shown = list(parts)
    if len(parts) > _MOST_PARTS:
        shown.sort(key=lambda one: places.get(one["outcome"], 2))
    more = len(parts) - _MOST_PARTS
    told = [str(one["explanation"]) for one in shown[:_MOST_PARTS]]
    return [*told, f"{more:,} more parts; --json has them all."] if more > 0 else told


def _chosen(results: Sequence[Section]) -> tuple[Sequence[Section], list[str]]:
    """The results to list, and what is said of the others.

    Of more than anybody reads, those are listed that claims rest on or that do not confirm, the worst first.
    """
    if len(results) <= _MOST:
        return results, []
    wanted = [one for one in results if one["evidence"] or RESULT[one["outcome"]][1] != GOOD]
    shown = worst_first(wanted)[:_MOST]
    counts = tally(worst_first({**one, "evidence": False} for one in results))
    parts = [f"{count:,} {RESULT[outcome][0]}" for outcome, count in counts.items()]
    said = f"Of {len(results):,} results {words.listing(parts)}. "
    if not shown:
        return [], [f"{said}All of them confirm; {_ALL}"]
    which = f"the {len(shown)} that claims rest on or that do not confirm"
    if len(wanted) > len(shown):
        which = (
            f"{len(shown)} of the {len(wanted):,} that claims rest on or that do not confirm, the worst first"
        )
    return shown, [f"{said}Listed are {which}; {_ALL}"]


def _results(results: Sequence[Section], basis: str) -> Iterator[RenderableType]:
    if not results:
        return
    yield heading("Results, mean ± standard deviation over seeds")
    results, notes = _chosen(results)
    yield from (text(note) for note in notes)
    if not results:
        return
    rows = [_row(one) for one in results]
    then, now = ("Original", "Other") if basis == "compare" else ("Recorded", "Rerun")
    columns = ["Result", then, now, "Difference", "Seeds", "Verdict"]
    yield table(columns, rows, numbers=columns[1:5])
    yield text("")
    alike: dict[tuple[str, ...], list[str]] = {}
    for one in results:
        alike.setdefault((one["outcome"], one["explanation"], *one["remarks"]), []).append(result_name(one))
    for (outcome, explanation, *remarks), names in alike.items():
        name, style, _ = RESULT[outcome]
        said = joined(text("; ".join(_few(names)), STRONG), ": ", text(f"{name}. ", style), explanation)
        yield hanging("-", stacked(said, *(text(remark, SOFT) for remark in remarks)))


def _few(names: Sequence[str]) -> list[str]:
    """Names of results that the table has as well."""
    more = len(names) - _MOST_NAMES
    return [*names[:_MOST_NAMES], f"{more} more"] if more > 1 else list(names)


def _row(result: Section) -> list[Piece]:
    original, rerun = result["numbers"]["original"], result["numbers"]["rerun"]
    name, style, _ = RESULT[result["outcome"]]
    return [
        text(result_name(result)),
        *summary_texts(original, rerun),
        change_text(result),
        seeds_text(result),
        text(name, style),
    ]


_NOT_ASKED = "This rerun was not asked for it."


def _not_asked(results: Sequence[Section]) -> Iterator[RenderableType]:
    """What the rerun was not asked for; what no rerun is held against says so itself, as mean ranks do."""
    together: dict[str, list[str]] = {}
    for one in results:
        together.setdefault(one["explanation"], []).append(result_name(one))
    for explanation, names in together.items():
        shown = words.shortened(names, 6)
        if explanation == _NOT_ASKED:
            yield text(f"Not asked for in this rerun: {shown}.", SOFT)
        else:
            yield text(f"Not judged: {shown}. {words.plain(explanation)}", SOFT)


def _circumstances(found: Section) -> Iterator[RenderableType]:
    entries = list(_isolation(found)) + list(_software(found["packages"])) + list(_machine(found))
    differing = [one for one in found["decisions"] if one["decision"] != "same"]
    if entries or differing:
        yield heading("How it was run")
        yield facts(entries)
    if found["degraded"]:
        yield text("Under other conditions than recorded: nothing here is held against the original.", WARN)
    for one in differing:
        yield difference(one)


def _isolation(found: Section) -> Iterator[tuple[str, Piece]]:
    sandbox, network = found["sandbox"], found["network"]
    if sandbox:
        yes = f"in a sandbox ({sandbox['reason']})"
        yield "Isolation", yes if sandbox["used"] else text(f"not in a sandbox: {sandbox['reason']}", WARN)
    if network:
        reach = "could reach other hosts" if network["used"] else "could not reach other hosts"
        yield "Network", f"the runs {reach} ({network['reason']})"


def _software(packages: Sequence[Section]) -> Iterator[tuple[str, Piece]]:
    if not packages:
        return
    changes = [
        f"{one['package']} {one['recorded'] or 'was not there'} then, {one['found'] or 'missing'} now"
        for one in packages
    ]
    yield "Packages", text(f"not as recorded: {words.shortened(changes, 8)}", WARN)


def _machine(found: Section) -> Iterator[tuple[str, Piece]]:
    hardware = found["hardware"]
    if not hardware:
        return
    cpu = hardware.get("cpu") or {}
    memory = hardware.get("memory_bytes")
    parts = [
        cpu.get("model") or cpu.get("architecture") or "",
        words.count_of(cpu["cores"], "core") if cpu.get("cores") else "",
        numbers.memory_size(memory) if memory else "",
        *(one["model"] for one in hardware.get("accelerators", ())),
    ]
    yield "Machine", ", ".join(part for part in parts if part)


def _words(document: Section) -> Iterator[RenderableType]:
    results = {one["outcome"] for one in document["results"] if one["asked"]}
    claims = {one["outcome"] for one in document["claims"]}
    entries = [(name, meaning) for outcome, (_, name, _, meaning) in CLAIM.items() if outcome in claims]
    entries += [(name, meaning) for outcome, (name, _, meaning) in RESULT.items() if outcome in results]
    if entries:
        yield heading("What the words mean")
        yield facts((name, text(meaning, SOFT)) for name, meaning in entries)
