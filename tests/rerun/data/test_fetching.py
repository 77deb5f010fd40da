"""Data is brought from addresses into its place, complete and as recorded, or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reprocrate.deposit.addresses import Reach
from reprocrate.deposit.requesting import Client
from reprocrate.errors import IntegrityError, UnavailableError, UnreadableError
from reprocrate.manifest import File
from reprocrate.rerun.data.fetching import FETCHING, fetch
from reprocrate.rerun.data.offers import Form, Offer
from reprocrate.rerun.work.materials import Material
from tests.deposit.server import Page, Site, serving, without_proxy

CONTENT = os.urandom(600_000)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's proxy."""
    without_proxy(monkeypatch)


@pytest.fixture
def site() -> Iterator[Site]:
    """A server of this machine."""
    with serving() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An imported folder."""
    (tmp_path / "imported" / ".reprocrate").mkdir(parents=True)
    return tmp_path / "imported"


def material(path: str, content: bytes, root: str | None = None) -> Material:
    sha256 = hashlib.sha256(content).hexdigest()
    source = f".reprocrate/external/rings/{path}" if root else path
    return Material(File(path=path, size=len(content), sha256=sha256, in_bundle=False), source, root, "rings")


def offer(site: Site, name: str, *materials: Material, form: Form = Form.FILE) -> Offer:
    return Offer(f"{site.url}/{name}", materials, form)


def client(site: Site) -> Client:
    """Asks that server, and waits for nothing."""
    return Client(Reach.of([site.host]), wait=lambda _seconds: None)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_file_gets_its_place(site: Site, folder: Path) -> None:
    site.pages["/r"] = Page(CONTENT)
    told: list[tuple[int, int | None]] = []
    fetch(
        offer(site, "r", material("data/rings.csv", CONTENT)),
        folder,
        client(site),
        lambda done, total: told.append((done, total)),
    )
    assert files_of(folder) == {"data/rings.csv": CONTENT}
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert not (folder / FETCHING).exists()


def test_files_from_outside_the_project_have_a_place_of_their_own(site: Site, folder: Path) -> None:
    site.pages["/r"] = Page(b"weights")
    fetch(offer(site, "r", material("m/w.bin", b"weights", "huggingface")), folder, client(site))
    assert files_of(folder) == {".reprocrate/external/rings/m/w.bin": b"weights"}


def test_one_file_may_have_two_places(site: Site, folder: Path) -> None:
    site.pages["/r"] = Page(b"same")
    both = [material(path, b"same") for path in ("a/one", "b/two")]
    fetch(offer(site, "r", *both), folder, client(site))
    assert files_of(folder) == {"a/one": b"same", "b/two": b"same"}
    assert (folder / "a/one").stat().st_nlink == 1


def test_an_interrupted_download_goes_on(site: Site, folder: Path) -> None:
    site.pages["/r"] = Page(CONTENT)
    wanted = offer(site, "r", material("data/rings.csv", CONTENT))

    def interrupt(done: int, _total: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(wanted, folder, client(site), interrupt)
    assert not (folder / "data").exists()
    fetch(wanted, folder, client(site))
    assert files_of(folder) == {"data/rings.csv": CONTENT}
    assert site.ranges()[1] not in (None, "bytes=0-")
    assert site.sent < 2 * len(CONTENT)


def test_a_server_that_sends_no_parts_sends_all_again(site: Site, folder: Path) -> None:
    site.pages["/r"] = Page(CONTENT, ranges=False)
    wanted = offer(site, "r", material("data/rings.csv", CONTENT))

    def interrupt(done: int, _total: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(wanted, folder, client(site), interrupt)
    fetch(wanted, folder, client(site))
    assert files_of(folder) == {"data/rings.csv": CONTENT}


@pytest.mark.parametrize(
    "page",
    [
        Page(b"x" * 600_000),
        Page(CONTENT[:-1]),
        Page(CONTENT + b"!"),
        Page(CONTENT, chunked=True, more=bytes(50_000_000)),
    ],
    ids=["other", "short", "long", "endless"],
)
def test_another_file_gets_no_place(site: Site, folder: Path, page: Page) -> None:
    site.pages["/r"] = page
    with pytest.raises(IntegrityError):
        fetch(offer(site, "r", material("data/rings.csv", CONTENT)), folder, client(site))
    assert files_of(folder) == {}
    assert site.sent < 20_000_000


@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:9/r", "http://example.org/r", "https://10.0.0.1/r", "file:///r"]
)
def test_a_redirection_leads_nowhere_that_may_not_be_asked(site: Site, folder: Path, place: str) -> None:
    site.pages["/r"] = Page(status=302, headers={"Location": place})
    with pytest.raises(UnavailableError, match="not followed"):
        fetch(offer(site, "r", material("data/rings.csv", CONTENT)), folder, client(site))
    assert not (folder / "data").exists()


def test_a_private_address_needs_leave(site: Site, folder: Path) -> None:
    with pytest.raises(UnavailableError, match="--allow-address"):
        fetch(offer(site, "r", material("data/rings.csv", CONTENT)), folder, Client(Reach()))
    assert site.asked == []


def test_what_is_there_is_never_replaced(site: Site, folder: Path) -> None:
    site.pages["/r"] = Page(CONTENT)
    (folder / "train.py").write_text("code")
    with pytest.raises(UnavailableError, match="another file is there"):
        fetch(offer(site, "r", material("train.py", CONTENT)), folder, client(site))
    assert (folder / "train.py").read_text() == "code"


@pytest.mark.parametrize(
    "path",
    [
        ".reprocrate/environments/environment-1/bin/python",
        ".Reprocrate/reruns/1/done.json",
        ".reprocrate/imported.json",
        ".reprocrate/fetching/x",
        "reprocrate.json",
        "manifest-sha256.txt",
        ".git/config",
        "data/.GIT/hooks/pre-commit",
    ],
)
def test_data_has_no_place_where_something_else_is_kept(site: Site, folder: Path, path: str) -> None:
    site.pages["/r"] = Page(b"evil")
    with pytest.raises(UnavailableError, match="no place for data"):
        fetch(offer(site, "r", material(path, b"evil")), folder, client(site))
    assert files_of(folder) == {}
    assert site.asked == []


def test_no_link_of_the_bundle_leads_the_file_elsewhere(site: Site, folder: Path, tmp_path: Path) -> None:
    site.pages["/r"] = Page(CONTENT)
    (tmp_path / "elsewhere").mkdir()
    (folder / "data").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnavailableError, match="no folder of its own"):
        fetch(offer(site, "r", material("data/rings.csv", CONTENT)), folder, client(site))
    assert not list((tmp_path / "elsewhere").iterdir())


# -- archives --

MEMBERS = {"data/a.csv": b"1,2\n" * 1000, "data/b.csv": b"3,4\n"}


def archive_of(kind: str, members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
            for path, content in members.items():
                zipped.writestr(f"top/{path}", content)
    else:
        with tarfile.open(fileobj=file, mode="w:gz") as tarred:
            for path, content in members.items():
                info = tarfile.TarInfo(f"/top/{path}")
                info.size = len(content)
                tarred.addfile(info, io.BytesIO(content))
    return file.getvalue()


def packed(site: Site) -> Offer:
    return offer(site, "set", *(material(path, text) for path, text in MEMBERS.items()), form=Form.ARCHIVE)


@pytest.mark.parametrize("kind", ["tar.gz", "zip"])
def test_members_of_an_archive_get_the_recorded_places_and_nothing_else(
    site: Site, folder: Path, kind: str
) -> None:
    site.pages["/set"] = Page(archive_of(kind, MEMBERS | {"data/evil.py": b"evil", "../../evil": b"evil"}))
    fetch(packed(site), folder, client(site))
    assert files_of(folder) == MEMBERS
    assert not (folder / FETCHING).exists()


def test_an_archive_without_the_recorded_files_is_refused_and_not_kept(site: Site, folder: Path) -> None:
    site.pages["/set"] = Page(
        archive_of("tar.gz", {"data/a.csv": MEMBERS["data/a.csv"], "data/b.csv": b"3,5\n"})
    )
    with pytest.raises(IntegrityError, match=r"data/b\.csv.*--data rings=PATH"):
        fetch(packed(site), folder, client(site))
    assert files_of(folder) == {"data/a.csv": MEMBERS["data/a.csv"]}


def test_a_page_about_the_archive_is_told(site: Site, folder: Path) -> None:
    site.pages["/set"] = Page(b"<html>Please register</html>")
    with pytest.raises(UnreadableError, match="web page"):
        fetch(packed(site), folder, client(site))
    assert files_of(folder) == {}


@pytest.mark.parametrize("chunked", [True, False])
def test_an_archive_without_end_is_not_kept(
    site: Site, folder: Path, chunked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reprocrate.rerun.data.fetching._ANY_ARCHIVE_BYTES", 1 << 20)
    site.pages["/set"] = Page(bytes(4 << 20), chunked=chunked, more=bytes(32 << 20))
    with pytest.raises(UnavailableError, match="sends more than"):
        fetch(packed(site), folder, client(site))
    assert files_of(folder) == {}
    assert site.sent < 20 << 20


def test_a_complete_archive_is_not_fetched_again(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/set"] = Page(archive_of("tar.gz", MEMBERS))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("reprocrate.rerun.data.fetching.take_members", interrupted)
        with pytest.raises(KeyboardInterrupt):
            fetch(packed(site), folder, client(site))
    fetch(packed(site), folder, client(site))
    assert files_of(folder) == MEMBERS
    assert len(site.asked) == 1


# -- records of a repository --


def recorded(site: Site, files: dict[str, bytes], **more: Page) -> None:
    """A record of InvenioRDM on the server, and a DOI that leads to it."""
    site.pages["/doi/10.5281/zenodo.12"] = Page(status=302, headers={"Location": f"{site.url}/records/12"})
    site.pages["/records/12"] = Page(b"<html>", headers={"Content-Type": "text/html"})
    document = {"id": "12", "files": {"enabled": True}, "access": {"files": "public"}}
    site.pages["/api/records/12"] = Page(json.dumps(document).encode())
    entries = [{"key": name, "size": len(content)} for name, content in files.items()]
    site.pages["/api/records/12/files"] = Page(json.dumps({"entries": entries}).encode())
    for name, content in files.items():
        site.pages[f"/api/records/12/files/{name}/content"] = Page(content)
    site.pages.update(more)


def by_doi() -> Offer:
    materials = tuple(material(path, text) for path, text in MEMBERS.items())
    doi = "10.5281/zenodo.12"
    return Offer(f"https://doi.org/{doi}", materials, Form.RECORD, doi)


@pytest.fixture
def resolver(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server resolves DOIs, too."""
    monkeypatch.setenv("REPROCRATE_DOI_RESOLVER", f"{site.url}/doi")


