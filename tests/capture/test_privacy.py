from __future__ import annotations

from pathlib import Path

import pytest

from reprocrate.capture.privacy.scrubber import Scrubber, scrubbed_url, scrubber

HOME = "/home/ada"
PROJECT = Path("/home/ada/projects/rings")
HOST = "node17.example.org"
ADA = Scrubber(PROJECT, PROJECT, (HOME,), ("ada", HOST, "gauss"), (HOST, "node17", "gauss"))


@pytest.mark.requirement("RQ28")
@pytest.mark.parametrize(
    ("argument", "recorded"),
    [
        ("/home/ada/projects/rings/train.py", "train.py"),
        ("/home/ada/projects/rings", "."),
        ("--data=/home/ada/projects/rings/d/x.csv", "--data=d/x.csv"),
        ("--data=/home/ada/data/x.csv", "--data=<home>/data/x.csv"),
        ("/home/ada/projects/rings2/x", "<home>/projects/rings2/x"),
        ("/home/adam/x", "/home/adam/x"),
        ("/scratch/ada/x", "/scratch/user/x"),
        ("a=/home/ada/x,/home/ada/y", "a=<home>/x,<home>/y"),
        ("--optimizer=ada", "--optimizer=ada"),
        ("--wandb-entity=ada", "--wandb-entity=user"),
        ("tcp://node17.example.org:29500", "tcp://host:29500"),
        ("--master=node17:29500", "--master=host:29500"),
        ("node17", "node17"),
        ("--master-addr=node17", "--master-addr=host"),
        ("events.out.tfevents.1700000000.node17.42.0", "events.out.tfevents.1700000000.host.42.0"),
        ("runs/Nov25_20-55-22_node17/x", "runs/Nov25_20-55-22_host/x"),
        ("runs/Nov25_20-55-22_node17.example.org", "runs/Nov25_20-55-22_host"),
        ("out/model_node17.example.org_3.bin", "out/model_host_3.bin"),
        ("results/node17.csv", "results/node17.csv"),
        ("node170", "node170"),
        ("--kernel=gauss", "--kernel=gauss"),
        ("gauss:29500", "host:29500"),
        ("ada@example.org", "user@example.org"),
        ("data/ada/x.csv", "data/ada/x.csv"),
        ("0.5", "0.5"),
    ],
)
def test_paths_and_names_of_the_machine_are_replaced(argument: str, recorded: str) -> None:
    assert ADA.command(["python", argument]) == ("python", recorded)


def test_paths_are_relative_to_where_the_command_starts() -> None:
    below = Scrubber(PROJECT, PROJECT / "src", (HOME,), ())
    assert below.command(["python", "/home/ada/projects/rings/d/x.csv"]) == ("python", "../d/x.csv")


@pytest.mark.requirement("RQ29")
@pytest.mark.parametrize(
    ("argv", "recorded"),
    [
        (["--api-key", "abc"], ["--api-key", "<secret>"]),
        (["--hf-token=abc"], ["--hf-token=<secret>"]),
        (["--token", "abc", "--x"], ["--token", "<secret>", "--x"]),
        (["OPENAI_API_KEY=abc"], ["OPENAI_API_KEY=<secret>"]),
        (["--user", "ada", "--name", "ada"], ["--user", "user", "--name", "ada"]),
        (["x", "hf_AbCdEfGhIjKlMnOpQrSt"], ["x", "<secret>"]),
        (["--key=sk-AbCdEfGhIjKlMnOpQrSt"], ["--key=<secret>"]),
        (["https://ada:pw@example.org/x"], ["https://example.org/x"]),
        (["--pad-token", "<pad>"], ["--pad-token", "<pad>"]),
        (["--max-tokens", "512"], ["--max-tokens", "512"]),
        (["--password", "--verbose"], ["--password", "--verbose"]),
    ],
)
def test_secrets_are_masked_and_nothing_else(argv: list[str], recorded: list[str]) -> None:
    assert ADA.command(["tool", *argv]) == ("tool", *recorded)


def test_interpreters_and_tools_are_recorded_without_their_place(tmp_path: Path) -> None:
    assert ADA.command(["/opt/python3.12/bin/python3.12", "x"])[0] == "python"
    assert ADA.command([".venv/bin/python", "x"])[0] == "python"
    assert ADA.command(["python3", "x"])[0] == "python3"
    assert ADA.command(["./run.sh"])[0] == "./run.sh"
    assert ADA.command(["/home/ada/tools/prog"])[0] == "<outside>/prog"
    (tmp_path / "bin").mkdir()
    (tmp_path / "pyvenv.cfg").touch()
    assert ADA.command([f"{tmp_path}/bin/torchrun"])[0] == "torchrun"


@pytest.mark.parametrize(
    ("address", "scrubbed"),
    [
        ("https://github.com/a/b.git", "https://github.com/a/b.git"),
        ("https://ada:token@github.com/a/b.git?x=1#y", "https://github.com/a/b.git"),
        ("git@github.com:a/b.git", "ssh://git@github.com/a/b.git"),
        ("ssh://ada@example.org:2222/b.git", "ssh://example.org:2222/b.git"),
        ("git+https://example.org/b", "https://example.org/b"),
        ("/home/ada/b.git", None),
        ("file:///home/ada/b", None),
        ("../b", None),
        ("", None),
        ("http://[::1", None),
    ],
)
def test_addresses_lose_credentials_and_local_ones_go(address: str, scrubbed: str | None) -> None:
    assert scrubbed_url(address) == scrubbed


def test_names_that_tell_nothing_are_not_replaced(tmp_path: Path) -> None:
    found = scrubber(tmp_path, tmp_path, {"HOME": "/root", "USER": "root", "LOGNAME": "x"})
    assert "/root" in found.homes
    assert "root" not in found.names
    assert "x" not in found.names


def test_a_very_long_argument_takes_no_time() -> None:
    long = "a" * 1_000_000
    assert Scrubber(PROJECT, PROJECT, (HOME,), ()).command(["python", long]) == ("python", long)
