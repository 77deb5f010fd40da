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

from reprocrate.capture.privacy.secrets import MASK, is_secret_name, masked, secrets_in

HOME = "<home>"
OUTSIDE = "<outside>"

_INTERPRETER = re.compile(r"python(w|[0-9](\.[0-9]+)?t?)?(\.exe)?", re.IGNORECASE)
_SCP_ADDRESS = re.compile(r"(?:[^/\s@:]+@)?(?P<host>[^/\s@:]{2,}):(?P<path>(?!//)[^\s]+)")
_ABSOLUTE = re.compile(r"(?<![\w.~<>/-])/[^\s,;:=/][^\s,;:=]*")
_NOT_TELLING = frozenset({"root", "user", "admin", "home", "ubuntu", "debian", "runner", "localhost"})
# Users that are called like words which also name data, methods and folders.
_WORDS = """
adam ai alex anaconda app apps bench bert bin cache cifar code coco conda config data dataset
datasets demo dev dist docker eval exp experiment experiments external gpu guest images imagenet
jovyan lab lib lion local logs main max ml mnist mnt model models nas opt out output outputs project
projects public py python raw research result results rose run runs scratch sgd shared src storage
student team temp test tests tmp torch train uid user users val valid var vscode work worker
workspace
"""
_COMMON_WORDS = frozenset(_WORDS.split())
_ABOVE_USERS = (
    r"(?i:/(?:home|homes|users?|scratch|work|u|gpfs|lustre|afs|nfs|ssd|people|students|netscratch)/)"
)
# One of thousands of machines that are called so.
_COMMON_HOST = re.compile(
    r"(?:a|ai|box|cn|compute|cpu|cuda|desktop|dev|exp|g|gpu|h|host|lab|laptop|login|machine|main|ml|n|node|pc|"
    r"run|server|test|train|v|vm|worker|workstation)-?[0-9]{0,4}[a-z]?",
    re.IGNORECASE,
)
_NAMES_A_HOST = re.compile(
    r"(?:.*[-_])?(?:addr|address|host|hostname|ip|master|node|nodes|server|url|endpoint)"
)
_NAMES_A_USER = re.compile(r"(?:.*[-_])?(?:user|username|user-?name|login|owner|entity|account|author)")
_NO_CHARACTER = re.compile("[\udc80-\udcff]+|[\ud800-\udfff]")
# TensorBoard puts the machine's name into its files' names.
_EVENT_FILE = re.compile(
    r"(?P<begin>events\.out\.tfevents\.[0-9]+\.)(?P<host>[^/\s]+?)(?P<end>(?:\.[0-9]+){0,2}(?:\.v2|\.profile-empty)?)(?![^/\s])"
)
# And into the name of a run's folder, behind the time: runs/Nov25_20-55-22_HOST.
_WHEN = r"(?<![A-Za-z0-9])[A-Z][a-z]{2}[0-9]{2}_[0-9]{2}-[0-9]{2}-[0-9]{2}"


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
        option = ""
        for argument in argv[1:]:
            words.append(self._argument(argument, option))
            option = argument.lstrip("-") if argument.startswith("-") or argument == "login" else ""
        return tuple(words)

    def text(self, text: str) -> str:
        """Any text, with paths relative to where the command starts, and without names or secrets."""
        text = self.recorded(text)
        for host in self.hosts:
            if not host.isalpha() and not _COMMON_HOST.fullmatch(host):
                text = re.sub(rf"(?<![\w.-]){re.escape(host)}(?![\w-])", "host", text)
        return text

    def recorded(self, text: str) -> str:
        """Any text of a record as it may stand there.

        Other than `text` it leaves alone what may be a word of the author's, such as a configuration that is
        called like the machine.
        """
        # Of an address neither a name nor a password may stand there, and what stands for one looks like one.
        text = masked(text).replace(f"://{MASK}@", "://")
        for folder in dict.fromkeys((os.fspath(self.project), os.path.realpath(self.project))):
            text = _replaced_folder(text, folder, os.path.relpath(folder, self.cwd))
        for home in self.homes:
            text = _replaced_folder(text, home, HOME)
        # Only where a name cannot be a word of the command's own, as in `--optimizer adam`.
        if "/" in text:
            text = _ABSOLUTE.sub(lambda match: self.place(match[0]), text)
        if "@" in text:
            for name in self.names:
                word = re.escape(name)
                text = re.sub(rf"(?<=@){word}(?![\w-])|(?<![\w-]){word}(?=@)", "user", text)
        for host in self.hosts:
            text = _without_host(text, host)
        return writable(text)

    def printed(self, text: str) -> str:
        """What a command printed, as it may travel: names go wherever they stand as words.

        Those that are common words stay, as in `optimizer: adam`.
        """
        text = self.text(text)
        for name in self.names:
            if len(name) > 3 and tells_a_person(name):
                text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", "user", text)
        return text

    def line(self, text: str) -> str:
        """A line that a program printed, as evidence of a value."""
        return self.printed(text)

    def file_name(self, path: str) -> str:
        """A file's name relative to the project: only what is surely a secret or the machine's name goes.

        Names that the author chose stand in the code that reads the files, and stay.
        """
        for secret in reversed(secrets_in(path)):
            path = f"{path[: secret.start]}secret{path[secret.end :]}"
        for host in self.hosts:
            path = _without_host(path, host)
        return path

    def place(self, path: str) -> str:
        """A path outside the project, without the user's and the machine's name."""
        for name in self.names:
            word = rf"{re.escape(name)}(?![A-Za-z0-9])"
            if name.lower() not in _COMMON_WORDS:
                path = re.sub(rf"(?<![A-Za-z0-9]){word}", "user", path)
            elif name in path:
                path = re.sub(rf"(?P<above>{_ABOVE_USERS}){word}", r"\g<above>user", f"/{path}")[1:]
        return path

    def _argument(self, argument: str, option: str) -> str:
        """One word of a command, behind the option `option`, which may take it as its value."""
        if not argument.startswith("-"):
            if is_secret_name(option) or (option == "login" and re.fullmatch("[0-9A-Za-z_-]{32,}", argument)):
                return MASK
            if name := self._named(argument, option):
                return name
        name, equals, value = argument.partition("=")
        if equals and value and is_secret_name(name):
            return f"{name}={MASK}"
        if known := self._named(value, name.lstrip("-")):
            return f"{name}={known}"
        return self.text(argument)

    def _named(self, value: str, option: str) -> str | None:
        """What stands for the machine's or the user's name as the value of an option that asks for one."""
        if value in self.hosts and _NAMES_A_HOST.fullmatch(option.lower()):
            return "host"
        return "user" if value in self.names and _NAMES_A_USER.fullmatch(option.lower()) else None

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


