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
        self._forked_from = 0
        self._path = ""
        self._descriptor = -1
        self._head = b""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave)

    def write(self, line: str) -> None:
        """Append one entry, which is a JSON object in ASCII."""
        if not self._pid:
            self.begin()
        elif not self._is_open():
            self._descriptor = os.open(self._path, _FLAGS)
        entry = line.encode("ascii") + b"\n"
        try:
            written = os.write(self._descriptor, entry)
        except OSError:
            written = -1
        if written != len(entry):  # a full disk, or a limit on the size of files
            self._lose()

    def _lose(self) -> None:
        """Say that lines are missing, by an empty file, for which there is nearly always room."""
        try:
            os.close(os.open(self._path + ".lost", os.O_WRONLY | os.O_CREAT, 0o666))
        except OSError:
            pass

    def begin(self) -> None:
        """Create the log, with the line that says which process this is."""
        if self._head and self._is_open():
            os.close(self._descriptor)
        self._pid = os.getpid()
        line = as_json(_process(self._forked_from, self._folder)).encode("ascii") + b"\n"
        number = 0
        while True:
            self._path = os.path.join(self._folder, "%s-%d-%d.jsonl" % (self._name, self._pid, number))
            try:
                self._descriptor = os.open(self._path, _FLAGS | os.O_CREAT | os.O_EXCL, 0o666)
                break
            except FileExistsError:  # an earlier process had the same number
                number += 1
        os.write(self._descriptor, line)
        self._head = line[:_HEAD_BYTES]

    def _leave(self) -> None:
        """After a fork, in the child: the log is the parent's."""
        self._forked_from, self._pid = self._pid or self._forked_from, 0

    def _is_open(self) -> bool:
        # The program may have closed all descriptors, and a file of its own may have this number by now.
        try:
            if _pread is not None:  # no other file begins so; it costs half of what the fstat below does
                return bool(_pread(self._descriptor, _HEAD_BYTES, 0) == self._head)
            return os.path.samestat(os.fstat(self._descriptor), os.stat(self._path))
        except OSError:
            return False


_pread = getattr(os, "pread", None)  # Windows has none
_FLAGS = os.O_RDWR | os.O_APPEND
_HEAD_BYTES = 96  # the numbers of the process and of its parent, and the time


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
