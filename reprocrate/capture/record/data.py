"""The files that a launch read and wrote, and what it read over the network, as a record has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from reprocrate.capture.record.values import Scalar


@dataclass(frozen=True)
class StoredFile:
    """A file with its size in bytes and SHA-256, relative to the project."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class DataFile:
    """A file that was read or written.

    Attributes:
        path: relative to the project, or to the place that `root` names.
        root: a named place outside the project.
        size: bytes.
        sha256: digest.
        url: the address that it was downloaded from.
        read_by, written_by: ids of the processes that did so, where not the command itself did everything.
    """

    sparse: ClassVar[bool] = True

    path: str
    root: str | None
    size: int
    sha256: str
    url: str | None = None
    read_by: tuple[str, ...] = ()
    written_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemoteData:
    """What was read over the network.

    Attributes:
        uri: its address, without user, password and query.
        revision: the version that answered, as the server named it.
        size: bytes, as the server announced them.
    """

    uri: str
    revision: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class ServiceUse:
    """A model behind an API that answered.

    Attributes:
        provider: who runs it.
        model: the model that was asked for.
        version: what the service said of the model that answered.
        parameters: settings that were sent, such as `temperature`.
    """

    provider: str
    model: str
    version: str | None = None
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
