"""An InvenioRDM of one's own: a folder with its data, and servers that serve it at ports of this machine."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.genuine.inveniordm import processes
from tests.genuine.inveniordm.processes import StartError

INSIDE = Path(__file__).with_name("inside")
"""The programs that InvenioRDM's Python runs."""

REQUIREMENTS = Path(__file__).with_name("requirements.txt")

UNLIMITED = "1000 per second"

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

Flavour = Literal["zenodo", "plain"]
"""As Zenodo is set up (one upload for each file, records are public), or as InvenioRDM is by itself."""


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes:
        url: its address without a path; the interface is below `/api`.
        tokens: access tokens by name: of the users `depositor` and `curator`, and one that has `expired`.
        name: what its pid file and its log are called.
    """

    url: str
    tokens: Mapping[str, str] = field(repr=False)
    name: str


class Instance:
    """A folder with the data of an InvenioRDM, made when it is opened first, and what runs on it."""

    def __init__(self, folder: Path, python: str, *, tied: bool = False) -> None:
        """Nothing is started yet.

        Args:
            folder: made where it is absent.
            python: a Python in which the requirements are installed.
            tied: whether all that is started ends with this process.
        """
        self.folder = folder.resolve()
        self.python = python
        self.tied = tied
        self._servers = 0
        self._environment: dict[str, str] = {}

    def open(self) -> None:
        """Start what servers need, and fill a new folder.

        Raises:
            StartError: something is missing or in the way; nothing of this instance runs then.
        """
        self._check()
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def serve(
        self,
        flavour: Flavour = "zenodo",
        rate_limit: str = UNLIMITED,
        *,
        port: int = 0,
        quota: int | None = None,
    ) -> Server:
        """Start one more server on the data.

        Args:
            flavour: how it is set up.
            rate_limit: for each user, such as "5 per minute" or "5 per 2 second"; empty for Zenodo's own.
            port: where it listens; 0 for any.
            quota: bytes that the files of a new record may have; None for Zenodo's 50 GB.

        Raises:
            StartError: it does not start.
        """
        port = port or processes.free_port()
        if processes.listening(port):
            raise StartError(f"port {port} is in use: choose another one")
        url = f"http://127.0.0.1:{port}"
        name = f"server-{self._servers}"
        self._servers += 1
        settings = {
            "RDM_PORT": str(port),
            "RDM_FLAVOUR": flavour,
            "RDM_RATE_LIMIT": rate_limit,
            "RDM_QUOTA": str(quota or ""),
        }
        processes.start(
            [self.python, INSIDE / "serve.py"],
            self.folder / f"{name}.pid",
            {**self._environment, **settings},
            lambda: _answers(url),
            tied=self.tied,
        )
        return Server(url, self._tokens(), name)

    @contextmanager
    def serving(
        self, flavour: Flavour = "zenodo", rate_limit: str = UNLIMITED, *, quota: int | None = None
    ) -> Iterator[Server]:
        """A server while the block runs, as `serve` starts it."""
        server = self.serve(flavour, rate_limit, quota=quota)
        try:
            yield server
        finally:
            processes.stop(self.folder / f"{server.name}.pid")

    def close(self) -> list[str]:
        """End all that runs on the folder, and return the names of what did."""
        pid_files = sorted(self.folder.glob("*.pid"), key=lambda path: not path.stem.startswith("server"))
        return [path.stem for path in pid_files if processes.stop(path)]

    @property
    def _ready(self) -> Path:
        """What is there once the folder is filled: the digest of the program that filled it."""
        return self.folder / "ready"

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(INSIDE / "invenio.cfg", self.folder / "invenio.cfg")
        cache, search = processes.free_port(), processes.free_port()
        self._environment = self._made_environment(cache, search)
        redis = ["redis-server", "--bind", "127.0.0.1", "--port", cache, "--dir", self.folder]
        redis += ["--save", "", "--appendonly", "no"]
        self._start("redis", redis, cache)
        state = self.folder / "search.json"
        if not self._ready.exists():  # what a first start that was interrupted left
            for path in (*self.folder.glob("db.sqlite*"), *self.folder.glob("search.json")):
                path.unlink()
        program = [self.python, INSIDE / "search.py", "--port", search, "--state", state]
        self._start("search", program, search)
        if not self._ready.exists():
            self._fill()

    def _check(self) -> None:
        if shutil.which("redis-server") is None:
            raise StartError("redis-server is missing: install Debian's package redis-server")
        probe = "import importlib.util as u; raise SystemExit(not u.find_spec('invenio_app_rdm'))"
        if shutil.which(self.python) is None or subprocess.call([self.python, "-c", probe]):
            raise StartError(f"{self.python} has no InvenioRDM: install {REQUIREMENTS} there")
        if any(map(processes.running, self.folder.glob("*.pid"))):
            raise StartError(f"something runs on {self.folder} already: stop it first")
        if self._ready.exists() and self._ready.read_text("ascii") != _digest_of_filling():
            raise StartError(f"{self.folder} was filled by another version of this program: delete it")

    def _made_environment(self, cache: int, search: int) -> dict[str, str]:
        secret = self.folder / "secret"
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_text(secrets.token_hex(32), "ascii")
        environment = {
            **os.environ,
            "INVENIO_INSTANCE_PATH": str(self.folder),
            "INVENIO_SECRET_KEY": secret.read_text("ascii"),
            "RDM_REDIS_PORT": str(cache),
            "RDM_SEARCH_PORT": str(search),
        }
        # Without saved bytecode each start compiles thousands of modules again.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return environment

    def _start(self, name: str, command: list[str | Path | int], port: int) -> None:
        pid_file = self.folder / f"{name}.pid"
        processes.start(
            command, pid_file, self._environment, lambda: processes.listening(port), tied=self.tied
        )

    def _fill(self) -> None:
        log = self.folder / "fill.log"
        with log.open("wb") as stream:
            failed = subprocess.call(
                [self.python, str(INSIDE / "fill.py")], env=self._environment, stdout=stream, stderr=stream
            )
        if failed:
            raise StartError(f"the folder could not be filled: see {log}")
        self._ready.write_text(_digest_of_filling(), "ascii")

    def _tokens(self) -> dict[str, str]:
        return {path.name: path.read_text("ascii").strip() for path in (self.folder / "tokens").iterdir()}


def _digest_of_filling() -> str:
    return hashlib.sha256((INSIDE / "fill.py").read_bytes() + REQUIREMENTS.read_bytes()).hexdigest()


def _answers(url: str) -> bool:
    """Whether the interface answers, be it that there were too many requests."""
    try:
        with _DIRECT.open(f"{url}/api/vocabularies/licenses/mit", timeout=30):
            return True
    except urllib.error.HTTPError as error:
        return error.code == 429
    except OSError:
        return False
