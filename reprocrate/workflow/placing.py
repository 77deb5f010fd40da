"""Where the files of a judged subject lie, for programs that show a finding beside its line."""

from __future__ import annotations

import os
from pathlib import Path

from reprocrate.bundle import layout
from reprocrate.bundle.bag import DECLARATION, PAYLOAD
from reprocrate.files import open_regular, read_regular
from reprocrate.finding import Report
from reprocrate.manifest.strict import MAX_BYTES
from reprocrate.render.placement import Placed
from reprocrate.validation import MANIFEST_NAME

SETTINGS = "reprocrate.toml"
_ROOT_OF_CHECKOUT = "GITHUB_WORKSPACE"


def root_of_places() -> Path:
    """What paths are told from: the checkout of a workflow that this runs in, else the current folder."""
    here, checkout = Path.cwd(), os.environ.get(_ROOT_OF_CHECKOUT)
    return Path(checkout) if checkout and here.is_relative_to(Path(checkout)) else here


def placed(report: Report, what: Path, root: Path) -> Placed:
    """A report with where its places are.

    Args:
        report: what was said of a path.
        what: the path.
        root: what paths are told from; of what lies outside of it, they are told from the subject itself.
    """
    subject = _Subject(what, root)
    return Placed(report, subject.path_of, subject.file_of, subject.text_of)


class _Subject:
    """A folder, a manifest that is a file, or an archive."""

    def __init__(self, what: Path, root: Path) -> None:
        self._is_file = not what.is_dir()
        self._file = what if self._is_file else None
        self._is_text = self._is_file and _begins_an_object(what)
        self._folder = what.parent if self._is_file else what
        if _is_file(self._folder / DECLARATION) and _is_file(self._folder / PAYLOAD / layout.MANIFEST):
            self._folder /= PAYLOAD
        self._root = root

    def on_disk(self, file: str | None) -> Path:
        """The file on this disk that holds a file of the subject, or stands for it."""
        if self._file and (not self._is_text or file in (None, MANIFEST_NAME, self._file.name)):
            return self._file
        there = self._folder / (file or "")
        if file == MANIFEST_NAME and not _is_file(there) and _is_file(self._folder / SETTINGS):
            return self._folder / SETTINGS  # a project's manifest is made of it, and is no file yet
        return there

    def file_of(self, file: str | None) -> Path | None:
        """The file on this disk itself, where it is there and in no archive."""
        there = self.on_disk(file)
        return there if (self._is_text or not self._is_file) and _is_file(there) else None

    def path_of(self, file: str | None) -> str:
        """Its path from the root, with forward slashes."""
        there = self.on_disk(file)
        try:
            way = Path(os.path.relpath(there.absolute(), self._root.absolute()))
        except ValueError:  # another drive
            way = Path("..")
        if way.parts[:1] == ("..",):
            way = Path(os.path.relpath(there.absolute(), self._folder.absolute()))
        return "" if way == Path() else way.as_posix()

    def text_of(self, file: str) -> str | None:
        """What is in it, if it is a file of that name and no archive."""
        there = self.on_disk(file)
        if (self._file and not self._is_text) or (there.name == SETTINGS and file == MANIFEST_NAME):
            return None
        try:
            data = read_regular(there, MAX_BYTES)
        except OSError:
            return None
        return data.decode("utf-8", "replace") if data else None


def _is_file(path: Path) -> bool:
    """Whether there is a file; in a folder that nobody may look into there is none to be seen."""
    try:
        return path.is_file()
    except OSError:
        return False


def _begins_an_object(path: Path) -> bool:
    """Whether a file may be JSON, and so is no archive."""
    try:
        with open_regular(path) as file:
            return file.read(1024).lstrip()[:1] == b"{"
    except OSError:
        return False
