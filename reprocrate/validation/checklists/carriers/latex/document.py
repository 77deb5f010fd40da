"""A LaTeX document as plain text, with the files that it includes and what its own macros stand for."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from reprocrate.errors import UnavailableError
from reprocrate.validation.checklists.carriers.latex.macros import DEFINING, Macros
from reprocrate.validation.checklists.carriers.latex.stream import Stream, TooMuchError
from reprocrate.validation.checklists.carriers.latex.tokens import Sort, Token, tokens
from reprocrate.validation.checklists.carriers.latex.vocabulary import (
    ANSWERS,
    DINGBATS,
    HEADINGS,
    INCLUDING,
    KNOWN,
    SILENT,
    SKIPPED,
    TEXTS,
)
from reprocrate.validation.checklists.carriers.sources import Sources
from reprocrate.validation.checklists.carriers.text import Text
from reprocrate.validation.checklists.carriers.wording import HEADING, ITEM

_COMBINING = {
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
}
_NOTHING = "!/-()[]@"
_PACKAGE = re.compile(r"[A-Za-z]+[-_]?(?:20)?\d\d")


@dataclass(slots=True)
class Document:
    """What a document says.

    Attributes:
        text: its text; `ITEM` stands before each item of a list, `HEADING` before each heading.
        files: the files that it is made of.
        packages: style files and classes with a year in their name.
        not_read: what could not be read of it.
    """

    text: Text
    files: set[str] = field(default_factory=set)
    packages: list[str] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)


def read_document(sources: Sources, path: str) -> Document:
    """Read a document from its main file on.

    Raises:
        UnavailableError: the main file cannot be read.
    """
    return _Reader(sources, path).read()


class _Reader:
    def __init__(self, sources: Sources, path: str) -> None:
        self._sources = sources
        self._folder = posixpath.dirname(path)
        self._path = path
        self._done = Document(Text(path), {path})
        self._macros = Macros(KNOWN)
        self._stream = Stream(tokens(sources.text(path), path))
        self._special: dict[str, Callable[[Token], None]] = {
            "item": self._item,
            "question": self._question,
            "ding": self._dingbat,
            "string": self._string,
            "usepackage": self._package,
            "RequirePackage": self._package,
            "documentclass": self._package,
            "iffalse": self._skip_branch,
            "footnote": self._footnote,
        }

    def read(self) -> Document:
        try:
            while (token := self._stream.next()) is not None:
                if token.sort is Sort.WORD and token.value == "end":
                    if self._ends():
                        break
                else:
                    self._take(token)
        except TooMuchError:
            self._done.not_read.append(f"{self._path} makes more text of itself than is read here")
        return self._done

    def _take(self, token: Token) -> None:
        if token.sort is Sort.WORD:
            self._word(token)
        elif token.sort is Sort.SIGN:
            self._sign(token)
        elif token.sort is Sort.SPACE:
            self._add(" ", token)
        elif token.sort is Sort.PARAGRAPH:
            self._add("\n\n", token)
        elif token.sort in (Sort.TEXT, Sort.EMIT):
            self._add(token.value, token)

    def _add(self, text: str, token: Token) -> None:
        self._done.text.add(text, token.line, token.file)

    def _word(self, token: Token) -> None:
        word = token.value
        if word in self._special:
            self._special[word](token)
        elif word in DEFINING:
            self._macros.define(word, self._stream)
        elif word in ANSWERS:
            self._answer(token)
        elif word in HEADINGS:
            self._heading(token)
        elif word in INCLUDING:
            self._include(token)
        elif word in TEXTS:
            self._add(TEXTS[word], token)
        elif word in SKIPPED:
            self._skip(word)
        elif (
            not self._macros.expand(token, self._stream) and word not in SILENT and not word.startswith("if")
        ):
            self._add(f"\\{word} ", token)

    def _sign(self, token: Token) -> None:
        sign = token.value
        if sign == "\\":
            self._stream.star()
            self._stream.option()
            self._add("\n", token)
        elif sign in _COMBINING:
            self._accent(token)
        elif sign in " \n\t,;:":
            self._add(" ", token)
        elif sign not in _NOTHING:
            self._add(sign, token)

    def _accent(self, token: Token) -> None:
        letters = self._stream.argument()
        if letters and letters[0].sort is Sort.TEXT and letters[0].value:
            first, rest = letters[0].value[0], letters[0].value[1:]
            self._add(unicodedata.normalize("NFC", first + _COMBINING[token.value]) + rest, token)
            letters = letters[1:]
        self._stream.push(letters)

    def _item(self, token: Token) -> None:
        label = self._stream.option() or []
        self._add(f"\n{ITEM} ", token)
        self._stream.push([*label, Token(Sort.SPACE, " ", token.line, token.file)])

    def _question(self, token: Token) -> None:
        """AAAI's question: its text, then the answers that it allows; what follows is the answer."""
        self._add(f"\n{ITEM} ", token)
        question, options = self._stream.group(), self._stream.group()
        space = Token(Sort.SPACE, " ", token.line, token.file)
        self._stream.push([*(question or []), space, *(options or []), space])

    def _answer(self, token: Token) -> None:
        self._add(f" {ANSWERS[token.value]} ", token)
        given = self._stream.option()
        if given is None:
            given = self._stream.group()
        if given:
            self._stream.push([*given, Token(Sort.SPACE, " ", token.line, token.file)])

    def _heading(self, token: Token) -> None:
        self._stream.star()
        self._stream.option()
        title = self._stream.group(500)
        self._add(f"\n{HEADING} ", token)
        self._stream.push([*(title or []), Token(Sort.EMIT, "\n", token.line, token.file)])

    def _skip(self, word: str) -> None:
        self._stream.star()
        for _ in range(SKIPPED[word]):
            self._stream.option()
            if self._stream.group(500) is None:
                break

    def _ends(self) -> bool:
        name = self._stream.group(3)
        return bool(name) and "".join(token.value for token in name or ()).strip() == "document"

    def _dingbat(self, token: Token) -> None:
        number = "".join(each.value for each in self._stream.group(3) or ())
        self._add(DINGBATS.get(number, "\\ding "), token)

    def _string(self, token: Token) -> None:
        r"""`\string\question` prints the name of a macro, and does not use it."""
        shown = self._stream.next()
        if shown is not None:
            self._add(f"\\{shown.value}" if shown.sort is Sort.WORD else shown.value, token)

    def _package(self, _token: Token) -> None:
        self._stream.option()
        names = "".join(token.value for token in self._stream.group(200) or ())
        self._done.packages += _PACKAGE.findall(names)

    def _skip_branch(self, _token: Token) -> None:
        r"""Leave out what stands from `\iffalse` to its `\else` or `\fi`."""
        depth = 1
        while depth and (token := self._stream.next()) is not None:
            if token.sort is not Sort.WORD:
                continue
            if token.value == "fi" or (token.value == "else" and depth == 1):
                depth -= 1
            elif token.value.startswith("if") and token.value not in ("iff", "ifyespoints"):
                depth += 1

    def _footnote(self, token: Token) -> None:
        """A footnote stands elsewhere on the page: what it says is no answer."""
        note = self._stream.group()
        if note:
            space = Token(Sort.EMIT, " ", token.line, token.file)
            opening = Token(Sort.EMIT, " (", token.line, token.file)
            closing = Token(Sort.EMIT, ")", token.line, token.file)
            self._stream.push([opening, *note, closing, space])

    def _include(self, token: Token) -> None:
        named = self._file_named(token)
        if not named:
            return
        found = self._sources.find(self._candidates(named, token.file))
        if found is None:
            self._done.not_read.append(
                f"{token.file}:{token.line}: {_shown(named)} is included, and is not there"
            )
        elif found not in self._done.files:
            self._done.files.add(found)
            try:
                self._stream.push_source(tokens(self._sources.text(found), found))
            except UnavailableError as error:
                self._done.not_read.append(f"{token.file}:{token.line}: {error.what}: {error.why}")

    def _file_named(self, token: Token) -> str:
        parts = []
        for _ in range(2 if token.value in ("import", "subimport") else 1):
            group = self._stream.group(60)
            if group is None:
                bare = self._stream.skip_space()
                group = [bare] if bare is not None and bare.sort is Sort.TEXT else []
            parts.append("".join(each.value for each in group).strip())
        return posixpath.join(*parts) if all(parts) else ""

    def _candidates(self, named: str, including: str) -> list[str]:
        """Paths that the name can mean; LaTeX looks from the main file's folder."""
        names = [named] if posixpath.splitext(named)[1] == ".tex" else [f"{named}.tex", named]
        folders = [self._folder, posixpath.dirname(including)]
        return [posixpath.normpath(posixpath.join(folder, name)) for folder in folders for name in names]


def _shown(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:77]}..."
