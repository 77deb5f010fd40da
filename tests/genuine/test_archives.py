"""Genuine archives do what every archive must do: InvenioRDM as Zenodo is set up and by itself, and S3.

S3 is spoken by moto's server: `pip install s3fs 'moto[server]'`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reprocrate.deposit.archive import Archive
from reprocrate.deposit.archives import Place, archive_at
from reprocrate.deposit.conformance import ArchiveConformance
from reprocrate.deposit.inveniordm.deposits import InvenioArchive
from reprocrate.deposit.inveniordm.sites import TOKEN, ZENODO
from tests.deposit.server import without_proxy
from tests.genuine.inveniordm.instance import Server

pytestmark = pytest.mark.archive

PART_BYTES = 1 << 20


class TestAsZenodo(ArchiveConformance):
    """As Zenodo is set up: files go whole."""

    @pytest.fixture
    def archive(self, inveniordm: Server, monkeypatch: pytest.MonkeyPatch) -> Archive:
        without_proxy(monkeypatch)
        monkeypatch.setenv(ZENODO, inveniordm.url)
        monkeypatch.setenv("ZENODO_TOKEN", inveniordm.tokens["depositor"])
        return archive_at(Place("zenodo"))


class TestInParts(ArchiveConformance):
    """As InvenioRDM is by itself: large files go in parts."""

    @pytest.fixture
    def archive(self, plain_inveniordm: Server, monkeypatch: pytest.MonkeyPatch) -> Archive:
        without_proxy(monkeypatch)
        monkeypatch.setenv(TOKEN, plain_inveniordm.tokens["depositor"])
        made = archive_at(Place(plain_inveniordm.url))
        assert isinstance(made, InvenioArchive)
        return replace(made, part_bytes=PART_BYTES)


class TestS3(ArchiveConformance):
    """A store of objects that is one."""

    @pytest.fixture(scope="class")
    @classmethod
    def bucket(cls) -> Iterator[str]:
        pytest.importorskip("s3fs", reason="s3fs is not installed")
        server = pytest.importorskip("moto.server", reason="moto is not installed")
        import fsspec

        running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        running.start()
        host, port = running.get_host_and_port()
        with pytest.MonkeyPatch.context() as patch:
            without_proxy(patch)
            patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
            patch.setenv("AWS_ACCESS_KEY_ID", "somebody")
            patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
            patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
            fsspec.filesystem("s3").mkdir("an-archive")
            yield "s3://an-archive"
        running.stop()

    @pytest.fixture
    def archive(self, bucket: str, tmp_path: Path) -> Archive:
        return archive_at(Place(f"{bucket}/{tmp_path.name}"))
