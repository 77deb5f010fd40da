"""What the control groups of this process allow it (Linux).

A process is in one group of each hierarchy, and every group above it limits it too. Formats: cgroups(7),
/proc/PID/mountinfo of proc(5), and the kernel's `cgroup-v2` and `cgroup-v1` documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

OWN = Path("/proc/self")


def cpu_quota(proc: Path = OWN) -> float | None:
    """How many processors' time this process may use; None without a limit."""
    limits = []
    for folder in _folders(proc, "cpu"):
        with suppress(OSError, ValueError, ZeroDivisionError):
            limit, period = (folder / "cpu.max").read_text(encoding="ascii").split()
            if limit != "max":
                limits.append(int(limit) / int(period))
        with suppress(OSError, ValueError, ZeroDivisionError):
            quota = int((folder / "cpu.cfs_quota_us").read_text(encoding="ascii"))
            if quota > 0:
                limits.append(quota / int((folder / "cpu.cfs_period_us").read_text(encoding="ascii")))
    return min(limits, default=None)


def memory_limit(proc: Path = OWN) -> int | None:
    """How many bytes of memory this process and those beside it may use; None without a limit."""
    limits = []
    for folder in _folders(proc, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            with suppress(OSError, ValueError):
                limits.append(int((folder / name).read_text(encoding="ascii")))
    return min(limits, default=None)


def _folders(proc: Path, controller: str) -> Iterator[Path]:
    """The folders of the groups that bind this process, its own first, in each hierarchy it knows."""
    groups = _groups(proc)
    for root, mounted, controllers in _mounts(proc):
        names = {"", controller}.intersection(controllers, groups)
        group = groups[names.pop()] if names else None
        if group is None:
            continue
        # In a container the mount may show a part of the hierarchy only, and the group lie outside of it.
        own, top = PurePosixPath(group), PurePosixPath(root)
        if own.is_relative_to(top) and ".." not in own.parts:
            inside = own.relative_to(top)
            yield from (mounted / part for part in (inside, *inside.parents))
        else:
            yield mounted


def _groups(proc: Path) -> dict[str, str]:
    """The group of each controller; that of the unified hierarchy has no name."""
    found = {}
    with suppress(OSError):
        for line in (proc / "cgroup").read_text(encoding="utf-8", errors="replace").splitlines():
            _, _, rest = line.partition(":")
            controllers, _, group = rest.partition(":")
            found.update(dict.fromkeys(controllers.split(","), group))
    return found


def _mounts(proc: Path) -> Iterator[tuple[str, Path, tuple[str, ...]]]:
    """Root within the hierarchy, place and controllers of each mounted hierarchy."""
    try:
        text = (proc / "mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        mount, separator, system = line.partition(" - ")
        words, kind = mount.split(" "), system.split(" ")
        if separator and len(words) >= 5 and len(kind) >= 3 and kind[0] in ("cgroup", "cgroup2"):
            controllers = ("",) if kind[0] == "cgroup2" else tuple(kind[2].split(","))
            yield _unescaped(words[3]), Path(_unescaped(words[4])), controllers


def _unescaped(word: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        word = word.replace(code, character)
    return word
