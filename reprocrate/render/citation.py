"""How to cite an experiment: a line as in a list of references, and a BibTeX entry."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from reprocrate.manifest import Manifest
from reprocrate.render import words

_MOST_AUTHORS = 20  # of more, APA (7th edition, section 9.8) names the first nineteen and the last
_LONGEST_TITLE = 400
_RECORD = "Record of a computational experiment"
_KINDS = {"software": "Computer software", "dataset": "Data set"}
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{one: f"\\{one}" for one in "$&%#_"},
}


class Declared(NamedTuple):
    """What a CITATION.cff says.

    Attributes:
        title: what it is about, which need not be the experiment.
        kind: `software` or `dataset`.
        authors: their names.
        doi: its DOI, without its resolver address.
        released: when it was released, as `YYYY-MM-DD`.
        version: its version.
        url: where it is.
    """

    title: str | None = None
    kind: str = "software"
    authors: tuple[str, ...] = ()
    doi: str | None = None
    released: str | None = None
    version: str | None = None
    url: str | None = None


class Citation(NamedTuple):
    """What a reference names.

    Attributes:
        authors: names as they are given, in order; empty where nobody was named.
        title: the title.
        kind: what it is, in a few words.
        year: four digits, or an empty string.
        version: the version, or an empty string.
        publisher: who makes it available, or an empty string.
        doi: DOI without its resolver address, or an empty string.
        url: where it is where it has no DOI, or an empty string.
        identifier: the manifest's id, which stands where there is neither.
    """

    authors: tuple[str, ...]
    title: str
    kind: str
    year: str
    version: str
    publisher: str
    doi: str
    url: str
    identifier: str

    @property
    def address(self) -> str:
        """The address of the DOI or of the place, or an empty string."""
        return doi_address(self.doi) if self.doi else self.url

    @property
    def line(self) -> str:
        """The reference, without its address, much as APA (7th edition, section 10.9) writes one."""
        year = f"({self.year})" if self.year else "(n.d.)"
        version = f" (Version {self.version})" if self.version else ""
        title = f"{self.title}{version} [{self.kind}]."
        start = f"{_together(self.authors)} {year}. {title}" if self.authors else f"{title} {year}."
        return " ".join([start, *([words.ended(self.publisher)] if self.publisher else [])])

    @property
    def bibtex(self) -> list[str]:
        """The lines of a BibTeX entry, which plain BibTeX and biblatex both take."""
        fields = {
            "author": " and ".join(map(_name, self.authors)),
            "title": f"{{{_tex(self.title)}}}",
            "year": self.year,
            "version": _tex(self.version),
            "publisher": _tex(self.publisher),
            "howpublished": self.kind,
            "doi": quote(self.doi, safe="/:;()._-") if self.doi else "",
            "url": quote(self.address, safe="/:;()._-?=%"),
            "note": "" if self.address else _tex(self.identifier),
        }
        inner = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
        return [f"@misc{{{self._key},", *inner, "}"]

    @property
    def _key(self) -> str:
        family = _ascii(self.authors[0].rpartition(" ")[2]) if self.authors else ""
        first = next((one for one in map(_ascii, self.title.split()) if len(one) > 3), "")
        return f"{family}{self.year}{first}"[:60] or "experiment"


def doi_address(doi: str) -> str:
    """The address at which a DOI leads to what it names."""
    return f"https://doi.org/{quote(doi, safe='/:;()._-')}"


def citations_of(manifest: Manifest, declared: Declared | None = None, doi: str = "") -> list[Citation]:
    """What to cite: the experiment, and what the CITATION.cff names where that is something else.

    Where the two have the same title, the manifest comes first and the CITATION.cff adds what it lacks.

    Args:
        manifest: the experiment.
        declared: what a CITATION.cff says.
        doi: the DOI under which this record of it is kept, which comes before any that is declared.
    """
    record, *others = _citations(manifest, declared)
    return [record._replace(doi=words.plain(doi)) if doi else record, *others]


def _citations(manifest: Manifest, declared: Declared | None) -> list[Citation]:
    about = manifest.experiment
    title = words.plain(about.title)
    if declared is None or declared.title is None:
        return [_experiment(manifest, Declared())]
    if words.plain(declared.title).casefold() == title.casefold():
        return [_experiment(manifest, declared)]
    return [_experiment(manifest, Declared()), _other(declared, declared.title)]


def _experiment(manifest: Manifest, more: Declared) -> Citation:
    about = manifest.experiment
    return Citation(
        authors=tuple(words.plain(one.name) for one in about.authors) or _plain(more.authors),
        title=_cut(words.plain(about.title)),
        kind=_RECORD,
        year=_year(more.released or about.created),
        version=words.plain(about.version or more.version or ""),
        publisher=words.plain(about.publisher.name) if about.publisher else "",
        doi=words.plain(more.doi or ""),
        url=words.plain(more.url or ""),
        identifier=words.plain(manifest.id),
    )


def _other(declared: Declared, title: str) -> Citation:
    return Citation(
        authors=_plain(declared.authors),
        title=_cut(words.plain(title)),
        kind=_KINDS.get(declared.kind, _KINDS["software"]),
        year=_year(declared.released),
        version=words.plain(declared.version or ""),
        publisher="",
        doi=words.plain(declared.doi or ""),
        url=words.plain(declared.url or ""),
        identifier="",
    )


def _plain(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(words.plain, names))


def _year(time: str | None) -> str:
    return time[:4] if time and re.match(r"[0-9]{4}", time) else ""


def _together(authors: Sequence[str]) -> str:
    if len(authors) > _MOST_AUTHORS:
        return f"{', '.join(authors[: _MOST_AUTHORS - 1])}, … {authors[-1]}"
    return authors[0] if len(authors) == 1 else f"{', '.join(authors[:-1])}, & {authors[-1]}"


def _cut(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else f"{title[:_LONGEST_TITLE]}…"


def _name(author: str) -> str:
    """A name for BibTeX, which would part it at `and` and turn it round at a comma."""
    return f"{{{_tex(author)}}}" if re.search(r"\band\b|,", author) else _tex(author)


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(one, one) for one in text)


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())
