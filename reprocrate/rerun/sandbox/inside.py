"""The first program inside the sandbox: runs the command and leaves word of how it ended and what it used.

From outside neither can be seen: bubblewrap turns a signal into an exit status and does not hand on what the
system counted. It is run by the rebuilt environment's interpreter, isolated (`-I -S`), with the standard
library alone.

It also sets the limits that only a process itself can set, for all that descend from it.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress

NOT_FOUND = 127


def hold_back(most_threads: int, outer: str) -> None:
    """Make this process and all that descend from it the first to go where the machine runs short.

    Args:
        most_threads: how many threads there may be at once; 0 for any number.
        outer: the user namespace outside. Only where there is another one inside does the system count the
            user's threads in here alone (Linux 5.14), and it never does for root.
    """
    import resource  # not on every system on which this file is only looked at

    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as handle:  # noqa: PTH123
        handle.write("1000")
    limits = [(resource.RLIMIT_CORE, 1)]  # not 0, at which a program that takes dumps is still started
    if most_threads and outer not in ("", namespace()):
        limits.append((resource.RLIMIT_NPROC, most_threads))
    for name, most in limits:
        with suppress(OSError, ValueError):
            resource.setrlimit(name, (most, most))


def namespace() -> str:
    """The user namespace that this process is in; empty where the system does not tell."""
    try:
        return os.readlink("/proc/self/ns/user")  # noqa: PTH115
    except OSError:
        return ""


def main(report: str, command: list[str]) -> int:
    """Run a command, write its end to the file `report`, and return the exit status a shell would give."""
    child = os.fork()
    if child == 0:
        try:
            os.execvp(command[0], command)  # noqa: S606 - no shell is wanted
        except OSError:
            os._exit(NOT_FOUND)
    _, status, usage = os.wait4(child, 0)
    left = sum(name.isdigit() for name in os.listdir("/proc"))  # noqa: PTH208 - as little is imported as possible
    signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    code = None if signal is not None else os.WEXITSTATUS(status)
    with open(report, "w", encoding="ascii") as handle:  # noqa: PTH123 - as little is imported as possible
        cpu = usage.ru_utime + usage.ru_stime
        found = {"exit_code": code, "signal": signal, "cpu_s": cpu, "peak_kib": usage.ru_maxrss, "left": left}
        json.dump(found, handle)
    return code if code is not None else 128 + (signal or 0)


if __name__ == "__main__":
    hold_back(int(sys.argv[2]), sys.argv[3])
    os._exit(main(sys.argv[1], sys.argv[4:]))
