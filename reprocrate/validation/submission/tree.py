"""The files of a submission, sorted by what they are, and their texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Protocol

from reprocrate.errors import ReprocrateError
from reprocrate.files import FileDigest
from reprocrate.standard.words import lines_holding

LONGEST_TEXT_BYTES = 400_000
"""Of a longer text file only the beginning is read."""

LONGEST_NOTEBOOK_BYTES = 8_000_000
MOST_TEXT_BYTES = 64_000_000
"""When so much text was read, no more is."""

LANGUAGES = {
    ".py": "Python", ".ipynb": "notebooks", ".r": "R", ".rmd": "R", ".jl": "Julia", ".m": "MATLAB",
    ".c": "C", ".h": "C", ".cc": "C++", ".cpp": "C++", ".cxx": "C++", ".hpp": "C++", ".cu": "CUDA",
    ".java": "Java", ".scala": "Scala", ".rs": "Rust", ".go": "Go", ".lua": "Lua", ".js": "JavaScript",
    ".ts": "TypeScript", ".sh": "shell", ".bash": "shell", ".f90": "Fortran", ".f": "Fortran",
    ".pyx": "Cython", ".swift": "Swift", ".kt": "Kotlin", ".cs": "C#", ".hs": "Haskell",
}  # fmt: skip
"""Languages of programs by the endings of their files."""

DOCUMENTS = {
    ".pdf": "PDF", ".tex": "LaTeX", ".typ": "Typst", ".docx": "Word", ".md": "Markdown",
    ".rst": "reStructuredText",
}  # fmt: skip

ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.zst", ".tar.bz2", ".tar.xz", ".7z", ".rar")

_MANIFEST = "reprocrate.json"

_ENDINGS_OF_TEXTS = """
.txt .md .rst .tex .typ .bib .toml .cfg .ini .yaml .yml .json .lock .in .html .htm .xml .css .env .conf .gin
.sbatch .slurm .mk .cmake .dockerfile .properties .org .log .cff .gitmodules .nf .smk .cwl .wdl .pub .pem
.key .sql .ps1 .bat .zsh .fish .csv .tsv .jsonl
"""
_TEXTS = frozenset(_ENDINGS_OF_TEXTS.split())
_BARE_NAMES = re.compile(
    r"(?:readme|licen[cs]e|copying|notice|authors|contributors|citation|makefile|dockerfile|pipfile|snakefile|"
    r"description|manifest|procfile|requirements|changelog|install|config|head|\.env|\.netrc|\.npmrc|\.pypirc|"
    r"\.gitconfig|id_rsa|id_ed25519|credentials)(?:[._-].*)?",
    re.IGNORECASE,
)
_TESTS = re.compile(
    r"^\s*(?:async )?def test_\w*\(|\bunittest\.|\bpytest\b|\babsltest\b|\bimport doctest", re.MULTILINE
)
_NO_GUIDE = re.compile(
    r"licen[cs]e.*|contributing|code_of_conduct|changelog|changes|history|security|authors|governance"
)
_MOST_GUIDES = 30
_README = re.compile(r"readme(?:\.(?:md|markdown|rst|txt|org|adoc|html?))?", re.IGNORECASE)
_OF_TESTS = re.compile(
    r"(?:.*/)?(?:tests?|unit_?tests?|testing)/.*|(?:.*/)?(?:test_[^/]*|[^/]*_test|conftest)\.py",
    re.IGNORECASE,
)


class Sign:
    """A pattern that is looked for only in lines with a word that every match holds, which is much quicker.

    Args:
        source: the regular expression.
        holds: these words, apart by spaces.
        flags: of the expression.
    """

    __slots__ = ("holds", "pattern")

    def __init__(self, source: str, holds: str, flags: int = 0) -> None:
        self.pattern = re.compile(source, flags)
        self.holds = tuple(holds.split())

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Its matches in a text, none of which goes beyond a line."""
        for line in lines_holding(text, self.holds):
            yield from self.pattern.finditer(text, *line)


class FilesOfSubmission(Protocol):
    """The files, as `reprocrate.validation.Files` gives them.

    Where they have a method `size(path)`, sizes are asked of it, which costs less than a digest. Where they
    have `seen`, it says what could not be looked at, as in `reprocrate.bundle.plain`.
    """

    def names(self) -> Iterable[str]:
        """Paths of all files."""

    def digest(self, path: str) -> FileDigest:
        """SHA-256 and size of a file."""

    def read(self, path: str, limit: int) -> bytes:
        """Its content, at most `limit` bytes from the start."""


