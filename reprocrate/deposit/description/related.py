"""What a record is related to: the paper, the code, the data, and what was reproduced."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from reprocrate.deposit.description.model import Kind, Related, Relation
from reprocrate.manifest import Code, Manifest, Paper

SOFTWARE_HERITAGE = "https://archive.softwareheritage.org/"
"""The resolver of SWHIDs, whose address stands for them where an archive has no word for a SWHID."""

_DOI_OF_ARXIV = "10.48550/arxiv."
_DOI_HOSTS = ("doi.org", "dx.doi.org", "www.doi.org")
_PARTS_OF_A_TREE = ("cnt", "dir")
_KINDS = {"dataset": Kind.DATASET, "model": Kind.MODEL, "other": Kind.OTHER}


def related_of(manifest: Manifest, *, doi: str | None, anonymous: bool) -> tuple[Related, ...]:
    """What the record is related to, each once and never to itself.

    Args:
        manifest: the manifest.
        doi: the DOI of the record.
        anonymous: leave out all but data that existed before.
    """
    found: dict[tuple[str, str], Related] = {}
    for one in _all(manifest, anonymous):
        is_itself = one.scheme == "doi" and doi is not None and one.identifier.lower() == doi.lower()
        if not is_itself:
            found.setdefault((one.scheme, one.identifier.lower()), one)
    return tuple(found.values())


def web_address(address: str | None) -> str | None:
    """The address if a browser can open it: http or https, and nothing of a user in it."""
    if address is None:
        return None
    try:
        parts = urlsplit(address)
        is_usual = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return None
    return address if is_usual else None


def _all(manifest: Manifest, anonymous: bool) -> Iterator[Related]:
    if not anonymous:
        if manifest.experiment.paper:
            yield from _paper(manifest.experiment.paper)
        if manifest.reproduces and manifest.reproduces.doi:
            yield _doi(manifest.reproduces.doi, Relation.DERIVED_FROM, "reproduces.doi")
        for place, code in enumerate(manifest.code):
            yield from _code(code, f"code[{place}]")
    for place, data in enumerate(manifest.data):
        if data.source and data.source.doi and (data.origin == "existing" or not anonymous):
            kind = _KINDS.get(data.kind or "")
            yield _doi(data.source.doi, Relation.DERIVED_FROM, f"data[{place}].source.doi", kind)


def _paper(paper: Paper) -> Iterator[Related]:
    field, relation = "experiment.paper", Relation.SUPPLEMENTS
    if paper.doi:
        kind = Kind.PREPRINT if paper.doi.lower().startswith(_DOI_OF_ARXIV) else Kind.TEXT
        yield _doi(paper.doi, relation, f"{field}.doi", kind)
    if paper.arxiv:
        yield Related(paper.arxiv, "arxiv", relation, f"{field}.arxiv", Kind.PREPRINT)
    url = web_address(paper.url)
    if url and not (paper.doi and urlsplit(url).hostname in _DOI_HOSTS):
        yield Related(url, "url", relation, f"{field}.url", Kind.TEXT)


def _code(code: Code, field: str) -> Iterator[Related]:
    """The tree or file by its SWHID is a part of the record; of a commit or release it holds a copy."""
    if code.swhid:
        kind = code.swhid.removeprefix("swh:1:").partition(":")[0]
        holds = kind in _PARTS_OF_A_TREE and not code.dirty
        relation = Relation.HAS_PART if holds else Relation.DERIVED_FROM
        yield Related(SOFTWARE_HERITAGE + code.swhid, "url", relation, f"{field}.swhid", Kind.SOFTWARE)
    repository = web_address(code.repository)
    if repository:
        yield Related(repository, "url", Relation.DERIVED_FROM, f"{field}.repository", Kind.SOFTWARE)


def _doi(doi: str, relation: Relation, field: str, kind: Kind | None = None) -> Related:
    return Related(doi, "doi", relation, field, kind)


def doi_address(doi: str) -> str:
    """The address of a DOI at its resolver."""
    return f"https://doi.org/{quote(doi, safe='/:;()._-')}"
