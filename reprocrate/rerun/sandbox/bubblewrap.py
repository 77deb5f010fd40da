"""Running foreign code so that it can harm nothing: bubblewrap, where the host lets it work.

Inside, the file system is read-only but for the folders that a run may write to; home folders, temporary
folders, keys, `/run` (where services listen) and whatever else lies at the root and is not the system's are
empty; there is no network, unless it is asked for, and
no sight of other processes; no privilege is kept even for root. Everything ends with the program that
started it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_PROBE_SECONDS = 20
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - these are hidden, not used
_PRIVATE = (
    *("/home", "/root", "/run", "/media", "/srv", *_TEMPORARY),
    *("/var/log", "/var/mail", "/var/spool", "/var/backups"),
    *("/etc/ssh", "/etc/ssl/private", "/etc/sudoers.d", "/etc/letsencrypt", "/etc/kubernetes"),
    *("/etc/NetworkManager", "/etc/wireguard", "/etc/openvpn"),
)
_OF_THE_SYSTEM = frozenset(
    (
        *("bin", "boot", "dev", "etc", "gnu", "lib", "lib32", "lib64", "libx32", "lost+found", "nix", "opt"),
        *("proc", "sbin", "snap", "sys", "usr", "var"),
        *("apps", "cm", "cvmfs", "software", "spack", "sw"),  # where clusters keep programs
    )
)
"""Folders at the root that hold programs; others (`/data`, `/mnt`, `/scratch`) hold what people put there."""

_SECRETS = ("/etc/*shadow", "/etc/*shadow-", "/etc/sudoers", "/etc/krb5.keytab")
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a new one is mounted there
_SMALL_BYTES = 64 << 20  # for folders that hold no more than the places where others are mounted
_RESOLVER = Path("/etc/resolv.conf")
_SYSTEM_BELOW_RUN = ("/run/current-system", "/run/opengl-driver")  # where NixOS keeps programs and drivers
_ACCELERATOR_DEVICES = ("nvidia*", "kfd", "dri")


@dataclass(frozen=True, slots=True)
class NoSandbox:
    """Why nothing can be run in isolation here, and how to get what is missing."""

    reason: str
    how_to_get: str


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that was seen to work on this host.

    Attributes:
        program: the bubblewrap binary.
        version: what it says of itself, such as `bubblewrap 0.8.0`.
        sized: whether it can say how much the folders in memory may hold.
    """

    program: Path
    version: str
    sized: bool = False

    def wrap(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        writable: Iterable[Path],
        readable: Iterable[Path] = (),
        variables: Mapping[str, str] | None = None,
        network: bool = False,
        memory_bytes: int | None = None,
    ) -> list[str]:
        """The command as it runs inside.

        Args:
            command: what to run; its program must be visible inside.
            folder: where it starts.
            writable: folders that it may change.
            readable: folders that it may read, although they lie where everything else is hidden (an
                environment below the home folder, say), but not change, although they lie in a writable
                one. Of folders that lie in one another the innermost decides.
            variables: environment variables that are set inside only. Those of a stranger must not reach
                bubblewrap itself: `LD_LIBRARY_PATH` and the like would load their code outside.
            network: whether it has the network of this machine.
            memory_bytes: how much temporary files, which memory holds, may take in each of their folders.
        """
        hidden = _hidden_folders()
        arguments = [*_ISOLATION, *(() if network else _NO_NETWORK), *_SYSTEM]
        arguments += [argument for device in _devices() for argument in ("--dev-bind", device, device)]
        arguments += [*self._in_memory(_SHARED_MEMORY, memory_bytes), "--remount-ro", "/dev"]
        for place in hidden:
            size = memory_bytes if str(place) in _TEMPORARY else _SMALL_BYTES
            arguments += self._in_memory(str(place), size)
        for secret in _secrets():
            arguments += ["--ro-bind", os.devnull, secret]
        if network:
            arguments += _resolver(hidden)
        for system in _SYSTEM_BELOW_RUN:
            arguments += ["--ro-bind-try", system, system]
        may_write = set(_outermost_first(writable))
        for place in _outermost_first((*readable, *may_write)):
            if place in may_write:
                arguments += ["--bind", str(place), str(place)]
            elif any(place.is_relative_to(outer) for outer in (*hidden, *may_write)):
                arguments += ["--ro-bind", str(place), str(place)]
        for name, value in (variables or {}).items():
            arguments += ["--setenv", name, value]
        return [str(self.program), *arguments, "--chdir", str(folder.resolve()), "--", *command]

    def _in_memory(self, place: str, size: int | None) -> list[str]:
        """An empty folder that memory holds; half of the machine's is the system's own limit."""
        limit = ["--size", str(size)] if self.sized and size is not None else []
        return [*limit, "--tmpfs", place]


