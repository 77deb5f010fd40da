"""What ran: source trees, and the script in them that a command names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reprocrate.crate.experiment import license_reference
from reprocrate.crate.graph import Graph
from reprocrate.crate.identifiers import Reference, file_id, fragment_id, reference
from reprocrate.crate.links import known
from reprocrate.crate.payload import Payload
from reprocrate.manifest import Code, File, Manifest, Run

_SCRIPTS = (".py", ".ipynb", ".sh", ".bash", ".r", ".jl", ".m", ".pl", ".lua", ".js", ".rb")


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a command starts.

    Attributes:
        script: path in the crate of the program that the command names, if it is there.
        settings: paths in the crate of other files of the code that the command names.
    """

    script: str | None = None
    settings: tuple[str, ...] = ()


class Programs:
    """What the runs of a manifest executed.

    The files of the code that commands name get entities of their own; source trees and bare commands are
    described when first referred to.
    """

    def __init__(self, graph: Graph, manifest: Manifest, payload: Payload) -> None:
        self._graph = graph
        self._manifest = manifest
        self._payload = payload
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

    def instrument(self, run: Run) -> Reference:
        """What a run executed: its script, or else its source tree, or else just the command."""
        script = self._invocations[run.id].script
        if script:
            return reference(file_id(script))
        code = self._manifest.find_code(run.code)
        return self._tree(code) if code else self._command(run)

    def settings(self, run: Run) -> list[Reference]:
        """Files of the code, such as a configuration file, that a run's command names besides its script."""
        return known(map(self._payload.refer_to_path, self._invocations[run.id].settings))

    def of_script(self, path: str) -> Mapping[str, object]:
        """What is to be said of a file that ran, as software; nothing of one that did not."""
        run = self._scripts.get(path)
        code = self._manifest.find_code(run.code) if run else None
        return {**_version(code), "isPartOf": self._tree(code)} if code else {}

    def _invocation(self, run: Run, trees: Mapping[str, Mapping[str, File]]) -> Invocation:
        code = self._manifest.find_code(run.code)
        if code is None:
            return Invocation()
        named: dict[str, File] = {}
        for name in _names(run.command):
            file = trees[code.id].get(posixpath.normpath(posixpath.join(run.working_directory or "", name)))
            path = self._payload.path(file, code.folder) if file else None
            if file and path:
                named.setdefault(path, file)
        script = next((path for path, file in named.items() if _is_script(file)), None)
        return Invocation(script, tuple(path for path in named if path != script))

    def _tree(self, code: Code) -> Reference:
        return self._graph.add(
            fragment_id("code", code.id),
            "SoftwareSourceCode",
            {
                **_version(code),
                "name": f"Source code {code.id}",
                "description": _origin(code),
                "codeRepository": code.repository,
                "identifier": code.swhid,
                "license": license_reference(self._graph, code.license),
                "treeSha256": code.tree_sha256,
                "uncommittedChanges": self._payload.refer(code.patch) if code.patch else None,
            },
        )

    def _command(self, run: Run) -> Reference:
        return self._graph.add(
            fragment_id("command", run.configuration),
            "SoftwareApplication",
            {
                "name": run.command[0],
                "description": "The command of the runs. Its source code was not recorded.",
            },
        )


def _version(code: Code) -> dict[str, object]:
    version = f"sha256:{code.tree_sha256}"
    if code.commit:
        version = f"{code.commit}+modified" if code.dirty else code.commit
    is_page = code.repository is not None and code.repository.startswith(("https:", "http:"))
    return {"version": version, "url": code.repository if is_page else None}


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
