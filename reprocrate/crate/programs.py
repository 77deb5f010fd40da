"""What ran: source trees, and the script in them that a command names.

A program is an entity of its own beside the file that holds it: RO-Crate names a file by where it lies,
Process Run Crate recommends an absolute address for what ran, and the digest of the source tree gives one.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from reprocrate.crate.environments import Environments
from reprocrate.crate.experiment import license_reference
from reprocrate.crate.graph import NOT_STATED, Graph
from reprocrate.crate.identifiers import Reference, experiment_id, folder_id, tree_id
from reprocrate.crate.links import known
from reprocrate.crate.main_program import WORKFLOW_CRATE, main_program
from reprocrate.crate.payload import Payload
from reprocrate.files import composed
from reprocrate.manifest import Code, File, Manifest, Run

_PYTHON = re.compile(r"(python|pypy)[0-9.]*(\.exe)?\Z", re.IGNORECASE)
_SCRIPTS = (".py", ".ipynb", ".sh", ".bash", ".r", ".jl", ".m", ".pl", ".lua", ".js", ".rb")


class Invocation(NamedTuple):
    """What a command starts.

    Attributes:
        script: path in the crate of the program that the command names, if it is there.
        name: path of that program in its source tree.
        settings: paths in the crate of other files of the code that the command names.
    """

    script: str | None = None
    name: str | None = None
    settings: tuple[str, ...] = ()


class Programs:
    """What the runs of a manifest executed.

    The files of the code that commands name get entities of their own; source trees and bare commands are
    described when first referred to.
    """

    def __init__(
        self, graph: Graph, manifest: Manifest, payload: Payload, environments: Environments
    ) -> None:
        self._graph = graph
        self._manifest = manifest
        self._payload = payload
        self._environments = environments
        trees = {code.id: {file.path: file for file in code.files} for code in manifest.code}
        self._invocations = {run.id: self._invocation(run, trees) for run in manifest.runs}
        self._scripts: dict[str, Run] = {}
        for run in manifest.runs:
            invocation = self._invocations[run.id]
            for path in invocation.settings:
                payload.describe(path)
            if invocation.script:
                payload.describe(invocation.script)
                self._scripts.setdefault(invocation.script, run)
        self._main = self._main_program()

    def instrument(self, run: Run) -> Reference:
        """What a run executed: its script, or else its source tree, or else just the command."""
        code = self._manifest.find_code(run.code)
        if code is None:
            return self._interpreter(run) or self._command(run)
        invocation = self._invocations[run.id]
        return self._program(code, invocation) if invocation.script else self._tree(code)

    def settings(self, run: Run) -> list[Reference]:
        """Files of the code, such as a configuration file, that a run's command names besides its script."""
        return known(map(self._payload.refer_to_path, self._invocations[run.id].settings))

    def of_script(self, path: str) -> Mapping[str, object]:
        """What is to be said of a file that ran, as software; nothing of one that did not."""
        main = self._main
        if main and main[0] == path:
            license_ = main[1].license or self._manifest.experiment.license
            found = self._manifest.environments
            pythons = {one.python.version for one in found if one.python}
            said = main_program(self._graph, path, main[1], license_, pythons)
            own = {"version": _version(main[1]), "url": _page(main[1]) or self._payload.identifier(path)}
            return {**said, **own, **self._encoded(path)}
        return self._encoded(path)

    def _encoded(self, path: str) -> dict[str, object]:
        run = self._scripts.get(path)
        if run is None:
            return {}
        return {
            "additionalType": {"@id": "http://schema.org/SoftwareSourceCode"},
            "encodesCreativeWork": self.instrument(run),
        }

    @property
    def has_main(self) -> bool:
        """Whether a main program is in the crate."""
        return self._main is not None

    def describe_main(self) -> Reference | None:
        """Say of the main program that it is one; what the root is to name as its main entity."""
        file, code = self._main or (None, None)
        if file is None or code is None:
            return None
        self._graph.conform(*WORKFLOW_CRATE)
        return {"@id": self._payload.identifier(file)}

    def _main_program(self) -> tuple[str, Code] | None:
        """Where in the crate the first main program lies that is in it."""
        for code in self._manifest.code:
            file = next((each for each in code.files if each.path == code.main), None)
            if file and (path := self._payload.path(file, code.folder)):
                self._payload.describe(path, "The program that a reader begins with.")
                return path, code
        return None

    def _invocation(self, run: Run, trees: Mapping[str, Mapping[str, File]]) -> Invocation:
        code = self._manifest.find_code(run.code)
        if code is None:
            return Invocation()
        named: dict[str, File] = {}
        for name in _names(run.command):
            place = posixpath.normpath(posixpath.join(run.working_directory or "", name))
            file = trees[code.id].get(composed(place))
            path = self._payload.path(file, code.folder) if file else None
            if file and path:
                named.setdefault(path, file)
        script = next((path for path, file in named.items() if _is_script(file)), None)
        program = named[script].path if script else None
        return Invocation(script, program, tuple(path for path in named if path != script))

    def _program(self, code: Code, invocation: Invocation) -> Reference:
        script = self._payload.identifier(invocation.script) if invocation.script else ""
        return self._graph.add(
            tree_id(code.tree_sha256, invocation.name),
            self._graph.target.program_type,
            {
                "name": invocation.name,
                "version": _version(code),
                "url": _page(code) or script,
                "encoding": {"@id": script},
                "isPartOf": self._tree(code),
            },
        )

    def _tree(self, code: Code) -> Reference:
        return self._graph.add(
            tree_id(code.tree_sha256),
            self._graph.target.program_type,
            {
                "name": f"Source code {code.id}",
                "version": _version(code),
                "url": _page(code) or self._place(code),
                "description": _origin(code),
                "codeRepository": code.repository,
                "identifier": code.swhid,
                "license": license_reference(self._graph, code.license),
                "treeSha256": code.tree_sha256,
                "uncommittedChanges": self._payload.refer(code.patch) if code.patch else None,
            },
        )

    def _place(self, code: Code) -> str:
        """Where a source tree lies in the crate, as an address relative to it."""
        is_here = any(self._payload.path(file, code.folder) for file in code.files)
        if not is_here:
            return NOT_STATED
        return folder_id(code.folder) if code.folder else "./"

    def _interpreter(self, run: Run) -> Reference | None:
        """The interpreter of a command whose program was not recorded, where that is known."""
        environment = self._manifest.find_environment(run.environment)
        is_python = _PYTHON.match(posixpath.basename(run.command[0].replace("\\", "/")))
        if not is_python or environment is None or environment.python is None:
            return None
        return self._environments.interpreter(environment.python)

    def _command(self, run: Run) -> Reference:
        return self._graph.add(
            experiment_id(self._manifest.id, "command", run.configuration),
            "SoftwareApplication",
            {
                "name": run.command[0],
                "description": "The command of the runs. Its source code was not recorded.",
                "version": "not recorded",
                "url": NOT_STATED,
            },
        )


