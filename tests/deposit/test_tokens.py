"""A token comes from the environment or the keyring, and stands in no error."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from reprocrate.deposit.tokens import token_for
from reprocrate.errors import UnavailableError, UsageError

VARIABLE, HOST, PAGE = "ZENODO_TOKEN", "zenodo.org", "https://zenodo.org/account"


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A keyring that is not the user's."""
    kept: dict[tuple[str, str], str] = {}
    stand_in = SimpleNamespace(get_password=lambda service, name: kept.get((service, name)))
    monkeypatch.setitem(sys.modules, "keyring", stand_in)
    monkeypatch.delenv(VARIABLE, raising=False)
    return kept


def test_the_environment_comes_before_the_keyring(
    keyring: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring["reprocrate", HOST] = "from-the-keyring"
    keyring["reprocrate", "sandbox.zenodo.org"] = "of-another-host"
    assert token_for(HOST, VARIABLE, PAGE) == "from-the-keyring"
    monkeypatch.setenv(VARIABLE, " from-the-environment\n")
    assert token_for(HOST, VARIABLE, PAGE) == "from-the-environment"


def test_who_has_no_token_is_told_where_to_get_one(keyring: dict[tuple[str, str], str]) -> None:
    with pytest.raises(UnavailableError, match=r"no token for zenodo\.org") as caught:
        token_for(HOST, VARIABLE, PAGE)
    assert PAGE in caught.value.fix
    assert VARIABLE in caught.value.fix


@pytest.mark.parametrize("token", ["two words", "line\nline", "tökén", "x" * 5000])
def test_what_can_be_no_token_is_not_sent_and_not_shown(
    keyring: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv(VARIABLE, token)
    with pytest.raises(UsageError, match=VARIABLE) as caught:
        token_for(HOST, VARIABLE, PAGE)
    assert token not in str(caught.value)


@pytest.mark.parametrize("module", [None, SimpleNamespace(get_password=lambda *_: 1 / 0)])
def test_without_a_keyring_there_is_the_environment(
    keyring: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch, module: object
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", module)
    with pytest.raises(UnavailableError, match="no token"):
        token_for(HOST, VARIABLE, PAGE)
    monkeypatch.setenv(VARIABLE, "abc")
    assert token_for(HOST, VARIABLE, PAGE) == "abc"
