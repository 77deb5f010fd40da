"""Running uv so that only the user's own settings reach it.

uv reads settings from its environment and from files beside the folder it starts in. An imported bundle
may hold such files, so uv is always started in an empty folder of its own, and of the caller's `UV_`
variables only those pass that say where packages come from and how to reach them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reprocrate.errors import UnavailableError

Notify = Callable[[str], None]

_PASSED = (
    "UV_INDEX",  # also UV_INDEX_URL, UV_INDEX_STRATEGY and the credentials of a named index
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_NO_INDEX",
    "UV_OFFLINE",
    "UV_CACHE_DIR",
    "UV_CONFIG_FILE",
    "UV_NO_CONFIG",
    "UV_KEYRING_PROVIDER",
    "UV_HTTP_",
    "UV_REQUEST_TIMEOUT",
    "UV_INSECURE_HOST",
    "UV_NATIVE_TLS",
    "UV_SYSTEM_CERTS",
    "UV_CONCURRENT_",
    "UV_LINK_MODE",
)
_DROPPED = ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__")
_OFFLINE_SIGNS = (
    "failed to fetch",
    "error sending request",
    "network was disabled",
    "connection refused",
    "failed to lookup address",
    "dns error",
    "timed out",
    "connect error",
)


@dataclass(frozen=True, slots=True)
class UvOutcome:
    """What one call of uv gave: its exit code and both of its streams."""

    exit_code: int
    output: str
    messages: str

    @property
    def reason(self) -> str:
        """Why uv failed, in one line of its own words, without credentials."""
        return last_meaningful_line(self.messages)

    @property
    def unreachable(self) -> bool:
        """Whether uv failed because no package index could be reached."""
        said = self.messages.lower()
        return any(sign in said for sign in _OFFLINE_SIGNS)


def find_uv() -> Path | None:
    """The uv program that is installed beside this package, or else on the search path."""
    try:
        from uv import find_uv_bin

        return Path(find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
        return Path(found) if found else None


def run_uv(
    program: Path,
    arguments: Sequence[str],
    notify: Notify | None = None,
    variables: Mapping[str, str] | None = None,
) -> UvOutcome:
    """Run uv in a neutral folder and pass its progress lines on.

    Args:
        program: the uv binary.
        arguments: what follows `uv`; paths must be absolute.
        notify: called with each line of progress.
        variables: set for it, beside the user's.
    """
    with _neutral_folder() as folder, tempfile.TemporaryFile() as output:
        command = [str(program), *arguments, "--color", "never", "--no-progress"]
        messages: list[str] = []
        with subprocess.Popen(
            command,
            cwd=folder,
            env=uv_variables(os.environ) | dict(variables or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                for raw in process.stderr or ():
                    line = raw.decode("utf-8", "replace").rstrip()
                    messages.append(line)
                    if notify and _is_progress(line):
                        notify(line.strip())
            except BaseException:
                process.terminate()
                raise
        output.seek(0)
        return UvOutcome(process.returncode, output.read().decode("utf-8"), "\n".join(messages))


def uv_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables uv is started with: the user's index settings, without what would change the result.

    A user whose index is configured for pip alone (`PIP_INDEX_URL`) gets the same index from uv.
    """
    kept = {
        name: value
        for name, value in variables.items()
        if name not in _DROPPED and (not name.startswith("UV_") or name.startswith(_PASSED))
    }
    index_of_uv = any(name in kept for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE"))
    if "PIP_INDEX_URL" in kept and not index_of_uv:
        kept["UV_DEFAULT_INDEX"] = kept["PIP_INDEX_URL"]
    return kept


def not_installed(outcome: UvOutcome) -> UnavailableError:
    """Why uv or pip did not install packages, as an error."""
    said = outcome.messages.lower()
    if outcome.unreachable:
        fix = "Connect to a network, or set UV_DEFAULT_INDEX to a package index you can reach, and try again."
    elif "hash mismatch" in said or "do not match the hashes" in said:
        fix = "The index offers other files than the authors used: use another index, or ask the authors."
    elif "wheel" in said:
        fix = "Nothing is built from source: use a platform or a Python for which the package has a wheel."
    else:
        fix = "See `plan` for what the environment needs."
    return UnavailableError("the packages of the environment could not be installed", outcome.reason, fix)


def without_credentials(text: str) -> str:
    """The text with user names and passwords taken out of every address in it."""
    return re.sub(r"(?<=://)[^/@\s]+@", "", text)


def last_meaningful_line(messages: str) -> str:
    """The deepest cause that uv or pip named, in one line."""
    causes: list[str] = []
    for line in messages.splitlines():
        text = line.strip()
        label, _, rest = text.partition(":")
        if label.lower() in ("error", "cause") and rest:
            causes.append(rest.strip())
        elif label.lower() == "hint":
            break
        elif causes and text:
            causes[-1] += f" {text}"
    plain = [line.strip() for line in messages.splitlines() if line.strip()]
    chosen = _joined(causes) if causes else (plain[-1] if plain else "it gave no reason")
    return without_credentials(chosen)


def _joined(causes: Sequence[str]) -> str:
    first, last = causes[0], causes[-1]
    return first if first == last else f"{first}: {last}"


def _is_progress(line: str) -> bool:
    text = line.strip()
    return text.startswith(("Resolved ", "Downloading ", "Prepared ", "Installed ", "Building "))


@contextmanager
def _neutral_folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="reprocrate-uv-") as folder:
        # uv takes the nearest uv.toml on the way up: an empty one ends its search here.
        Path(folder, "uv.toml").touch()
        yield folder
