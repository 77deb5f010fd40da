"""Commands that are not Python, or start it: recorded as far as possible, and what is missing is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.launch.live import check_not_live
from reprocrate.capture.launch.unseen import executed_files, why_unseen
from reprocrate.errors import UsageError

PYTHON = sys.executable
SCRIPT = "#!/bin/sh\ncat data.csv > copy.csv\n{python} first.py && {python} train.py --seed 1\n"


@pytest.fixture
def scripted(project: Any) -> Any:
    """A project whose programs are started by a shell script."""
    project.write("first.py", "open('data.csv').read()\n")
    project.write("run.sh", SCRIPT.format(python=PYTHON)).chmod(0o755)
    return project


@pytest.mark.parametrize(
    "command",
    [("sh", "run.sh"), ("./run.sh",), ("env", "A=1", "sh", "run.sh"), ("nice", "-n", "1", "./run.sh")],
    ids=" ".join,
)
def test_python_that_a_script_starts_is_seen_and_the_script_is_source(
    scripted: Any, command: tuple[str, ...]
) -> None:
    record = scripted.record(*command)
    assert record.status == "ok"
    assert record.imported == ("first.py", "run.sh", "train.py")
    assert [file.path for file in record.inputs] == ["data.csv"]
    assert [file.path for file in record.outputs] == ["copy.csv", "out.json"]
    assert record.environment.python is not None
    assert record.capture.completeness == "partial"
    assert "is not Python: which files it used itself was not seen" in record.capture.reason


@pytest.mark.parametrize(
    "prefix", [("env", "A=1"), ("nohup",), ("nice", "-n", "1"), ("timeout", "60")], ids=" ".join
)
def test_python_behind_a_command_that_only_starts_it(scripted: Any, prefix: tuple[str, ...]) -> None:
    record = scripted.record(*prefix, PYTHON, "train.py", "--seed", "1")
    assert record.capture.completeness == "complete", record.capture.reason
    assert record.imported == ("train.py",)
    assert record.determinism.settings["hash_randomization"] is True


def test_settings_are_those_of_the_program_that_told_most(empty: Any) -> None:
    empty.write("torch.py", "import warnings\ndef initial_seed(): return 5\n")
    empty.write("prepare.py", "print(1)\n")
    empty.write("train.py", "import torch\n")
    empty.write("run.sh", f"{PYTHON} prepare.py\n{PYTHON} train.py\n{PYTHON} prepare.py\n")
    record = empty.record("sh", "run.sh")
    assert record.determinism.settings["torch.initial_seed"] == 5


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")
def test_make(scripted: Any) -> None:
    scripted.write("Makefile", f"train:\n\t{PYTHON} train.py --seed 1\n")
    record = scripted.record("make", "train")
    assert record.imported == ("Makefile", "train.py")
    assert "make is not Python" in record.capture.reason


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no compiler here")
def test_compiled_program_is_kept_with_what_it_wrote(empty: Any) -> None:
    text = '#include <stdio.h>\nint main(void) { return fputs("x", fopen("out.txt", "w")) < 0; }\n'
    empty.write("a.c", text)
    subprocess.run(("cc", "a.c", "-o", "a.out"), cwd=empty.folder, check=True)
    empty.write(".gitignore", "a.out\n")
    empty.commit()
    record = empty.record("./a.out")
    assert (record.status, record.imported) == ("ok", ("a.out",))
    (program,) = [file for file in record.code.files if file.path == "a.out"]
    assert program.executable
    kept = empty.folder / ".reprocrate" / "objects" / program.sha256[:2] / program.sha256
    assert kept.read_bytes() == (empty.folder / "a.out").read_bytes()
    assert [file.path for file in record.outputs] == ["out.txt"]
    assert record.capture.completeness == "minimal"
    assert "a.out is not Python" in record.capture.reason
    assert record.hardware.cpu is not None


def test_other_machine_and_container_are_said_to_be_out_of_sight(project: Any, tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("ssh", "docker"):
        (folder / name).write_text("#!/bin/sh\nexit 0\n")
        (folder / name).chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    changed = replace(project, environ={**os.environ, "PATH": path})
    ssh = changed.record("ssh", "node", "python", "train.py")
    assert "ssh ran on another machine was not seen" in ssh.capture.reason
    docker = changed.record("docker", "run", "image", "python", "train.py")
    assert "in the container that docker started was not seen" in docker.capture.reason
    assert (ssh.capture.completeness, docker.capture.completeness) == ("minimal", "minimal")


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("bash -e run.sh x", ["run.sh"]),
        ("./run.sh", ["run.sh"]),
        ("uv run bash run.sh", ["run.sh"]),
        ("Rscript --vanilla sub/fit.R", ["sub/fit.R"]),
        ("julia --project fit.jl", []),
        ("make -f other.mk all", ["other.mk"]),
        ("make", ["Makefile"]),
        ("bash -c ./run.sh", ["run.sh"]),
        ("bash /etc/passwd", []),
        ("../outside.sh", []),
        ("python train.py", []),
        ("", []),
    ],
)
def test_what_a_command_executes(empty: Any, command: str, files: list[str]) -> None:
    for name in ("run.sh", "sub/fit.R", "other.mk", "Makefile"):
        empty.write(name, "")
    (empty.folder.parent / "outside.sh").write_text("")
    assert executed_files(command.split(), empty.folder, empty.folder) == files


def test_what_to_do_is_said() -> None:
    assert "--trace=strace" in why_unseen(["./a.out"])
    assert "in its image" in why_unseen(["env", "A=1", "apptainer", "exec", "x.sif"])
    assert "use `reprocrate run --` there" in why_unseen(["ssh", "node"])


def test_job_that_is_only_handed_over_is_refused() -> None:
    with pytest.raises(UsageError, match="ends before it is done") as caught:
        check_not_live(["sbatch", "-n", "2", "job.sh"])
    assert "inside the job's script" in (caught.value.fix or "")
    check_not_live(["sbatch", "--wait", "job.sh"])
    check_not_live(["srun", "python", "train.py"])