_NO_NETWORK = ("--unshare-net",)
_ISOLATION = (
    "--die-with-parent",
    "--new-session",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--hostname",
    "sandbox",
    "--cap-drop",
    "ALL",
)


_SYSTEM = (
    *("--ro-bind", "/", "/"),
    *("--dev", "/dev"),
    *("--proc", "/proc"),
    # Root keeps its right to change the kernel's settings even without capabilities: one of them names the
    # program that the kernel starts, outside, when another crashes.
    *("--ro-bind", "/proc/sys", "/proc/sys"),
)


@lru_cache(maxsize=1)
def find_sandbox() -> Sandbox | NoSandbox:
    """The sandbox of this host, tried out once by starting a program in it."""
    if sys.platform != "linux":
        return NoSandbox(f"there is no sandbox for {sys.platform}", "Rerun on Linux to have one.")
    program = shutil.which("bwrap")
    if program is None:
        return NoSandbox(
            "bubblewrap is not installed",
            "Install the package `bubblewrap` (apt-get install bubblewrap, dnf install bubblewrap).",
        )
    try:
        version = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False
        ).stdout.strip()
        sandbox = Sandbox(Path(program), version, sized=True)
        tried = _tried(sandbox)
        if tried.returncode != 0:  # an old one knows no sizes
            sandbox = Sandbox(Path(program), version)
            tried = _tried(sandbox)
    except (OSError, subprocess.TimeoutExpired) as error:
        return NoSandbox(f"bubblewrap could not be started: {error}", "Reinstall the package `bubblewrap`.")
    if tried.returncode != 0:
        said = (tried.stderr.strip().splitlines() or [f"exit status {tried.returncode}"])[-1]
        return NoSandbox(
            f"bubblewrap does not work here: {said}",
            "Allow unprivileged user namespaces on this host, or rerun on one that allows them.",
        )
    return sandbox


def _tried(sandbox: Sandbox) -> subprocess.CompletedProcess[str]:
    """What came of starting a program in it."""
    return subprocess.run(
        sandbox.wrap(["true"], folder=Path("/"), writable=()),
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_PROBE_SECONDS,
        check=False,
    )


def python_folders(python: Path) -> tuple[Path, ...]:
    """The folders that an interpreter needs to see: its environment and the installation behind that.

    Args:
        python: the program, usually a link in an environment's folder.
    """
    environment = python.parent.parent
    installation = python.resolve().parent.parent
    parts = [installation / name for name in ("bin", "lib", "lib64")]
    return (environment, *(part for part in parts if part.is_dir()))


def _hidden_folders() -> list[Path]:
    """Where other people's and one's own belongings lie: homes, data, temporary folders, sockets, keys."""
    own = os.environ.get("HOME")
    named = [Path(place) for place in (*_PRIVATE, *_put_at_the_root(), own) if place]
    return list(_outermost_first(place for place in named if place.is_dir() and place != Path("/")))


@lru_cache(maxsize=1)
def _put_at_the_root() -> tuple[str, ...]:
    """Folders at the root that are not the system's; a link there is judged by where it leads."""
    with suppress(OSError), os.scandir("/") as entries:
        return tuple(
            sorted(one.path for one in entries if one.name not in _OF_THE_SYSTEM and not one.is_symlink())
        )
    return ()


@lru_cache(maxsize=1)
def in_memory() -> tuple[str, ...]:
    """Where a run may leave files that only memory holds."""
    return tuple(dict.fromkeys((*_PRIVATE, *_put_at_the_root(), _SHARED_MEMORY)))


def _outermost_first(places: Iterable[Path]) -> Iterator[Path]:
    """Resolved and without repeats, each before what lies in it."""
    return iter(
        sorted({place.resolve() for place in places}, key=lambda place: (len(place.parts), str(place)))
    )


def _secrets() -> list[str]:
    """Files that root alone may read: without privileges root still is their owner."""
    return [place for pattern in _SECRETS for place in _found(pattern) if Path(place).is_file()]


def _found(pattern: str) -> list[str]:
    return sorted(str(place) for place in Path("/").glob(pattern.removeprefix("/")))


def _resolver(hidden: Iterable[Path]) -> list[str]:
    """The file that says how names of hosts are looked up, where it lies in a hidden folder (`/run`)."""
    place = _RESOLVER.resolve()
    if not any(place.is_relative_to(outer) for outer in hidden):
        return []
    return ["--ro-bind-try", str(place), str(place)]


def _devices() -> list[str]:
    return sorted(str(device) for pattern in _ACCELERATOR_DEVICES for device in Path("/dev").glob(pattern))
