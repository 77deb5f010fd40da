"""The first program inside the sandbox: runs the command and leaves word of how it ended and what it used.

From outside neither can be seen: bubblewrap turns a signal into an exit status and does not hand on what the
system counted. It is run by the rebuilt environment's interpreter, isolated (`-I -S`), with the standard
library alone.
"""

from __future__ import annotations

import json
import os
import sys

NOT_FOUND = 127


def main(report: str, command: list[str]) -> int:
    """Run a command, write its end to the file `report`, and return the exit status a shell would give."""
    child = os.fork()
    if child == 0:
        try:
            os.execvp(command[0], command)  # noqa: S606 - no shell is wanted
        except OSError:
            os._exit(NOT_FOUND)
    _, status, usage = os.wait4(child, 0)
    signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    code = None if signal is not None else os.WEXITSTATUS(status)
    with open(report, "w", encoding="ascii") as handle:  # noqa: PTH123 - as little is imported as possible
        cpu = usage.ru_utime + usage.ru_stime
        json.dump({"exit_code": code, "signal": signal, "cpu_s": cpu, "peak_kib": usage.ru_maxrss}, handle)
    return code if code is not None else 128 + (signal or 0)


if __name__ == "__main__":
    os._exit(main(sys.argv[1], sys.argv[2:]))
