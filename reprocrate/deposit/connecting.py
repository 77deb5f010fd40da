"""A session of requests that connects to machines only that may be asked."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

from reprocrate.deposit.addresses import Reach

if TYPE_CHECKING:
    import requests

_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables by which a user names the authorities to trust, as other programs have them."""


def checked_session(reach: Reach) -> requests.Session:
    """A session whose connections are judged when they are made, by the machine that is really connected to.

    It takes proxies and certificates from the user's environment, and no passwords: an address of a stranger
    is not to get what `.netrc` holds. Only through a proxy of the user's it is that proxy which connects.
    """
    import requests
    from requests.adapters import HTTPAdapter

    class Adapter(HTTPAdapter):
        """Hands out such connections; not used by requests for proxies."""

        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            super().init_poolmanager(*args, **options)
            self.poolmanager.pool_classes_by_scheme = _pools(reach)

    session = requests.Session()
    session.trust_env = False
    session.verify = next(filter(None, map(os.environ.get, _CERTIFICATES)), True)
    for scheme in ("https://", "http://"):
        session.mount(scheme, Adapter(max_retries=0))
    return session


def _pools(reach: Reach) -> dict[str, Any]:
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.util.connection import create_connection

    def connect(self: HTTPConnection) -> socket.socket:
        # A name is looked up once, judged, and what was judged is connected to.
        failure: OSError | None = None
        for place in reach.machines(self.host.rstrip(".").lower(), self.port or self.default_port):
            try:
                return create_connection(
                    (place, self.port),
                    self.timeout,
                    source_address=self.source_address,
                    socket_options=self.socket_options,
                )
            except OSError as error:
                failure = error
        raise failure or OSError(f"{self.host} has no address")

    plain = type("CheckedConnection", (HTTPConnection,), {"_new_conn": connect})
    secure = type("CheckedSecureConnection", (HTTPSConnection,), {"_new_conn": connect})
    return {
        "http": type("CheckedPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("CheckedSecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }
