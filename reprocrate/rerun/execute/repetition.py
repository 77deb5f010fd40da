"""One recorded run, run again: the recorded code, data, command, seed and variables, nothing else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from reprocrate.bundle import Tree, layout
from reprocrate.bundle.tree import parse_tree
from reprocrate.capture.launch.launch import RECORDER, prepare
from reprocrate.capture.launch.request import Finished, Request
from reprocrate.capture.privacy.scrubber import HOME
from reprocrate.capture.results.extraction import MetricSource
from reprocrate.capture.seeds.notation import PLACEHOLDER, substitute
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.executors import Command, Executor
from reprocrate.files import could_not
from reprocrate.manifest import Code, Data, Manifest
from reprocrate.rerun.data.supply import Supplies
from reprocrate.rerun.environment.building import BuiltEnvironment
from reprocrate.rerun.execute.workspace import Workspace
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.sandbox.bubblewrap import Sandbox
from reprocrate.rerun.sandbox.isolation import SandboxedExecutor
from reprocrate.rerun.sandbox.limits import NOTHING_ASKED, AskedLimits, Limits, usual_limits
from reprocrate.rerun.sandbox.watching import LimitedExecutor
from reprocrate.rerun.surroundings.offline import offline_variables
from reprocrate.rerun.surroundings.variables import Surroundings
from reprocrate.rerun.work.given import Gifts
from reprocrate.rerun.work.materials import (
    Material,
    code_materials,
    code_of,
    data_materials,
    data_of,
    left_out,
    output_folders,
    source_folders,
    written_by,
)
from reprocrate.rerun.work.selection import Task

_OWN = ".reprocrate"
_OWN_FOLDERS = (".reprocrate/runs", ".reprocrate/objects")
_MAKE_A_REPOSITORY = (".git", "HEAD")


@dataclass(frozen=True, slots=True)
class Assignment:
    """What is to be run again, and with what.

    Attributes:
        manifest: the recorded experiment.
        source: the folder that it was imported to.
        tasks: the runs to be repeated, in this order.
        environments: the rebuilt environments, by the ids of the recorded ones.
        host: this machine.
        sandbox: what isolates the runs; None only where the user agreed to do without.
        metrics: where the values of metrics stand in what a run leaves.
        supplies: files of data that lie elsewhere than in the imported folder.
        limits: the reader's own limits on what a run may use.
        network: whether the runs have the network of this machine, where they are isolated otherwise.
        jobs: how many run at once.
    """

    manifest: Manifest
    source: Path
    tasks: tuple[Task, ...]
    environments: Mapping[str, BuiltEnvironment]
    host: Host
    sandbox: Sandbox | None
    metrics: tuple[MetricSource, ...] = ()
    supplies: Supplies = field(default_factory=dict)
    limits: AskedLimits = NOTHING_ASKED
    network: bool = False
    jobs: int = 1

    def limits_of(self, task: Task) -> Limits:
        """What a run may use: the reader's own limits, else those that follow from the recorded run."""
        return self.limits.over(usual_limits(self.manifest, task, self.host.hardware, self.jobs))


