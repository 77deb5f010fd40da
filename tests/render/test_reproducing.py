"""REPRODUCING.md: a shell takes its commands, its numbers are the recorded ones, no text breaks out of it."""

from __future__ import annotations

import copy
import re
import shlex
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.manifest import Environment, Manifest, manifest_from
from reprocrate.render.passages import fenced
from reprocrate.render.recipe import shell_line
from reprocrate.render.reproducing import escaped, reproducing_text
from tests.render import sample

COMMANDS = re.compile(r"^(`{3,})sh\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


def blocks(text: str) -> list[str]:
    return [match[2] for match in COMMANDS.finditer(text)]


def test_every_seed_has_its_command() -> None:
    lines = [line for block in blocks(reproducing_text(sample.digits())) for line in block.splitlines()]
    for name in ("mlp", "logistic"):
        for seed in range(5):
            assert f"python train.py --model {name} --seed {seed} --out out/{name}-{seed}.json" in lines


def test_environment_is_built_from_the_lock() -> None:
    text = reproducing_text(sample.digits())
    lock = "--require-hashes --no-deps -r .reprocrate/environment/environment-1/requirements.txt"
    assert f"uv pip install {lock}" in text
    assert f"python -m pip install {lock}" in text
    assert "uv venv --python 3.11 .venv" in text
    assert "export LANG=C.UTF-8" in text
    assert "sha256sum -c manifest-sha256.txt" in text


def test_an_environment_of_conda_is_made_from_its_list() -> None:
    manifest = sample.digits()
    packages = [
        {"name": "numpy", "version": "1.26.4", "source": "conda"},
        {"name": "torch", "version": "2.5.1", "local_label": "cpu", "source": "pypi"},
        {"name": "own", "version": "0.1", "source": "local", "editable": True},
    ]
    locks = [
        {"path": f"env/{name}", "sha256": "a" * 64, "format": "conda"}
        for name in ("conda-a.lock", "conda-explicit.txt")
    ]
    told = {"id": "environment-1", "packages": packages, "locks": locks}
    environment = Environment.model_validate(told)
    text = reproducing_text(manifest.model_copy(update={"environments": (environment,)}))
    assert "micromamba create --name experiment --file env/conda-explicit.txt\n" in text
    assert "python -m pip install --no-deps torch==2.5.1+cpu\n" in text
    assert "micromamba" not in reproducing_text(manifest)


def test_numbers_to_expect_are_the_recorded_ones() -> None:
    text = reproducing_text(sample.digits())
    for seed, value in enumerate(sample.MLP):
        assert f"| mlp | {seed} | {value!r} |" in text
    assert "| mlp | 0.9656 ± 0.0067 | 5 | 0.9538 to 0.9773 (5 seeds) |" in text
    assert "- Margin of accuracy: 0.01" in text


def test_values_that_a_seed_does_not_fix_are_told() -> None:
    assert "same seed may" not in reproducing_text(sample.digits())
    document = sample.digits_document()
    for run in document["runs"]:
        run["unseeded"] = [{"library": "numpy"}]
    text = reproducing_text(manifest_from(document))
    assert "the same seed may\ngive other values: the shared generator of numpy." in text


@pytest.mark.parametrize("make", [sample.digits, sample.grid, sample.bare, sample.hostile])
def test_shell_understands_every_block(make: Callable[[], Manifest]) -> None:
    for block in blocks(reproducing_text(make())):
        checked = subprocess.run(["bash", "-n"], input=block, text=True, capture_output=True, check=False)
        assert checked.returncode == 0, checked.stderr


@given(st.lists(st.text(st.characters(exclude_categories=("C", "Z"))), min_size=1))
def test_arguments_survive_the_shell(command: list[str]) -> None:
    assert shlex.split(shell_line(command)) == command


@given(st.lists(st.text(alphabet="`~ab\n# "), min_size=1))
def test_no_command_leaves_its_fence(commands: list[str]) -> None:
    lines = list(fenced(commands))
    fence = lines[0].removesuffix("sh")
    assert lines[-2:] == [fence, ""]
    assert all(fence not in line for line in lines[1:-2])


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("scikit-learn 1.9 (x86_64), a.b", "scikit-learn 1.9 (x86_64), a.b"),
        ("<b>", "\\<b\\>"),
        ("[x](javascript:1)", "\\[x\\](javascript:1)"),
        ("a | b", "a \\| b"),
        ("# title", "\\# title"),
        ("_em_ `code` *b*", "\\_em\\_ \\`code\\` \\*b\\*"),
        ("&lt; a & b", "\\&lt; a & b"),
    ],
)
def test_markdown_is_escaped_where_it_acts_only(given_: str, shown: str) -> None:
    assert escaped(given_) == shown


def test_hostile_text_cannot_add_lines_or_markup() -> None:
    text = reproducing_text(sample.hostile())
    assert "\x1b" not in text
    prose = COMMANDS.sub("", text)
    assert re.search(r"(?<!\\)<(script|b)", prose) is None
    assert len([line for line in text.splitlines() if line.startswith("# ")]) == 1


def test_seed_in_a_variable_and_another_folder() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["configurations"][0] |= {"seed_variable": "SEED", "working_directory": "src"}
    document["code"][0]["folder"] = ".reprocrate/code/code-1"
    for run in document["runs"]:
        run["command"] = ["python", "train.py"]
        run["working_directory"] = "src"
    text = reproducing_text(manifest_from(document))
    assert (
        "cp -R . ../code-1\ncp -R .reprocrate/code/code-1/. ../code-1\ncd ../code-1/src\n"
        "SEED=0 python train.py\nSEED=1 python train.py"
    ) in text


def test_seeds_that_ran_other_versions_of_the_code_run_in_copies() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["code"].append(document["code"][0] | {"id": "older", "folder": ".reprocrate/code/older"})
    first = document["results"][0]["runs"][0]
    (run,) = [each for each in document["runs"] if each["id"] == first]
    run["code"] = "older"
    lines = reproducing_text(manifest_from(document)).splitlines()
    start = lines.index("cp -R . ../older")
    assert lines[start + 1 : start + 5] == [
        "cp -R .reprocrate/code/older/. ../older",
        "cd ../older",
        shlex.join(run["command"]),
        "cd -",
    ]


def test_data_that_does_not_travel_is_said_with_how_to_get_it() -> None:
    document = copy.deepcopy(sample.grid_document())
    document["data"][0]["files"][0]["in_bundle"] = False
    document["data"][0]["access"] = {"level": "restricted", "how_to_obtain": "ask the hospital"}
    text = reproducing_text(manifest_from(document))
    said = "- Data: moons, **not included**: obtain it first from https://example.org/moons.csv"
    assert f"{said}; ask the hospital" in text
    assert f"  - data/moons.csv with SHA-256 {sample.sha256('data/moons.csv')}" in text
    assert "- Data: blobs, included" in text


def test_same_manifest_gives_the_same_text() -> None:
    assert reproducing_text(sample.grid()) == reproducing_text(sample.grid())


def test_a_reproduction_says_where_its_verdict_lies() -> None:
    document = copy.deepcopy(sample.digits_document())
    row = "| `.reprocrate/reproduction/` | what this rerun showed of the original |"
    assert row not in reproducing_text(manifest_from(document))
    document["reproduces"] = {"payload_sha256": "cd" * 32, "depth": "full"}
    assert row in reproducing_text(manifest_from(document))
