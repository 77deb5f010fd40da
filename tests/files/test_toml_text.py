"""Whatever a TOML file holds, it is read or refused with a reason, and no slower than its length asks for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from reprocrate.assembly.toml import parse_settings
from reprocrate.errors import ReprocrateError
from reprocrate.files.toml_text import MOST_PARTS, read_toml
from reprocrate.validation.policy_file import read_policy

HOSTILE = {
    "nested": "x = " + "[" * 100_000,
    "nested and closed": "x = " + "[" * 5_000 + "]" * 5_000,
    "tables in tables": "x = " + "{a=" * 5_000,
    "key": ".".join("a" * 200_000) + " = 1",
    "quoted key": "\n" + " . ".join(['"a"'] * 50_000) + " = 1",
    "header": "[" + ".".join("a" * 200_000) + "]",
    "key in a table": "x = {b = 1, " + ".".join("a" * 200_000) + " = 1}",
    "digits": "x = " + "9" * 400_000,
    "unknown keys": "".join(f"k{number} = 1\n" for number in range(50_000)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ReprocrateError, match=r"reprocrate\.toml"):
        parse_settings(text)
    (tmp_path / "venue.toml").write_text(text)
    with pytest.raises(ReprocrateError, match=r"venue\.toml"):
        read_policy(tmp_path / "venue.toml")


def test_keys_with_dots_are_read() -> None:
    text = ".".join("a" * (MOST_PARTS - 1)) + ' = "' + "a." * 1000 + '"\n[b."c.d".e]\nf = {g.h = 1}'
    assert read_toml(text) == tomllib.loads(text)


def test_policies_that_extend_each_other_without_end(tmp_path: Path) -> None:
    for number in range(1500):
        following = f'extends = ["p{number + 1}.toml"]\n' if number < 1499 else ""
        (tmp_path / f"p{number}.toml").write_text(f'id = "venue"\nstandard = "1.0"\n{following}')
    with pytest.raises(ReprocrateError, match=r"p0\.toml is not read: more than 50 policies"):
        read_policy(tmp_path / "p0.toml")


def test_policy_that_is_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "venue.toml").symlink_to("venue.toml")
    with pytest.raises(ReprocrateError, match="leads to itself"):
        read_policy(tmp_path / "venue.toml")