class SubmissionTree:
    """The files of a submission. Texts are read once.

    Args:
        files: the files.
    """

    def __init__(self, files: FilesOfSubmission) -> None:
        self.files = files
        self.paths: tuple[str, ...] = tuple(path for path in files.names() if path != _MANIFEST)
        self._texts: dict[str, str] = {}
        self._room = MOST_TEXT_BYTES
        self.unread: list[str] = []

    @cached_property
    def root(self) -> str:
        """The one folder that all files lie in, as in an archive from GitHub, with a slash; else nothing."""
        tops = {path.partition("/")[0] for path in self.paths}
        whole = len(tops) == 1 and all("/" in path for path in self.paths)
        return f"{tops.pop()}/" if whole and tops else ""

    @cached_property
    def own(self) -> tuple[str, ...]:
        """All files but those of git."""
        return tuple(path for path in self.paths if "/.git/" not in f"/{path}")

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """Paths by the last part of them in small letters."""
        found: dict[str, list[str]] = {}
        for path in self.own:
            found.setdefault(path.rpartition("/")[2].lower(), []).append(path)
        return found

    @cached_property
    def readmes(self) -> tuple[str, ...]:
        """README files, those nearest to the top first."""
        found = (path for name, paths in self.by_name.items() if _README.fullmatch(name) for path in paths)
        return tuple(sorted(found, key=lambda path: (path.count("/"), path)))[:60]

    @cached_property
    def guides(self) -> tuple[str, ...]:
        """The READMEs, and what else tells how to use it: documents at the top and in `docs`."""
        beside = [
            path
            for path in self.own
            if suffix_of(path) in (".md", ".rst")
            and (self.is_top(path) or path.removeprefix(self.root).startswith(("docs/", "doc/")))
            and not _NO_GUIDE.fullmatch(stem_of(path))
        ]
        return tuple(dict.fromkeys([*self.readmes, *beside[:_MOST_GUIDES]]))

    @property
    def readme(self) -> str | None:
        """The README at the top."""
        top = [path for path in self.readmes if self.is_top(path) and self.size(path)]
        order = (".md", ".markdown", ".rst", ".txt", "", ".org", ".adoc", ".html", ".htm")
        return min(top, key=lambda path: order.index(suffix_of(path)), default=None)

    @cached_property
    def programs(self) -> tuple[str, ...]:
        """Files of programs, those nearest to the top first."""
        found = (path for path in self.own if suffix_of(path) in LANGUAGES)
        return tuple(sorted(found, key=lambda path: (path.count("/"), path)))

    @cached_property
    def scripts(self) -> tuple[str, ...]:
        """Programs that an experiment can consist of: no tests of software, no headers, none of tools."""
        headers = (".h", ".hpp")
        return tuple(
            path
            for path in self.programs
            if suffix_of(path) not in headers and path not in self.tests and "/." not in f"/{path}"
        )

    @cached_property
    def tests(self) -> frozenset[str]:
        """Tests of software, by name and content: programs that evaluate have such names too."""
        return frozenset(path for path in self.programs if _OF_TESTS.fullmatch(path) and self._is_test(path))

    @property
    def is_only_documents(self) -> bool:
        """Whether there is nothing but papers to read."""
        return bool(self.own) and all(suffix_of(path) in (".pdf", ".docx", ".doc") for path in self.own)

    @property
    def is_whole(self) -> bool:
        """Whether all files were listed, and all texts read."""
        seen = getattr(self.files, "seen", None)
        return (seen is None or seen.is_whole) and self._room > 0

    def is_top(self, path: str) -> bool:
        """Whether a file lies at the top."""
        return "/" not in path.removeprefix(self.root)

    def size(self, path: str) -> int:
        """Bytes of a file."""
        told = getattr(self.files, "size", None)
        try:
            return int(told(path)) if told else self.files.digest(path).size
        except ReprocrateError:
            return 0

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Files that are texts by their names."""
        return tuple(path for path in self.paths if _is_text(path))

    def text(self, path: str) -> str:
        """The beginning of a text; nothing where it is none, or cannot be read."""
        if path not in self._texts:
            self._texts[path] = self._read(path, LONGEST_TEXT_BYTES)
        return self._texts[path]

    def code(self, path: str) -> str:
        """The text of a program; of a notebook its cells of code."""
        if suffix_of(path) != ".ipynb":
            return self.text(path)
        key = f"{path}\0"
        if key not in self._texts:
            self._texts[key] = _code_of_notebook(self._read(path, LONGEST_NOTEBOOK_BYTES))
        return self._texts[key]

    def lines(self, path: str, sign: Sign) -> Iterator[tuple[int | None, re.Match[str]]]:
        """Matches in a program with their lines; of a notebook, whose text has others, without."""
        text = self.code(path)
        for match in sign.matches(text):
            yield (None if path.endswith(".ipynb") else text.count("\n", 0, match.start()) + 1), match

    def _is_test(self, path: str) -> bool:
        if suffix_of(path) != ".py":
            return suffix_of(path) in (".r", ".jl", ".m", ".sh", ".cpp", ".cc")
        return path.endswith("conftest.py") or _TESTS.search(self.text(path)) is not None

    def _read(self, path: str, most: int) -> str:
        if self._room <= 0:
            return ""
        try:
            data = self.files.read(path, most)
        except ReprocrateError:
            self.unread.append(path)
            return ""
        self._room -= len(data)
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16", "replace")
        return "" if b"\0" in data[:8192] else data.decode("utf-8-sig", "replace")


def suffix_of(path: str) -> str:
    """The ending of a file's name in small letters, with its dot."""
    stem, dot, ending = path.rpartition("/")[2].rpartition(".")
    return f".{ending.lower()}" if dot and stem and ending else ""


def stem_of(path: str) -> str:
    """The name of a file without its ending, in small letters."""
    name = path.rpartition("/")[2]
    return name[: len(name) - len(suffix_of(path))].lower()


def _is_text(path: str) -> bool:
    suffix = suffix_of(path)
    name = path.rpartition("/")[2]
    return suffix in _TEXTS or suffix in LANGUAGES or _BARE_NAMES.fullmatch(name) is not None


def _code_of_notebook(text: str) -> str:
    try:
        cells = json.loads(text)["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
        return "\n".join("".join(each) for each in sources)
    except (ValueError, KeyError, TypeError, RecursionError):
        return text
