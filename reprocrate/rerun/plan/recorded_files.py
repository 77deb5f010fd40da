"""What a plan requires of files that recorded runs had written: checkpoints, predictions, prepared data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reprocrate.errors import ReprocrateError
from reprocrate.files import place_of, sha256_file
from reprocrate.manifest import Manifest
from reprocrate.rerun.plan.decisions import Decision, Requirement
from reprocrate.rerun.wording import counted, listed, size_text
from reprocrate.rerun.work.given import Gifts, Given, is_evaluation_of_its_training
from reprocrate.rerun.work.new_seeds import read_by_seed
from reprocrate.rerun.work.selection import Task
from reprocrate.rerun.work.upstream import Sources

_AREA = "data"
_VERIFIED = "as recorded, checked by digest"


@dataclass(frozen=True, slots=True)
class RecordedFiles:
    """The files that the runs of a rerun are given although runs had written them.

    Attributes:
        manifest: the recorded experiment.
        tasks: the runs to be repeated.
        folder: the imported folder, where there is one yet.
    """

    manifest: Manifest
    tasks: tuple[Task, ...]
    folder: Path | None

    def requirements(self) -> Iterator[Requirement]:
        """One for each configuration that is given such files or lacks them."""
        gifts, groups = Gifts(self.manifest, self.tasks), dict[str, list[Task]]()
        for task in self.tasks:
            groups.setdefault(task.configuration.id, []).append(task)
        for group in groups.values():
            given = [one for task in group if task.new_seed is None for one in gifts.of(task)]
            evaluates = is_evaluation_of_its_training(group[0])
            if given:
                yield self._given(group, list({one.file.path: one for one in given}.values()), evaluates)
            elif evaluates:
                yield _nothing_to_evaluate(group)
        yield from self._of_new_seeds()

    def _given(self, group: Sequence[Task], given: Sequence[Given], evaluates: bool) -> Requirement:
        names = _ids(group)
        feature = "recorded checkpoints and outputs" if evaluates else "files that other runs wrote"
        words = _amount(given)
        lacking = [one for one in given if not self._is_here(one)]
        needed = [one for one in lacking if one.needed]
        if not lacking:
            reason = f"given to the runs {_VERIFIED}{_by(given, evaluates)}"
            return Requirement(_AREA, feature, words, words, Decision.SAME, reason, None, names)
        here = [one for one in given if one not in lacking]
        found = _amount(here) if here else None
        reason = f"{listed(one.file.path for one in needed or lacking)} did not come along"
        if needed:
            if any(not one.verifiable for one in needed):
                reason += " with a digest to tell it by"
            override = _what_lifts(needed, evaluates)
            return Requirement(_AREA, feature, words, found, Decision.IMPOSSIBLE, reason, override, names)
        reason = f"{reason}, and whether a run needs it is not known: one that does fails"
        return Requirement(_AREA, feature, words, found, Decision.DEGRADED, reason, None, names)

    def _is_here(self, one: Given) -> bool:
        if not one.verifiable:
            return False
        if self.folder is None:
            return one.file.travels
        # another run may have left its own file at this place since
        return one.material.lies_in(self.folder) and (one.file.travels or _is_itself(one, self.folder))

    def _of_new_seeds(self) -> Iterator[Requirement]:
        """What a run of a new seed reads of the same seed has to be made by this rerun, too."""
        sources = Sources(self.manifest)
        renewed = {one.configuration.id for one in self.tasks if one.new_seed is not None}
        blocked: dict[str, list[str]] = {}
        for name in sorted(renewed):
            for source, by_seed in read_by_seed(sources, name).items():
                if by_seed and source not in renewed:
                    blocked.setdefault(source, []).append(name)
        for source, names in blocked.items():
            writes = self.manifest.find_configuration(source)
            label = writes.label if writes else source
            yield Requirement(
                _AREA,
                "files of the new seeds",
                None,
                None,
                Decision.IMPOSSIBLE,
                f"with a new seed it would read what {label} writes for that seed, which is not run",
                f"run {label} with new seeds as well",
                tuple(names),
            )


def _is_itself(one: Given, folder: Path) -> bool:
    try:
        return sha256_file(place_of(folder, one.file.path)).sha256 == one.file.sha256
    except (OSError, ReprocrateError):
        return False


def _nothing_to_evaluate(group: Sequence[Task]) -> Requirement:
    reason = (
        "no file that an evaluation could begin with is on record: only code and data are given to the runs"
    )
    return Requirement(
        _AREA,
        "recorded checkpoints and outputs",
        None,
        None,
        Decision.DEGRADED,
        reason,
        "name them under [files] in reprocrate.toml, as `checkpoints`, and pack again",
        _ids(group),
    )


def _what_lifts(needed: Sequence[Given], evaluates: bool) -> str:
    ways = [f"download {one.file.url} to {one.file.path}" for one in needed if one.file.url][:1]
    ways.append(
        'ask the authors for a bundle that holds it (`checkpoints = "all"` and `outputs = "all"` in [pack])'
    )
    if evaluates:
        ways.append("or train again with --depth full")
    else:
        names = list(dict.fromkeys(one.run.configuration for one in needed))
        ways.append(f"or run {listed(names)} as well")
    return ", ".join(ways)


def _by(given: Sequence[Given], evaluates: bool) -> str:
    if evaluates:
        return ""
    return (
        f": {listed(dict.fromkeys(one.run.configuration for one in given))} wrote them and is not run again"
    )


def _amount(given: Sequence[Given]) -> str:
    return f"{counted(len(given), 'file')}, {size_text(sum(one.file.size or 0 for one in given))}"


def _ids(tasks: Sequence[Task]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(task.configuration.id for task in tasks))
