"""Finds the filled checklists of a submission among its files, by their names and by what they hold."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from reprocrate.errors import ReprocrateError, UnavailableError, UnreadableError
from reprocrate.validation.checklists.answers import FilledChecklist
from reprocrate.validation.checklists.carriers.asked import Extract
from reprocrate.validation.checklists.carriers.likely import IN_LATEX, NAMED
from reprocrate.validation.checklists.carriers.reading import read_source
from reprocrate.validation.checklists.carriers.recognition import recognise
from reprocrate.validation.checklists.carriers.sources import Sources
from reprocrate.validation.folder import FolderFiles

_ROOT = re.compile(rb"^[^%\n]*\\document(?:class|style)", re.MULTILINE)
DRAFT = b"% A draft for: "
"""How a draft of ours begins: it lies among the files of a project, and is nobody's answer yet."""


def find_checklists(sources: Sources, likely: Mapping[str, list[str]]) -> tuple[FilledChecklist, ...]:
    """The filled checklists among the files of a submission, one for each venue.

    Args:
        sources: the files.
        likely: what `likely_files` says of them.

    Where several files hold the same venue's, the source that the authors wrote is taken before pages that
    were made of it, and the others are told. So is a file that cannot be read, if its name is a checklist's.
    """
    reader = _Reader(sources)
    found: list[FilledChecklist] = []
    for path in _candidates(reader, likely):
        try:
            extract, _ = reader.read(path)
        except (UnavailableError, UnreadableError) as error:
            if NAMED.search(posixpath.basename(path)):
                found.append(FilledChecklist("", path, (), (_told(error),)))
            continue
        filled = recognise(extract)
        if filled is not None:
            found.append(filled)
    return _one_of_each(found)


def read_checklist(path: Path) -> FilledChecklist:
    """The checklist of one file that the user names; files that it includes are looked for beside it.

    Raises:
        UnavailableError, UnreadableError: it cannot be read, or holds no checklist that is known here.
    """
    if not path.is_file():
        raise UnreadableError(f"{path} is no file", "", "Give the file with the filled checklist")
    place = path.resolve()
    extract, _ = read_source(Sources(_Beside(place.parent)), place.name, is_named=True)
    filled = recognise(extract)
    if filled is None or not filled.id:
        why = (
            "; ".join(filled.not_read if filled else extract.not_read)
            or "no venue's questions were found in it"
        )
        raise UnreadableError(
            f"{path} holds no checklist that is known here",
            why,
            "`reprocrate export` lists the venues whose checklists are known",
        )
    return filled


class _Reader:
    """Reads each file once."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._read: dict[str, tuple[Extract, frozenset[str]]] = {}

    def read(self, path: str) -> tuple[Extract, frozenset[str]]:
        """What a file holds, and the files that are parts of it.

        Raises:
            UnavailableError, UnreadableError: it cannot be read.
        """
        if path not in self._read:
            self._read[path] = read_source(self.sources, path)
        return self._read[path]


class _Beside(FolderFiles):
    """The files of a folder, as far as LaTeX includes them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder

    def names(self) -> Iterator[str]:
        """The files in it, and in its folders to some depth."""
        for pattern in ("*", "*/*", "*/*/*"):
            for path in self._folder.glob(pattern):
                wanted = path.suffix == ".tex" or pattern == "*"
                if wanted and path.is_file() and not path.is_symlink():
                    yield path.relative_to(self._folder).as_posix()


def _candidates(reader: _Reader, likely: Mapping[str, list[str]]) -> list[str]:
    """The files to look into, the likeliest first."""
    others = (name for form in (".typ", ".md", ".json", ".csv", ".pdf") for name in likely.get(form, ()))
    return [*_latex(reader, likely.get(".tex", [])), *others]


def _latex(reader: _Reader, names: list[str]) -> list[str]:
    """Main files first, then parts that none of them includes; nothing where no file has an answer."""
    texts: dict[str, bytes] = {}
    for name in names:
        try:
            texts[name] = reader.sources.data(name)
        except UnavailableError:
            texts[name] = b""
    texts = {name: data for name, data in texts.items() if not data.startswith(DRAFT)}
    holding = {name for name, data in texts.items() if IN_LATEX.search(data)}
    unread = [name for name, data in texts.items() if not data and NAMED.search(posixpath.basename(name))]
    roots = [name for name, data in texts.items() if _ROOT.search(data)]
    included: set[str] = set()
    chosen = []
    for root in roots:
        parts = _parts(reader, root)
        if parts & holding:
            chosen.append(root)
            included |= parts
    return [*chosen, *sorted(holding - included), *unread]


def _parts(reader: _Reader, root: str) -> frozenset[str]:
    try:
        return reader.read(root)[1]
    except ReprocrateError:
        return frozenset()


def _one_of_each(found: list[FilledChecklist]) -> tuple[FilledChecklist, ...]:
    kept: dict[str, FilledChecklist] = {}
    for each in found:
        name = each.id or f" {each.source}"
        kept[name] = _joined(kept[name], each) if name in kept else each
    return tuple(kept.values())


def _joined(first: FilledChecklist, other: FilledChecklist) -> FilledChecklist:
    """One of two sources of the same checklist. Where they differ, nobody can tell which answer was meant.

    One that nobody filled in is the venue's template, which many keep beside their own.
    """
    if _is_blank(other):
        return first
    if _is_blank(first):
        return other
    others = {each.item: each for each in other.answers if each.answer is not None}
    answers, differing = [], []
    for each in first.answers:
        rival = others.get(each.item)
        if rival is not None and each.answer is not None and rival.answer != each.answer:
            differing.append(each.item)
            written = f"{each.written} in {first.source}, {rival.written} in {other.source}"
            answers.append(each._replace(answer=None, written=written))
        else:
            answers.append(each)
    told = f"{other.source} holds the same checklist; the answers of {first.source} were taken"
    if differing:
        told += f", but for {', '.join(differing)}, which differ: no answer to them is counted"
    return first._replace(answers=tuple(answers), not_read=(*first.not_read, told))


def _is_blank(filled: FilledChecklist) -> bool:
    return bool(filled.answers) and not any(each.answer or each.written.strip() for each in filled.answers)


def _told(error: ReprocrateError) -> str:
    return f"{error.what}: {error.why}" if error.why else error.what
