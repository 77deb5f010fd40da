"""All that is looked for in a submission, each thing once, and when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from reprocrate.finding import Observed, Presence
from reprocrate.validation.submission.items import ITEMS
from reprocrate.validation.submission.privacy import (
    Sighting,
    identities_in,
    observe_identities,
    observe_secrets,
    secrets_in,
)
from reprocrate.validation.submission.tree import FilesOfSubmission, SubmissionTree

_NOT_ALL_SEEN = "not in what was looked at, which is not all: "


class Submission:
    """A submission as far as its files tell.

    Args:
        files: its files.
    """

    def __init__(self, files: FilesOfSubmission) -> None:
        self._tree = SubmissionTree(files)

    @cached_property
    def secrets(self) -> tuple[Sighting, ...]:
        """Where its texts hold what has the form of a secret."""
        return tuple(secrets_in(self._tree))

    @cached_property
    def identities(self) -> tuple[Sighting, ...]:
        """Where its texts name somebody."""
        return tuple(identities_in(self._tree))

    @cached_property
    def observed(self) -> tuple[Observed, ...]:
        """What it has of all that is looked for, in the order of `ITEMS`.

        What is not found is *not assessed* where not everything could be looked at.
        """
        known = {each.item: each for each in self._observed()}
        if not self._tree.is_whole:
            for item, each in known.items():
                if each.presence is Presence.NOT_FOUND:
                    detail = _NOT_ALL_SEEN + each.detail
                    known[item] = each._replace(presence=Presence.NOT_ASSESSED, detail=detail)
        return tuple(known[item] for item in ITEMS)

    def _observed(self) -> Iterator[Observed]:
        # secrets are looked for in every submission, the rest only where there is no manifest
        from reprocrate.validation.submission import about, assets, programs
        from reprocrate.validation.submission.commands import commands_of, observe_commands, started_by
        from reprocrate.validation.submission.declarations import declared_in
        from reprocrate.validation.submission.dependencies import observe_dependencies

        tree = self._tree
        links = assets.links_in(tree)
        commands = commands_of(tree)
        yield about.observe_readme(tree)
        yield about.observe_licence(tree)
        yield from observe_dependencies(tree, declared_in(tree))
        yield from programs.observe_programs(tree, started_by(tree, commands))
        yield assets.observe_weights(tree, links)
        yield about.observe_results(tree)
        yield observe_commands(tree, commands)
        yield assets.observe_data(tree, links)
        yield programs.observe_seeds(tree)
        yield assets.observe_hardware(tree)
        yield programs.observe_tests(tree)
        yield about.observe_citation(tree)
        yield observe_secrets(tree, self.secrets)
        yield observe_identities(tree, self.identities)
        yield about.observe_inventory(tree)  # last, when it is known what could not be read
