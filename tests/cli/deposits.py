"""What an author does at an archive, as commands: against a genuine one, or what that answered once."""

from __future__ import annotations

import json
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.conftest import Author, Said

MASKS = (
    r'"description": "(?:[^"\\]|\\.)*"',  # what is told of the experiment, which other tests are about
    r"reprocrate-[0-9a-f]{24}",  # marks
    r"[0-9a-f]{64}",  # digests
    r"anonymous-[0-9a-f]{12}",  # names of anonymous bundles
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",  # ids of manifests
    r"\d{4}-\d{2}-\d{2}(?:T[0-9:.]+(?:Z|\+00:00))?",  # days
)
"""What differs each time that a scenario is played."""

COMMUNITY = "rings"
"""A community at the archive, which somebody else leads."""


@dataclass
class Depositor:
    """An author with a project on record, and an archive.

    Attributes:
        author: the author.
        url: the address of the archive.
        token: the author's.
    """

    author: Author
    url: str
    token: str = "a-token"

    @property
    def folder(self) -> Path:
        """The project."""
        return self.author.folder

    def __call__(self, *arguments: object, code: int = 0, **variables: str) -> Said:
        """`publish` with these arguments."""
        known = {"REPROCRATE_TOKEN": self.token, **variables}
        command = ("publish", *arguments, "--to", self.url, "--offline")
        return self.author.cli(self.folder, *command, code=code, **known)

    def told(self, *arguments: object) -> dict[str, Any]:
        """What it says as JSON."""
        return dict(json.loads(self(*arguments, "--json").out))

    def settings(self) -> list[dict[str, Any]]:
        """What `reprocrate.toml` says of deposits."""
        return list(tomllib.loads((self.folder / "reprocrate.toml").read_text()).get("deposits", []))

    def dois_in(self, bundle: str) -> list[str]:
        """The DOIs by which the metadata of a bundle identifies it."""
        with zipfile.ZipFile(self.folder / bundle) as archive:
            graph = json.loads(archive.read("ro-crate-metadata.json"))["@graph"]
        return [one["value"][4:] for one in graph if str(one.get("value", "")).startswith("doi:")]


Scenario = Callable[[Depositor], None]


def draft_and_publication(depositor: Depositor) -> None:
    """A project becomes a draft, is looked at, and published; then nothing more is to be done."""
    first = depositor.told()
    assert first["stage"] == "draft"
    doi = first["doi"]
    assert depositor.dois_in("threshold.crate.zip") == [doi]
    assert [one["doi"] for one in depositor.settings()] == [doi]
    said = depositor("--publish").out
    assert "Published" in said
    assert doi in said
    last = depositor.told("--publish")
    assert (last["doi"], last["stage"], last["unchanged"]) == (doi, "published", True)


def bundle_and_new_version(depositor: Depositor) -> None:
    """A bundle is published, changed, and published as a new version, once."""
    depositor.author.cli(depositor.folder, "pack", "--offline")
    first = depositor.told("threshold.crate.zip", "--publish")
    assert depositor.dois_in("threshold.crate.zip") == [first["doi"]]
    depositor.author.write("LICENSE", "MIT License, once more\n")
    depositor.author.cli(depositor.folder, "pack", "--offline")
    assert "--new-version" in depositor("threshold.crate.zip", code=2).err
    second = depositor.told("threshold.crate.zip", "--new-version", "--publish")
    assert second["doi"] != first["doi"]
    assert second["concept_doi"] == first["concept_doi"]
    again = depositor.told("threshold.crate.zip", "--new-version", "--publish")
    assert (again["doi"], again["unchanged"]) == (second["doi"], True)
    assert [one["doi"] for one in depositor.settings()] == [first["doi"], second["doi"]]


def anonymous_and_revealed(depositor: Depositor) -> None:
    """For review in double blind: a draft that names nobody, and the same DOI with names afterwards."""
    hidden = depositor.told("--anonymous")
    assert hidden["stage"] == "draft"
    assert "preview=1&token=" in hidden["link"]
    assert "citation" not in hidden
    assert hidden["still_shows"]
    assert depositor.settings() == []
    assert "Ada" not in (depositor.folder / hidden["bundle"]).read_bytes().decode(errors="replace")
    assert "--reveal" in depositor("--anonymous").out
    named = depositor.told("--reveal", hidden["bundle"], "--publish")
    assert (named["doi"], named["stage"]) == (hidden["doi"], "published")
    assert "Ada Example" in named["citation"]
    assert [one["doi"] for one in depositor.settings()] == [hidden["doi"]]


def embargo_with_link(depositor: Depositor) -> None:
    """A draft under embargo, with a link for others that stays the same."""
    options = ("--embargo-until", "2999-01-31", "--embargo-reason", "A patent", "--link")
    first = depositor.told(*options)
    assert depositor.told(*options)["link"] == first["link"]


def volumes(depositor: Depositor) -> None:
    """A bundle that is larger than a volume."""
    told = depositor.told("--volume-size", "100kB")
    assert told["stage"] == "draft"


def communities(depositor: Depositor) -> None:
    """A draft is handed to a community, where it stays; what is published is proposed to it, once."""
    assert "nobodys" in depositor("--community", "nobodys", "--review", code=3).err
    handed = depositor.told("--community", COMMUNITY, "--review")
    assert handed["stage"] == "in review"
    again = depositor.told("--community", COMMUNITY, "--review")
    assert (again["stage"], again["doi"], again["unchanged"]) == ("in review", handed["doi"], True)
    published = depositor.told("--anew", "--community", COMMUNITY, "--publish")
    assert published["stage"] == "published"
    assert published["doi"] != handed["doi"]
    again = depositor.told("--community", COMMUNITY, "--publish")
    assert (again["doi"], again["unchanged"]) == (published["doi"], True)


SCENARIOS: dict[str, Scenario] = {
    one.__name__: one
    for one in (
        draft_and_publication,
        bundle_and_new_version,
        anonymous_and_revealed,
        embargo_with_link,
        volumes,
        communities,
    )
}
