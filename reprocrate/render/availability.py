"""How much of an experiment there is: computed from the manifest, never declared, and said in words."""

from __future__ import annotations

import itertools
from enum import StrEnum
from typing import NamedTuple

from reprocrate.manifest import Data, Manifest
from reprocrate.render import words

FULL = "the full experiment"


class Part(NamedTuple):
    """One part of an experiment.

    Attributes:
        name: what it is.
        present: whether it is all there.
        note: what there is, or what is lacking, in a few words.
    """

    name: str
    present: bool
    note: str


class Availability(NamedTuple):
    """What there is of an experiment.

    Attributes:
        parts: description, code, data, environment, hardware, seeds, commands and per-seed results.
    """

    parts: tuple[Part, ...]

    @property
    def degree(self) -> str:
        """The degree in words, each of which includes the ones before it."""
        names = ("description", "code", "data")
        present = {part.name: part.present for part in self.parts}
        if all(present.values()):
            return FULL
        reached = list(itertools.takewhile(present.__getitem__, names))
        if len(reached) < 2:
            return "a description only" if reached else "a title only"
        return words.listing(reached)


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


class Place(StrEnum):
    """Where the bytes of a data set are."""

    INCLUDED = "included"
    WITHOUT_FILES = "no file of its own"
    ELSEWHERE = "not included"
    REMOTE = "read over the network"


def place_of(data: Data) -> Place:
    """Where the bytes of a data set are; what has no file comes with a package or is made by the code."""
    if data.remote is not None and not data.files:
        return Place.REMOTE
    if not all(file.travels for file in data.files):
        return Place.ELSEWHERE
    return Place.INCLUDED if data.files else Place.WITHOUT_FILES


def was_watched(manifest: Manifest) -> bool:
    """Whether the recorder saw which files any run read."""
    return any(run.capture and run.capture.completeness != "minimal" for run in manifest.runs)


def reads_no_files(manifest: Manifest) -> bool:
    """Whether the recorder saw the runs and found that they read no data of their own."""
    return was_watched(manifest) and not manifest.data and not any(run.inputs for run in manifest.runs)


def _description(manifest: Manifest) -> Part:
    about = manifest.experiment
    if about.description:
        return Part("description", True, "what was done and found")
    if manifest.claims:
        return Part("description", True, "claims only, not what was done")
    if manifest.runs:
        return Part("description", True, "runs and results only, without words of the authors")
    return Part("description", False, "nothing but a title")


def _code(manifest: Manifest) -> Part:
    used = manifest.code_of_results  # of other trees only the digests travel
    trees = [code for code in manifest.code if code.id in used or not used]
    files = sum(len(code.files) for code in trees)
    if not files:
        return Part("code", False, "no source file is recorded")
    lacking = [file for code in trees for file in code.files if not file.travels]
    if lacking:
        return Part("code", False, f"{words.count_of(len(lacking), 'source file')} not included")
    return Part("code", True, words.count_of(files, "file"))


def _data(manifest: Manifest) -> Part:
    if not manifest.data:
        if reads_no_files(manifest):
            return Part("data", True, "the runs read no data files of their own")
        return Part("data", False, "none is recorded")
    places = {words.data_label(one, one.id): place_of(one) for one in manifest.data}
    elsewhere = [name for name, place in places.items() if place in (Place.ELSEWHERE, Place.REMOTE)]
    if elsewhere:
        return Part("data", False, f"not included: {words.shortened(elsewhere, 3)}")
    without = [name for name, place in places.items() if place is Place.WITHOUT_FILES]
    if without and not was_watched(manifest):
        return Part("data", False, f"no file is recorded of {words.shortened(without, 3)}")
    note = words.count_of(len(manifest.data), "data set")
    return Part("data", True, f"{note}, {len(without)} without files of its own" if without else note)


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
    launches = manifest.launches_of_several  # their seeds are those of the runs that they held
    without = sum(not run.seeds for run in manifest.runs if run.id not in launches)
    if not manifest.runs or without:
        note = f"{words.count_of(without, 'run')} without a seed" if manifest.runs else "no run is recorded"
        return Part("seeds", False, note)
    return Part(
        "seeds",
        True,
        words.count_of(len({str(run.seed) for run in manifest.runs if run.id not in launches}), "seed"),
    )


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
