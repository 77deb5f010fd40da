"""A folder and a store of objects keep deposits, and what they keep is read without us."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from reprocrate.deposit.archive import Access, Archive, GoneError, Stage
from reprocrate.deposit.archives import Place, archive_at
from reprocrate.deposit.conformance import ArchiveConformance
from reprocrate.deposit.description import (
    Agent,
    ClaimRow,
    Contributor,
    Description,
    Grant,
    Kind,
    Licence,
    Organization,
    Related,
    Relation,
    ResultRow,
    Role,
)
from reprocrate.deposit.journal import new_mark
from reprocrate.deposit.sources import Source
from reprocrate.deposit.store.deposits import StoreArchive
from reprocrate.deposit.store.folders import Folder
from reprocrate.deposit.store.objects import Objects
from reprocrate.deposit.store.records import as_json, described
from reprocrate.deposit.store.storage import Storage
from reprocrate.errors import UnavailableError, UnreadableError, UsageError


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


ABOUT = ArchiveConformance.description
CONTENT = {"a bundle.crate.zip": b"a" * 5000, "größe.txt": b"x"}


class Cuts:
    """A storage that ends the process at one of its calls: before it, or when it is done."""

    def __init__(self, storage: Storage, call: int = -1, way: str = "before") -> None:
        self.storage, self.call, self.way = storage, call, way
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.storage, name)
        if not callable(found):
            return found

        def called(*arguments: Any, **named: Any) -> Any:
            self.calls.append(name)
            cut = len(self.calls) - 1 == self.call
            if cut and self.way == "before":
                raise CutError
            answer = found(*arguments, **named)
            if cut:
                raise CutError
            return answer

        return called


class CutError(BaseException):
    """The process is killed here."""


class Parts:
    def arrived(self, key: str) -> frozenset[int]:
        raise AssertionError(key)

    def note(self, key: str, number: int) -> None:
        raise AssertionError(key, number)


def filled(archive: StoreArchive, title: str = "Two rings") -> str:
    """The id of a draft that could be published."""
    draft = archive.begin(new_mark(), title)
    archive.describe(draft.id, ABOUT, Access())
    for name, data in CONTENT.items():
        archive.send(draft.id, Source(name, data), "", Parts(), lambda _count: None)
    return draft.id


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "archive").mkdir()
    return tmp_path / "archive"


@pytest.fixture
def in_folder(folder: Path) -> StoreArchive:
    return opened(folder.as_uri())


def opened(address: str) -> StoreArchive:
    archive = archive_at(Place(address))
    assert isinstance(archive, StoreArchive)
    return archive


# ------------------------------------------------------------------------- what an archivist finds


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum")
def test_an_archivist_checks_the_files_without_us(in_folder: StoreArchive, folder: Path) -> None:
    done = in_folder.publish(filled(in_folder))
    place = folder / done.id
    assert done.page == place.as_uri()
    assert {one.name for one in place.iterdir()} == {*CONTENT, "record.json", "SHA256SUMS"}
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=place,
        capture_output=True,
        text=True,
        check=True,
    )
    assert checked.stdout.count(": OK") == len(CONTENT) + 1
    (place / "größe.txt").write_bytes(b"y")
    failed = subprocess.run(
        ["sha256sum", "--check", "SHA256SUMS"], cwd=place, capture_output=True, check=False
    )
    assert failed.returncode == 1
    assert {one.name for one in folder.iterdir()} == {".drafts", done.id}
    assert list((folder / ".drafts").iterdir()) == []


def test_a_record_says_what_it_is_of(in_folder: StoreArchive, folder: Path) -> None:
    first = in_folder.publish(filled(in_folder, "Größe — 大きさ")).id
    assert first.startswith("groe-")
    second = in_folder.begin_version(first).id
    in_folder.take_over(second)
    in_folder.describe(
        second, replace(ABOUT, version="2.0", licence_expression="MIT AND CC-BY-4.0"), Access()
    )
    assert in_folder.publish(second).version == "2.0"
    one, two = (json.loads((folder / name / "record.json").read_bytes()) for name in (first, second))
    assert (one["form"], one["form_version"], one["id"]) == ("reprocrate deposit", 1, first)
    assert (one["version_number"], two["version_number"]) == (1, 2)
    assert "previous" not in one
    assert (two["first"], two["previous"], second) == (first, first, f"{first}-v2")
    assert one["files"] == [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in sorted(CONTENT.items())
    ]
    said = two["description"]
    assert said["creators"] == [{"name": "Ada Example", "family_name": "Example", "given_name": "Ada"}]
    assert said["licences"][0]["spdx"] == "CC-BY-4.0"
    assert said["licence_expression"] == "MIT AND CC-BY-4.0"
    assert (said["title"], said["kind"], said["paragraphs"]) == (
        ABOUT.title,
        "Dataset",
        ["What it is about."],
    )
    assert "doi" not in said
    assert datetime.fromisoformat(one["published"]).tzinfo is not None


def test_everything_that_a_description_tells_stands_in_the_record() -> None:
    agent = Agent("A", "B", "C", "0000-0001-5109-3700", "05gq02987", Organization("U", "05gq02987"))
    full = Description(
        "T",
        Kind.MODEL,
        "2026-11-27",
        ("P",),
        ("Q",),
        (agent,),
        (Contributor(agent, Role.CONTACT),),
        (Licence("MIT", "MIT", "https://spdx.org/licenses/MIT"),),
        "MIT",
        ("k",),
        "1",
        "2026-01-01",
        ("2026-01-01", "2026-01-02"),
        (Grant(Organization("F"), "7"),),
        (Related("10.5555/1", "doi", Relation.SUPPLEMENTS, "experiment.paper.doi", Kind.TEXT),),
        "Pub",
        "https://git.example",
        ("Python",),
        (ClaimRow("c", "p", True, ("1",), (3,), False),),
        (ResultRow("r", "m", "d", "mean", "1", 3),),
        2,
        "urn:uuid:1",
        "10.5555/2",
        True,
    )
    said = described(full)
    assert set(said) == {one.name for one in fields(Description)}
    assert said["claims"][0]["recorded"] is False
    assert said["related"][0]["relation"] == "IsSupplementTo"
    assert json.loads(as_json({"id": "x", "description": said})) == {"id": "x", "description": said}


# ------------------------------------------------------------------------------------ never by halves


@pytest.mark.parametrize("way", ["before", "after"])
@pytest.mark.parametrize("kind", ["file", "memory"])
def test_whenever_it_is_cut_off_nothing_is_published_by_halves(
    folder: Path, tmp_path: Path, kind: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    archive = opened(folder.as_uri() if kind == "file" else f"memory://{tmp_path.name}-{way}")
    cuts = 0
    for call in itertools.count():
        draft = filled(archive)
        flaky = Cuts(archive.storage, call, way)
        cut = False
        try:
            StoreArchive(flaky).publish(draft)  # type: ignore[arg-type]
        except CutError:
            cut = True
            _require_all_or_nothing(archive, draft)
        cuts += cut
        assert archive.publish(draft).stage is Stage.PUBLISHED
        _require_all_or_nothing(archive, draft, there=True)
        assert archive.storage.listed(".drafts") == {}
        assert archive.storage.listed(f".drafts/{draft}") == {}
        if not cut:
            break
    assert cuts >= 6


def _require_all_or_nothing(archive: StoreArchive, identifier: str, *, there: bool = False) -> None:
    """Whoever looks at the store from outside, sees all of it where there is a record."""
    record = archive.storage.read(f"{identifier}/record.json")
    assert record is not None or not there
    if record is not None:
        read = {name: archive.storage.read(f"{identifier}/{name}") for name in CONTENT}
        assert read == CONTENT
        assert archive.storage.read(f"{identifier}/SHA256SUMS") is not None
    else:
        assert archive.state(identifier).stage is Stage.DRAFT


def test_objects_that_are_cut_off_while_they_are_copied_are_no_record(tmp_path: Path) -> None:
    archive = opened(f"memory://{tmp_path.name}")
    storage = archive.storage
    assert isinstance(storage, Objects)
    whole = Cuts(storage.system)
    StoreArchive(replace(storage, system=whole)).publish(filled(archive))
    assert whole.calls.count("cp_file") == len(CONTENT)
    for call in range(len(whole.calls)):
        draft = filled(archive)
        with pytest.raises(CutError):
            StoreArchive(replace(storage, system=Cuts(storage.system, call))).publish(draft)
        _require_all_or_nothing(archive, draft)
        archive.publish(draft)
        _require_all_or_nothing(archive, draft, there=True)
        assert archive.storage.listed(".drafts") == {}


def test_what_does_not_belong_to_the_deposit_is_not_published(in_folder: StoreArchive, folder: Path) -> None:
    draft = filled(in_folder)
    (folder / ".drafts" / draft / "notes").mkdir()
    with pytest.raises(UnavailableError, match="does not belong to the deposit: notes"):
        in_folder.publish(draft)
    (folder / ".drafts" / draft / "notes").rmdir()
    (folder / draft).mkdir()
    (folder / draft / "something").write_bytes(b"of somebody else")
    with pytest.raises(UnavailableError, match="could not publish"):
        in_folder.publish(draft)
    assert (folder / draft / "something").read_bytes() == b"of somebody else"


def test_a_link_is_no_file_of_a_deposit(in_folder: StoreArchive, folder: Path, tmp_path: Path) -> None:
    draft = filled(in_folder)
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / ".drafts" / draft / "link").symlink_to(tmp_path / "secret")
    assert set(in_folder.files(draft)) == set(CONTENT)
    with pytest.raises(UnavailableError, match="does not belong"):
        in_folder.publish(draft)


def test_a_file_that_was_changed_in_the_draft_is_read_again(in_folder: StoreArchive, folder: Path) -> None:
    draft = filled(in_folder)
    place = folder / ".drafts" / draft / "größe.txt"
    before = in_folder.files(draft)
    place.write_bytes(b"z")
    os.utime(place, ns=(1, 1))
    after = in_folder.files(draft)
    assert after["größe.txt"].digest == hashlib.sha256(b"z").hexdigest() != before["größe.txt"].digest
    assert after["a bundle.crate.zip"] == before["a bundle.crate.zip"]


def test_a_draft_that_nobody_can_read_is_told(in_folder: StoreArchive, folder: Path) -> None:
    draft = filled(in_folder)
    for data in (b"{", b"[]", b'{"id": 1}', b'{"id": "x", "form_version": 2}', b"\xff"):
        (folder / ".drafts" / f"{draft}.json").write_bytes(data)
        with pytest.raises(UnreadableError, match="cannot be read"):
            in_folder.state(draft)


# ---------------------------------------------------------------------------- names and addresses


@pytest.mark.parametrize(
    "name", ["record.json", "Record.JSON", "SHA256SUMS", "a/b", "..", "", "a\nb", "a\\b"]
)
def test_a_name_that_would_be_in_the_way_is_refused(in_folder: StoreArchive, name: str) -> None:
    draft = in_folder.begin(new_mark(), "Names").id
    with pytest.raises(UsageError, match="cannot be deposited"):
        in_folder.send(draft, Source(name, b"x"), "", Parts(), lambda _count: None)
    in_folder.remove(draft, name)
    assert in_folder.files(draft) == {}


@pytest.mark.parametrize("name", ["../x", "..", ".drafts", "a", "", "x-0123456789ab/..", "X-0123456789AB"])
def test_a_name_of_no_deposit_leads_nowhere(in_folder: StoreArchive, name: str) -> None:
    assert in_folder.holds(name) is None
    with pytest.raises(GoneError):
        in_folder.state(name)


def test_a_deposit_is_found_by_all_that_people_call_it(in_folder: StoreArchive, folder: Path) -> None:
    done = in_folder.publish(filled(in_folder)).id
    place = folder / done
    for name in (done, place.as_uri(), f"{place.as_uri()}/", str(place), f"{place}/record.json"):
        found = in_folder.holds(name)
        assert found is not None
        assert (found.id, found.stage) == (done, Stage.PUBLISHED)
    draft = filled(in_folder)
    found = in_folder.holds(in_folder.state(draft).page)
    assert found is not None
    assert found.stage is Stage.DRAFT
    assert in_folder.holds(f"{place}/größe.txt") is None


def test_an_address_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "a file").write_bytes(b"")
    wrong = {
        "file://srv/archive": "three slashes",
        "file:///srv/archive?x=1": "three slashes",
        (tmp_path / "nothing").as_uri(): "there is no folder",
        (tmp_path / "a file").as_uri(): "there is no folder",
        "memory://": "no address of a folder",
        "memory://a?b": "no address of a folder",
        "nothing-that-exists://a/b": "no address that fsspec knows",
        "s3://key:secret@bucket/folder": "user name or a password",
        "https://[::1": "no address",
    }
    for address, said in wrong.items():
        with pytest.raises(UsageError, match=said) as caught:
            archive_at(Place(address))
        assert "secret" not in str(caught.value)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a file"]


def test_spaces_and_dots_in_the_address_of_a_folder_mean_what_they_mean(tmp_path: Path) -> None:
    (tmp_path / "our archive ü").mkdir()
    plain = opened((tmp_path / "our archive ü").as_uri())
    other = opened(f"file://localhost{tmp_path}/x/../our%20archive%20ü/")
    assert plain.label == other.label == (tmp_path / "our archive ü").as_uri()


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(UnavailableError, match=r"reprocrate\[s3\]"):
        archive_at(Place("s3://bucket/folder"))
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(UnavailableError, match=r"reprocrate\[store\]"):
        archive_at(Place("memory://folder"))


def test_a_folder_takes_no_package_of_others(folder: Path) -> None:
    code = (
        "import sys; from reprocrate.deposit.archives import Place, archive_at\n"
        "archive_at(Place(sys.argv[1])); print(sorted({'fsspec', 'requests', 's3fs'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, folder.as_uri()], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_what_the_system_refuses_is_told(in_folder: StoreArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(UnavailableError, match="permission denied"):
        in_folder.begin(new_mark(), "Refused")


def test_what_a_store_of_objects_raises_is_told_in_a_line(tmp_path: Path) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("of its\nown kind")

    archive = StoreArchive(Objects(Broken(), "/x", "s3://bucket/x"))
    with pytest.raises(
        UnavailableError, match=r"could not list s3://bucket/x/\.drafts: RuntimeError: of its own kind"
    ):
        archive.begin(new_mark(), "Broken")


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_a_large_file_is_never_held_in_memory(folder: Path, tmp_path: Path, kind: str) -> None:
    if kind == "memory":
        storage: Any = Objects(_Counting(), "x", "null://x")
    else:
        storage = Folder(folder)
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(96 << 20)
    with Source("large", large).open() as content:
        tracemalloc.start()
        storage.bring("draft/large", content)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 8 << 20


class _Counting:
    """A store that keeps nothing."""

    def makedirs(self, _path: str, exist_ok: bool = False) -> None:
        """There are no folders."""

    def open(self, _path: str, _mode: str, block_size: int) -> Any:
        assert block_size >= 5 << 20
        return open(os.devnull, "wb")  # noqa: PTH123
