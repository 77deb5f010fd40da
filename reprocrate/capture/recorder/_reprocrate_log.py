"""The log of one process: one JSON object a line, written at once.

A process that ends without ceremony (os._exit, a signal) loses nothing of it.

Standard library only, Python 3.8 and newer, and as little of it as possible: everything imported here is
imported into the author's program.
"""

from __future__ import annotations

import os
import sys
import time

from _reprocrate_ranks import placed

TYPE_CHECKING = False  # as in `typing`, whose import would cost more than all the rest
if TYPE_CHECKING:
    from typing import Any

try:
    from _json import encode_basestring_ascii as quoted
except ImportError:  # PyPy
    from json.encoder import py_encode_basestring_ascii as quoted


def as_json(value: Any) -> str:
    """A value as JSON in ASCII; what JSON does not know becomes text."""
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float) and value - value == 0:
        return float.__repr__(value)
    if isinstance(value, dict):
        return "{%s}" % ",".join([quoted(str(key)) + ":" + as_json(value[key]) for key in value])
    if isinstance(value, (list, tuple)):
        return "[%s]" % ",".join([as_json(item) for item in value])
    return quoted(str(value))


class Log:
    """The log of this process; after a fork, the child begins its own.

    Its files are called after `name`, and a number that makes each of them this process's own.
    """

    def __init__(self, folder: str, name: str = "access") -> None:
        self._folder = folder
        self._name = name
        self._pid = 0
        self._path = ""
        self._descriptor = -1
        self._identity = (0, 0)

    def write(self, line: str) -> None:
        """Append one entry, which is a JSON object in ASCII."""
        if os.getpid() != self._pid:
            self.begin()
        elif not self._is_open():
            self._open()
        os.write(self._descriptor, line.encode("ascii") + b"\n")

    def begin(self) -> None:
        """Create the log, with the line that says which process this is."""
        forked_from = self._pid
        if self._is_open():
            os.close(self._descriptor)
        self._pid = os.getpid()
        number = 0
        while True:
            self._path = os.path.join(self._folder, "%s-%d-%d.jsonl" % (self._name, self._pid, number))
            try:
                self._open(os.O_CREAT | os.O_EXCL)
                break
            except FileExistsError:  # an earlier process had the same number
                number += 1
        os.write(self._descriptor, (as_json(_process(forked_from, self._folder)) + "\n").encode("ascii"))

    def _is_open(self) -> bool:
        # The program may have closed all descriptors, and a file of its own may have this number by now.
        try:
            status = os.fstat(self._descriptor)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._identity

    def _open(self, flags: int = 0) -> None:
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | flags, 0o666)
        status = os.fstat(self._descriptor)
        self._identity = (status.st_dev, status.st_ino)


def _process(forked_from: int, folder: str) -> dict[str, Any]:
    """The first line: which process this is, and which Python."""
    return {
        "event": "process",
        "pid": os.getpid(),
        "ppid": os.getppid(),
        "forked_from": forked_from or None,
        "time": time.time(),
        "argv": _argv(),
        "version": sys.version,
        "version_info": "%d.%d.%d" % sys.version_info[:3],
        "implementation": sys.implementation.name,
        "release_level": sys.version_info[3],
        "executable": sys.executable,
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "path": [str(entry) for entry in sys.path],
        "hash_randomization": bool(sys.flags.hash_randomization),
        **placed(folder, bool(forked_from)),
    }


def _argv() -> list[str]:
    original = getattr(sys, "orig_argv", None)
    if original is None:  # before Python 3.10
        try:
            with open("/proc/self/cmdline", "rb") as handle:
                original = [os.fsdecode(part) for part in handle.read().split(b"\0")[:-1]]
        except OSError:
            original = getattr(sys, "argv", None) or []
    return list(original)
