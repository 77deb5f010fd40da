"""A reproducibility report in the order that the ML Reproducibility Challenge and ReScience ask for.

What the record and the verdict say is filled in. What only a person knows (what was easy, what was asked of
the authors, what was tried beyond) is a gap, marked as one; `missing` lists them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reprocrate.exports.request import Export, Request
from reprocrate.manifest import Configuration, Data, Manifest, Run
from reprocrate.statistics import Precision, p_value, with_spread

NAME = "reproducibility-report.md"
_GAP = "**[To be written: {what}]**"
_MOST_ROWS = 200
_MOST_COMMANDS = 50
_BASIS = {
    "logs": "Nothing was run: the results were computed again from the recorded runs.",
    "evaluate": "Only the evaluation was run again, from recorded checkpoints or predictions.",
    "smoke": "The code was run scaled down, which shows that it runs and says nothing about its values.",
    "full": "The recorded commands were run again in full.",
    "compare": "Nothing was run: two records were compared.",
}
_IN_PART = "Of the recorded commands those that were asked for were run again in full."


def mlrc_report(request: Request) -> Export:
    """The report.

    Raises:
        UsageError: there is no verdict.
    """
    report = _Report(request)
    lines = [*report.head(), *report.scope(), *report.methodology(), *report.results(), *report.discussion()]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"
    return Export({NAME: text.encode()}, missing=tuple(report.gaps))


class _Report:
    def __init__(self, request: Request) -> None:
        self._verdict = request.judged
        self._request = request
        self._rerun = request.manifest
        self._original = request.original or request.manifest
        self.gaps: list[str] = []

    def _gap(self, what: str) -> Iterator[str]:
        self.gaps.append(what)
        yield _GAP.format(what=what)
        yield ""

    def head(self) -> Iterator[str]:
        verdict, about = self._verdict, self._rerun.reproduces
        yield f"# Reproducibility report: {_plain(verdict['original']['title'])}"
        yield ""
        who = ", ".join(
            _plain(one.name) + (f" (ORCID {one.orcid})" if one.orcid else "") for one in self._request.reran
        )
        if who:
            yield f"Reproduced by {who}."
            yield ""
        else:
            yield from self._gap("who reproduced it")
        rows = [
            ("Original", _plain(verdict["original"]["title"])),
            ("Record", _code(verdict["original"]["id"])),
        ]
        rows += [("DOI of the bundle", f"<https://doi.org/{about.doi}>")] if about and about.doi else []
        paper = self._original.experiment.paper
        if paper and paper.title:
            rows.append(("Paper", _plain(paper.title)))
        if payload := verdict["circumstances"]["payload_sha256"]:
            rows.append(("Payload digest", f"`sha256:{payload}`"))
        rows += [("When", str(verdict["circumstances"]["when"])), ("Verdict", _plain(verdict["sentence"]))]
        yield from _table(("", ""), rows)
        yield "## Reproducibility summary"
        yield ""
        yield _plain(verdict["sentence"])
        yield ""
        for title, what in (
            ("What was easy", "what was easy"),
            ("What was difficult", "what was difficult"),
            ("Communication with the original authors", "whether and how the authors were asked"),
        ):
            yield f"**{title}.**"
            yield from self._gap(what)

    def scope(self) -> Iterator[str]:
        yield "## 1 Introduction"
        yield ""
        yield from self._gap("what the original paper is about, and why it was chosen")
        yield "## 2 Scope of reproducibility"
        yield ""
        claims = self._verdict["claims"]
        if not claims:
            yield "The original declares no claims; its results were judged one by one (section 4)."
            yield ""
            return
        yield "These claims of the original were tested:"
        yield ""
        places = {claim.id: claim.location for claim in self._original.claims}
        for number, claim in enumerate(claims, 1):
            place = places.get(claim["id"])
            where = f", {_plain(place.label)}" if place and place.label else ""
            primary = ", primary" if claim["primary"] else ""
            yield f"{number}. {_plain(claim['text'])} ({_code(claim['id'])}, {claim['kind']}{primary}{where})"
        yield ""

    def methodology(self) -> Iterator[str]:
        yield "## 3 Methodology"
        yield ""
        chosen = self._verdict["circumstances"].get("chosen") or ()
        in_part = bool(chosen) and self._verdict["basis"] == "full"
        yield _IN_PART if in_part else _BASIS[self._verdict["basis"]]
        yield ""
        yield from (f"- {_plain(one)}" for one in chosen)
        yield ""
        yield "### 3.1 Code"
        yield ""
        for code in self._rerun.code:
            where = f", from <{code.repository}>" if code.repository else ""
            commit = f" at commit `{code.commit}`" if code.commit else ""
            yield f"- {len(code.files)} files, tree `{code.tree_sha256[:16]}`{where}{commit}"
        yield ""
        yield from _commands(self._rerun)
        yield "### 3.2 Data"
        yield ""
        names = ("Data", "Version", "Licence", "Files", "Splits", "Source")
        yield from _table(names, [_data_row(one) for one in self._original.data]) or [
            "None was recorded.",
            "",
        ]
        yield "### 3.3 Hyperparameters"
        yield ""
        rows = [_settings_row(one) for one in self._original.configurations]
        yield from _table(("Configuration", "Role", "Settings", "How they were chosen"), rows)
        yield "### 3.4 Experimental setup"
        yield ""
        yield from self._setup()
        yield "### 3.5 Computational requirements"
        yield ""
        if self._verdict["basis"] in ("logs", "compare"):
            yield from ("As recorded in what was compared:", "")
        yield from _requirements(self._rerun)

    def _setup(self) -> Iterator[str]:
        for name, seeds in self._verdict["seeds_asked"].items():
            told = ", ".join("none" if seed is None else str(seed) for seed in seeds)
            yield f"- Seeds of {_plain(name)}: {told}"
        for one in self._rerun.environments:
            python = f"{one.python.implementation or ''} {one.python.version}" if one.python else "Python"
            lock = "from a lock with digests" if one.lock and one.lock.hashed else "without a hashed lock"
            system = f", {_plain(one.os.version or one.os.name)}" if one.os else ""
            yield f"- {_plain(python)}, {len(one.packages)} packages installed {lock}{system}"
        around = self._verdict["circumstances"]
        for package in around["packages"] or ():
            yield (
                f"- {_plain(package['package'])}: {_plain(str(package['recorded']))} was recorded, "
                f"{_plain(str(package['found']))} was installed"
            )
        for need in around["decisions"] or ():
            if need["decision"] != "same":
                what = _plain(f"{need['namespace']} {need['feature']}")
                then, now = _plain(str(need["recorded"])), _plain(str(need["found"]))
                why = f"({need['decision']}): {_plain(need['reason'])}"
                yield f"- {what}: {then} was recorded, {now} was found {why}"
        for key, name in (("sandbox", "Isolation"), ("network", "Network")):
            if around.get(key):
                used = "yes" if around[key]["used"] else "no"
                yield f"- {name}: {used} ({_plain(str(around[key]['reason']))})"
        yield ""

    def results(self) -> Iterator[str]:
        yield "## 4 Results"
        yield ""
        for number, claim in enumerate(self._verdict["claims"], 1):
            yield f"### Claim {number}: {claim['outcome'].replace('_', ' ')}"
            yield ""
            yield f"> {_plain(claim['text'])}"
            yield ""
            yield _plain(claim["explanation"])
            yield ""
            parts = claim["parts"] if len(claim["parts"]) > 1 else []
            yield from (f"- {_code(part['id'])}: {_plain(part['explanation'])}" for part in parts)
            yield ""
        yield "### All results"
        yield ""
        names = (
            "Result",
            "Recorded",
            "Rerun",
            "Difference",
            "95 % prediction interval",
            "p (Holm)",
            "Verdict",
        )
        asked = [one for one in self._verdict["results"] if one["asked"]]
        yield from _table(names, [_result_row(one) for one in asked[:_MOST_ROWS]])
        if len(asked) > _MOST_ROWS:
            yield f"{len(asked) - _MOST_ROWS} more are in the verdict."
        for one in asked[:_MOST_ROWS]:
            remarks = " ".join(_plain(text) for text in one["remarks"])
            yield f"- {_code(one['id'])}: {_plain(one['explanation'])} {remarks}".rstrip()
        yield ""
        yield "### Results beyond the original paper"
        yield ""
        yield from self._gap("what was tried that the paper does not have, or that nothing was")

    def discussion(self) -> Iterator[str]:
        yield "## 5 Discussion"
        yield ""
        for one in self._verdict["results"]:
            needed = (one["numbers"] or {}).get("seeds_needed")
            if one["asked"] and needed:
                seeds = needed["each"] or needed["rerun"]
                yield f"- {_code(one['id'])}: about {seeds} seeds would decide towards *{needed['towards']}*"
        if self._verdict["circumstances"]["degraded"]:
            yield "- It ran under degraded conditions, so nothing is held against the original."
        yield ""
        yield from self._gap("what the results mean for the claims, and the limits of this reproduction")


def _commands(manifest: Manifest) -> Iterator[str]:
    first: dict[str, Run] = {}
    for run in manifest.runs:
        first.setdefault(run.configuration, run)
    for name, run in list(first.items())[:_MOST_COMMANDS]:
        yield f"- {_plain(name)}: {_code(shlex.join(run.command))}"
    yield ""


def _data_row(data: Data) -> tuple[str, ...]:
    source = data.source
    where = (
        (f"https://doi.org/{source.doi}" if source.doi else source.url or source.package) if source else None
    )
    splits = ", ".join(f"{one.name}{f' ({one.count:,})' if one.count else ''}" for one in data.splits)
    return (
        _plain(data.name or data.id),
        _plain(data.version or "not stated"),
        _plain(data.license or "not stated"),
        f"{len(data.files):,}",
        _plain(splits or "not stated"),
        _plain(where or "not stated"),
    )


def _settings_row(one: Configuration) -> tuple[str, ...]:
    settings = {**one.factors, **one.hyperparameters}
    told = ", ".join(f"{name} = {value}" for name, value in settings.items())
    chosen = "not stated"
    if one.search:
        trials = f", {one.search.trials} trials" if one.search.trials else ""
        chosen = f"{one.search.method or 'search'}{trials}"
    return _plain(one.label), one.role or "not stated", _plain(told or "in the command"), _plain(chosen)


def _requirements(manifest: Manifest) -> Iterator[str]:
    for machine in manifest.hardware:
        cpu = machine.cpu
        parts = [
            f"{cpu.model or cpu.architecture}" if cpu else "",
            f"{cpu.cores} cores" if cpu and cpu.cores else "",
        ]
        parts.append(f"{machine.memory_bytes / 2**30:.0f} GiB" if machine.memory_bytes else "")
        parts += [one.model for one in machine.accelerators] or ["no accelerator"]
        yield f"- Machine: {_plain(', '.join(part for part in parts if part))}"
    total = sum(run.duration_s or 0.0 for run in manifest.runs)
    yield f"- Time of all {len(manifest.runs)} runs, one after the other: {total:,.1f} s"
    used = [run.resources for run in manifest.runs if run.resources]
    peak = max((one.peak_memory_bytes or 0 for one in used), default=0)
    if peak:
        yield f"- Peak memory of a run: {peak / 10**6:,.0f} MB"
    energy = sum(one.energy_kwh or 0.0 for one in used)
    if energy:
        yield f"- Energy: {energy:.3g} kWh"
    yield ""


def _result_row(one: Mapping[str, Any]) -> tuple[str, ...]:
    numbers = one["numbers"] or {}
    interval, p = numbers.get("prediction"), numbers.get("p_holm")
    sides, difference = [numbers.get(name) for name in ("original", "rerun")], numbers.get("difference")
    precision = Precision.of_pair(*((one["mean"], one.get("sd")) for one in sides if one))
    return (
        _plain(f"{one['name']}, {one['metric']}"),
        *(_spread(one, precision) for one in sides),
        "–" if difference is None else precision.write_change(difference),
        f"{precision.write(interval['low'])} to {precision.write(interval['high'])}" if interval else "–",
        "–" if p is None else p_value(p).removeprefix("p ").removeprefix("= "),
        one["outcome"].replace("_", " "),
    )


def _spread(sample: Mapping[str, Any] | None, precision: Precision) -> str:
    if not sample:
        return "–"
    spread = 0.0 if sample["min"] == sample["max"] and sample["sd"] is not None else sample["sd"]
    return f"{with_spread(sample['mean'], spread, precision)} (n = {sample['n']})"


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    written = [names, ["---"] * len(names), *rows]
    return [*(f"| {' | '.join(cells)} |" for cells in written), ""]


def _plain(text: str) -> str:
    """A text on one line, in which nothing is markup."""
    flat = " ".join("".join(one if one.isprintable() else " " for one in str(text)).split())
    return re.sub(r"([\\`*_\[\]<>|#~$])", r"\\\1", flat)


def _code(text: str) -> str:
    """A text as code, between more backticks than it has."""
    flat = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    longest = max((len(found) for found in re.findall(r"`+", flat)), default=0)
    fence = "`" * (longest + 1)
    space = " " if "`" in flat else ""
    return f"{fence}{space}{flat}{space}{fence}"
