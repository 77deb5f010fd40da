"""What may stand in a record: no user name, host name, home folder or secret.

A record travels. What would name this machine or its user is replaced by what a rerun needs of it: an
interpreter by `python`, a path in the project by its relative path, another by the place it starts from.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

SECRET = "<secret>"  # noqa: S105 - what stands in its place
HOME = "<home>"
OUTSIDE = "<outside>"

_INTERPRETER = re.compile(r"python(w|[0-9](\.[0-9]+)?t?)?(\.exe)?", re.IGNORECASE)
_SECRET_NAME = re.compile(
    r"(?:.*[-_.])?(?:api[-_]?key|apikey|secret|secret[-_]key|private[-_]key|access[-_]key|password|passwd|"
    r"passphrase|credentials?|(?:api|auth|access|bearer|hf|hub|github|gitlab|wandb|openai|login|user)[-_]token)|token",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"hf_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|"
    r"glpat-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}|AIza[A-Za-z0-9_-]{30,}|"
    r"pypi-[A-Za-z0-9_-]{16,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*"
)
_CREDENTIALS_IN_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]{0,31}://)[^/\s@]+@", re.IGNORECASE)
_SCP_ADDRESS = re.compile(r"(?:[^/\s@:]+@)?(?P<host>[^/\s@:]{2,}):(?P<path>(?!//)[^\s]+)")
_ABSOLUTE = re.compile(r"(?<![\w.~<>/-])/[^\s,;:=/][^\s,;:=]*")
_NOT_TELLING = frozenset({"root", "user", "admin", "home", "ubuntu", "debian", "runner", "localhost"})


@dataclass(frozen=True)
class Scrubber:
    """Replaces what would name this machine or its user.

    Attributes:
        project: the project's folder.
        cwd: the folder that the command starts in.
        homes: the user's home folder, as the system and the environment name it.
        names: the user's and the machine's name, where they tell anything.
        hosts: those of them that are the machine's.
    """

    project: Path
    cwd: Path
    homes: tuple[str, ...]
    names: tuple[str, ...]
    hosts: tuple[str, ...] = ()

    def command(self, argv: Sequence[str]) -> tuple[str, ...]:
        """A command as it may be recorded."""
        words = [self._program(argv[0])] if argv else []
        hide_next = False
        for argument in argv[1:]:
            if hide_next and not argument.startswith("-"):
                words.append(SECRET)
                hide_next = False
                continue
            words.append(self.text(_without_secret(argument)))
            hide_next = argument.startswith("-") and bool(_SECRET_NAME.fullmatch(argument.lstrip("-")))
        return tuple(words)

    def text(self, text: str) -> str:
        """Any text, with paths relative to where the command starts, and without names."""
        for folder in dict.fromkeys((os.fspath(self.project), os.path.realpath(self.project))):
            text = _replaced_folder(text, folder, os.path.relpath(folder, self.cwd))
        for home in self.homes:
            text = _replaced_folder(text, home, HOME)
        # Only where a name cannot be a word of the command's own, as in `--optimizer adam`.
        text = _ABSOLUTE.sub(lambda match: self.place(match[0]), text)
        for name in self.names:
            word = re.escape(name)
            text = re.sub(rf"(?<=@){word}\b|\b{word}(?=@)", "user", text)
        for host in self.hosts:
            word = rf"(?<![\w.-]){re.escape(host)}(?![\w-])"
            text = re.sub(word if not host.isalpha() else rf"(?<=//){word}|{word}(?=:[0-9])", "host", text)
        return text

    def line(self, text: str) -> str:
        """A line that a program wrote, without secrets either."""
        return self.text(_without_secret(text))

    def place(self, path: str) -> str:
        """A path outside the project, without the user's and the machine's name."""
        for name in self.names:
            path = re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", "user", path)
        return path

    def _program(self, program: str) -> str:
        name = Path(program).name
        if os.sep not in program:
            return self.text(program)
        if _INTERPRETER.fullmatch(name):
            return "python"
        path = self.cwd / program
        if (path.parent.parent / "pyvenv.cfg").is_file():
            return name
        if shutil.which(name) == program:
            return name
        shown = self.text(program)
        return f"{OUTSIDE}/{name}" if shown.startswith(("/", "<")) else shown


def scrubber(project: Path, cwd: Path, environ: Mapping[str, str]) -> Scrubber:
    """What is to be replaced on this machine, for this user."""
    homes = [environ.get("HOME", ""), environ.get("USERPROFILE", "")]
    with suppress(RuntimeError):
        homes.append(os.fspath(Path.home()))
    homes = [home for home in homes if Path(home).is_absolute() and home.strip(os.sep)]
    homes += [os.path.realpath(home) for home in homes]
    names = [environ.get(name, "") for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER")]
    names += [Path(home).name for home in homes]
    host = socket.gethostname()
    hosts = _longest_first({host, host.partition(".")[0]})
    return Scrubber(project, cwd, tuple(dict.fromkeys(homes)), _longest_first({*names, *hosts}), hosts)


def scrubbed_url(address: str) -> str | None:
    """The address of a repository or archive without user, password or query; None where it is a local place.

    `git@host:path` becomes `ssh://git@host/path`.
    """
    if "://" not in address:
        match = _SCP_ADDRESS.fullmatch(address)
        return f"ssh://git@{match['host']}/{match['path'].lstrip('/')}" if match else None
    try:
        parts = urlsplit(address)
        scheme = parts.scheme.removeprefix("git+")
        host = parts.hostname
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if scheme not in ("http", "https", "ssh", "git", "s3", "gs") or not host:
        return None
    user = "git@" if parts.username == "git" and scheme == "ssh" else ""
    path = parts.path.replace(" ", "%20").replace("@", "%40")
    return urlunsplit((scheme, f"{user}{host}{port}", path, "", ""))


def is_interpreter(program: str) -> bool:
    """Whether a program is called as Python interpreters are."""
    return _INTERPRETER.fullmatch(Path(program).name) is not None


def _without_secret(argument: str) -> str:
    argument = _CREDENTIALS_IN_URL.sub(rf"\g<scheme>{SECRET}@", argument)
    name, equals, _ = argument.partition("=")
    if equals and _SECRET_NAME.fullmatch(name.lstrip("-+")):
        return f"{name}={SECRET}"
    return _SECRET_VALUE.sub(SECRET, argument)


def _replaced_folder(text: str, folder: str, by: str) -> str:
    """`folder` replaced where it stands as a whole path or begins one."""
    if folder not in text:
        return text

    def shorter(match: re.Match[str]) -> str:
        rest = match["rest"].lstrip(os.sep)
        return (f"{by}/{rest}" if by != "." else rest) if rest else by

    return re.sub(
        rf"(?<![\w.~/-]){re.escape(folder)}(?P<rest>{re.escape(os.sep)}[^\s,;:]*|(?![\w.-]))", shorter, text
    )


def _longest_first(names: set[str]) -> tuple[str, ...]:
    """The names that tell anything, so that a longer one is replaced before one that it begins with."""
    telling = [name for name in names if len(name) > 1 and name.lower() not in _NOT_TELLING]
    return tuple(
        sorted((name for name in telling if not name.isdigit()), key=lambda name: (-len(name), name))
    )
