"""What goes into a bundle: the author's word for each data set, access, licence, size, and what is told."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UnavailableError, UsageError
from reprocrate.files import sha256_bytes
from reprocrate.workflow.contents import collect
from reprocrate.workflow.fitting import proposal
from reprocrate.workflow.importing import import_bundle
from reprocrate.workflow.inventory import Kind, size_of
from reprocrate.workflow.packing import PackingChoice, PackingOutcome, pack_project
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.rerunning import rerun_experiment
from reprocrate.workflow.reruns.choice import RerunChoice
from reprocrate.workflow.reruns.consent import OwnCode

SECRET = "0.0123456789"
CHECKPOINTS = '[files]\ncheckpoints = ["ckpt/{seed}-*.pt"]\n'
KEEP = """
import os, sys
os.makedirs("ckpt", exist_ok=True)
for size in (1000, 20000, 300000):
    with open(f"ckpt/{sys.argv[1]}-{size}.pt", "wb") as file:
        file.write(os.urandom(size))
"""


class Listener(Silence):
    """Remembers what was said."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.warnings: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


def settle(study: Any, text: str) -> None:
    with (study.folder / "reprocrate.toml").open("a") as file:
        file.write(f"\n{text}\n")


def declare(study: Any, more: str) -> None:
    settle(study, f'[data.numbers]\nfiles = ["data"]\n{more}')


def packed(study: Any, to: Path, **options: Any) -> tuple[PackingOutcome, Listener, bytes]:
    said = Listener()
    outcome = pack_project(study.folder, PackingChoice(output=to, **options), said)
    everything = b""
    if to.exists():
        with zipfile.ZipFile(to) as archive:
            everything = b"".join(archive.read(name) for name in archive.namelist())
    return outcome, said, everything


def left(study: Any, *choice: Any) -> dict[str, str]:
    return {one.path: one.reason for one in collect(study.open(), *choice).left}


RESTRICTED = 'license = "CC0-1.0"\naccess = { level = "restricted", how_to_obtain = "Ask." }'


@pytest.mark.parametrize(
    "terms", [RESTRICTED, 'license = "LicenseRef-proprietary"', 'license = "CC0-1.0"\nin_bundle = false']
)
def test_closed_data_goes_in_only_by_its_name(study: Any, tmp_path: Path, terms: str) -> None:
    declare(study, terms)
    study.write("data/numbers.txt", f"0.01\n0.02\n{SECRET}\n")
    study.run()
    for choice in ("small", "all", "none"):
        outcome, said, everything = packed(study, tmp_path / f"{choice}.zip", data=choice)
        assert outcome.packed
        assert SECRET.encode() not in everything
        assert not any("travels although" in warning for warning in said.warnings)
    outcome, said, everything = packed(study, tmp_path / "named.zip", named=("numbers",))
    assert outcome.packed
    assert SECRET.encode() in everything
    loud = [warning for warning in said.warnings if "travels although its" in warning]
    assert len(loud) == ("in_bundle" not in terms)


def test_in_bundle_takes_closed_data_along_and_says_so(study: Any, tmp_path: Path) -> None:
    declare(study, f"{RESTRICTED}\nin_bundle = true")
    study.run()
    _, said, _ = packed(study, tmp_path / "study.zip")
    assert ["`in_bundle = true` of [data.numbers]" in one for one in said.warnings] == [True]
    assert left(study, "none") == {"data/numbers.txt": "--data none"}


