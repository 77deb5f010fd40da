"""The software that runs used."""

from typing import Annotated, Literal

from reprocrate.manifest.section import (
    File,
    Identifier,
    Many,
    RelativePath,
    Section,
    Settings,
    Sha256,
    Size,
    Text,
    Url,
    Word,
    matching,
)


class Python(Section):
    """The interpreter."""

    version: Annotated[str, matching(r"^[0-9]+\.[0-9][0-9A-Za-z.+-]*$")]
    implementation: str | None = None
    build: str | None = None


class Package(Section):
    """One installed distribution; an accelerator's label stands apart from the public version."""

    name: Annotated[str, matching(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    version: Text
    local_label: str | None = None
    source: Word[Literal["pypi", "vcs", "url", "local", "conda", "system"]] | None = None
    build: str | None = None
    url: Url | None = None
    commit: str | None = None
    sha256: Sha256 | None = None
    sha256_from: Word[Literal["installer", "conda", "lock"]] | None = None
    editable: bool | None = None
    in_project: bool | None = None
    tree_sha256: Sha256 | None = None
    dirty: bool | None = None
    requested: bool | None = None
    altered: Many[RelativePath] = ()


class OtherPackage(Section):
    """One installed package that is no Python distribution."""

    name: Annotated[str, matching(r"^[a-z0-9_][a-z0-9_.-]*$")]
    version: Text
    build: str | None = None
    source: Word[Literal["conda"]] | None = None
    url: Url | None = None
    sha256: Sha256 | None = None
    md5: Annotated[str, matching(r"^[0-9a-f]{32}$")] | None = None


class Lock(Section):
    """The file from which an environment is built again."""

    path: RelativePath
    size: Size | None = None
    sha256: Sha256
    format: Word[
        Literal[
            "requirements",
            "pylock",
            "uv",
            "poetry",
            "pdm",
            "pipfile",
            "pixi",
            "conda",
            "conda_lock",
            "conda_environment",
        ]
    ]
    hashed: bool | None = None
    resolved: Annotated[str, matching(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None = None
    left_out: Many[str] = ()
    differing: Many[str] = ()


class Wheelhouse(Section):
    """Wheels from which an environment is built on one platform without a package index."""

    platform: Annotated[str, matching(r"^[a-z0-9][a-z0-9_.-]*$")]
    files: Many[File] = ()
    left_out: Many[str] = ()


class OperatingSystem(Section):
    """The system that the interpreter ran on."""

    name: str
    version: str | None = None
    kernel: str | None = None
    machine: str | None = None
    libc: str | None = None


class NativeLibrary(Section):
    """A compiled library that decides the bits of a result."""

    name: str
    version: str | None = None
    kind: str | None = None
    details: Settings = {}


class Container(Section):
    """The image that a run was in."""

    image: str
    digest: Annotated[str, matching(r"^sha256:[0-9a-f]{64}$")] | None = None


class Environment(Section):
    """The software that a run used."""

    id: Identifier
    python: Python | None = None
    packages: Many[Package] = ()
    other_packages: Many[OtherPackage] = ()
    lock: Lock | None = None
    locks: Many[Lock] = ()
    wheels: Many[Wheelhouse] = ()
    os: OperatingSystem | None = None
    native_libraries: Many[NativeLibrary] = ()
    container: Container | None = None
    variables: dict[str, str] = {}
