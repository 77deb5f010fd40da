"""Manifests for tests of what archives are told: the fullest one, and any that the standard allows."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import hypothesis.strategies as st

from reprocrate.deposit.description import Description, describe
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.standard import shipped_bytes

TODAY = date(2026, 11, 27)
FULL: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/full.json"))


def full(**experiment: Any) -> dict[str, Any]:
    """The fullest manifest with some properties of the experiment changed, or left out where None."""
    document = copy.deepcopy(FULL)
    changed = document["experiment"] | experiment
    document["experiment"] = {name: value for name, value in changed.items() if value is not None}
    return document


def described(document: dict[str, Any] | None = None, **more: Any) -> Description:
    """What an archive is told of a manifest."""
    return describe(read(document or FULL), **{"today": TODAY} | more)


def read(document: dict[str, Any]) -> Manifest:
    """The manifest, which must be one."""
    return manifest_from(document)


TEXT = st.text(min_size=1, max_size=40)
ORCID = st.sampled_from(["0000-0002-1825-0097", "0000-0002-1694-233X", "0000-0002-1825-0098"])
ROR = st.sampled_from(["000000098", "00k4n6c32", "01ggx4157", "000000099"])
DOI = st.from_regex(r"10\.[0-9]{4,9}/[!-~]+", fullmatch=True) | st.from_regex(
    r"10\.[0-9]{4,9}/\S+", fullmatch=True
)
ARXIV = st.from_regex(
    r"([0-9]{4}\.[0-9]{4,5}|[a-z.-]+(\.[A-Z]{2})?/[0-9]{7})(v[0-9]+)?",
    fullmatch=True,
    alphabet=st.characters(max_codepoint=126),
)
HOST = st.from_regex(r"[a-z0-9.\[\]_:-]{1,20}", fullmatch=True) | st.sampled_from(
    ["git.example.org", "localhost", "10.0.0.1:8080", "[::1]", "git"]
)
URL = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["https", "http", "ssh", "git", "s3"]),
    st.sampled_from(["", "", "git@"]),
    HOST,
    st.from_regex(r"([/?#][!-~]*)?", fullmatch=True),
)
LICENCE = st.sampled_from(
    [
        *("MIT", "mit", "Apache-2.0", "CC-BY-4.0", "GPL-3.0", "LicenseRef-Own", "LicenseRef-", "Nobody-1"),
        *("MIT OR Apache-2.0", "(MIT AND BSD-3-Clause) OR LicenseRef-Own", "GPL-2.0+", "MIT OR MIT"),
        *("GPL-2.0-only WITH Classpath-exception-2.0", "DocumentRef-x:LicenseRef-y AND CC0-1.0"),
    ]
)
TIME = st.builds(
    "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format,
    *(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32)),
    *(st.integers(0, 24), st.integers(0, 60), st.integers(0, 60)),
)


def some(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


AUTHOR = some({"name": TEXT}, {"orcid": ORCID, "affiliation": TEXT, "affiliation_ror": ROR})
PAPER = some({}, {"title": TEXT, "doi": DOI, "arxiv": ARXIV, "url": URL, "venue": TEXT})
GRANT = some({"funder": st.text(max_size=20)}, {"funder_ror": ROR, "number": st.text(max_size=10)})
EXPERIMENT = some(
    {"title": TEXT},
    {
        "description": st.text(max_size=200),
        "authors": st.lists(AUTHOR, max_size=3),
        "contact": TEXT,
        "license": LICENCE,
        "version": st.text(max_size=20) | st.just("1" * 192),
        "created": TIME,
        "keywords": st.lists(TEXT, max_size=3),
        "paper": PAPER,
        "funding": st.lists(GRANT, max_size=2),
        "publisher": some({"name": TEXT}, {"ror": ROR}),
        "status": st.sampled_from(["current", "corrected", "withdrawn"]),
    },
)
SWHID = st.sampled_from(["swh:1:rev:" + "4" * 40, "swh:1:dir:" + "5" * 40])


CHANGES = some(
    {"experiment": EXPERIMENT},
    {
        "code": some({}, {"repository": URL, "swhid": SWHID, "license": LICENCE}),
        "name": TEXT,
        "doi": DOI,
        "reproduces": some({}, {"doi": DOI, "title": TEXT, "sentence": TEXT}),
        "run": some({}, {"started": TIME, "duration_s": st.floats(0, 1e15)}),
        "claim": TEXT,
        "metric": some({}, {"name": TEXT, "unit": TEXT}),
    },
)
"""What `changed` takes: small, so that a failing case can be read."""


def mended(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes without the faults that most of them have."""
    text = json.dumps(changes)
    for wrong, right in (("0000-0002-1825-0098", "0000-0002-1825-0097"), ("000000099", "000000098")):
        text = text.replace(wrong, right)
    made: dict[str, Any] = json.loads(text)
    experiment = made["experiment"]
    experiment["title"] = f"Rings {experiment['title']}"
    experiment["authors"] = experiment.get("authors") or [{"name": "Ada Example"}]
    return made


def changed(changes: dict[str, Any]) -> Manifest:
    """The fullest manifest with what archives are told of it changed to anything that the standard allows."""
    document = full()
    document["experiment"] = changes["experiment"]
    data, claim = document["data"][0], document["claims"][0]
    document["code"][0] |= changes.get("code", {})
    document["reproduces"] |= changes.get("reproduces", {})
    document["runs"][0] |= changes.get("run", {})
    document["metrics"][0] |= changes.get("metric", {})
    data["name"] = changes.get("name", data["name"])
    data["source"]["doi"] = changes.get("doi", data["source"]["doi"])
    claim["text"] = changes.get("claim", claim["text"])
    return read(document)
