"""Bundles at an address or a DOI: shown, planned, imported and rerun; a part of one for a single claim."""

from __future__ import annotations

import hashlib
import json
import random
import re
import signal
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reprocrate.deposit.resolving import RESOLVER
from tests.cli.conftest import Author, Cli, Said, listing
from tests.deposit.archive import add_record, html
from tests.deposit.server import Page, Site, make_certificate, serving

DOI = "10.5281/zenodo.123"
LEFT, RIGHT = (random.Random(seed).randbytes(700_000) for seed in (1, 2))

TRAIN = """import argparse, json, pathlib

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int)
parser.add_argument("--side")
parser.add_argument("--method")
args = parser.parse_args()
data = pathlib.Path(f"data/{args.side}.bin").read_bytes()
value = sum(data[:1000]) % 97 / 100 + (args.method == "good") / 2 + args.seed / 1000
pathlib.Path("results").mkdir(exist_ok=True)
target = pathlib.Path(f"results/{args.side}-{args.method}-{args.seed}.json")
target.write_text(json.dumps({"score": value}))
"""

SETTINGS = (
    """
[experiment]
title = "Two sides"
authors = [{ name = "Ada Example" }]
license = "MIT"
[data.left]
files = ["data/left.bin"]
license = "CC0-1.0"
origin = "generated"
access = "open"
[data.right]
files = ["data/right.bin"]
license = "CC0-1.0"
origin = "generated"
access = "open"
[determinism]
seeds_pair_randomness = true
[metrics.score]
from = "results/{configuration}-{seed}.json:$.score"
direction = "maximize"
margin = 0.05
"""
    + "".join(
        f"""
[configurations.{side}-{method}]
seeds = "0-1"
command = "python train.py --side {side} --method {method} --seed {{seed}}"
"""
        for side in ("left", "right")
        for method in ("good", "bad")
    )
    + "".join(
        f"""
[[claims]]
text = "On the {side}, good is better than bad."
primary = true
better = {{ configuration = "{side}-good", than = "{side}-bad", metric = "score", by = 0.1 }}
"""
        for side in ("left", "right")
    )
)


