from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.candidates import MOST_CANDIDATES, candidates, template_of
from reprocrate.capture.finishing import written_by
from reprocrate.capture.results import extract, parse_source

PRINTS = """
import json, pathlib, sys
seed = sys.argv[2]
pathlib.Path(f"out-{seed}.json").write_text(json.dumps({
    "model": "mlp", "seed": int(seed), "epochs": 5, "train": {"accuracy": 0.99},
    "history": [{"loss": 3.0}, {"loss": 1.5}],
    "test": {"accuracy": 0.93, "log_loss": 0.25}, "n_images": 360, "flag": True,
}))
pathlib.Path("log.csv").write_text("epoch,val_f1\\n0,0.5\\n1,0.75\\n")
print("epoch: 3\\nBLEU = 31.5\\ntest accuracy: 0.9300\\nelapsed 3 s\\nWall time: 12.5s")
"""


@pytest.fixture
def launched(empty: Any) -> Any:
    empty.write("script.py", PRINTS)
    record = empty.record("python", "script.py", "--seed", "{seed}", seed=7)
    return record, written_by(record, empty.folder)


def test_numbers_are_offered_with_lines_that_work(launched: Any) -> None:
    record, written = launched
    found = candidates(record, written)
    names = [candidate.name for candidate in found]
    assert {"accuracy", "log_loss", "val_f1", "BLEU"} <= set(names)
    assert not {"seed", "epochs", "epoch", "n_images", "flag"} & set(names)
    for candidate in found:
        ((name, settings),) = tomllib.loads(candidate.toml)["metrics"].items()
        assert name == candidate.name
        source = parse_source(name, place=settings.get("from"), stdout=settings.get("stdout"))
        (metric,) = extract([source], written).metrics
        assert metric.value == candidate.value, candidate.toml


def test_lines_guess_split_and_direction(launched: Any) -> None:
    found = {candidate.name: candidate for candidate in candidates(*launched)}
    settings = {name: tomllib.loads(one.toml)["metrics"][name] for name, one in found.items()}
    assert settings["log_loss"] == {
        "from": "out-{seed}.json:$.test.log_loss",
        "direction": "minimize",
        "split": "test",
    }
    assert settings["val_f1"] == {"from": "log.csv:val_f1", "direction": "maximize", "split": "validation"}
    assert settings["accuracy"]["from"] == "out-{seed}.json:$.test.accuracy"
    assert settings["train_accuracy"]["split"] == "train"
    assert "{seed}" not in settings["BLEU"]["stdout"]


def test_at_most_twenty(empty: Any) -> None:
    values = json.dumps({f"score_{number}": number for number in range(100)})
    record = empty.python(f"open('r.json', 'w').write('''{values}''')")
    assert len(candidates(record, written_by(record, empty.folder))) == MOST_CANDIDATES


def test_nonsense_is_passed_over(empty: Any) -> None:
    record = empty.python(
        "open('a.json', 'w').write('{'); open('b.csv', 'wb').write(b'\\xff\\x00,\\n1')\n"
        "open('c.json', 'w').write('[' * 10**5)"
    )
    assert candidates(record, written_by(record, empty.folder)) == ()


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        (["t", "--out", "out/{seed}.json"], "out/3.json", "out/{seed}.json"),
        (["t", "--out=runs/{seed}"], "runs/3/fold3.json", "runs/{seed}/fold3.json"),
        (["t", "--seed", "{seed}"], "run_3/metrics.json", "run_{seed}/metrics.json"),
        (["t", "--seed", "{seed}"], "run13/metrics.json", "run13/metrics.json"),
        (["t", "--seed", "{seed}"], "3/3.json", "3/3.json"),
        (["t", "--seed", "{seed}"], "v0.3/x.json", "v0.3/x.json"),
    ],
)
def test_seed_in_a_path(empty: Any, template: list[str], path: str, expected: str) -> None:
    launch = empty.prepare(*template, seed=3)
    assert template_of(path, launch.record) == expected
    launch.abandon()


def test_nothing_written(tmp_path: Path, empty: Any) -> None:
    record = empty.python("pass")
    assert candidates(record, written_by(record, empty.folder)) == ()
