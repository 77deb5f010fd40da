"""Which processes this one starts, and whether they will be recorded.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from typing import Any

# No audit event tells of the processes that these start.
_SILENT_STARTERS = (
    "multiprocessing.popen_forkserver",
    "multiprocessing.popen_spawn_posix",
    "joblib.externals.loky.backend.popen_loky_posix",
    "loky.backend.popen_loky_posix",
)


_MOST_WORDS = 10000
_OF_SHELLS = str.maketrans("<>|;&()'\"`=", " " * 11)  # also the form --option=FILE


class Children:
    """What is known of the processes that this one starts.

    Args:
        folder: the recorder's, which has to be on PYTHONPATH of a Python that is to be recorded.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._is_inherited = True

    def started(self, program: Any, command: Any, environment: Any, folder: Any = None) -> dict[str, Any]:
        """A program that is about to be started, as an entry of the log.

        Args:
            program: its path or name.
            command: its arguments, in a list or as a shell gets them.
            environment: its variables; None where they are this process's.
            folder: where it starts; None where that is this process's working directory.
        """
        if isinstance(command, (str, bytes)):
            command = os.fsdecode(command).split()
        words = [os.fsdecode(word) for word in command or ()]
        options = [word for word in words[1:3] if word[:1] == "-" and word[:2] not in ("--", "-c", "-m")]
        return {
            "event": "program",
            "path": os.fsdecode(program),
            "recorded": self._is_in(os.environ if environment is None else environment),
            "isolated": any(flag in option for option in options for flag in "IES"),
            "files": _named(words[1:], os.path.join(os.getcwd(), os.fsdecode(folder or ""))),
        }

    def change_variable(self, name: Any, value: Any) -> None:
        """The program sets a variable, or removes it (None): it may take us from what children inherit."""
        name = os.fsdecode(name)
        if name == "PYTHONPATH":
            self._is_inherited = value is not None and self._folder in os.fsdecode(value).split(os.pathsep)
        elif name == "REPROCRATE_LOG_DIR":
            self._is_inherited = False

    def may_be_lost(self) -> bool:
        """Whether processes may have been started that were not recorded and that no event told of."""
        return not self._is_inherited and any(name in sys.modules for name in _SILENT_STARTERS)

    def _is_in(self, environment: Any) -> bool:
        if not hasattr(environment, "items"):
            return False
        variables = {os.fsdecode(name): os.fsdecode(value) for name, value in environment.items()}
        path = variables.get("PYTHONPATH", "").split(os.pathsep)
        return bool(variables.get("REPROCRATE_LOG_DIR")) and self._folder in path


def _named(words: list[str], folder: str) -> list[str]:
    """The files that are there and that arguments name: what a program is told to use, it will use."""
    found: dict[str, None] = {}
    for word in words[:_MOST_WORDS]:
        for name in {word, *word.translate(_OF_SHELLS).split()}:
            path = os.path.normpath(os.path.join(folder, name))
            if "\0" not in path and len(path) < 4096 and os.path.isfile(path):
                found[path] = None
    return list(found)
