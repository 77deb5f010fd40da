"""Reading crates that anybody may have written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rocrate.metadata import find_root_entity_id, read_metadata

from reprocrate.crate import CHECKED, file_id, path_of, read_crate
from reprocrate.crate.reading import METADATA, read_graph
from reprocrate.errors import UnreadableError
from reprocrate.files import safe_relative

SCHEMA = "https://w3id.org/reprocrate/schema/1.0/manifest.schema.json"
HOSTILE = [
    "../secret.txt",
    "a/../../secret.txt",
    "%2e%2e/secret.txt",
    "a/%2E%2E/%2E%2E/secret.txt",
    "..%2Fsecret.txt",
    "..%5Csecret.txt",
    "/etc/passwd",
    "//host/share",
    "file:///etc/passwd",
    "https://example.org/a.txt",
    "C:/Windows/win.ini",
    "C%3A/Windows/win.ini",
    "a\\b",
    "a%00b",
    "a%0Ab",
    "%ff",
    "CON",
    "a/./b",
    "a//b",
    "a.txt?x=1",
    "#a",
]


def crate(*entities: dict[str, Any], root: dict[str, Any] | None = None) -> bytes:
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    top = {"@id": "./", "@type": "Dataset", "name": "Somebody's", **(root or {})}
    document = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [descriptor, top, *entities]}
    return json.dumps(document).encode()


def test_our_own_crate_says_where_its_manifest_is(experiments: ModuleType) -> None:
    sample = experiments.odd_names()
    view = read_crate(sample.metadata())
    assert view.version == "1.1"
    assert view.name == "Random features on rings"
    assert view.conforms_to == ("https://w3id.org/ro/wfrun/process/0.5", CHECKED.own_profile)
    assert view.manifest_path == "reprocrate.json"
    paths = {path_of(identifier) for identifier in view.data_entities}
    assert {"my code/train é 100%.py", "données/Ringe #1?.csv", "データ/", "reprocrate.json"} <= paths


@pytest.mark.parametrize("identifier", [*HOSTILE, "./", ""])
def test_identifiers_of_nothing_in_the_crate_name_no_path(identifier: str) -> None:
    assert path_of(identifier) is None


@pytest.mark.parametrize("identifier", HOSTILE)
def test_a_manifest_outside_the_crate_is_none(identifier: str) -> None:
    view = read_crate(crate({"@id": identifier, "@type": "File", "conformsTo": {"@id": SCHEMA}}))
    assert view.manifest_path is None


@given(st.text())
def test_what_path_of_returns_is_safe(identifier: str) -> None:
    path = path_of(identifier)
    if path is not None:
        assert safe_relative(path.removesuffix("/")) == path.removesuffix("/")


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4).map("/".join))
def test_every_safe_path_survives_its_identifier(text: str) -> None:
    try:
        path = safe_relative(text)
    except ValueError:
        return
    assert path_of(file_id(path)) == path
    assert file_id(path).isascii()


def test_manifest_nearest_to_the_root_counts() -> None:
    inner = {"@id": "inner/reprocrate.json", "@type": "File", "conformsTo": [{"@id": "x"}, {"@id": SCHEMA}]}
    outer = {"@id": "my%20manifest.json", "@type": "File", "conformsTo": {"@id": SCHEMA}}
    assert read_crate(crate(inner, outer)).manifest_path == "my manifest.json"
    assert read_crate(crate(inner)).manifest_path == "inner/reprocrate.json"


def test_a_foreign_crate_has_no_manifest() -> None:
    view = read_crate(crate({"@id": "a.txt", "@type": "File", "name": "A"}))
    assert view.manifest_path is None
    assert view.data_entities == ("a.txt",)
    assert view.conforms_to == ()


def test_entities_cannot_pose_as_the_root() -> None:
    posing = {"@id": "evil/", "@type": ["Dataset", "RootDataset"], "name": "Evil"}
    view = read_crate(crate(posing, root={"hasPart": [{"@id": "evil/"}]}))
    assert view.name == "Somebody's"


DESCRIPTOR = b'{"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": %s}'


VALUES = st.sampled_from(
    [
        "CreativeWork",
        "Dataset",
        ["CreativeWork"],
        ["Dataset", "X"],
        ["X"],
        {"@id": "./"},
        {"@id": 1},
        [],
        None,
        "",
    ]
)
ENTITY = st.fixed_dictionaries({}, optional={"@type": VALUES, "about": VALUES})


@given(st.dictionaries(st.sampled_from([METADATA, "ro-crate-metadata.jsonld", "./", "x"]), ENTITY))
def test_descriptor_and_root_are_those_that_ro_crate_py_finds(entities: dict[str, dict[str, Any]]) -> None:
    graph = [{"@id": identifier, **entity} for identifier, entity in entities.items()]
    document = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    try:
        peer = find_root_entity_id(read_metadata(document)[1])
    except (KeyError, TypeError, ValueError):
        with pytest.raises(UnreadableError, match="does not say what its root is"):
            read_graph(json.dumps(document).encode())
        return
    found = read_graph(json.dumps(document).encode())
    assert (found.descriptor["@id"], found.root["@id"]) == peer


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"@context": 1, "@graph": {}}',
        b'{"@context": 1, "@graph": []}',
        b'{"@context": 1, "@graph": [1]}',
        b'{"@context": 1, "@graph": [{"name": "no id"}]}',
        b'{"@context": 1, "@graph": [{"@id": ["x"]}]}',
        b'{"@context": 1, "@graph": [{"@id": "ro-crate-metadata.json"}]}',
        b'{"@context": 1, "@graph": [%s]}' % (DESCRIPTOR % b"[1]"),
        b'{"@context": 1, "@graph": [%s]}' % (DESCRIPTOR % b'{"@id": ["./"]}'),
        b'{"@context": 1, "@graph": [%s, {"@id": "./"}]}' % (DESCRIPTOR % b'{"@id": "./"}'),
        b"[" * 10_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_crate_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"inner/ro-crate-metadata\.json"):
        read_crate(data, name="inner/ro-crate-metadata.json")


def test_an_entity_described_twice_is_refused() -> None:
    twice = {"@id": "a.txt", "@type": "File"}
    with pytest.raises(UnreadableError, match=r"/@graph/3 describes 'a\.txt' a second time"):
        read_crate(crate(twice, twice))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["./", "File", "x", SCHEMA]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["@id", "@type", "a"]), inner)
    ),
    max_leaves=8,
)
ENTITY = st.fixed_dictionaries(
    {"@id": st.sampled_from(["ro-crate-metadata.json", "./", "a", "../b"])},
    optional=dict.fromkeys(("@type", "about", "conformsTo", "name", "hasPart", "datePublished"), JSON),
)


@given(st.lists(ENTITY | JSON, max_size=5))
def test_any_graph_is_read_or_refused(graph: list[Any]) -> None:
    try:
        view = read_crate(json.dumps({"@context": {}, "@graph": graph}).encode())
    except UnreadableError:
        return
    assert view.manifest_path in (None, "a")


def test_reading_opens_nothing_that_the_crate_names(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    folder = tmp_path / "crate"
    folder.mkdir()
    entities: list[dict[str, Any]] = [
        {"@id": "../secret.txt", "@type": "File"},
        {"@id": secret.as_uri(), "@type": "File"},
        {"@id": "http://127.0.0.1:9/x", "@type": ["File", "Dataset"], "conformsTo": {"@id": SCHEMA}},
    ]
    parts = [{"@id": entity["@id"]} for entity in entities]
    metadata = folder / "metadata.json"
    metadata.write_bytes(crate(*entities, root={"hasPart": parts}))
    code = (
        "import sys; from pathlib import Path\n"
        "from reprocrate.crate import read_crate; import rocrate.metadata\n"
        "data = Path(sys.argv[1]).read_bytes(); seen = []\n"
        "sys.addaudithook(lambda event, args: seen.append(event) if event in"
        " ('open', 'socket.connect', 'socket.getaddrinfo', 'urllib.Request') else None)\n"
        "view = read_crate(data); print(seen, view.data_entities[0])"
    )
    repository = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, metadata], cwd=repository, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["[]", "../secret.txt"]
