"""What `--data NAME=PATH` means."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.workflow.bringing import given_places


def experiment(*data: dict[str, Any]) -> Manifest:
    return manifest_from(
        {
            "manifest_version": "1.0",
            "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
            "experiment": {"title": "Rings"},
            "data": list(data),
        }
    )


RINGS = {"id": "rings", "name": "Rings of points"}


@pytest.mark.parametrize("name", ["rings", "Rings of points"])
def test_data_is_named_by_its_id_or_its_name(tmp_path: Path, name: str) -> None:
    assert given_places(experiment(RINGS), [f"{name}={tmp_path}"]) == {"rings": [tmp_path]}


def test_an_id_comes_before_the_name_of_another(tmp_path: Path) -> None:
    manifest = experiment({"id": "a", "name": "b"}, {"id": "b"})
    assert given_places(manifest, [f"b={tmp_path}"]) == {"b": [tmp_path]}


def test_a_name_of_two_does_not_tell_which(tmp_path: Path) -> None:
    manifest = experiment({"id": "a", "name": "Rings"}, {"id": "b", "name": "Rings"})
    with pytest.raises(UsageError, match="Give an id: a, b"):
        given_places(manifest, [f"Rings={tmp_path}"])


def test_the_same_data_may_lie_in_several_places(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    texts = [f"rings={tmp_path / name}" for name in ("one", "two")]
    assert given_places(experiment(RINGS), texts) == {"rings": [tmp_path / "one", tmp_path / "two"]}


def test_home_is_what_the_shell_leaves_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert given_places(experiment(RINGS), ["rings=~"]) == {"rings": [tmp_path]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rings", "is not NAME=PATH.*Known data: rings"),
        ("", "is not NAME=PATH"),
        ("=x", "there is no data"),
        ("ring=x", "there is no data ring: known: rings"),
        ("rings=", "names no path"),
        ("rings=nowhere/at/all", "does not exist"),
        ("rings=" + "x" * 5000, "no such path|does not exist"),
        ("rings=a\0b", "no such path|does not exist"),
        ("rings=~nobody-of-this-name/x", "no such path|does not exist"),
        ("rings=/dev/null", "a device, a pipe or a socket"),
    ],
)
def test_what_makes_no_sense_is_told(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        given_places(experiment(RINGS), [text])


LABEL = st.text("ab= é-", min_size=1, max_size=5).filter(lambda text: text == text.strip())


@settings(max_examples=80, deadline=None)
@given(LABEL, LABEL, st.text("ab=. é\n'\"$", min_size=1, max_size=8))
def test_any_name_and_any_path_can_be_given(name: str, other: str, path: str) -> None:
    assume(name != other)
    with TemporaryDirectory() as folder:
        place = Path(folder) / f"x{path}"
        place.mkdir()
        manifest = experiment({"id": "one", "name": name}, {"id": "two", "name": other})
        text = f"{name}={place}"
        found = given_places(manifest, [text])
        if other.startswith(f"{name}={os.sep}"):
            return
        assert found == {"one": [place]}
