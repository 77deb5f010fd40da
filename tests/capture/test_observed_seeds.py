"""Seeds as generators were really given them: what is seen, what is told, and that nothing changes by it."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reprocrate.capture.observation.processes import Process
from reprocrate.capture.record import Configuration, RunRecord, Seed, Tool, UnseededUse
from reprocrate.capture.seeds.seeding import MOST_AT_ONE_PLACE, look_at_seeding
from reprocrate.capture.seeds.warnings import seed_warnings
from reprocrate.manifest.derivation import may_derive

if TYPE_CHECKING:
    from conftest import Project

PYTHON = sys.executable
DRAWS = Path(__file__).with_name("draws.py")
OTHER_PYTHONS = [
    path
    for version in ("3.8", "3.9", "3.10", "3.12", "3.13", "3.14")
    for path in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))[:1]
]


def needs(*modules: str) -> pytest.MarkDecorator:
    absent = [name for name in modules if find_spec(name) is None]
    return pytest.mark.skipif(bool(absent), reason=f"{', '.join(absent)} is not installed")


def seen(record: RunRecord) -> list[tuple[str | None, str | None, int | str]]:
    return [(seed.function, seed.site, seed.value) for seed in record.seeds if seed.how == "observed"]


def unseeded(record: RunRecord) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(use.library, use.function, use.site, use.until) for use in record.unseeded]


# Nothing changes -------------------------------------------------------------------------------------


def drawn(empty: Project, python: str) -> tuple[str, str]:
    """What the script prints without the recorder, and with it."""
    empty.write("script.py", DRAWS.read_text())
    plain = subprocess.run(
        [python, "script.py"], cwd=empty.folder, env=empty.environ, capture_output=True, text=True, check=True
    )
    record = empty.record(python, "script.py")
    assert record.status == "ok", (empty.folder / record.logs[-1].path).read_text()
    assert ("random.seed", 3) in {(function, value) for function, _, value in seen(record)}
    return plain.stdout, (empty.folder / record.logs[0].path).read_text()


def test_every_generator_gives_the_same_bits(empty: Project) -> None:
    plain, recorded = drawn(empty, PYTHON)
    assert recorded == plain
    assert plain.count("\n") > 30


@pytest.mark.parametrize("python", OTHER_PYTHONS, ids=lambda path: path.parts[-3])
def test_every_python_gives_the_same_bits(empty: Project, python: Path) -> None:
    plain, recorded = drawn(empty, os.fspath(python))
    assert recorded == plain


def test_unknown_versions_of_libraries_are_left_alone(empty: Project) -> None:
    for name in ("torch/__init__", "torch/random", "numpy/__init__", "numpy/random/__init__"):
        empty.write(f"{name}.py", "")
    empty.write("numpy/random/bit_generator.py", "x = 1\n")
    empty.write("torch/utils/data/dataset.py", "random_split = 3\n")
    record = empty.python(
        "import torch.random, torch.utils.data.dataset, numpy.random.bit_generator as b; print(b.x)"
    )
    assert record.status == "ok"
    assert record.seeds == ()


def test_loaders_are_what_they_were(empty: Project) -> None:
    record = empty.python(
        "import importlib.util, random, sys\n"
        "assert type(random.__loader__) is type(sys.modules['os'].__loader__) or random.__loader__\n"
        "assert type(random.__spec__.loader).__module__.startswith('_frozen_importlib')\n"
        "assert importlib.util.find_spec('random').origin == random.__file__\n"
        "del sys.modules['random']\n"
        "spec = importlib.util.find_spec('random')\n"
        "spec.loader = importlib.util.LazyLoader(spec.loader)\n"
        "lazy = importlib.util.module_from_spec(spec)\n"
        "sys.modules['random'] = lazy\n"
        "spec.loader.exec_module(lazy)\n"
        "lazy.seed(5)\n"
    )
    assert record.status == "ok", (empty.folder / record.logs[-1].path).read_text()
    assert seen(record) == [("random.seed", "script.py:11", 5)]


# What is seen ----------------------------------------------------------------------------------------


def test_standard_library(empty: Project) -> None:
    empty.write("pkg/helper.py", "import random\ndef begin(seed):\n    random.seed(seed)\n")
    record = empty.python(
        "import copy, pickle, random, tempfile\n"
        "from pkg import helper\n"
        "helper.begin(3)\n"
        "own = random.Random(4)\n"
        "pickle.loads(pickle.dumps(own)), copy.deepcopy(own)\n"
        "tempfile.mkdtemp(dir='.')\n"
        "random.SystemRandom(9).random()\n"
        "random.random()\n"
    )
    assert seen(record) == [("random.seed", "pkg/helper.py:3", 3), ("random.Random", "script.py:4", 4)]
    assert unseeded(record) == []


@needs("numpy")
def test_numpy(empty: Project) -> None:
    record = empty.python(
        "import copy, pickle\n"
        "import numpy as np\n"
        "np.random.seed(1)\n"
        "np.random.RandomState(2)\n"
        "rng = np.random.default_rng(3)\n"
        "np.random.Generator(np.random.PCG64(4))\n"
        "np.random.SeedSequence(5).spawn(3)\n"
        "np.random.default_rng([6, 7])\n"
        "np.random.default_rng(np.int64(2**53))\n"
        "pickle.loads(pickle.dumps(rng)), copy.deepcopy(np.random.mtrand._rand)\n"
    )
    sequence = "numpy.random.SeedSequence"
    assert seen(record) == [
        ("numpy.random.seed", "script.py:3", 1),
        ("numpy.random.RandomState", "script.py:4", 2),
        (sequence, "script.py:5", 3),
        (sequence, "script.py:6", 4),
        (sequence, "script.py:7", 5),
        (sequence, "script.py:8", 6),
        (sequence, "script.py:9", str(2**53)),
    ]
    assert [seed.parts for seed in record.seeds if seed.parts] == [(6, 7)]
    assert unseeded(record) == []
    assert {seed.library for seed in record.seeds} == {"numpy"}


@needs("numpy", "pandas", "scipy")
@pytest.mark.thorough
def test_libraries_on_top_of_numpy(empty: Project) -> None:
    record = empty.python(
        "import pandas as pd\n"
        "from scipy import stats\n"
        "pd.DataFrame({'a': range(9)}).sample(3, random_state=8)\n"
        "stats.norm.rvs(size=3, random_state=9)\n"
        "stats.norm.rvs(size=3)\n"
    )
    found = {(site, value) for _, site, value in seen(record)}
    assert found == {("script.py:3", 8), ("script.py:4", 9)}
    assert {use[0] for use in unseeded(record)} == {"numpy"}


@needs("sklearn")
def test_scikit_learn(empty: Project) -> None:
    record = empty.python(
        "import numpy as np\n"
        "from sklearn.ensemble import RandomForestClassifier\n"
        "from sklearn.model_selection import train_test_split\n"
        "x = np.arange(40).reshape(20, 2); y = np.arange(20) % 2\n"
        "train_test_split(x, random_state=1)\n"
        "RandomForestClassifier(9, random_state=2).fit(x, y)\n"
        "train_test_split(x)\n"
    )
    check = "sklearn.utils.check_random_state"
    assert seen(record) == [(check, "script.py:5", 1), (check, "script.py:6", 2)]
    assert unseeded(record) == [("numpy", check, "script.py:7", None)]


@needs("torch")
def test_torch(empty: Project) -> None:
    record = empty.python(
        "import torch\n"
        "from torch.utils.data import DataLoader\n"
        "torch.manual_seed(1)\n"
        "own = torch.Generator(); own.manual_seed(2)\n"
        "loader = DataLoader(torch.arange(9), shuffle=True, num_workers=2, generator=own)\n"
        "list(loader)\n"
    )
    assert seen(record) == [
        ("torch.manual_seed", "script.py:3", 1),
        ("torch.utils.data.DataLoader", "script.py:5", 2),
    ]
    assert record.capture.unseen_generators == ("torch.Generator",)


@pytest.mark.parametrize(
    ("code", "uses"),
    [
        ("import random; random.random()", [("random", None, None, None)]),
        ("def f():\n    import random\n    random.random()\nf()", [("random", None, None, None)]),
        ("from random import shuffle; shuffle([1, 2])", [("random", None, None, None)]),
        ("import random; random.Random().random()", [("random", "random.Random", "script.py:1", None)]),
        ("import random; random.seed()", [("random", "random.seed", "script.py:1", None)]),
        ("import random\nrandom.random()\nrandom.seed(1)", [("random", None, None, "script.py:3")]),
        ("import random; random.setstate(random.Random(1).getstate()); random.random()", []),
        ("import tempfile, uuid; tempfile.mkdtemp(dir='.'); uuid.uuid4()", []),
        ("import random, secrets; secrets.token_hex(); random.SystemRandom().random()", []),
    ],
)
def test_use_without_a_seed(empty: Project, code: str, uses: list[Any]) -> None:
    assert unseeded(empty.python(code)) == uses


@needs("numpy")
@pytest.mark.parametrize(
    ("code", "uses"),
    [
        ("np.random.rand()", [("numpy", None, None, None)]),
        ("np.random.default_rng()", [("numpy", "numpy.random.SeedSequence", "script.py:2", None)]),
        ("np.random.RandomState()", [("numpy", "numpy.random.SeedSequence", "script.py:2", None)]),
        ("np.random.default_rng(); np.random.seed(1); np.random.rand()", [("numpy",)]),
        ("np.random.rand()\nnp.random.seed(1)", [("numpy", None, None, "script.py:3")]),
        ("np.random.set_state(np.random.RandomState(1).get_state()); np.random.rand()", []),
        ("[np.random.RandomState(i) for i in range(9)]", []),
        ("np.random.default_rng(np.random.SeedSequence(1).spawn(1)[0])", []),
    ],
)
def test_use_of_numpy_without_a_seed(empty: Project, code: str, uses: list[Any]) -> None:
    found = unseeded(empty.python(f"import numpy as np\n{code}"))
    assert [use[: len(wanted)] for use, wanted in zip(found, uses, strict=True)] == uses


def test_python_seeds_its_generator_anew_in_a_fork(empty: Project) -> None:
    record = empty.python(
        "import multiprocessing as mp, random\n"
        "def work(queue):\n    queue.put(random.random())\n"
        "random.seed(3)\n"
        "fork = mp.get_context('fork')\n"
        "queue = fork.Queue()\n"
        "worker = fork.Process(target=work, args=(queue,))\n"
        "worker.start(); queue.get(); worker.join()\n"
    )
    assert seen(record) == [("random.seed", "script.py:4", 3)]
    assert unseeded(record) == [("random", None, None, None)]


# What is made of it ----------------------------------------------------------------------------------


@needs("numpy")
def test_workers_and_loops_are_counted(empty: Project) -> None:
    record = empty.python(
        "import multiprocessing as mp\nimport numpy as np\n"
        "def work(i):\n    return np.random.default_rng(i).random()\n"
        "with mp.get_context('fork').Pool(2) as pool:\n    pool.map(work, range(60))\n"
        "for i in range(3000):\n    np.random.seed(i)\n"
    )
    by_site: dict[str | None, list[Seed]] = {}
    for seed in record.seeds:
        by_site.setdefault(seed.site, []).append(seed)
    workers, loop = by_site["script.py:4"], by_site["script.py:8"]
    assert len(workers) == len(loop) == MOST_AT_ONE_PLACE
    assert [seed.value for seed in loop] == [0, 1, 2, 3, 4]
    assert [seed.more for seed in loop] == [None] * 4 + [1000 - MOST_AT_ONE_PLACE]
    assert workers[-1].more is not None
    assert 20 <= workers[-1].more <= 60


def process(*entries: dict[str, Any], rank: int | None = None, **end: Any) -> Process:
    found = Process({"pid": 1})
    found.rank = rank  # type: ignore[attr-defined,unused-ignore]
    for entry in entries:
        found.take({"event": "seed", **entry})
    found.take({"event": "end", **end})
    return found


def record_of(*seeds: Seed, **more: Any) -> RunRecord:
    configuration = Configuration("wide", "0" * 64, ("python", "train.py", "{seed}"))
    run = RunRecord("a", Tool("reprocrate", "0"), configuration, ("python",), "ok", "", seeds)
    return RunRecord(**{**vars(run), **more})


def test_ranks_are_told_only_where_they_differ(tmp_path: Path) -> None:
    site = f"{tmp_path}/train.py:3"
    ranks = [
        process(
            {"function": "random.seed", "site": site, "value": 7},
            {"function": "torch.manual_seed", "site": site, "value": 7 + rank},
            rank=rank,
        )
        for rank in range(2)
    ]
    seeding = look_at_seeding(ranks, tmp_path, record_of(Seed(None, 7, "argument")))
    assert [(seed.function, seed.value, seed.rank) for seed in seeding.seeds] == [
        ("random.seed", 7, None),
        ("torch.manual_seed", 7, 0),
        ("torch.manual_seed", 8, 1),
    ]


def test_what_cannot_be_written_as_a_seed_is_said(empty: Project, tmp_path: Path) -> None:
    record = empty.python("import random; random.seed('hushed word'); random.seed(2.5)")
    assert seen(record) == []
    assert record.capture.unseen_generators == (
        "random.seed (a seed of type str)",
        "random.seed (a seed of type float)",
    )
    assert "hushed" not in (empty.folder / ".reprocrate/runs" / record.id / "run.json").read_text()


def test_shared_generators_are_named_first_and_the_given_seed_before_others(tmp_path: Path) -> None:
    site = f"{tmp_path}/train.py:3"
    told = process(
        {"function": "sklearn.utils.check_random_state", "site": site, "value": 42},
        *({"function": "numpy.random.SeedSequence", "site": site, "value": f"{i},3"} for i in range(9)),
        {"function": "numpy.random.seed", "site": site, "value": 5},
        {"function": "sklearn.utils.check_random_state", "site": None, "value": 42},
        {"function": "numpy.random.seed", "site": "/elsewhere/a.py:1", "value": 66},
    )
    seeding = look_at_seeding([told], tmp_path, record_of(Seed(None, 5, "argument")))
    assert seeding.seeds[0].function == "numpy.random.seed"
    sequences = [seed for seed in seeding.seeds if seed.function == "numpy.random.SeedSequence"]
    assert (sequences[0].value, sequences[0].parts) == (5, (5, 3))
    assert sequences[-1].more == 4
    assert [seed.site for seed in seeding.seeds if seed.value == 42] == ["train.py:3"]
    assert [seed.site for seed in seeding.seeds if seed.value == 66] == [None]


@pytest.mark.parametrize(
    ("numbers", "given", "may"),
    [
        ((3,), 3, True),
        ((5, 3), 3, True),
        ((10,), 3, True),  # a rank was added
        ((3007,), 3, True),
        ((2**31,), 3, True),
        ((42,), 3, False),
        ((42,), 0, False),
        ((42,), 4, False),
        ((2,), 3, False),
        ((100,), 0, False),
    ],
)
def test_what_may_come_from_a_seed(numbers: tuple[int, ...], given: int, may: bool) -> None:
    assert may_derive(numbers, given) is may


# What the author is told -----------------------------------------------------------------------------


def launched(empty: Project, code: str, *seeds: int) -> list[RunRecord]:
    empty.write("script.py", f"import random, sys\nseed = int(sys.argv[1])\n{code}\n")
    return [empty.record(PYTHON, "script.py", "{seed}", seed=seed) for seed in seeds]


def test_a_seed_that_reaches_no_generator_is_told(empty: Project) -> None:
    assert seed_warnings(launched(empty, "random.seed(42)", 0, 1, 2)) == [
        "3 seeds reached no generator: all launches seeded theirs alike, with 42 (random.seed at script.py:3)"
    ]
    assert seed_warnings(launched(empty, "random.seed(42)", 3)) == [
        "seed 3 reached no generator that was seen; their seeds are 42 (random.seed at script.py:3)"
    ]


def test_use_without_a_seed_is_told(empty: Project) -> None:
    warnings = seed_warnings(launched(empty, "random.random()\nrandom.seed(seed)", 0, 1))
    told = "the same seed may not give the same result: the shared generator of random was used before it was"
    assert warnings == [f"{told} seeded at script.py:4"]


@pytest.mark.parametrize(
    "code",
    [
        "random.seed(seed)",
        "random.Random(42); random.seed(seed)",  # the split stays, the rest follows the seed
        pytest.param("random.seed(100 - seed)", marks=pytest.mark.thorough),
        "import hashlib; random.seed(hashlib.sha256(sys.argv[1].encode()).digest())",
        pytest.param("random.seed(f'run {seed}')", marks=pytest.mark.thorough),
        "random.seed(42)\nclass torch: Generator = None\nif seed < 0:\n    import torch",
        pytest.param("pass", marks=pytest.mark.thorough),
        "import subprocess; subprocess.run([sys.executable, '-c', f'import random; random.seed({seed})'])",
    ],
)
def test_seeds_that_arrive_somehow_are_no_cause_for_alarm(empty: Project, code: str) -> None:
    assert seed_warnings(launched(empty, code, 0, 1)) == []
    assert seed_warnings(launched(empty, code, 5)) == [] or code == "random.seed(100 - seed)"


def test_nobody_is_warned_of_what_was_not_seen(empty: Project) -> None:
    empty.write("script.py", "import random, sys; random.seed(42)")
    records = [empty.record(PYTHON, "-I", "script.py", "{seed}", seed=seed) for seed in (0, 1)]
    assert [record.capture.completeness for record in records] == ["minimal", "minimal"]
    assert seed_warnings(records) == []


def test_launches_without_a_seed_are_not_spoken_of(empty: Project) -> None:
    record = empty.python("import random; random.random()")
    assert unseeded(record) == [("random", None, None, None)]
    assert record.determinism.known_causes == ("random numbers were drawn without a seed (random)",)
    assert seed_warnings([record]) == []


def test_values_that_all_differ_speak_for_a_generator_out_of_sight() -> None:
    from reprocrate.capture.record import Capture, Metric

    def run(seed: int, value: float) -> RunRecord:
        return record_of(
            Seed(None, seed, "argument"),
            Seed("random", 42, "observed", function="random.seed"),
            metrics=(Metric("accuracy", value, "ok"),),
            capture=Capture("complete"),
        )

    assert seed_warnings([run(0, 0.5), run(1, 0.6)]) == []
    assert len(seed_warnings([run(0, 0.5), run(1, 0.5)])) == 1
    drawn = RunRecord(**{**vars(run(1, 0.6)), "unseeded": (UnseededUse("numpy"),)})
    assert len(seed_warnings([run(0, 0.5), drawn])) == 2


@needs("numpy")
@pytest.mark.parametrize("before", ["", "numpy.random.rand()"])
def test_what_jax_draws_when_it_is_imported_is_no_use(empty: Project, before: str) -> None:
    cluster = "jax._src.clusters.k8s_cluster"
    for folder in ("jax", "jax/_src", "jax/_src/clusters"):
        empty.write(f"{folder}/__init__.py", "")
    empty.write(f"{cluster.replace('.', '/')}.py", "import numpy\nwait = numpy.random.rand(5)\n")
    record = empty.python(f"import numpy\n{before}\nimport {cluster}\n")
    assert unseeded(record) == ([("numpy", None, None, None)] if before else [])
    record = empty.python(f"import numpy\n{before}\nimport {cluster}\nnumpy.random.seed(1)\n")
    assert unseeded(record) == ([("numpy", None, None, "script.py:4")] if before else [])


@pytest.mark.parametrize("drawn", ["", "random.random()"])
def test_what_a_kernel_draws_before_the_first_cell_is_no_use(empty: Project, drawn: str) -> None:
    empty.write("ipykernel/__init__.py", "")
    empty.write(
        "ipykernel/compiler.py",
        "class XCachingCompiler:\n    def get_code_name(self, raw, code, number):\n        return raw\n",
    )
    record = empty.python(
        "import random\nfrom ipykernel.compiler import XCachingCompiler\nrandom.random()\n"
        f"XCachingCompiler().get_code_name('', '', 1); {drawn}\n"
        "XCachingCompiler().get_code_name('', '', 2)\nrandom.seed(1)\n"
    )
    assert unseeded(record) == ([("random", None, None, "script.py:6")] if drawn else [])


def test_code_that_is_typed_in_is_the_projects(empty: Project) -> None:
    record = empty.record(PYTHON, "-c", "import random; random.seed(3); random.Random()")
    assert seen(record) == [("random.seed", None, 3)]
    assert unseeded(record) == [("random", "random.Random", None, None)]


def test_a_fork_without_the_module_is_no_trouble(empty: Project) -> None:
    record = empty.python(
        "import os, random, sys\nrandom.seed(1)\ndel sys.modules['random']\n"
        "child = os.fork()\nif child:\n    os.waitpid(child, 0)\n"
    )
    assert [log.path for log in record.logs if log.size] == []
