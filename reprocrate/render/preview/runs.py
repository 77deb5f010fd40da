"""Every run on the page: those that did not complete at once, all of them in a table that may be folded."""

from __future__ import annotations

from collections import Counter

from reprocrate.manifest import Manifest, Run
from reprocrate.render import words
from reprocrate.render.numbers import duration
from reprocrate.render.preview.links import FileLinks, separated
from reprocrate.render.preview.markup import Markup, element, file_link, joined, shortened
from reprocrate.render.preview.tables import Header, number, table

_FEW = 20
_MOST = 200
_MOST_INCOMPLETE = 50
_HEADER: list[Header] = [
    "Configuration",
    ("Seed", "number"),
    "Outcome",
    ("Duration", "number"),
    "Started (UTC)",
    "Log",
]
_WHY_NOT = ("repeated", "other_code", "other_data", "declared")


def every_run(manifest: Manifest, files: FileLinks) -> Markup:
    """The section of runs."""
    if not manifest.runs:
        return element("p", "No run was recorded.", class_="soft")
    return _Runs(manifest, files).section()


class _Runs:
    def __init__(self, manifest: Manifest, files: FileLinks) -> None:
        self._manifest = manifest
        self._files = files
        self._held = Counter(run.parent for run in manifest.runs)
        self._excluded = {each.run: each.reason for result in manifest.results for each in result.excluded}

    def section(self) -> Markup:
        every = self._manifest.runs
        ended = words.listing(
            f"{sum(run.status == status for run in every):,} {word}"
            for status, word in words.RUN_STATUS.items()
            if any(run.status == status for run in every)
        )
        said = element("p", f"{words.count_of(len(every), 'run')}: {ended}.")
        if len(every) <= _FEW:
            return joined(said, self._table("Every run that was recorded", every))
        bad = [run for run in every if run.status != "ok"]
        more = len(every) - _MOST
        return joined(
            said,
            self._table(_of_more("Runs that did not complete", bad), bad[:_MOST_INCOMPLETE]) if bad else None,
            element(
                "details",
                element("summary", _of_more("Every run", every, _MOST)),
                self._table("Every run that was recorded", every[:_MOST]),
                element(
                    "p", f"{more:,} further runs are in ", file_link("reprocrate.json"), ".", class_="note"
                )
                if more > 0
                else None,
            ),
        )

    def _table(self, caption: str, shown: tuple[Run, ...] | list[Run]) -> Markup:
        return table(caption, _HEADER, [self._row(run) for run in shown])

    def _row(self, run: Run) -> list[Markup]:
        configuration = self._manifest.find_configuration(run.configuration)
        label = words.configuration_label(configuration, run.configuration)
        logs = [self._files.link(log, log.path.rpartition("/")[2]) for log in run.logs]
        return [
            element("th", shortened(label), scope="row"),
            number(words.seed_label(run)),
            element("td", *self._outcome(run)),
            number(duration(run.duration_s) if run.duration_s is not None else "–"),
            element("td", words.moment(run.started) or "–", class_="moment"),
            element("td", separated(logs) if logs else "–"),
        ]

    def _outcome(self, run: Run) -> list[Markup | str]:
        tag = {"ok": "soft", "running": "tag warn", "interrupted": "tag warn"}.get(run.status, "tag bad")
        notes = []
        if held := self._held[run.id]:
            notes.append(f"a launch of {held} runs")
        if run.launch and run.launch.world_size and run.launch.world_size > 1:
            notes.append(f"{run.launch.world_size} processes of {words.plain(run.launch.launcher)}")
        if run.repeats:
            notes.append("a repetition, to measure determinism")
        reason = self._excluded.get(run.id)
        if reason in _WHY_NOT:
            notes.append(f"does not count: {words.EXCLUSION[reason]}")
        shown: list[Markup | str] = [element("span", words.run_outcome(run), class_=tag)]
        for note in notes:
            shown += [" ", element("span", note, class_="sub")]
        return shown


def _of_more(text: str, runs: tuple[Run, ...] | list[Run], most: int = _MOST_INCOMPLETE) -> str:
    return f"{text}, the first {most} of {len(runs):,}" if len(runs) > most else text
