"""The user's token for an archive: from the environment, or from the keyring of their system.

It is never an argument, where lists of processes and the shell's history would show it, and it is not kept.
"""

from __future__ import annotations

import os
import re

from reprocrate.errors import UnavailableError, UsageError

SERVICE = "reprocrate"
"""The name under which keyrings have tokens, each for a host."""

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")


def token_for(host: str, variable: str, page: str) -> str:
    """The token for a host.

    Args:
        host: the archive.
        variable: of the environment, which comes first.
        page: where a user makes one.

    Raises:
        UsageError: what there is can be no token.
        UnavailableError: there is none.
    """
    given = os.environ.get(variable, "").strip()
    token = given or _in_keyring(host)
    if not token:
        raise UnavailableError(
            f"there is no token for {host}",
            f"{variable} is not set, and the keyring has none",
            f"Make one with the scopes deposit:write and deposit:actions at {page}, then "
            f"`export {variable}=...`, or `keyring set {SERVICE} {host}`, which `reprocrate[keyring]` reads",
        )
    if not _TOKEN.fullmatch(token):
        where = variable if given else "the keyring"
        raise UsageError(
            f"what {where} has is no token for {host}",
            "it holds a space or another character that none has",
            "Copy it once more from the page of the archive",
        )
    return token


def _in_keyring(host: str) -> str:
    """The token in the user's keyring; empty where there is no keyring, or none in it."""
    try:
        import keyring
    except ImportError:
        return ""
    try:
        return (keyring.get_password(SERVICE, host) or "").strip()
    except Exception:  # whatever the system's keyring raises: it is locked, or there is none
        return ""
