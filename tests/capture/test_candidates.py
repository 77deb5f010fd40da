from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.launch.measuring import written_by
from reprocrate.capture.results.candidates import MOST_CANDIDATES, candidates, template_of
from reprocrate.capture.results.extraction import extract, parse_source

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


SETTINGS = """
import argparse, json, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int)
parser.add_argument("--label-noise", type=float)
parser.add_argument("--alpha", type=float, default=0.7)
given = parser.parse_args()
print(given)
print(f"alpha: {given.alpha} temperature: 1.5")
numbers = {"args": vars(given) | {"gamma": 0.99}, "accuracy": 0.9, "alpha": 0.7, "gamma": 0.98}
pathlib.Path("out.json").write_text(json.dumps(numbers))
pathlib.Path("config.json").write_text(json.dumps({"momentum": 0.9}))
pathlib.Path("log.csv").write_text("label_noise,momentum,f1\\n0.1,0.9,0.5\\n")
"""


def test_settings_that_are_written_down_again_are_no_findings(empty: Any) -> None:
    empty.write("script.py", SETTINGS)
    record = empty.record("python", "script.py", "--seed", "{seed}", "--label-noise", "0.1", seed=7)
    found = {one.name: one.value for one in candidates(record, written_by(record, empty.folder))}
    assert found == {"accuracy": 0.9, "gamma": 0.98, "f1": 0.5, "temperature": 1.5}


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


def test_names_may_hold_an_apostrophe_or_stand_in_a_printed_dictionary(empty: Any) -> None:
    lines = ["Catoni's error : 0.036", "{'auc': np.float64(0.75), 'f1': 0.5}", '{"nll": 0.25}']
    record = empty.python(f"print({chr(10).join(lines)!r})")
    written = written_by(record, empty.folder)
    found = {one.name: one for one in candidates(record, written)}
    assert {name: one.value for name, one in found.items()} == {
        "Catoni_s_error": 0.036,
        "auc": 0.75,
        "f1": 0.5,
        "nll": 0.25,
    }
    for name, one in found.items():
        source = parse_source(name, stdout=tomllib.loads(one.toml)["metrics"][name]["stdout"])
        (metric,) = extract([source], written).metrics
        assert metric.value == one.value


def test_a_table_without_a_head_offers_nothing(empty: Any) -> None:
    record = empty.python("open('predictions.csv', 'w').write('0,0.5\\n1,0.25\\n')")
    assert candidates(record, written_by(record, empty.folder)) == ()


def test_a_saved_model_offers_nothing(empty: Any) -> None:
    record = empty.python("""open('m.json', 'w').write('{"trees": [{"loss_changes": [1.0, 2.0]}]}')""")
    assert candidates(record, written_by(record, empty.folder)) == ()


def test_the_split_after_a_name_does_not_hide_its_direction(empty: Any) -> None:
    record = empty.python("""open('r.json', 'w').write('{"roc_auc": {"test": 0.9}}')""")
    (one,) = candidates(record, written_by(record, empty.folder))
    assert tomllib.loads(one.toml)["metrics"]["roc_auc"] == {
        "from": "r.json:$.roc_auc.test",
        "direction": "maximize",
        "split": "test",
    }


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


def test_parameters_of_a_grid_in_a_path(empty: Any) -> None:
    launch = empty.prepare("t", "--lr={lr}", "--out", "out/{lr}-{seed}", seed=3, grid={"lr": "0.1"})
    assert template_of("out/0.1-3/metrics.json", launch.record) == "out/{lr}-{seed}/metrics.json"
    launch.abandon()


def test_nothing_written(tmp_path: Path, empty: Any) -> None:
    record = empty.python("pass")
    assert candidates(record, written_by(record, empty.folder)) == ()