def writable(text: str) -> str:
    r"""Text as JSON can hold it: a byte that is no UTF-8, which a command or a name may hold, as `\xff`.

    Where the locale made bytes of all letters that are not ASCII (PEP 383), they become letters again.
    """
    return text if text.isascii() else _NO_CHARACTER.sub(_spelt, text)


def machine_scrubber(project: Path) -> Scrubber:
    """What is to be replaced on this machine, for the user of this process."""
    return scrubber(project, project, os.environ)


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
    return masked(urlunsplit((scheme, f"{user}{host}{port}", path, "", "")), "secret")


def tells_a_person(name: str) -> bool:
    """Whether the name of a user or machine tells anything: words and names that thousands have do not."""
    return name.lower() not in _COMMON_WORDS and _COMMON_HOST.fullmatch(name) is None


def is_interpreter(program: str) -> bool:
    """Whether a program is called as Python interpreters are."""
    return _INTERPRETER.fullmatch(Path(program).name) is not None


def _spelt(match: re.Match[str]) -> str:
    half = match[0]
    if min(half) >= "\udc80" and max(half) <= "\udcff":
        return half.encode("ascii", "surrogateescape").decode("utf-8", "backslashreplace")
    return half.encode("ascii", "backslashreplace").decode()


def _without_host(text: str, host: str) -> str:
    """A text without the machine's name where it can be nothing else: in addresses, and with its domain."""
    if host not in text:
        return text
    text = _EVENT_FILE.sub(
        lambda match: f"{match['begin']}host{match['end']}" if match["host"] == host else match[0], text
    )
    word = re.escape(host)
    text = re.sub(rf"(?P<when>{_WHEN}_){word}(?![\w-])", r"\g<when>host", text)
    if "." in host:
        return re.sub(rf"(?<![A-Za-z0-9.-]){word}(?![A-Za-z0-9-])", "host", text)
    return re.sub(rf"(?<=//){word}(?![\w-])|(?<=@){word}(?![\w-])|(?<![\w.-]){word}(?=:[0-9])", "host", text)


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
