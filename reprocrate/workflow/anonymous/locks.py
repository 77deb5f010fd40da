"""Locks and lists of requirements without the indexes and repositories that only the authors know."""

from __future__ import annotations

import re

from reprocrate.manifest.anonymity import MARK, NOWHERE
from reprocrate.workflow.anonymous.identities import Identities

_URL = re.compile(
    r"(?:git\+)?(?:https?|ssh|git|file|s3|gs)://[^\s\"'<>,;{}\[\]()\\]+|git@[\w.-]+:[^\s\"'<>,;]+"
)
_COMMIT_ID = re.compile(rf"(?s)(?P<before>{re.escape(NOWHERE)}[^\[]*?commit-id\s*=\s*\")[0-9a-f]{{40}}")
_COMMIT_FIRST = re.compile(
    rf"(?P<before>commit-id\s*=\s*\")[0-9a-f]{{40}}(?P<after>\"[^\[\n]*?{re.escape(NOWHERE)})"
)
_HOST_OPTION = re.compile(r"(?P<option>--trusted-host[ =])(?P<host>\S+)")
_ARCHIVES = (".whl", ".gz", ".zip", ".conda", ".bz2", ".tgz")


def lock(text: str, identities: Identities) -> str:
    """A lock or a list of requirements: addresses of indexes that only the authors know lead nowhere."""
    text = _HOST_OPTION.sub(
        lambda match: (
            match["option"]
            + (f"{MARK}.invalid" if identities.is_private_host(match["host"]) else match["host"])
        ),
        text,
    )
    text = _URL.sub(lambda match: _index(match[0], identities), text)
    text = _COMMIT_ID.sub(lambda match: match["before"] + "0" * 40, text)
    text = _COMMIT_FIRST.sub(lambda match: match["before"] + "0" * 40 + match["after"], text)
    return identities.text(text)


def _index(address: str, identities: Identities) -> str:
    if not identities.is_unknown_index(address):
        return address
    is_repository = address.startswith(("git", "ssh"))
    base, hash_, fragment = address.partition("#")
    if is_repository:
        scheme = "git+" if address.startswith("git+") else ""
        return f"{scheme}{NOWHERE}repository"
    last = base.partition("?")[0].rstrip("/").rpartition("/")[2]
    if not last.endswith(_ARCHIVES):
        return NOWHERE
    digest = fragment if re.fullmatch(r"(?:sha256|md5)[=:][0-9a-f]+", fragment) else ""
    return f"{NOWHERE}{last}" + (hash_ + digest if digest else "")
