"""How much of an experiment there is: computed from the manifest, never declared, and said in words."""

from __future__ import annotations

from dataclasses import dataclass

from reprocrate.manifest import Data, Manifest, Result
from reprocrate.render import words

FULL = "the full experiment"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an experiment.

    Attributes:
        name: what it is.
        present: whether it is all there.
        note: what there is, or what is lacking, in a few words.
    """

    name: str
    present: bool
    note: str


@dataclass(frozen=True, slots=True)
class Availability:
    """What there is of an experiment.

    Attributes:
        parts: description, code, data, environment, hardware, seeds, commands and per-seed results.
    """

    parts: tuple[Part, ...]

    @property
    def degree(self) -> str:
        """The degree in words, each of which includes the ones before it."""
        names = ["description", "code", "data"]
        present = {part.name: part.present for part in self.parts}
        if all(present.values()):
            return FULL
        reached = ["description"]
        for name in names[1:]:
            if not present[name]:
                break
            reached.append(name)
        return (
            " and ".join((", ".join(reached[:-1]), reached[-1])) if len(reached) > 1 else "a description only"
        )


def availability_of(manifest: Manifest) -> Availability:
    """What a manifest says there is."""
    return Availability(
        (
            _description(manifest),
            _code(manifest),
            _data(manifest),
            _environment(manifest),
            _hardware(manifest),
            _seeds(manifest),
            _commands(manifest),
            _results(manifest),
        )
    )


def data_travels(data: Data) -> bool:
    """Whether all of a data set is in the bundle."""
    return data.remote is None and bool(data.files) and all(file.travels for file in data.files)


def reads_no_files(manifest: Manifest) -> bool:
    """Whether the recorder saw the runs and found that they read no data of their own."""
    watched = [run for run in manifest.runs if run.capture and run.capture.completeness != "minimal"]
    return bool(watched) and not manifest.data and not any(run.inputs for run in manifest.runs)


def counted_runs(result: Result) -> str:
    """`5 seeds`, `1 run`, whatever a result is over."""
    if result.over != "runs":
        return words.count_of(result.n, result.over.removesuffix("s"))
    return words.count_of(result.n, "seed" if result.varies_over == "seeds" or result.n == 1 else "run")


def _description(manifest: Manifest) -> Part:
    given = bool(manifest.experiment.description or manifest.claims)
    return Part("description", given, "what was done and found" if given else "neither text nor claims")


def _code(manifest: Manifest) -> Part:
    files = sum(len(code.files) for code in manifest.code)
    if not files:
        return Part("code", False, "no source file is recorded")
    lacking = [file for code in manifest.code for file in code.files if not file.travels]
    if lacking:
        return Part("code", False, f"{words.count_of(len(lacking), 'source file')} not included")
    return Part("code", True, words.count_of(files, "file"))


def _data(manifest: Manifest) -> Part:
    if not manifest.data:
        if reads_no_files(manifest):
            return Part("data", True, "the runs read no data files of their own")
        return Part("data", False, "none is recorded")
    elsewhere = [words.data_label(one, one.id) for one in manifest.data if not data_travels(one)]
    if elsewhere:
        return Part("data", False, f"not included: {words.shortened(elsewhere, 3)}")
    return Part("data", True, words.count_of(len(manifest.data), "data set"))


def _environment(manifest: Manifest) -> Part:
    if not manifest.environments:
        return Part("environment", False, "none is recorded")
    unlocked = [one for one in manifest.environments if one.packages and one.lock is None]
    if unlocked:
        return Part("environment", False, "packages are named, but there is no lock to build it from")
    packages = max(len(one.packages) for one in manifest.environments)
    python = manifest.environments[0].python
    version = f"Python {words.plain(python.version)} and " if python else ""
    return Part("environment", True, f"{version}{words.count_of(packages, 'package')}, locked")


def _hardware(manifest: Manifest) -> Part:
    if not manifest.hardware:
        return Part("hardware", False, "no machine is recorded")
    return Part(
        "hardware", True, words.count_of(len(manifest.hardware), "kind of machine", "kinds of machine")
    )


def _seeds(manifest: Manifest) -> Part:
    without = sum(not run.seeds for run in manifest.runs)
    if not manifest.runs or without:
        note = f"{words.count_of(without, 'run')} without a seed" if manifest.runs else "no run is recorded"
        return Part("seeds", False, note)
    return Part("seeds", True, words.count_of(len({str(run.seed) for run in manifest.runs}), "seed"))


def _commands(manifest: Manifest) -> Part:
    number = len(manifest.configurations)
    note = words.count_of(number, "configuration") if number else "no configuration is recorded"
    return Part("commands", bool(number), note)


def _results(manifest: Manifest) -> Part:
    number = len(manifest.results)
    if not number:
        return Part("per-seed results", False, "no metric is recorded")
    known = {run.id for run in manifest.runs}
    loose = [
        one
        for one in manifest.results
        if one.over == "runs" and not (one.runs and known.issuperset(one.runs))
    ]
    if loose:
        return Part("per-seed results", False, f"{words.count_of(len(loose), 'result')} without its runs")
    return Part("per-seed results", True, words.count_of(number, "result"))
