"""What is to be known of a recorded package in order to install it again."""

from __future__ import annotations

from typing import Protocol


class RecordedPackage(Protocol):
    """What is to be known of a recorded package."""

    @property
    def name(self) -> str:
        """Name of the distribution."""
        ...

    @property
    def version(self) -> str:
        """Public version."""
        ...

    @property
    def local_label(self) -> str | None:
        """Local version label, such as `cu118`."""
        ...

    @property
    def source(self) -> str | None:
        """`pypi`, `vcs`, `url`, `local`, `conda` or `system`."""
        ...

    @property
    def editable(self) -> bool | None:
        """Whether it was installed in place."""
        ...

    @property
    def in_project(self) -> bool | None:
        """Whether its source is part of the code."""
        ...

    @property
    def requested(self) -> bool | None:
        """Whether it was asked for by name."""
        ...