@dataclass(frozen=True)
class Stage:
    """Where the runs of one rerun take place, one after the other.

    Attributes:
        assignment: what is to be run.
        workspace: the copies that it is run on.
        temporary: where runs without a sandbox put temporary files.
        executor: what runs their commands.
    """

    assignment: Assignment
    workspace: Workspace
    temporary: Path
    executor: Executor

    def set(self, task: Task) -> Iterator[Material]:
        """Give the next run the files that it was recorded with; yields each that had to be copied.

        Raises:
            IntegrityError: a file is not the recorded one.
            UnavailableError: a file is missing or cannot be copied.
        """
        materials = self._materials(task)
        needed = {one.file.path for one in materials if one.root is None}
        self.workspace.remove(self._code_paths - needed)
        yield from self.workspace.fill(materials)
        self.workspace.lay(self._tree)
        for folder in (*_OWN_FOLDERS, *output_folders(task)):
            self.workspace.folder(folder)
        self._remove_repository(needed)

    def repeat(self, task: Task) -> Finished:
        """Run it to its end and complete its record, whether it ended well or not.

        Raises:
            UnavailableError: its program is not here, or it cannot be started or recorded.
        """
        environment = self._environment(task)
        try:
            environment.bytecode.mkdir(exist_ok=True)
        except OSError as error:
            raise could_not("create", environment.bytecode, error) from error
        launch = prepare(self._request(task), self._variables(task, environment))
        try:
            outcome = self._executor_in(environment, self.assignment.limits_of(task)).run(
                Command(
                    argv=launch.argv,
                    cwd=launch.cwd,
                    env=launch.environment(),
                    stdout=launch.stdout,
                    stderr=launch.stderr,
                    echo=False,
                    stdin=False,
                    monitor=launch.monitor,
                )
            )
        except UsageError as error:  # the command is the bundle's: the reader's own was right
            launch.abandon()
            raise UnavailableError(error.what, error.why, "See `plan` for what the run needs.") from error
        except BaseException:
            launch.abandon()
            raise
        return launch.finish(outcome, self._metrics(task))

    def _metrics(self, task: Task) -> tuple[MetricSource, ...]:
        """Where to look for metrics, without those that only other recorded runs had."""
        launch, runs = task.recorded.id, self.assignment.manifest.runs
        own = {one.metric for run in runs if launch in (run.id, run.parent) for one in run.metrics}
        others = {one.metric for run in runs for one in run.metrics} - own
        return tuple(source for source in self.assignment.metrics if source.name not in others)

    @cached_property
    def _code_paths(self) -> frozenset[str]:
        """Every file of every source tree that a task of this rerun runs."""
        trees = {code.id: code for task in self.assignment.tasks if (code := self._code(task))}
        return frozenset(file.path for code in trees.values() for file in code.files)

    @cached_property
    def _tree(self) -> Tree:
        """The links and empty folders of the imported folder."""
        try:
            return parse_tree((self.assignment.source / layout.TREE).read_bytes())[0]
        except FileNotFoundError:
            return Tree()
        except OSError as error:
            raise could_not("read", self.assignment.source / layout.TREE, error) from error

    def _code(self, task: Task) -> Code | None:
        return code_of(self.assignment.manifest, task)

    def _materials(self, task: Task) -> list[Material]:
        code = self._code(task)
        written = written_by(self.assignment.tasks)
        kept_out = set(left_out(code)) if code else set()
        found = [one for one in code_materials(code) if one.source not in kept_out] if code else []
        read = data_of(self.assignment.manifest, [task])
        for data in read:
            found += data_materials(data, written)
        if task.recorded.capture is None or task.recorded.capture.completeness != "complete":
            found += self._perhaps_read(read, written)
        there = {one.file.path for one in found if one.root is None}
        return found + [one for one in self._gifts.materials(task) if one.file.path not in there]

    @cached_property
    def _gifts(self) -> Gifts:
        return Gifts(self.assignment.manifest, self.assignment.tasks)

    def _perhaps_read(self, read: Collection[Data], written: Iterable[str]) -> Iterator[Material]:
        """Files of the other data, which the author named because nobody could see who read it."""
        for data in self.assignment.manifest.data:
            if data not in read:
                for material in data_materials(data, written):
                    there = material.key in self.assignment.supplies
                    if there or (material.root is None and material.lies_in(self.assignment.source)):
                        yield material

    def _remove_repository(self, needed: Iterable[str]) -> None:
        """Take away what would make git read settings that a run left: they can name programs to start."""
        for name in set(_MAKE_A_REPOSITORY) - set(needed):
            place = self.workspace.work / name
            try:
                if place.is_dir() and not place.is_symlink():
                    shutil.rmtree(place)
                else:
                    place.unlink(missing_ok=True)
            except OSError as error:
                raise could_not("remove", place, error) from error

    def _environment(self, task: Task) -> BuiltEnvironment:
        try:
            return self.assignment.environments[task.recorded.environment or ""]
        except KeyError:
            raise UnavailableError(
                f"{task.label} cannot be run",
                "which environment it ran in was not recorded"
                if task.recorded.environment is None
                else f"its environment {task.recorded.environment} was not built",
                "See `plan` for what it needs.",
            ) from None

    def _request(self, task: Task) -> Request:
        configuration, home = task.configuration, str(self.workspace.home)
        template = tuple(word.replace(HOME, home) for word in task.template)
        seed = self._seed_to_fill_in(task)
        return Request(
            project=self.workspace.work,
            template=template
            if seed is not None
            else tuple(word.replace(HOME, home) for word in task.command),
            name=configuration.id,
            cwd=self.workspace.folder(task.recorded.working_directory),
            seed=seed,
            seed_variable=configuration.seed_variable if seed is not None else None,
            foreign=True,
        )

    @staticmethod
    def _seed_to_fill_in(task: Task) -> int | None:
        """The seed, where filling it into the template gives the very command that was recorded."""
        if task.seed is None:
            return None
        has_a_place = task.configuration.seed_variable or any(PLACEHOLDER in word for word in task.template)
        same = substitute(task.template, {"seed": task.seed}) == task.command
        return int(task.seed) if has_a_place and same else None

    def _variables(self, task: Task, environment: BuiltEnvironment) -> dict[str, str]:
        manifest, machines = self.assignment.manifest, task.recorded.hardware
        code = self._code(task)
        around = Surroundings(
            work=self.workspace.work,
            home=self.workspace.home,
            temporary=None if self.assignment.sandbox else self.temporary,
            python=environment.python,
            # Python tells source files apart by second and size, so no two trees may share bytecode.
            bytecode=environment.bytecode / (code.tree_sha256[:16] if code else "none"),
        )
        recorded = manifest.find_environment(task.recorded.environment)
        then = manifest.find_hardware(machines[0] if machines else None)
        variables = offline_variables(network=self.assignment.network)
        variables |= around.variables(recorded, then, self.assignment.host.hardware, os.environ)
        if recorded and code and (sources := source_folders(recorded.packages, code)):
            variables["PYTHONPATH"] = os.pathsep.join(str(self.workspace.work / place) for place in sources)
        return variables

    def _executor_in(self, environment: BuiltEnvironment, limits: Limits) -> Executor:
        work, home, sandbox = self.workspace.work, self.workspace.home, self.assignment.sandbox
        bytecode = environment.bytecode
        if sandbox is None:
            growing = (work, home, self.temporary, bytecode)
            return LimitedExecutor(self.executor, limits, growing, isolated=False)
        isolated = SandboxedExecutor(
            sandbox=sandbox,
            inner=self.executor,
            python=environment.python,
            writable=(work, home, bytecode),
            readable=(RECORDER, work / _OWN),
            limits=limits,
            network=self.assignment.network,
        )
        return LimitedExecutor(isolated, limits, (work, home, bytecode), isolated=True)