def test_no_copy_of_closed_data_travels_whatever_it_is_called(study: Any, tmp_path: Path) -> None:
    """Read by a link, copied by a run, lying around as a document or as weights."""
    settle(
        study,
        f'[data.closed]\nfiles = ["closed"]\n{RESTRICTED}\n'
        f'[[models]]\nid = "net"\nfile = {{ path = "net.bin" }}\nlicense = "MIT"',
    )
    study.write("closed/patients.txt", f"0.01\n0.02\n{SECRET}\n")
    (study.folder / "data/numbers.txt").unlink()
    (study.folder / "data/numbers.txt").symlink_to("../closed/patients.txt")
    for name in ("NOTICE", "net.bin"):
        study.write(name, (study.folder / "closed/patients.txt").read_text())
    copy = "import shutil\nshutil.copyfile('data/numbers.txt', f'copy-{seed}.txt')\n"
    study.write("score.py", (study.folder / "score.py").read_text() + copy)
    study.run()
    outcome, _, everything = packed(study, tmp_path / "study.zip", data="all")
    assert outcome.packed
    assert SECRET.encode() not in everything
    copies = {path for path, reason in left(study).items() if "copy of a file of data closed" in reason}
    assert copies == {"data/numbers.txt", "NOTICE", "net.bin", "copy-0.txt", "copy-1.txt"}
    _, _, everything = packed(study, tmp_path / "named.zip", named=("closed",))
    assert SECRET.encode() in everything


def test_small_takes_the_smallest_data_first(study: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    study.write("images/large.bin", "x" * 5000)
    study.write("labels/small.txt", "0 1")
    declare(study, 'license = "MIT"')
    for name in ("images", "labels"):
        settle(study, f'[data.{name}]\nfiles = ["{name}"]\nlicense = "MIT"')
    study.run()
    monkeypatch.setattr("reprocrate.workflow.choosing.SMALL_BYTES", 1000)
    assert list(left(study)) == ["images/large.bin"]
    assert left(study, "all") == {}
    assert left(study, "small", ("images",)) == {}
    settle(study, "[data.more]\nin_bundle = true")
    text = (study.folder / "reprocrate.toml").read_text()
    study.write("reprocrate.toml", text.replace('["images"]', '["images"]\nin_bundle = true'))
    assert left(study) == {}


def test_name_that_no_data_set_has(study: Any) -> None:
    study.run()
    with pytest.raises(UsageError, match=r"no data set 'dat'.*data"):
        collect(study.open(), "small", ("dat",))


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ("", "no licence lets anybody pass on the data numbers"),
        ('license = "LicenseRef-ours"', "LicenseRef-ours: whether that lets it be passed on is not known"),
        ('license = "MIT"', ""),
        ('license = "CC-BY-NC-4.0"', ""),
        ('license = "MIT"\nhuman_subjects = true', "is about people"),
    ],
)
def test_licence_of_what_travels_is_looked_at(study: Any, terms: str, says: str) -> None:
    declare(study, terms)
    study.run()
    found = collect(study.open())
    assert "data/numbers.txt" in found.entries
    assert [says in warning for warning in found.warnings] == ([True] if says else [])


def test_weights_travel_by_their_licence(study: Any) -> None:
    study.write("net.bin", "weights")
    study.write("card.md", "# A card")
    declare(study, 'license = "MIT"')
    settle(study, '[[models]]\nid = "net"\nfile = { path = "net.bin" }\ncard = "card.md"\nlicense = "MIT"')
    study.run()
    found = collect(study.open())
    assert {"net.bin", "card.md"} <= found.entries.keys()
    assert (
        found.manifest.models[0].file.sha256
        == found.entries["net.bin"].expected_sha256
        == sha256_bytes(b"weights")
    )
    text = (study.folder / "reprocrate.toml").read_text()
    study.write("reprocrate.toml", text.replace('card.md"\nlicense = "MIT"', 'card.md"\nlicense = "eula"'))
    found = collect(study.open())
    assert "net.bin" not in found.entries
    assert found.manifest.models[0].file.in_bundle is False


