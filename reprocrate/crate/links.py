"""How entities of the manifest refer to each other in the crate; what is not there is not referred to."""

from __future__ import annotations

from collections.abc import Iterable

from reprocrate.crate.identifiers import Reference, fragment_id, reference
from reprocrate.manifest import Manifest


class Links:
    """References to what a manifest holds, by its ids."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    def run(self, identifier: str) -> Reference | None:
        """The action of a run."""
        return _link("run", identifier, self._manifest.find_run(identifier))

    def configuration(self, identifier: str | None) -> Reference | None:
        """A configuration."""
        return _link("configuration", identifier, self._manifest.find_configuration(identifier))

    def data(self, identifier: str | None) -> Reference | None:
        """A data set."""
        return _link("data", identifier, self._manifest.find_data(identifier))

    def metric(self, identifier: str | None) -> Reference | None:
        """A metric."""
        return _link("metric", identifier, self._manifest.find_metric(identifier))

    def result(self, identifier: str | None) -> Reference | None:
        """A result."""
        return _link("result", identifier, self._manifest.find_result(identifier))

    def evidence(self, identifier: str) -> Reference | None:
        """A result or comparison."""
        comparison = self._manifest.find_comparison(identifier)
        return self.result(identifier) or _link("comparison", identifier, comparison)


def known(references: Iterable[Reference | None]) -> list[Reference]:
    """The references that lead somewhere."""
    return [item for item in references if item is not None]


def _link(kind: str, identifier: str | None, found: object) -> Reference | None:
    return reference(fragment_id(kind, identifier)) if identifier is not None and found is not None else None
