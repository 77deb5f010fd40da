"""Servers of this machine, and what may ask them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reprocrate.deposit.addresses import Reach
from reprocrate.deposit.requesting import Client
from tests.deposit.server import Site, make_certificate, serving, without_proxy


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's proxy."""
    without_proxy(monkeypatch)


@pytest.fixture
def site() -> Iterator[Site]:
    """A server by plain http."""
    with serving() as running:
        yield running


@pytest.fixture
def reach(site: Site) -> Reach:
    """Allows that server."""
    return Reach.of([site.host])


@pytest.fixture
def client(reach: Reach) -> Client:
    """Asks that server, and waits for nothing."""
    return Client(reach, wait=lambda _seconds: None)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of this machine, and its key."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))
