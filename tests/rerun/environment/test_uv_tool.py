"""uv sees the user's index settings and nothing that would change what it is asked for."""

from __future__ import annotations

import pytest

from reprocrate.rerun.environment.uv_tool import (
    find_uv,
    last_meaningful_line,
    run_uv,
    uv_variables,
    without_credentials,
)


def test_settings_of_the_users_index_pass() -> None:
    own = {
        "UV_DEFAULT_INDEX": "https://pypi.example.org/simple",
        "UV_INDEX_INTERNAL_PASSWORD": "x",
        "UV_CACHE_DIR": "/cache",
        "HTTPS_PROXY": "http://proxy:8080",
        "SSL_CERT_FILE": "/etc/certs.pem",
    }
    assert uv_variables(own) == own


@pytest.mark.parametrize(
    "name",
    [
        "UV_PYTHON",
        "UV_SYSTEM_PYTHON",
        "UV_CONSTRAINT",
        "UV_OVERRIDE",
        "UV_RESOLUTION",
        "UV_EXCLUDE_NEWER",
        "UV_NO_VERIFY_HASHES",
        "UV_PROJECT_ENVIRONMENT",
        "UV_WORKING_DIR",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "PYTHONPATH",
    ],
)
def test_what_would_change_the_result_does_not(name: str) -> None:
    assert uv_variables({name: "x", "HOME": "/home"}) == {"HOME": "/home"}


def test_an_index_configured_for_pip_alone_is_used() -> None:
    assert uv_variables({"PIP_INDEX_URL": "https://a"})["UV_DEFAULT_INDEX"] == "https://a"
    both = {"PIP_INDEX_URL": "https://a", "UV_DEFAULT_INDEX": "https://b"}
    assert uv_variables(both)["UV_DEFAULT_INDEX"] == "https://b"


def test_credentials_do_not_reach_a_message() -> None:
    text = "Failed to fetch: https://ada:s3cret@pypi.example.org/simple/six/"
    assert without_credentials(text) == "Failed to fetch: https://pypi.example.org/simple/six/"


LONG = """warning: old
error: No solution found
  cause: Because a
         and b.

hint: c"""


@pytest.mark.parametrize(
    ("messages", "line"),
    [
        (LONG, "No solution found: Because a and b."),
        ("error: only this", "only this"),
        ("ERROR: pip says this", "pip says this"),
        ("something went\nwrong", "wrong"),
        ("", "it gave no reason"),
    ],
)
def test_the_deepest_cause_is_told(messages: str, line: str) -> None:
    assert last_meaningful_line(messages) == line


def test_is_found_and_runs_with_progress() -> None:
    uv = find_uv()
    assert uv is not None
    outcome = run_uv(uv, ["--version"])
    assert outcome.exit_code == 0
    assert outcome.output.startswith("uv ")
    failed = run_uv(uv, ["no-such-command"])
    assert failed.exit_code != 0
    assert "no-such-command" in failed.messages
