"""What an index says of a wheel before anybody fetches it.

An index may serve the metadata of a wheel beside it, under the wheel's address with `.metadata` (PEP 658).
So the licence of a large wheel is known without its gigabytes. Where that fails, for whatever reason, the
wheel is fetched and read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from reprocrate.errors import UnreadableError
from reprocrate.rerun.environment.wheel_choice import ChosenWheel
from reprocrate.rerun.environment.wheel_fetching import pip_variables
from reprocrate.rerun.environment.wheel_metadata import MOST_METADATA, WheelLicence, licence_of, read_licence

WORTH_ASKING_BYTES = 20_000_000
"""Smaller wheels are fetched at once."""

_TIMEOUT_SECONDS = 20


def announced_licence(wheel: ChosenWheel) -> WheelLicence | None:
    """The licence of a large wheel as the index tells it; None where it does not, or the wheel is small."""
    if wheel.size is not None and wheel.size < WORTH_ASKING_BYTES:
        return None
    address = urlsplit(wheel.url)
    if address.scheme == "file":
        try:
            return read_licence(Path(url2pathname(address.path)))
        except UnreadableError:
            return None
    variables = pip_variables(os.environ)
    data = _get(f"{address.scheme}://{address.netloc}{address.path}.metadata", variables)
    return licence_of(data) if data else None


def _get(url: str, variables: Mapping[str, str]) -> bytes | None:
    import requests

    trust = variables.get("PIP_CERT") or variables.get("SSL_CERT_FILE") or True
    login = _credentials(url, variables)
    try:
        with requests.get(url, auth=login, verify=trust, timeout=_TIMEOUT_SECONDS, stream=True) as answer:
            if answer.status_code != requests.codes.ok:
                return None
            data = bytes(answer.raw.read(MOST_METADATA + 1, decode_content=True))
    except (requests.RequestException, OSError):
        return None
    return data if len(data) <= MOST_METADATA else None


def _credentials(url: str, variables: Mapping[str, str]) -> tuple[str, str] | None:
    """User and password that the user has given with the address of an index on the same server."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    indexes = f"{variables.get('PIP_INDEX_URL', '')} {variables.get('PIP_EXTRA_INDEX_URL', '')}"
    for index in indexes.split():
        user, _, server = urlsplit(index).netloc.rpartition("@")
        if user and server == host:
            name, _, password = user.partition(":")
            return unquote(name), unquote(password)
    return None