def test_large_checkpoints_are_no_silent_surprise(study: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(study, 'license = "MIT"')
    settle(study, CHECKPOINTS)
    study.write("score.py", KEEP + (study.folder / "score.py").read_text())
    study.run()
    monkeypatch.setattr("reprocrate.workflow.choosing.SMALL_WRITTEN_BYTES", 50_000)
    assert sorted(left(study)) == ["ckpt/0-300000.pt", "ckpt/1-300000.pt"]
    assert all('`[pack] checkpoints = "all"`' in reason for reason in left(study).values())
    settle(study, '[pack]\ncheckpoints = "all"')
    assert left(study) == {}
    text = (study.folder / "reprocrate.toml").read_text()
    study.write(
        "reprocrate.toml", text.replace('checkpoints = "all"', 'checkpoints = "none"\noutputs = "none"')
    )
    assert len([path for path in left(study) if path.startswith("ckpt/")]) == 6
    assert {"score-0.txt", "score-1.txt"} <= left(study).keys()


def test_what_the_author_ignores_stays_behind(study: Any, tmp_path: Path) -> None:
    study.write("notes/private.py", "# nothing imports it\n")
    study.commit()
    study.write("notes/private.py", "# nothing imports it, and it must stay mine\n")
    study.write(".reprocrateignore", "notes/\n/data/\nscore-1.txt\nstdout.log\nREADME*\n")
    study.write("README.md", "mine alone")
    study.run()
    outcome, said, everything = packed(study, tmp_path / "study.zip")
    assert outcome.packed
    for own in (b"must stay mine", b"mine alone", b"score,0.52", b"0.03\n"):
        assert own not in everything
    assert b"score,0.51" in everything
    assert not any("notes/private.py stays" in warning for warning in said.warnings)
    manifest = collect(study.open()).manifest
    code = {file.path: file.travels for file in manifest.code[0].files}
    assert code == {"notes/private.py": False, "score.py": True, "settings.py": True}
    assert manifest.code[0].patch.travels is False
    assert any("line 1 of .reprocrateignore" in note for note in said.notes)


class Agreeing:
    """Agrees to everything."""

    def agrees(self, option: str, question: str) -> bool:  # noqa: ARG002
        return True

    def tell_unneeded(self) -> None: ...


class Stopping(Silence):
    """Interrupts what is being done when it tells of a certain step."""

    def __init__(self, step: str) -> None:
        self.step = step

    def transfer(self, what: str, done: int, total: int) -> None:  # noqa: ARG002
        if what == self.step:
            raise KeyboardInterrupt

    def note(self, text: str) -> None:
        self.transfer(text.partition(" ")[0], 0, 0)


@pytest.mark.parametrize(("ignored", "status"), [("notes.py", "identical"), ("settings.py", "failed")])
def test_rerun_goes_without_code_that_was_left_out(
    study: Any, tmp_path: Path, ignored: str, status: str
) -> None:
    """Where no run needs it, the results come out; where one does, it fails. Either is said beforehand."""
    study.write("notes.py", "# nothing imports it\n")
    study.write(".reprocrateignore", f"{ignored}\n")
    study.run()
    packed(study, tmp_path / "study.zip")
    with pytest.raises(KeyboardInterrupt, match="Nothing of it is left: the same command begins again"):
        import_bundle(tmp_path / "study.zip", tmp_path / "copy", Stopping("checking and unpacking"))
    assert not (tmp_path / "copy").exists()
    with pytest.raises(KeyboardInterrupt, match=r"copy is complete: `reprocrate rerun .*/copy` prepares"):
        import_bundle(tmp_path / "study.zip", tmp_path / "copy", Stopping("Python"), prepare=True)
    folder = tmp_path / "copy"
    with pytest.raises(UnavailableError, match=f"{ignored} did not come along, which the author left out"):
        rerun_experiment(folder, RerunChoice(), OwnCode(), Silence())
    verdict = rerun_experiment(folder, RerunChoice(), Agreeing(), Silence()).verdict.to_json()
    assert [each["outcome"] for each in verdict["results"]] == [status]


def test_ignoring_what_ran_is_warned_about(study: Any) -> None:
    study.write(".reprocrateignore", "settings.py\n")
    study.run()
    (told,) = [one for one in collect(study.open()).warnings if "settings.py" in one]
    assert "nobody can run main again without it" in told


def test_surprises_are_told(study: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reprocrate.workflow.surprises.LARGE_BYTES", 100_000)
    monkeypatch.setattr("reprocrate.workflow.surprises.NOTABLE_BYTES", 50_000)
    declare(study, 'license = "MIT"')
    study.write("data/image.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    study.write("data/large.bin", "x" * 200_000)
    more = (
        "import os\nos.makedirs('wandb/run', exist_ok=True)\n"
        "open('wandb/run/x', 'w').write('x')\nopen('big.bin', 'w').write('x' * 150_000)\n"
    )
    study.write("score.py", more + (study.folder / "score.py").read_text())
    study.run("0")
    _, said, _ = packed(study, tmp_path / "study.zip")
    assert [one.partition(" ")[0] for one in said.warnings] == ["wandb/", "big.bin", "data/image.bin:"]


def test_dry_run_lists_and_makes_nothing(study: Any, tmp_path: Path) -> None:
    declare(study, 'license = "MIT"')
    (study.folder / "hollow").mkdir()
    study.run()
    log = next(iter((study.folder / ".reprocrate/runs").glob("*/stdout.log")))
    log.write_text(log.read_text() + f"in {Path.home()}/x\n")
    before = everything_in(study.folder)
    outcome, said, _ = packed(study, tmp_path / "study.zip", dry=True)
    assert outcome.packed is None
    assert not (tmp_path / "study.zip").exists()
    assert everything_in(study.folder) == before
    assert said.warnings == []
    listing = outcome.listing
    assert listing is not None
    document = listing.to_json()
    json.dumps(document)
    assert {"kind": "data", "files": 1, "size": 20, "id": "numbers"} in document["travels"]
    assert document["folders"] == 1
    assert any(line.split()[:2] == ["data", "numbers"] for line in listing.lines())


def test_listing_says_what_is_really_packed(study: Any, tmp_path: Path) -> None:
    (study.folder / "hollow").mkdir()
    study.run()
    packed(study, tmp_path / "first.zip")  # makes the lock
    outcome, _, _ = packed(study, tmp_path / "study.zip")
    assert outcome.listing is not None
    with zipfile.ZipFile(tmp_path / "study.zip") as archive:
        files = [each for each in archive.infolist() if not each.is_dir()]
    assert outcome.listing.files == len(files)
    assert outcome.listing.size == sum(each.file_size for each in files)


def test_secrets_are_looked_for_before_anything_is_made(study: Any, tmp_path: Path) -> None:
    study.run()
    study.write("README.md", "ghp_" + "abcdefghijklmnopqrstuvwxyzABCDEF1234")
    before = everything_in(study.folder)
    outcome, said, _ = packed(study, tmp_path / "study.zip")
    assert outcome.secrets
    assert outcome.packed is None
    assert said.notes == []
    assert everything_in(study.folder) == before


def test_max_size_proposes_just_enough(study: Any, tmp_path: Path) -> None:
    declare(study, 'license = "MIT"')
    settle(study, CHECKPOINTS)
    study.write("score.py", KEEP + (study.folder / "score.py").read_text())
    study.run()
    full, _, _ = packed(study, tmp_path / "full.zip")
    assert full.listing is not None
    most = full.listing.size - 310_000  # one of the two large checkpoints, and one of the middle ones
    outcome, _, _ = packed(study, tmp_path / "study.zip", most=most)
    assert outcome.packed is None
    assert not (tmp_path / "study.zip").exists()
    found = outcome.proposal
    assert found is not None
    assert found.suffices
    assert [(one.kind, one.size) for one in found.leave] == [
        (Kind.CHECKPOINTS, 300_000),
        (Kind.CHECKPOINTS, 20_000),
    ]
    study.write(".reprocrateignore", "\n".join(found.ignore) + "\n")
    outcome, _, _ = packed(study, tmp_path / "study.zip", most=most)
    assert outcome.packed
    for line in found.ignore:  # nothing that need not be left out
        kept = [one for one in found.ignore if one != line]
        study.write(".reprocrateignore", "\n".join(kept) + "\n")
        assert packed(study, tmp_path / "again.zip", most=most)[0].packed is None


def test_max_size_never_proposes_code_or_evidence(study: Any) -> None:
    study.run()
    contents = collect(study.open())
    sizes = {path: size_of(entry) for path, entry in contents.entries.items()}
    found = proposal(contents, sizes, 0)
    assert found is not None
    assert not found.suffices
    assert {one.kind for one in found.leave} <= {Kind.CHECKPOINTS, Kind.DATA, Kind.OUTPUTS, Kind.MODELS}
    assert "even without all that can be left out" in "\n".join(found.lines())
