"""Packs what the package shows under links: `reprocrate/schema`, `reprocrate/examples` and `reprocrate/spec.md`.

There is one copy of the schema, the examples and the specification, at the root of the repository. A wheel gets the bytes of
those folders as ordinary files, and a source distribution has ordinary files in both places. In a checkout
whose links became text files (some archives, Windows without developer mode) a wheel is still whole; a source
distribution or an editable install, which take the package's folder as it is, are refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LINKS = {"reprocrate/schema": "schema", "reprocrate/examples": "examples", "reprocrate/spec.md": "spec.md"}


class LinkedFoldersHook(BuildHookInterface[BuilderConfig]):
    """Adds the files of the linked folders to wheels; elsewhere checks that the links are folders."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Map each file of a linked folder to its place in the package.

        Args:
            version: the kind of build; "editable" for an editable install.
            build_data: what hatchling is told; `force_include` is extended.

        Raises:
            RuntimeError: a folder is absent, or a text file stands in the place of a link that is needed.
        """
        for link, folder in LINKS.items():
            sources = self._files(folder)
            if not sources:
                raise RuntimeError(
                    f"{folder}/ has no files, so {link} would be empty in what is built. "
                    "Build from a complete checkout or source distribution."
                )
            if self.target_name == "wheel" and version == "standard":
                for source in sources:
                    build_data["force_include"][f"{self.root}/{source}"] = f"reprocrate/{source}"
            elif Path(self.root, link).is_dir() != Path(self.root, folder).is_dir():
                raise RuntimeError(
                    f"{link} is not a folder: this checkout has text files in place of symbolic links, and "
                    "only a wheel can do without them. Make links (git config core.symlinks true; "
                    f"git checkout -- {link}), or put a copy of {folder}/ there, or build the wheel."
                )

    def _files(self, folder: str) -> list[str]:
        """Paths below a folder, or of a file, relative to the root, without what .gitignore names."""
        if Path(self.root, folder).is_file():
            return [folder]
        found = (path for path in Path(self.root, folder).rglob("*") if path.is_file())
        paths = (path.relative_to(self.root).as_posix() for path in found)
        return sorted(path for path in paths if not self.build_config.path_is_excluded(path))
