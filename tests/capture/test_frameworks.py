"""Switches of numerical libraries, as the recorder sees them when a program is done."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

JAX = """
class config:
    jax_enable_x64 = True
    jax_default_matmul_precision = None
    jax_default_prng_impl = "threefry2x32"
"""
TENSORFLOW = """
def is_op_determinism_enabled():
    return True
def tensor_float_32_execution_enabled():
    return False
"""
LIGHTGBM = """
class Booster:
    def __init__(self, params=None, train_set=None, model_file=None):
        self.params = params
"""


def test_switches_of_jax_and_tensorflow(project: Any) -> None:
    project.write("jax/__init__.py", JAX)
    for package in ("tensorflow", "tensorflow/python", "tensorflow/python/framework"):
        project.write(f"{package}/__init__.py", "")
    project.write("tensorflow/python/framework/config.py", TENSORFLOW)
    settings = project.python("import jax, tensorflow.python.framework.config\n").determinism.settings
    assert settings["jax.enable_x64"] is True
    assert settings["jax.default_prng_impl"] == "threefry2x32"
    assert "jax.default_matmul_precision" not in settings
    assert settings["tensorflow.is_op_determinism_enabled"] is True
    assert settings["tensorflow.tensor_float_32_execution_enabled"] is False


@pytest.mark.skipif(sys.platform != "linux", reason="a file is made by the C library, out of Python's sight")
def test_what_pytorch_saves_is_seen_as_if_python_had_opened_it(project: Any) -> None:
    project.write("torch/__init__.py", "from . import serialization")
    project.write(
        "torch/serialization.py",
        "import ctypes\n"
        "class _open_zipfile_writer_file:\n"
        "    def __init__(self, name):\n"
        "        ctypes.CDLL(None).creat(name.encode(), 0o644)\n",
    )
    record = project.python("import torch\ntorch.serialization._open_zipfile_writer_file('model.pt')\n")
    assert [file.path for file in record.outputs] == ["model.pt"]
    logs = (project.folder / ".reprocrate/runs" / record.id).glob("access-*.jsonl")
    written = [entry for log in logs for entry in map(json.loads, log.read_text().splitlines())]
    assert [entry["path"] for entry in written if entry["event"] == "write"] == [
        str(project.folder / "model.pt")
    ]


def test_switches_of_libraries_that_were_not_imported_are_not_told(project: Any) -> None:
    settings = project.python("pass").determinism.settings
    assert not [
        name for name in settings if name.partition(".")[0] in ("jax", "tensorflow", "lightgbm", "torch")
    ]


def test_variables_that_a_program_sets_for_itself(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    project.environ = {**project.environ, "MKL_NUM_THREADS": "2", "OMP_NUM_THREADS": "3"}
    record = project.python(
        "import os\n"
        "os.environ['CUBLAS_WORKSPACE_CONFIG'] = ':16:8'\n"
        "os.environ['OMP_NUM_THREADS'] = '1'\n"
        "os.environ['XLA_FLAGS'] = '--xla_dump_to=/home/somebody/dump'\n"
    )
    settings = record.determinism.settings
    assert settings["CUBLAS_WORKSPACE_CONFIG"] == ":16:8"
    assert settings["OMP_NUM_THREADS"] == "1"
    assert "MKL_NUM_THREADS" not in settings
    assert "XLA_FLAGS" not in settings  # it names a place on this machine
    assert record.environment.variables["OMP_NUM_THREADS"] == "3"


@pytest.mark.parametrize(
    ("parameters", "is_a_cause"),
    [
        ("{'num_leaves': 7}", True),
        ("{'num_leaves': 7, 'force_row_wise': True}", False),
        ("{'force_col_wise': 'true'}", False),
        ("{'nthread': 1}", False),
        ("None", False),
    ],
)
def test_lightgbm_that_chooses_by_timing_is_a_known_cause(
    project: Any, parameters: str, is_a_cause: bool
) -> None:
    project.write("lightgbm/__init__.py", "")
    project.write("lightgbm/basic.py", LIGHTGBM)
    code = f"from lightgbm.basic import Booster\nassert Booster({parameters}).params == {parameters}\n"
    record = project.python(code)
    assert record.status == "ok"
    causes = record.determinism.known_causes
    assert (causes == ("LightGBM chose between row-wise and column-wise histograms by timing",)) is is_a_cause
