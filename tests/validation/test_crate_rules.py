"""The rules about a crate's metadata take whatever anybody writes there."""

from __future__ import annotations

import json
from typing import Any

import hypothesis
from hypothesis import strategies as st

from reprocrate.files import FileDigest, sha256_bytes
from reprocrate.validation import Subject, validate
from reprocrate.validation.cases import Case, all_cases
from reprocrate.validation.described import MAX_METADATA_BYTES

METADATA = "ro-crate-metadata.json"
[SOUND] = [case for case in all_cases() if case.name == "RC1801/valid/sound"]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-10, 10)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "./", "#", "../../etc/passwd", "%FF", "File", "CreateAction", "#run/wide-0", "é"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@id", "@type", "@value", "value"]), inner, max_size=3)
    ),
    max_leaves=6,
)


class Crate:
    """The files of the sound crate with other metadata."""

    def __init__(self, case: Case, metadata: bytes) -> None:
        files = case.subject().files
        assert files is not None
        self._files = {path: files.read(path, 10**7) for path in files.names()}
        self._files[METADATA] = metadata

    def names(self) -> list[str]:
        return sorted(self._files)

    def exists(self, path: str) -> bool:
        return path in self._files

    def digest(self, path: str) -> FileDigest:
        return FileDigest(sha256_bytes(self._files[path]), len(self._files[path]))

    def read(self, path: str, limit: int) -> bytes:
        return self._files[path][:limit]


def codes(metadata: bytes) -> set[str]:
    report = validate(Subject("crate", SOUND.document, Crate(SOUND, metadata)), only=["RC18"])
    assert [each for each in report.not_assessed if "itself failed" in each.reason] == []
    return {finding.code for finding in report.findings}


def sound() -> dict[str, Any]:
    files = SOUND.subject().files
    assert files is not None
    document: dict[str, Any] = json.loads(files.read(METADATA, 10**7))
    return document


@hypothesis.settings(max_examples=150)
@hypothesis.given(data=st.data())
def test_no_metadata_brings_a_rule_down(data: st.DataObject) -> None:
    document = sound()
    for _ in range(data.draw(st.integers(1, 4))):
        entity = data.draw(st.sampled_from(document["@graph"]))
        term = data.draw(st.sampled_from(sorted(entity)))
        entity[term] = data.draw(JSON)
    codes(json.dumps(document).encode())


def test_what_is_no_crate_is_one_finding_and_nothing_else_is_judged() -> None:
    deep = b"[" * 100_000
    for metadata in (b"", b"null", b"[]", b"{}", b"\xff\xfe", b'{"@context": 1, "@graph": [1]}', deep):
        assert codes(metadata) == {"RC1801"}
    assert codes(b" " * (MAX_METADATA_BYTES + 1)) == {"RC1801"}


def test_entities_that_name_places_outside_are_not_followed() -> None:
    document = sound()
    document["@graph"].append({"@id": "../../../etc/passwd", "@type": "File", "sha256": "0" * 64})
    document["@graph"].append({"@id": "file:///etc/passwd", "@type": "File", "sha256": "0" * 64})
    assert codes(json.dumps(document).encode()) == set()


def test_metadata_and_list_of_checksums_must_agree() -> None:
    document = sound()
    document["@graph"].append({"@id": "notes.txt", "@type": "File", "sha256": "0" * 64})
    root = next(entity for entity in document["@graph"] if entity["@id"] == "./")
    root["hasPart"].append({"@id": "notes.txt"})
    crate = Crate(SOUND, json.dumps(document).encode())
    crate._files["notes.txt"] = b"a note"
    for digest, found in (("0" * 64, set()), ("1" * 64, {"RC1806"})):
        crate._files["manifest-sha256.txt"] = f"{digest}  notes.txt\n".encode()
        report = validate(Subject("crate", SOUND.document, crate), only=["RC18"])
        assert {finding.code for finding in report.findings} == found


def test_a_project_that_was_not_packed_has_nothing_to_say_about_crates() -> None:
    crate = Crate(SOUND, b"")
    del crate._files[METADATA]
    report = validate(Subject("project", SOUND.document, crate), only=["RC18"])
    assert report.findings == ()
    assert len(report.assessed) == 9
