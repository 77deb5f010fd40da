"""What ran, and in which software: source files, workflows, containers, packages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from reprocrate.crate.foreign import stated
from reprocrate.crate.foreign.about import Section, identifying, license_of, without_nothing
from reprocrate.crate.foreign.linked import Link, Linked, Node, first
from reprocrate.crate.foreign.places import Places
from reprocrate.files import tree_digest

CODE = "code"
"""Id of the source files of a crate, which are one tree."""

SOFTWARE = (
    "SoftwareApplication",
    "SoftwareSourceCode",
    "ComputationalWorkflow",
    "HowTo",
    "HowToStep",
    "Software",
)
_SOURCE = {"SoftwareSourceCode", "ComputationalWorkflow", "HowTo", "SoftwareApplication", "Software"}
_COMMIT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_SWHID = re.compile(r"swh:1:(?:cnt|dir|rev|rel|snp):[0-9a-f]{40}")
_PYTHON = re.compile(r"(?:c?python|pypy)[0-9.]*\Z", re.IGNORECASE)
_PYTHON_VERSION = re.compile(r"[0-9]+\.[0-9][0-9A-Za-z.+-]*\Z")
_PACKAGE = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z")
_PINNED = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*==\s*([^\s;#,]+)\s*\Z")


class Software:
    """The code and the environments of a crate.

    Attributes:
        code: the section `code`: one tree of the source files that lie in the crate, if there are some.
        environments: the section `environments`, as far as `environment_of` was asked for them.
    """

    def __init__(self, linked: Linked, root: Node, places: Places) -> None:
        self._linked = linked
        self._places = places
        self._known: dict[str, str] = {}
        self.environments: list[Section] = []
        self._sources = self._source_files()
        self._wholes = {
            part.id: whole.id
            for whole in linked.of_type(*_SOURCE)
            for part in linked.linked(whole, "hasPart")
        }
        main = next(linked.linked(root, "mainEntity"), None)
        self.code = list(self._tree(main, root))

    @property
    def paths(self) -> set[str]:
        """Paths of the source files."""
        return {file["path"] for file in self._sources}

    def code_of(self, instruments: list[Node]) -> str | None:
        """The tree of code that a run executed, where its instrument is, or is part of, a file in it."""
        files = (file for node in self._with_whole(instruments) if (file := self._places.file(node)))
        return CODE if self.code and any(file["path"] in self.paths for file in files) else None

    def environment_of(self, action: Node, instruments: list[Node]) -> str | None:
        """The environment that a run was in, as far as it is said: a container, an interpreter, packages."""
        section = without_nothing(
            {
                "container": self._container(action),
                **self._requirements([action, *instruments]),
                "variables": self._variables(action),
            }
        )
        if not section:
            return None
        key = repr(section)
        if key not in self._known:
            self._known[key] = f"environment-{len(self._known) + 1}"
            self.environments.append({"id": self._known[key], **section})
        return self._known[key]

    def _with_whole(self, instruments: list[Node]) -> Iterator[Node]:
        """The programs, what they are parts of, and the files that their identifiers begin with."""
        for node in instruments:
            yield node
            yield from self._linked.linked(node, "encoding", "workExample", "isPartOf")
            for identifier in (self._wholes.get(node.id), node.id.partition("#")[0]):
                if identifier and identifier in self._linked.nodes:
                    yield self._linked.nodes[identifier]

    def _source_files(self) -> list[Section]:
        actions = self._linked.of_type("CreateAction", "Computation")
        ran = {node.id for one in actions for node in self._linked.linked(one, "instrument", "usedSoftware")}
        found: dict[str, Section] = {}
        for node in self._linked.nodes.values():
            if node.types & _SOURCE or node.id in ran:
                file = self._places.file(node)
                if file and file.get("in_bundle") is not False:
                    found.setdefault(file["path"], self._places.with_digest(file))
        return [found[path] for path in sorted(found, key=str.encode)]

    def _tree(self, main: Node | None, root: Node) -> Iterator[Section]:
        digests = [(file["path"], file.get("sha256")) for file in self._sources]
        if not digests or any(digest is None for _path, digest in digests):
            return
        said = [main, root] if main else [root]
        names = [name for node in said for name in identifying(self._linked, node)]
        yield without_nothing(
            {
                "id": CODE,
                "tree_sha256": tree_digest((path, digest) for path, digest in digests if digest),
                "repository": first(stated.url(text) for node in said for text in self._addresses(node)),
                "commit": self._commit(main) if main else None,
                "swhid": first(found[0] if (found := _SWHID.search(name)) else None for name in names),
                "license": license_of(self._linked, main) if main else None,
                "files": self._sources,
            }
        )

    def _addresses(self, node: Node) -> Iterator[str]:
        for value in self._linked.all(node, "codeRepository"):
            yield value.id if isinstance(value, Link) else str(value)

    def _commit(self, node: Node) -> str | None:
        texts = (str(each) for each in self._linked.all(node, "version", "softwareVersion", "commit"))
        return next((text for text in texts if _COMMIT.match(text)), None)

    def _container(self, action: Node) -> Section | None:
        """The image, where there is one; a workflow whose steps used several has no image of its own."""
        images = list(self._linked.all(action, "containerImage"))
        if len(images) != 1:
            return None
        [image] = images
        if isinstance(image, str):
            name, _, digest = image.removeprefix("docker://").partition("@")
            return without_nothing({"image": name, "digest": _digest(digest)}) if name else None
        node = self._linked.nodes.get(image.id) if isinstance(image, Link) else None
        return self._image(node) if node else None

    def _image(self, node: Node) -> Section | None:
        name, registry, tag = (self._linked.text(node, part) for part in ("name", "registry", "tag"))
        if not name:
            return None
        where = f"{registry.rstrip('/')}/" if registry and " " not in registry else ""
        return without_nothing(
            {
                "image": f"{where}{name}{f':{tag}' if tag else ''}",
                "digest": _digest(self._linked.text(node, "sha256")),
            }
        )

    def _requirements(self, nodes: list[Node]) -> Section:
        """Interpreter and packages, from what an action or its instrument requires."""
        packages: dict[str, Section] = {}
        python: Section | None = None
        for name, version in self._required(nodes):
            if _PYTHON.match(name):
                python = python or _interpreter(name, version)
            elif _PACKAGE.match(normal := re.sub(r"[-_.]+", "-", name).lower()):
                packages.setdefault(normal, {"name": normal, "version": version})
        return {"python": python, "packages": [packages[name] for name in sorted(packages)]}

    def _required(self, nodes: list[Node]) -> Iterator[tuple[str, str]]:
        for value in [value for node in nodes for value in self._linked.all(node, "softwareRequirements")]:
            if isinstance(value, str):
                yield from (
                    (match[1], match[2]) for line in value.splitlines() if (match := _PINNED.match(line))
                )
            elif isinstance(value, Link) and (node := self._linked.nodes.get(value.id)):
                name, version = self._linked.label(node), self.version(node)
                if name and version:
                    yield name, version

    def version(self, node: Node) -> str | None:
        """The version that is stated for a program."""
        values = self._linked.all(node, "softwareVersion", "version")
        return next((str(each) for each in values if not isinstance(each, Link) and str(each)), None)

    def _variables(self, action: Node) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for node in self._linked.linked(action, "environment"):
            name = self._linked.label(node)
            value = next(self._linked.all(node, "value"), None)
            if name and isinstance(value, str | int | float):
                found[name] = value
        return found


def _interpreter(name: str, version: str) -> Section | None:
    if not _PYTHON_VERSION.match(version):
        return None
    return {"version": version} | ({} if name.lower() == "python" else {"implementation": name})


def _digest(text: str | None) -> str | None:
    found = stated.sha256(text) if text else None
    return f"sha256:{found}" if found else None
