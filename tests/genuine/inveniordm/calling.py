"""Calls of InvenioRDM's interface by hand, for tests that look at an archive without the client they test."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from tests.genuine.inveniordm.instance import Server

JSON = "application/vnd.inveniordm.v1+json"
OCTETS = {"Content-Type": "application/octet-stream"}
METADATA: dict[str, Any] = {
    "title": "Two rings",
    "publication_date": "2026-11-26",
    "resource_type": {"id": "dataset"},
    "creators": [{"person_or_org": {"type": "personal", "family_name": "Example", "given_name": "Ada"}}],
    "publisher": "Zenodo",
}


def fields(answer: Mapping[str, Any]) -> dict[str, str]:
    """The first message about each field that an answer complains of."""
    return {error["field"]: error["messages"][0] for error in answer.get("errors", [])}


def md5_of(data: bytes) -> str:
    """A digest as the archive writes it."""
    return f"md5:{hashlib.md5(data).hexdigest()}"


class Caller:
    """One user's calls.

    Attributes:
        last: the last answer.
    """

    def __init__(self, server: Server, user: str | None = "depositor", *, url: str = "") -> None:
        """Nothing is asked yet.

        Args:
            server: whose interface.
            user: the name of a token, or a token; None for a guest.
            url: another address of the server, such as a proxy's.
        """
        self.url = f"{url or server.url}/api"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Accept"] = JSON
        if user:
            self.session.headers["Authorization"] = f"Bearer {server.tokens.get(user, user)}"
        self.last = requests.Response()

    def __call__(self, method: str, path: str, status: int, **more: Any) -> Any:
        """The decoded answer to a request below `/api`, which must have this status."""
        self.last = self.session.request(method, self.url + path, timeout=60, **more)
        assert self.last.status_code == status, f"{method} {path}: {self.last.status_code} {self.last.text}"
        is_json = "json" in self.last.headers.get("Content-Type", "")
        return self.last.json() if is_json else self.last.content

    def draft(self, metadata: Mapping[str, Any] = METADATA, **more: Any) -> str:
        """A new draft's path."""
        body = {"metadata": metadata, "files": {"enabled": True}, **more}
        return f"/records/{self('POST', '/records', 201, json=body)['id']}/draft"

    def upload(self, draft: str, name: str, data: bytes) -> dict[str, Any]:
        """What is said of a file once it is uploaded."""
        place = f"{draft}/files/{quote(name, safe='')}"
        self("POST", f"{draft}/files", 201, json=[{"key": name}])
        self("PUT", f"{place}/content", 200, data=data, headers=OCTETS)
        return dict(self("POST", f"{place}/commit", 200))

    def publish(self, draft: str) -> dict[str, Any]:
        """The record that a draft becomes."""
        return dict(self("POST", f"{draft}/actions/publish", 202))

    def own(self, **parameters: str | int) -> list[dict[str, Any]]:
        """The user's drafts and records, the newest first."""
        asked = {"sort": "newest", "size": 100, **parameters}
        return list(self("GET", "/user/records", 200, params=asked)["hits"]["hits"])
