"""What the rules about source code say of programs, and of honest ones that they must be silent about."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from reprocrate.finding import Report
from reprocrate.validation import FolderFiles, Subject, validate

Files = dict[str, str]


def judged(folder: Path, files: Files) -> Report:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), "utf-8")
    return validate(Subject.bare("paper", FolderFiles(folder)), only=["RC20"])


def found(folder: Path, files: Files) -> list[str]:
    report = judged(folder, files)
    assert [each for each in report.not_assessed if each.failed] == []
    return [f"{each.code} {each.location}" for each in report.findings]


PLANTED = {
    "a seed of another library": (
        """
        import random
        import numpy as np
        random.seed(0)
        print(np.random.rand(3))
        """,
        ["RC2001 train.py:4"],
    ),
    "a loader that shuffles": (
        """
        from torch.utils.data import DataLoader
        loader = DataLoader([1, 2], shuffle=True)
        for batch in loader:
            batch.sum().backward()
            optimizer.step()
        """,
        ["RC2001 train.py:2"],
    ),
    "layers of Keras": (
        """
        import tensorflow as tf
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.fit([1.0], [2.0])
        """,
        ["RC2001 train.py:2"],
    ),
    "an environment that is never seeded": (
        """
        import gym
        env = gym.make("CartPole-v1")
        print(env.reset())
        """,
        ["RC2001 train.py:2"],
    ),
    "numbers from SciPy": (
        """
        from scipy import stats
        print(stats.norm.rvs(size=3))
        """,
        ["RC2001 train.py:2"],
    ),
    "a bit generator": (
        """
        import numpy as np
        rng = np.random.Generator(np.random.PCG64())
        """,
        ["RC2002 train.py:2"],
    ),
    "a seed that is taken back": (
        """
        import numpy as np
        np.random.seed()
        """,
        ["RC2002 train.py:2"],
    ),
    "a sample of a table": (
        """
        import pandas as pd
        table = pd.read_csv("beans.csv").sample(frac=1)
        """,
        ["RC2003 train.py:2"],
    ),
    "a module of scikit-learn that is its own": (
        """
        from sklearn.model_selection import _split
        from sklearn.neural_network import MLPClassifier as Net
        net = Net((8, 8))
        cut = _split.train_test_split([1, 2, 3])
        """,
        ["RC2003 train.py:3", "RC2003 train.py:4"],
    ),
    "a key from the clock": (
        """
        import jax
        from time import time_ns
        key = jax.random.PRNGKey(time_ns() % 1000)
        """,
        ["RC2004 train.py:3"],
    ),
    "a scaler in a pipeline": (
        """
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.impute import SimpleImputer
        from sklearn.model_selection import train_test_split
        def split(table):
            prepare = make_pipeline(SimpleImputer(), StandardScaler())
            table[["a", "b"]] = prepare.fit_transform(table[["a", "b"]])
            return train_test_split(table, random_state=0)
        """,
        ["RC2020 train.py:7"],
    ),
    "folds of scaled data": (
        """
        from sklearn.decomposition import PCA
        from sklearn.model_selection import KFold
        import pandas as pd
        def folds(X):
            small = pd.DataFrame(PCA(2).fit_transform(X))
            return list(KFold(5).split(small))
        """,
        ["RC2020 train.py:5"],
    ),
    "early stopping of Keras": (
        """
        from tensorflow.keras.callbacks import EarlyStopping
        def fit(model, x_train, y_train, x_test, y_test):
            stop = EarlyStopping(patience=3, restore_best_weights=True)
            model.fit(x_train, y_train, validation_data=(x_test, y_test), callbacks=[stop])
        """,
        ["RC2023 train.py:4"],
    ),
    "early stopping of LightGBM": (
        """
        import lightgbm as lgb
        def fit(options, train_set, dtest):
            return lgb.train(options, train_set, valid_sets=[dtest], callbacks=[lgb.early_stopping(5)])
        """,
        ["RC2023 train.py:3"],
    ),
    "the best epoch by the test loss": (
        """
        def fit(model, epochs, run, save_checkpoint):
            best_loss = float("inf")
            for epoch in range(epochs):
                test_loss = run(model)
                if test_loss < best_loss:
                    best_loss = test_loss
                    save_checkpoint(model)
        """,
        ["RC2025 train.py:5"],
    ),
    "a device in a keyword": (
        """
        import torch
        torch.manual_seed(0)
        print(torch.ones(2, device="cuda:0"))
        """,
        ["RC2032 train.py:3"],
    ),
    "a home of Windows": (
        r"""
        DATA = "C:\\Users\\ada\\beans.csv"
        """,
        ["RC2030 train.py:1"],
    ),
}


@pytest.mark.parametrize(("code", "expected"), PLANTED.values(), ids=PLANTED)
def test_defect_is_found(code: str, expected: list[str], tmp_path: Path) -> None:
    assert found(tmp_path, {"train.py": code}) == expected


HONEST = {
    "a name that means something else": """
        import numpy as np
        def draw(random):
            return random.random()
        random = np.random.default_rng(0)
        print(random.random(), random.normal(), draw(random))
        """,
    "a seed by a framework": """
        import lightning as L
        import numpy as np
        import torch
        L.seed_everything(1)
        model = torch.nn.Linear(2, 2)
        model(torch.ones(1, 2)).sum().backward()
        print(np.random.rand())
        """,
    "a seed by a function of another project": """
        from mytools.reproducible import seed_all
        import random
        seed_all(3)
        print(random.random())
        """,
    "arguments of a trainer that seeds": """
        import torch
        from transformers import Trainer, TrainingArguments
        head = torch.nn.Linear(2, 2)
        trainer = Trainer(head, TrainingArguments("out"))
        trainer.train()
        head(torch.ones(1, 2)).sum().backward()
        """,
    "a model that is not trained": """
        import torch
        model = torch.nn.Linear(2, 2)
        model.load_state_dict(torch.load("model.pt"))
        print(model(torch.ones(1, 2)))
        """,
    "a library without a program": """
        import random
        def shuffled(values):
            return random.sample(values, len(values))
        """,
    "arguments from elsewhere": """
        from sklearn.ensemble import RandomForestClassifier
        def model(options):
            return RandomForestClassifier(**options)
        """,
    "a state that is set later": """
        from sklearn.ensemble import RandomForestClassifier
        model = RandomForestClassifier()
        model.set_params(random_state=0)
        """,
    "a boosting of given trees": """
        from sklearn.ensemble import AdaBoostClassifier
        from sklearn.tree import DecisionTreeClassifier
        tree = DecisionTreeClassifier(max_depth=1)
        model = AdaBoostClassifier(tree, random_state=0)
        """,
    "labels as numbers before the split": """
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import LabelEncoder, StandardScaler
        def parts(X, y):
            y = LabelEncoder().fit_transform(y)
            return train_test_split(X, y, random_state=0)
        """,
    "a picture of scaled data, and a split of the other": """
        from sklearn.decomposition import PCA
        from sklearn.model_selection import train_test_split
        def parts(X, plot):
            flat = PCA(2).fit_transform(X)
            plot(flat)
            return train_test_split(X, random_state=0)
        """,
    "validation cut from scaled training data": """
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
        def parts(X_train):
            X_train = StandardScaler().fit_transform(X_train)
            return train_test_split(X_train, random_state=0)
        """,
    "data read anew before the split": """
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
        def parts(read):
            X = StandardScaler().fit_transform(read())
            X = read()
            return train_test_split(X, random_state=0)
        """,
    "the latest is not a test": """
        def fit(model, epochs, run, save):
            best = 0.0
            for _ in range(epochs):
                latest, contest = run(model), 1
                if latest > best:
                    best = latest
                    save(model)
        """,
    "validation and test are watched": """
        def fit(model, X_train, X_val, X_test, early):
            model.fit(X_train, eval_set=[X_val, X_test], early_stopping_rounds=5)
        """,
    "the best test score is only told": """
        def fit(epochs, run):
            best_acc = 0.0
            for _ in range(epochs):
                test_acc = run()
                if test_acc > best_acc:
                    best_acc = test_acc
            return best_acc
        """,
    "a switch of the user": """
        import torch
        torch.manual_seed(0)
        def choose(deterministic):
            if not deterministic:
                torch.backends.cudnn.benchmark = True
        torch.nn.Linear(1, 1)(torch.ones(1, 1)).backward()
        choose(False)
        """,
    "a pooling to one": """
        import torch
        from torch import nn
        torch.manual_seed(0)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        pool = nn.AdaptiveAvgPool2d((1, 1)).to(device)
        pool(torch.ones(1, 1, 4, 4, requires_grad=True)).sum().backward()
        """,
    "a set that is counted, and one that is sorted later": """
        def vocabulary(words):
            known = list(set(words))
            known.sort()
            return {word: number for number, word in enumerate(known)}, len(set(words))
        """,
    "progress over files": """
        import os
        def total(folder):
            size = 0
            for _, name in enumerate(os.listdir(folder)):
                size += os.path.getsize(os.path.join(folder, name))
            return size
        """,
    "a device that is asked for": """
        import torch
        torch.manual_seed(0)
        if torch.cuda.is_available():
            print(torch.ones(2).cuda())
        """,
    "options that are handed over": """
        import argparse
        import random
        import trackers
        parser = argparse.ArgumentParser()
        parser.add_argument("--seed", type=int)
        args = parser.parse_args()
        trackers.start(config=args)
        random.seed(3)
        """,
}


@pytest.mark.parametrize("code", HONEST.values(), ids=HONEST)
def test_honest_code_is_let_be(code: str, tmp_path: Path) -> None:
    assert found(tmp_path, {"train.py": code}) == []


def test_examples_of_this_project_are_clean(repository: Path) -> None:
    report = validate(Subject.bare("examples", FolderFiles(repository / "examples")), only=["RC20"])
    assert [f"{each.code} {each.location}" for each in report.findings] == []
    assert report.not_assessed == ()


# Programs of several files ----------------------------------------------------------------------------


def test_seed_is_found_behind_imports(tmp_path: Path) -> None:
    files = {
        "run.py": "from pkg.setup import prepare\nimport random\nprepare()\nprint(random.random())\n",
        "pkg/__init__.py": "",
        "pkg/setup.py": "from . import seeds as s\ndef prepare():\n    s.fix(1)\n",
        "pkg/seeds.py": "import random as r\ndef fix(seed):\n    r.seed(seed)\n",
    }
    assert found(tmp_path, files) == []
    (tmp_path / "pkg" / "seeds.py").write_text("def fix(seed):\n    pass\n")
    assert found(tmp_path, {}) == ["RC2001 run.py:4"]


def test_one_place_that_many_programs_reach_is_told_once(tmp_path: Path) -> None:
    files = {f"run_{name}.py": "from common import draw\nprint(draw())\n" for name in "abc"}
    files["common.py"] = "import random\ndef draw():\n    return random.random()\n"
    report = judged(tmp_path, files)
    assert [(each.code, str(each.location)) for each in report.findings] == [("RC2001", "common.py:3")]
    assert "run_a.py (and of 2 others)" in report.findings[0].message


def test_idle_function_that_would_seed_is_named(tmp_path: Path) -> None:
    code = """
        import random
        def set_seed(seed):
            random.seed(seed)
        print(random.random())
        """
    report = judged(tmp_path, {"run.py": code})
    assert "set_seed at run.py:2 is never called" in report.findings[0].message


def test_code_of_others_and_tests_are_not_judged(tmp_path: Path) -> None:
    code = "import numpy as np\nrng = np.random.default_rng()\nprint(np.random.rand())\n"
    places = [
        ".venv/lib/a.py",
        "third_party/b.py",
        "site-packages/c.py",
        "tests/d.py",
        "test_e.py",
        "x.egg-info/f.py",
    ]
    assert found(tmp_path, dict.fromkeys(places, code)) == []
    assert found(tmp_path, {"test.py": code}) == ["RC2001 test.py:3", "RC2002 test.py:2"]


def test_nothing_is_executed_or_written(tmp_path: Path) -> None:
    trap = "import pathlib\npathlib.Path('trap').write_text('executed')\nraise SystemExit('executed')\n"
    judged(tmp_path / "paper", {"run.py": trap, "conftest.py": trap, "random.py": trap})
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        "conftest.py",
        "paper",
        "random.py",
        "run.py",
    ]


# Comments ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comment", "is_left_out"),
    [
        ("# reprocrate: ignore RC2002", True),
        ("# noqa: RC2002", True),
        ("# noqa: E501, RC2002  the generator of a demonstration", True),
        ("# reprocrate: ignore RC2003", False),
        ("# noqa", False),
        ("# RC2002", False),
    ],
)
def test_comment_leaves_a_finding_out_and_the_report_says_so(
    comment: str, is_left_out: bool, tmp_path: Path
) -> None:
    code = f"import numpy as np\nrng = np.random.default_rng()  {comment}\n"
    report = judged(tmp_path, {"draw.py": code})
    assert [each.code for each in report.findings] == ([] if is_left_out else ["RC2002"])
    reasons = {each.code: each.reason for each in report.not_assessed}
    assert reasons == ({"RC2002": "a comment leaves out draw.py:2"} if is_left_out else {})
