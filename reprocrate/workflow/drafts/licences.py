"""A project's licence, from the text of its licence file."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.standard.licence_texts import licence_named, licence_of_badge, licence_of_text
from reprocrate.workflow.drafts.about import About, Said
from reprocrate.workflow.drafts.tree import Tree


def complete_licence(tree: Tree, about: About) -> None:
    """Find the licence where no other file said it, or said it in words that are no SPDX identifier."""
    said = about.license
    if said and (known := licence_named(said.value)):
        about.license = Said(known, said.where)
        return
    about.license = next(_from_files(tree), None)


def _from_files(tree: Tree) -> Iterator[Said]:
    for path in tree.top("LICENSE*", "LICENCE*", "COPYING*", "UNLICENSE*"):
        if name := licence_of_text(tree.text(path)):
            yield Said(name, path)
    for path in tree.top("README.md", "README.rst"):
        if known := licence_of_badge(tree.text(path)):
            yield Said(known, f"a badge of {path}")
