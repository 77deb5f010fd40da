"""Depositing from the command line at a genuine archive, with something in between that interferes."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from reprocrate.deposit.inveniordm.records import JSON, LISTING
from tests.deposit.interfering import Proxy, interfering
from tests.genuine.inveniordm.instance import Server

LOOSE = ("reprocrate.json", "ro-crate-metadata.json", "ro-crate-preview.html")


@dataclass
class Desk:
    """A folder with a bundle, from which it is deposited.

    Attributes:
        folder: it.
        server: the archive.
        proxy: stands between.
        before: what the user had there before.
        started: the processes, the newest last.
    """

    folder: Path
    server: Server
    proxy: Proxy
    before: set[str] = field(default_factory=set)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *options: str, **environ: str) -> subprocess.Popen[str]:
        """Begin `publish` with these options."""
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "reprocrate",
                "publish",
                "tiny.crate.zip",
                *options,
                "--to",
                self.proxy.url,
            ],
            cwd=self.folder,
            env={**os.environ, "REPROCRATE_TOKEN": self.server.tokens["depositor"], **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def publish(self, *options: str, **environ: str) -> tuple[int, str]:
        """Do it to its end: the exit code, and all that was said."""
        process = self.start(*options, **environ)
        out, err = process.communicate(timeout=120)
        return process.returncode, out + err

    def kill(self) -> None:
        """Kill the newest process."""
        self.started[-1].send_signal(signal.SIGKILL)
        self.started[-1].wait()

    def records(self) -> list[dict[str, Any]]:
        """What the user has at the archive that was not there before, drafts too."""
        return [one for one in self._all() if one["id"] not in self.before]

    def files(self, identifier: str, *, draft: bool = False) -> dict[str, bytes]:
        """The files of a record."""
        place = f"{self.server.url}/api/records/{identifier}{'/draft' if draft else ''}/files"
        entries = self._get(place, LISTING).json()["entries"]
        return {one["key"]: self._get(f"{place}/{one['key']}/content", "*/*").content for one in entries}

    def arrivals(self, name: str) -> int:
        """How many times a file has arrived whole."""
        return sum(
            1
            for each in self.proxy.log
            if each.method == "PUT"
            and each.path.endswith(f"/files/{name}/content")
            and each.status == 200
            and each.size == int(each.headers.get("content-length", -1))
        )

    def require_one(self, *, published: bool = True) -> dict[str, Any]:
        """Make sure that there is one record with one DOI and the right bytes, and nothing else."""
        [record] = self.records()
        assert record["is_published"] is published
        doi = record["pids"]["doi"]["identifier"]
        bundle = self.folder / "tiny.crate.zip"
        held = self.files(record["id"], draft=not published)
        assert set(held) == {bundle.name, *LOOSE}
        assert sha256(held[bundle.name]) == sha256(bundle.read_bytes())
        assert doi.encode() in held["ro-crate-metadata.json"]
        assert "being made" not in record["metadata"]["description"]
        return record

    def _all(self) -> list[dict[str, Any]]:
        answer = self._get(f"{self.server.url}/api/user/records?size=1000&sort=newest", JSON)
        return list(answer.json()["hits"]["hits"])

    def _get(self, url: str, accept: str) -> requests.Response:
        token = self.server.tokens["depositor"]
        answer = requests.get(url, headers={"Accept": accept, "Authorization": f"Bearer {token}"}, timeout=60)
        answer.raise_for_status()
        return answer


@contextmanager
def desk(bundle: Path, folder: Path, server: Server) -> Iterator[Desk]:
    """A copy of a bundle, a way to the archive, and the list of what is there before."""
    shutil.copyfile(bundle, folder / "tiny.crate.zip")
    with interfering(server.url) as proxy:
        made = Desk(folder, server, proxy)
        made.before = {one["id"] for one in made.records()}
        yield made
        for process in made.started:
            if process.poll() is None:
                process.kill()
            process.communicate()


def sha256(data: bytes) -> str:
    """The SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()
