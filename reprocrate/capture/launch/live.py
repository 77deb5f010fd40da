"""Programs that wait for what somebody does next: what they run has no beginning, end or order to record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from reprocrate.capture.launch.wrappers import inner_command
from reprocrate.capture.privacy.scrubber import is_interpreter
from reprocrate.errors import UsageError

_JUPYTER = ("lab", "notebook", "nbclassic", "server", "console", "qtconsole", "voila", "kernelgateway", "hub")
_NOTEBOOKS = frozenset(
    {
        *(f"jupyter-{name}" for name in _JUPYTER),
        *("jupyterhub", "jupyterhub-singleuser", "jupyterlab", "jupyter_server", "jupyter_console"),
        *("notebook", "nbclassic", "qtconsole", "voila"),
    }
)
_EDITORS = frozenset({"code", "code-server", "spyder", "rstudio", "pycharm", "idle", "idlelib"})
_SHELLS = frozenset({"ipython", "ipython3", "IPython", "bpython", "ptpython", "ptipython", "xonsh"})
# Schedulers' commands, with the options by which they wait for the end of the job.
_WAITING = {"sbatch": ("--wait", "-W"), "qsub": ("-sync", "-W"), "bsub": ("-K",)}


def check_not_live(argv: Sequence[str]) -> None:
    """Make sure that a command runs by itself from beginning to end.

    Raises:
        UsageError: it opens a notebook, an editor or a shell to work in, or only hands over a job.
    """
    words = list(inner_command(argv))
    if len(words) > 2 and is_interpreter(words[0]) and words[1] == "-m":
        words = words[2:]
    name = PurePath(words[0]).name if words else ""
    rest = words[1:]
    if name == "jupyter" and rest:
        name, rest = f"jupyter-{rest[0]}", rest[1:]
    if name == "marimo" and rest and rest[0] in ("edit", "new", "tutorial"):
        name = "jupyter-notebook"
    if name in _NOTEBOOKS:
        raise UsageError(
            f"`{' '.join(words[:2])}` opens a live notebook, which is not recorded",
            "its cells can be run in any order, and twice, so that no record could say what gave a result",
            "Run the notebook from top to bottom: reprocrate run -- jupyter execute NOTEBOOK.ipynb --output "
            "EXECUTED.ipynb, or reprocrate run --seeds 0-4 -- papermill NOTEBOOK.ipynb EXECUTED-{seed}.ipynb "
            "-p seed {seed}",
        )
    waits = _WAITING.get(name)
    if waits is not None and not any(word in waits for word in rest):
        raise UsageError(
            f"`{name}` hands a job over and ends before it is done",
            "so nothing that the job does would be recorded",
            "Put `reprocrate run --` before the command inside the job's script, or have it wait: "
            f"{name} {waits[0]}",
        )
    if name in _EDITORS or (name in _SHELLS and not _has_a_program(rest)):
        raise UsageError(
            f"`{name}` opens a session for somebody to type in, which is not recorded",
            "what is typed there has no end that a record could wait for, and nobody could run it again",
            "Put what you would type into a script: reprocrate run -- python SCRIPT.py",
        )


def _has_a_program(words: Sequence[str]) -> bool:
    """Whether a shell is given something to run: a script, a module, a line."""
    return any(not word.startswith("-") or word.startswith(("-c", "-m")) for word in words)