@pytest.mark.usefixtures("resolver")
@pytest.mark.parametrize(
    "files",
    [
        {"a.csv": MEMBERS["data/a.csv"], "b.csv": MEMBERS["data/b.csv"], "paper.pdf": b"1234"},
        {"a.csv": MEMBERS["data/a.csv"], "rest.zip": archive_of("zip", {"b": MEMBERS["data/b.csv"]})},
        {"code.zip": archive_of("zip", {"x": b"x"}), "data.tar.gz": archive_of("tar.gz", MEMBERS)},
    ],
    ids=["alone", "both", "second archive"],
)
def test_files_of_the_record_that_a_doi_leads_to(site: Site, folder: Path, files: dict[str, bytes]) -> None:
    recorded(site, files)
    fetch(by_doi(), folder, client(site))
    assert files_of(folder) == MEMBERS


@pytest.mark.usefixtures("resolver")
def test_a_record_without_the_files_says_what_it_has(site: Site, folder: Path) -> None:
    recorded(site, {"paper.pdf": b"12345", "notes.txt": b"1"})
    with pytest.raises(UnavailableError, match=r"paper\.pdf, notes\.txt.*--data rings=PATH"):
        fetch(by_doi(), folder, client(site))
    assert files_of(folder) == {}


@pytest.mark.usefixtures("resolver")
def test_another_file_of_the_recorded_name_and_size_is_refused(site: Site, folder: Path) -> None:
    recorded(site, {"a.csv": bytes(len(MEMBERS["data/a.csv"])), "b.csv": MEMBERS["data/b.csv"]})
    with pytest.raises(IntegrityError, match="SHA256"):
        fetch(by_doi(), folder, client(site))
    assert not (folder / "data" / "a.csv").exists()
