"""What a reproduction reproduces, and the verdict on it."""

from __future__ import annotations

from reprocrate.crate.graph import Graph
from reprocrate.crate.identifiers import NAMES, Reference, address_id
from reprocrate.manifest import Manifest, Reproduction

_DEPTH = {
    "logs": "its results were computed again from the recorded runs",
    "evaluate": "its values were measured again from recorded checkpoints or predictions",
    "smoke": "its code was run on a reduced scale",
    "full": "everything was run again",
}


def describe_reproduction(graph: Graph, manifest: Manifest) -> tuple[Reference | None, Reference | None]:
    """Describe the original of a reproduction, and the verdict on it; None where there is none.

    The original is named by its DOI; without one, by its payload digest, wherever its bundle lies.
    """
    about = manifest.reproduces
    if about is None:
        return None, None
    original = graph.add(
        address_id(f"https://doi.org/{about.doi}") if about.doi else _payload_name(about),
        "CreativeWork",
        {
            "name": about.title or about.id or "An experiment",
            "description": f"The experiment that this crate is a reproduction of: {_DEPTH[about.depth]}.",
            "identifier": [*([_identifier(graph, about.id)] if about.id else []), _payload(graph, about)],
        },
    )
    return original, _verdict(graph, about, original)


def _payload_name(about: Reproduction) -> str:
    return f"{NAMES}payload/sha256/{about.payload_sha256}"


def _identifier(graph: Graph, identifier: str) -> Reference:
    return graph.add(
        "#original/identifier",
        "PropertyValue",
        {
            "name": "identifier of the original's manifest",
            "propertyID": f"{NAMES}schema",
            "value": identifier,
        },
    )


def _payload(graph: Graph, about: Reproduction) -> Reference:
    return graph.add(
        "#original/payload",
        "PropertyValue",
        {
            "name": "payload digest of the original's bundle (SHA-256)",
            "propertyID": f"{NAMES}payload/sha256",
            "value": about.payload_sha256,
        },
    )


def _verdict(graph: Graph, about: Reproduction, original: Reference) -> Reference | None:
    """The verdict as a review of the original."""
    if about.sentence is None:
        return None
    return graph.add(
        "#verdict",
        "Review",
        {
            "name": "Verdict of the rerun",
            "reviewBody": about.sentence,
            "reviewAspect": f"reproducibility at the depth {about.depth}",
            "itemReviewed": original,
        },
    )