@pytest.fixture(scope="module")
def bundles(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bundle of an experiment with two claims that rest on different data, in both forms."""
    folder = tmp_path_factory.mktemp("sides")
    files = {"train.py": TRAIN, "LICENSE": "MIT License\n", "reprocrate.toml": SETTINGS}
    project = Author(folder / "sides", cli, {**files, ".gitignore": "results/\n"})
    (project.folder / "data").mkdir()
    for name, data in (("left", LEFT), ("right", RIGHT)):
        (project.folder / f"data/{name}.bin").write_bytes(data)
    project.commit()
    project("run", "--all")
    for form in ("zip", "tar.zst"):
        project("pack", "--format", form, "-o", folder / f"sides.crate.{form}")
    return {form: (folder / f"sides.crate.{form}").read_bytes() for form in ("zip", "tar.zst")}


@pytest.fixture
def site(bundles: dict[str, bytes]) -> Iterator[Site]:
    """A server that has both."""
    with serving() as running:
        for form, data in bundles.items():
            running.pages[f"/sides.crate.{form}"] = Page(data)
        yield running


@pytest.fixture
def reader(cli: Cli, site: Site, tmp_path: Path) -> Callable[..., Said]:
    """What a reader of that server does, in an empty folder."""

    def do(*arguments: object, code: int = 0) -> Said:
        return cli.here(tmp_path, *arguments, "--allow-address", site.host, code=code)

    return do


@pytest.fixture
def resolver(site: Site, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> Site:
    """The server is the reader's DOI resolver."""
    monkeypatch.setitem(cli.environ, RESOLVER, site.url)  # type: ignore[arg-type]
    return site


@pytest.mark.parametrize("form", ["zip", "tar.zst"])
def test_only_the_manifest_is_brought_to_show_and_to_plan(
    reader: Callable[..., Said], site: Site, bundles: dict[str, bytes], form: str
) -> None:
    address = f"{site.url}/sides.crate.{form}"
    said = reader("show", address, "--json")
    assert json.loads(said.out)["experiment"]["title"] == "Two sides"
    assert "read" in said.err
    assert re.search(r"of 1\.[56] MB", said.err)
    planned = reader("plan", address, "--json").document("plan")
    assert planned["download_bytes"] == len(bundles[form])
    assert site.sent < len(bundles[form])  # of twice that


def test_a_bundle_is_judged_at_its_address(
    reader: Callable[..., Said], site: Site, bundles: dict[str, bytes], tmp_path: Path
) -> None:
    address = f"{site.url}/sides.crate.zip"
    report = reader("validate", address, "--json").document("report")
    assert (report["subject"], report["valid"]) == (address, True)
    site.pages["/sides.crate.zip"] = Page(bundles["zip"].replace(b'"score"', b'"scort"', 1))
    assert not reader("validate", address, "--json", code=1).document("report")["valid"]
    assert list(tmp_path.iterdir()) == []


def test_where_no_parts_are_given_out_the_whole_is_brought_and_said_so(
    reader: Callable[..., Said], site: Site, bundles: dict[str, bytes], tmp_path: Path
) -> None:
    site.pages["/sides.crate.zip"] = Page(bundles["zip"], ranges=False)
    said = reader("plan", f"{site.url}/sides.crate.zip", "--json")
    assert "gives out whole files only, so all of sides.crate.zip is brought: 1.6 MB" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_that_lies_alone_is_shown(
    reader: Callable[..., Said], site: Site, bundles: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "b.zip").write_bytes(bundles["zip"])
    with zipfile.ZipFile(tmp_path / "b.zip") as file:
        site.pages["/r/reprocrate.json"] = Page(file.read("reprocrate.json"))
    assert "Two sides" in reader("show", f"{site.url}/r/reprocrate.json").out


def test_a_bundle_is_imported_by_its_doi(
    reader: Callable[..., Said],
    resolver: Site,
    bundles: dict[str, bytes],
    cli: Cli,
    tmp_path: Path,
    tree: Callable[[Path], dict[str, str]],
) -> None:
    add_record(resolver, "ab-12", {"sides.crate.zip": bundles["zip"], "paper.pdf": b"%PDF"}, doi=DOI)
    said = reader("import", DOI)
    assert (
        f"doi:{DOI} leads to sides.crate.zip, 1.6 MB, at {resolver.url}/api/records/ab-12/files" in said.err
    )
    assert "every digest is as recorded" in said.out
    (tmp_path / "here.zip").write_bytes(bundles["zip"])
    cli.here(tmp_path, "import", "here.zip", "here")
    found, expected = tree(tmp_path / "sides"), tree(tmp_path / "here")
    mark = ".reprocrate/imported.json"
    assert found.pop(mark) != expected.pop(mark)
    assert found == expected
    note = json.loads((tmp_path / "sides" / mark).read_text())
    assert note["bundle"] == "sides.crate.zip"
    assert note["source"]["doi"] == DOI
    assert note["source"]["md5"] == hashlib.md5(bundles["zip"]).hexdigest()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "here.zip", "sides"]


def test_a_bundle_that_is_not_what_its_archive_states_is_refused(
    reader: Callable[..., Said], resolver: Site, bundles: dict[str, bytes], tmp_path: Path
) -> None:
    wrong = {"sides.crate.zip": "md5:" + "0" * 32}
    add_record(resolver, "1", {"sides.crate.zip": bundles["zip"]}, doi=DOI, checksums=wrong)
    assert "its MD5 is" in reader("import", f"doi:{DOI}", code=1).err
    assert list(tmp_path.iterdir()) == []


def test_a_changed_bundle_leaves_nothing(
    reader: Callable[..., Said], site: Site, bundles: dict[str, bytes], tmp_path: Path
) -> None:
    data = bytearray(bundles["zip"])
    data[data.index(LEFT[300_000:300_032])] ^= 1
    site.pages["/sides.crate.zip"] = Page(bytes(data))
    for more in ((), ("--claim", "claim-1")):
        said = reader("import", f"{site.url}/sides.crate.zip", *more, code=1)
        assert "data/left.bin" in said.err
        assert list(tmp_path.iterdir()) == []
    reader("import", f"{site.url}/sides.crate.zip", "--claim", "claim-2")  # does not need it