def entry_script(run: Run, code: Code) -> str | None:
    """The path in its tree of the program that a run's command names, if it is one of the code's files."""
    files = {file.path: file for file in code.files}
    for name in _names(run.command):
        file = files.get(posixpath.normpath(posixpath.join(run.working_directory or "", name)))
        if file and _is_script(file):
            return file.path
    return None


def _version(code: Code) -> str:
    if code.commit:
        return f"{code.commit}+modified" if code.dirty else code.commit
    return f"sha256:{code.tree_sha256}"


def _page(code: Code) -> str | None:
    repository = code.repository
    return repository if repository and repository.startswith(("https:", "http:")) else None


def _origin(code: Code) -> str:
    if code.commit is None:
        return "The source tree as it ran; it was under no version control."
    if code.dirty:
        return f"The source tree as it ran: commit {code.commit} with changes that were not committed."
    return f"The source tree as it ran: commit {code.commit}."


def _names(command: Sequence[str]) -> Iterator[str]:
    """What of a command may name a file: arguments, values of options, and the module after `-m`."""
    before = ""
    for argument in command:
        if before == "-m":
            module = argument.replace(".", "/")
            yield from (f"{module}.py", f"{module}/__main__.py")
        yield argument
        if argument.startswith("-") and "=" in argument:
            yield argument.partition("=")[2]
        before = argument


def _is_script(file: File) -> bool:
    return bool(file.executable) or file.path.lower().endswith(_SCRIPTS)
