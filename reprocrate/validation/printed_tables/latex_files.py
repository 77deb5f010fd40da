r"""The files of a document in LaTeX as one stream of tokens: `\input` and its relatives are followed."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterator

from reprocrate.validation.printed_tables.latex_tokens import (
    Kind,
    Token,
    Tokens,
    name_at,
    option,
    tokens_of,
)
from reprocrate.validation.printed_tables.sources import Around, Sources, papers_beside, text_of

_INPUT = frozenset(("input", "include", "subfile", "subfileinclude", "InputIfFileExists", "@input"))
_FROM_FOLDER = frozenset(
    ("import", "subimport", "inputfrom", "subinputfrom", "includefrom", "subincludefrom")
)
_PACKAGES = frozenset(("usepackage", "RequirePackage"))
_CLASSES = frozenset(("documentclass", "LoadClass"))
_TEX = ("", ".tex")
_MOST_DOCUMENTS = 8


def document_of(path: str, text: str, around: Around) -> tuple[list[Token], Sources]:
    """The tokens of a file with those of all files that it brings in, or of the paper that brings it in.

    A part of a paper is read where the paper has it, with the commands that are defined before it.

    Raises:
        UnreadableTableError: there are too many files, or they are too large.
    """
    if "\\documentclass" not in text and "\\begin{document}" not in text:
        for paper, data in itertools.islice(_documents_beside(path, around), _MOST_DOCUMENTS):
            tokens, sources = assembled(paper, text_of(paper, data), around)
            if path in sources.paths[1:]:
                return tokens, sources
    return assembled(path, text, around)


def _documents_beside(path: str, around: Around) -> Iterator[tuple[str, bytes]]:
    for paper in papers_beside(path, around):
        data = around.read(paper)
        if data is not None and b"\\documentclass" in data:
            yield paper, data


def assembled(path: str, text: str, around: Around) -> tuple[list[Token], Sources]:
    """The tokens of a file with those of the files that it brings in, at their places."""
    sources = Sources(path, around)
    made: list[Token] = []
    _Assembly(sources, made).add(tokens_of(text))
    return made, sources


class _Assembly:
    def __init__(self, sources: Sources, made: list[Token]) -> None:
        self._sources, self._made = sources, made

    def add(self, tokens: list[Token]) -> None:
        """Add tokens, with a file's in the place of the command that brings it in."""
        at = 0
        while at < len(tokens):
            token = tokens[at]
            at += 1
            if token.is_word("endinput"):
                return
            if token.kind is Kind.WORD and token.text in _INPUT:
                at = self._input(token, tokens, at)
            elif token.kind is Kind.WORD and token.text in _FROM_FOLDER:
                at = self._from_folder(token, tokens, at)
            elif token.kind is Kind.WORD and token.text in _PACKAGES | _CLASSES:
                self._made.append(token)
                self._packages(token, tokens, at)
            else:
                self._made.append(token)

    def _input(self, token: Token, tokens: list[Token], at: int) -> int:
        name, after = name_at(tokens, at) if _opens(tokens, at) else _bare_name(tokens, at)
        if not name or not self._bring(name, _TEX):
            self._made.append(token)
            return at
        return after

    def _from_folder(self, token: Token, tokens: list[Token], at: int) -> int:
        r"""`\import{folder/}{file}`: what the file names is understood from its own folder."""
        if not _opens(tokens, at):
            self._made.append(token)
            return at
        folder, after = name_at(tokens, at)
        name, after = name_at(tokens, after)
        if not name or not self._bring(posixpath.join(folder, name), _TEX):
            self._made.append(token)
            return at
        return after

    def _packages(self, token: Token, tokens: list[Token], at: int) -> None:
        """Packages and classes of the author's own, for the commands that they define."""
        _, at = option(list(tokens), at)
        names, _ = name_at(tokens, at)
        for name in names.split(",")[:50]:
            if name.strip():
                self._bring(name, (".sty",) if token.text in _PACKAGES else (".cls",))

    def _bring(self, name: str, suffixes: tuple[str, ...]) -> bool:
        opened = self._sources.open(name, suffixes)
        if opened is None:
            return False
        self.add(tokens_of(opened.text, opened.before))
        self._sources.close()
        return True


def _opens(tokens: Tokens, at: int) -> bool:
    while at < len(tokens) and tokens[at].kind is Kind.SPACE:
        at += 1
    return at < len(tokens) and tokens[at].opens()


def _bare_name(tokens: Tokens, at: int) -> tuple[str, int]:
    r"""`\input tables/main`: the name goes up to the next space."""
    while at < len(tokens) and tokens[at].kind is Kind.SPACE:
        at += 1
    taken: list[str] = []
    while at < len(tokens) and (tokens[at].kind is Kind.TEXT or tokens[at].is_special("_")):
        taken.append(tokens[at].text)
        at += 1
    return "".join(taken), at