def test_a_killed_import_goes_on(
    cli: Cli, reader: Callable[..., Said], site: Site, bundles: dict[str, bytes], tmp_path: Path
) -> None:
    address = f"{site.url}/sides.crate.zip"
    site.pages["/sides.crate.zip"] = Page(bundles["zip"], breaks_after=600_000, breaks=10**9)
    running = cli.start(tmp_path, "import", address, "--allow-address", site.host)
    part = tmp_path / "sides.download.part"
    while not (part.exists() and part.stat().st_size == 600_000):
        assert running.poll() is None
    running.send_signal(signal.SIGKILL)
    running.communicate()
    kept, asked = part.stat().st_size, len(site.asked)
    running = cli.start(tmp_path, "import", address, "--allow-address", site.host)
    while len(site.asked) == asked:
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    _, told = running.communicate()
    assert "interrupted. What has arrived is kept: the same command goes on from there\n" in told
    kept = part.stat().st_size
    assert not (tmp_path / "sides").exists()
    site.pages["/sides.crate.zip"] = Page(bundles["zip"])
    before = site.sent
    reader("import", address)
    assert site.sent - before == len(bundles["zip"]) - kept
    assert [path.name for path in tmp_path.iterdir()] == ["sides"]


def test_a_target_in_use_is_told_before_anything_is_brought(
    reader: Callable[..., Said], site: Site, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert "is not empty" in reader("import", f"{site.url}/sides.crate.zip", "full", code=2).err
    assert not site.asked
    (tmp_path / "full").rename(tmp_path / "sides")
    assert "is not empty" in reader("import", f"{site.url}/sides.crate.zip", code=2).err
    assert not site.sent


@pytest.mark.parametrize("form", ["zip", "tar.zst", "file"])
def test_only_what_a_claim_needs_is_brought(
    reader: Callable[..., Said], site: Site, bundles: dict[str, bytes], tmp_path: Path, form: str
) -> None:
    what: object = f"{site.url}/sides.crate.{form}"
    if form == "file":
        what = tmp_path / "sides.crate.zip"
        what.write_bytes(bundles["zip"])
    said = reader("import", what, "left", "--claim", "claim-1")
    assert "what the claim claim-1 needs" in said.out
    there = listing(tmp_path / "left")
    assert there.keys() >= {"LICENSE", "train.py", "data/left.bin", "reprocrate.json", "manifest-sha256.txt"}
    assert there.keys() >= {"ro-crate-metadata.json", "REPRODUCING.md"}
    assert not there.keys() & {"data/right.bin", "results/left-good-0.json"}
    assert (tmp_path / "left/data/left.bin").read_bytes() == LEFT
    assert site.sent < (len(LEFT) + 400_000 if form == "zip" else len(bundles["zip"]) + 100_000)
    part = json.loads((tmp_path / "left/.reprocrate/imported.json").read_text())["partial"]
    assert part["claim"] == "claim-1"
    assert part["not_brought"]["data/right.bin"] == len(RIGHT)


def test_a_part_is_treated_as_one(reader: Callable[..., Said], cli: Cli, site: Site, tmp_path: Path) -> None:
    address = f"{site.url}/sides.crate.zip"
    document = reader("import", address, "left", "--claim", "claim-1", "--json").out
    assert json.loads(document)["partial"]["claim"] == "claim-1"
    judged = cli.here(tmp_path, "validate", "left", "--json").document("report")
    assert judged["valid"]
    assert [one["reason"] for one in judged["not_assessed"] if "were not brought" in one["reason"]]
    assert "missing" not in json.dumps(judged["findings"])
    planned = cli.here(tmp_path, "plan", "left", "--json").document("plan")
    assert [one["configuration"] for one in planned["work"]] == ["left-good", "left-bad"]
    assert planned["overall"] == "same"
    assert "Two sides" in cli.here(tmp_path, "show", "left").out
    assert "holds only a part" in cli.here(tmp_path, "import", "left", "again", code=2).err
    (tmp_path / "left/data/left.bin").unlink()
    judged = cli.here(tmp_path, "validate", "left", "--json", code=1).document("report")
    assert any("data/left.bin" in one["message"] for one in judged["findings"] if one["code"] == "RC0701")
    assert not any("right.bin" in one["message"] for one in judged["findings"])


def test_a_part_is_rerun_for_its_claim(
    reader: Callable[..., Said], rerun: Callable[..., Said], site: Site, tmp_path: Path
) -> None:
    reader("import", f"{site.url}/sides.crate.zip", "left", "--claim", "claim-1")
    said = rerun(tmp_path, "left", "--json")
    verdict = said.document("verdict")
    assert verdict["upheld"]
    assert verdict["circumstances"]["claims"] == ["claim-1"]
    assert {one["id"]: one["outcome"] for one in verdict["claims"]} == {
        "claim-1": "upheld",
        "claim-2": "undecided",
    }
    outcomes = {one["name"]: one["outcome"] for one in verdict["results"] if one["asked"]}
    assert outcomes == {"left-good": "identical", "left-bad": "identical"}


def test_a_claim_that_is_none_is_told_with_those_that_are(
    reader: Callable[..., Said], site: Site, tmp_path: Path
) -> None:
    said = reader("import", f"{site.url}/sides.crate.zip", "--claim", "claim-9", code=2)
    assert 'there is no claim "claim-9"' in said.err
    assert "claim-2 (On the right, good is better than bad.)" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_at_an_address_is_rerun_and_brought_once(
    rerun: Callable[..., Said], site: Site, tmp_path: Path
) -> None:
    arguments = (f"{site.url}/sides.crate.zip", "--allow-address", site.host, "--depth", "logs")
    rerun(tmp_path, *arguments)
    sent = site.sent
    said = rerun(tmp_path, *arguments)
    assert "going on in sides" in said.err
    assert site.sent - sent < 500_000
    assert [path.name for path in tmp_path.iterdir()] == ["sides"]


def test_what_cannot_be_had_is_told_in_a_line(cli: Cli, site: Site, resolver: Site, tmp_path: Path) -> None:
    site.pages["/page"] = html("hello")
    site.pages["/page.zip"] = html("hello")
    site.pages["/away.zip"] = Page(status=302, headers={"Location": "https://192.168.0.1/x.zip"})
    gone = "http://127.0.0.1:1"
    allowed = ("--allow-address", site.host, "--allow-address", "127.0.0.1:1")
    for address, code, said in (
        (f"{site.url}/nothing.zip", 3, "it answers 404"),
        (f"{site.url}/page", 3, "is a web page, not a bundle"),
        (f"{site.url}/page.zip", 3, "it is a web page"),
        (f"{site.url}/away.zip", 3, "192.168.0.1 is not asked"),
        ("https://ada:secret@archive.example/a.zip", 2, "holds a user name or a password"),
        ("ftp://archive.example/a.zip", 2, "ftp://"),
        (DOI, 3, f"the DOI {DOI} is not known"),
        ("https://10.0.0.1/a.zip", 3, "a machine of a private network"),
        ("http://127.0.0.1:9/a.zip", 3, "not https"),
    ):
        for command in ("import", "plan", "show"):
            complaint = cli.complaint(tmp_path, command, address, *allowed, code=code)
            assert said in complaint
            assert "secret" not in complaint
    assert "Connection refused" in cli.complaint(tmp_path, "plan", f"{gone}/a.zip", *allowed, code=3)
    assert "is no host" in cli.complaint(tmp_path, "show", ".", "--allow-address", "http://x", code=2)


def test_a_server_that_cannot_prove_who_it_is_is_told(cli: Cli, tmp_path: Path) -> None:
    with serving(make_certificate(tmp_path)) as secure:
        allowed = ("--allow-address", secure.host)
        complaint = cli.complaint(tmp_path, "import", f"{secure.url}/a.zip", *allowed, code=3)
    assert "cannot be trusted" in complaint


def test_a_path_that_exists_is_a_path(cli: Cli, bundles: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "10.5281").mkdir()
    (tmp_path / DOI).write_bytes(bundles["zip"])
    assert "Two sides" in cli.here(tmp_path, "show", DOI).out


def test_a_signature_of_a_remote_bundle_is_checked_before_it_is_unpacked(
    reader: Callable[..., Said], cli: Cli, site: Site, bundles: dict[str, bytes], tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    for command in (
        "ecparam -name prime256v1 -genkey -noout -out private.pem",
        "ec -in private.pem -pubout -out public.pem",
    ):
        subprocess.run(["openssl", *command.split()], cwd=keys, check=True, capture_output=True)
    (keys / "b.zip").write_bytes(bundles["zip"])
    cli.here(keys, "sign", "b.zip", "--key", "private.pem", "-o", "b.sig")
    address = f"{site.url}/sides.crate.zip"
    signed = ("--signature", keys / "b.sig", "--public-key", keys / "public.pem")
    said = reader("import", address, *signed, "--claim", "claim-1", code=2)
    assert "do not go together" in said.err
    site.pages["/sides.crate.zip"] = Page(bundles["zip"] + b" ")
    assert "signature" in reader("import", address, *signed, code=1).err
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]
    site.pages["/sides.crate.zip"] = Page(bundles["zip"])
    assert "signed with the key" in reader("import", address, *signed).err
    assert (tmp_path / "sides" / "train.py").is_file()
