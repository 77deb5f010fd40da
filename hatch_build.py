"""Packs what the package shows under links: the schema, the examples and the specification.

There is one copy of each, at the root of the repository. A wheel gets the bytes as ordinary files. In a
checkout whose links became text files (some archives, Windows without developer mode) a wheel is still whole;
a source distribution or an editable install, which take the package's folder as it is, are refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LINKED = ("schema", "examples", "spec.md")


class LinkedFilesHook(BuildHookInterface[BuilderConfig]):
    """Adds what the links show to wheels; elsewhere checks that they show it."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Map each file that a link shows to its place in the package.

        Args:
            version: the kind of build; "editable" for an editable install.
            build_data: what hatchling is told; `force_include` is extended.

        Raises:
            RuntimeError: what a link shows is absent, or a text file stands in the place of a link.
        """
        for name in LINKED:
            sources = self._files(name)
            if not sources:
                raise RuntimeError(
                    f"{name} is absent or empty, and so would be reprocrate/{name} in what is built. "
                    "Build from a complete checkout or source distribution."
                )
            if self.target_name == "wheel" and version == "standard":
                for source in sources:
                    build_data["force_include"][f"{self.root}/{source}"] = f"reprocrate/{source}"
            elif not self._shown(sources):
                raise RuntimeError(
                    f"reprocrate/{name} does not show {name}: this checkout has text files for links, "
                    "and only a wheel can do without them. Make links (git config core.symlinks true; "
                    f"git checkout -- reprocrate/{name}), or put a copy of {name} there, or build the wheel."
                )

    def _files(self, name: str) -> list[str]:
        """Paths of a file, or below a folder, relative to the root, without what .gitignore names."""
        start = Path(self.root, name)
        found = (path for path in (start, *start.rglob("*")) if path.is_file())
        paths = (path.relative_to(self.root).as_posix() for path in found)
        return sorted(path for path in paths if not self.build_config.path_is_excluded(path))

    def _shown(self, sources: list[str]) -> bool:
        """Whether the package's folder has these files with the same bytes."""
        root = Path(self.root)
        pairs = ((root / source, root / "reprocrate" / source) for source in sources)
        return all(shown.is_file() and shown.read_bytes() == source.read_bytes() for source, shown in pairs)
