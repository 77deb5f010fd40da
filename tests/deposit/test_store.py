"""A folder and a store of objects keep deposits, and what they keep is read without us."""

from __future__ import annotations

from pathlib import Path

import pytest

from reprocrate.deposit.archive import Archive
from reprocrate.deposit.archives import Place, archive_at
from reprocrate.deposit.conformance import ArchiveConformance


class TestFolder(ArchiveConformance):
    """As a folder."""

    @pytest.fixture
    def archive(self, tmp_path: Path) -> Archive:
        (tmp_path / "archive").mkdir()
        return archive_at(Place((tmp_path / "archive").as_uri()))


class TestObjects(ArchiveConformance):
    """As a store of objects, which are not renamed."""

    @pytest.fixture
    def archive(self, tmp_path: Path) -> Archive:
        return archive_at(Place(f"memory://{tmp_path.name}/archive"))
