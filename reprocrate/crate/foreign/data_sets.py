"""Data sets of a crate: folders and collections that it calls so, and for the rest the crate itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reprocrate.crate.foreign import stated
from reprocrate.crate.foreign.about import Section, identifying, license_of, without_nothing
from reprocrate.crate.foreign.linked import Link, Linked, Node, first
from reprocrate.crate.foreign.places import Places
from reprocrate.crate.origins import ORIGIN

_CROISSANT = "mlcommons.org/croissant"
_MODELS = ("MLModel", "Model")


def data_sets(linked: Linked, root: Node, places: Places, taken: set[str]) -> list[Section]:
    """The section `data`.

    Args:
        linked: the crate.
        root: its root.
        places: its files.
        taken: paths of files that are something else: code, or what a run wrote.
    """
    names = stated.Names()
    sections: list[Section] = []
    claimed = set(taken)
    sets = [
        (node, places.files_of(node))
        for node in linked.of_type("Dataset")
        if node is not root and node.values
    ]
    sets = [(node, files) for node, files in sets if places.file(node) is None]
    for node, files in sorted(sets, key=lambda each: len(each[1])):  # what lies in another comes before it
        own = [file for file in files if file["path"] not in claimed]
        section = _described(linked, node, own)
        if own or "source" in section:
            claimed.update(file["path"] for file in own)
            sections.append(
                {"id": names.give([linked.label(node), node.id], "data"), **section, ORIGIN: node.id}
            )
    rest = [file for file in _files(linked, places) if file["path"] not in claimed]
    if rest:
        sections.append(
            {"id": names.give(["crate"], "crate"), **_described(linked, root, rest), ORIGIN: root.id}
        )
    return sections


def models(linked: Linked, places: Places) -> list[Section]:
    """The section `models`: files that are said to be trained models."""
    names = stated.Names()
    return [
        without_nothing(
            {
                "id": names.give([linked.label(node), node.id], "model"),
                "file": places.file(node),
                "license": license_of(linked, node),
                ORIGIN: node.id,
            }
        )
        for node in linked.of_type(*_MODELS)
    ]


def _described(linked: Linked, node: Node, files: list[Section]) -> Section:
    texts = list(identifying(linked, node))
    addresses = [stated.url(text) for text in texts]
    pages = [address for address in addresses if address and not stated.doi(address)]
    version = (str(value) for value in linked.all(node, "version") if not isinstance(value, Link))
    return without_nothing(
        {
            "name": linked.label(node),
            "version": next(version, None),
            "license": license_of(linked, node),
            "citation": linked.text(node, "citation", "creditText"),
            "source": without_nothing({"doi": first(map(stated.doi, texts)), "url": first(pages)}),
            "files": files,
            "croissant": next((file for file in files if _is_croissant(linked, file["path"])), None),
        }
    )


def _files(linked: Linked, places: Places) -> Iterator[Section]:
    """Every file that is described, each once."""
    seen: set[str] = set()
    for node in linked.nodes.values():
        file = places.file(node)
        if file and file["path"] not in seen:
            seen.add(file["path"])
            yield file


def _is_croissant(linked: Linked, path: str) -> bool:
    node = linked.nodes.get(path)
    return node is not None and any(
        _CROISSANT in (value.id if isinstance(value, Link) else str(value))
        for value in linked.all(node, "conformsTo", "encodingFormat")
    )


def written_by(runs: Iterable[Section]) -> set[str]:
    """Paths of what runs wrote."""
    return {file["path"] for run in runs for file in run.get("outputs", ())}
