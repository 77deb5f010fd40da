"""Which addresses may be asked: https on public machines only, unless the user allows a host by name.

An address may come from a bundle, a DOI or a redirection, so from a stranger. It must not make this machine
ask its own services or those of its network (server-side request forgery, CWE-918). So it is judged before it
is asked and at every redirection, and the machine that its name leads to is judged once more at the very
moment of connecting, since a name may lead elsewhere a second later (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from reprocrate.errors import UnavailableError, UsageError

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that lead to the IPv4 address in their last four bytes (RFC 6052, 2.1)."""

_COMPATIBLE = ipaddress.ip_network("::/96")
"""The same, deprecated (RFC 4291, 2.5.5.1)."""

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}")
_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be asked.

    Attributes:
        allowed: hosts, or hosts with a port, that the user allows by name: private ones, and over plain http.
    """

    allowed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Reach:
        """What the user allows, from `HOST` or `HOST:PORT`; an IPv6 address with a port stands in brackets.

        Raises:
            UsageError: a text is neither.
        """
        return cls(frozenset(_allowed(text) for text in texts))

    def require(self, url: str) -> None:
        """Make sure that an address may be asked.

        Raises:
            UnavailableError: it is none, is not https, holds a password, or leads to a machine that is not
                public; or there is no machine of its name.
        """
        parts, host, port = _parts(url)
        if parts.username is not None or parts.password is not None:
            raise _refused(url, "it holds a user name or a password", "Leave them out of the address")
        allowed = self.allows(host, port)
        if parts.scheme == "http" and not allowed:
            raise _refused(
                url,
                "it is not https, so anybody on the way could change what it sends",
                f"Use https; if you trust it all the same, give --allow-address {_named(host, port)}",
            )
        if allowed or proxy_for(url):
            self._require_literal(host, port)
            return
        self.machines(host, port)

    def allows(self, host: str, port: int) -> bool:
        """Whether the user allows a host by name, or this port of it."""
        return host in self.allowed or _named(host, port) in self.allowed

    def machines(self, host: str, port: int) -> list[str]:
        """The IP addresses of the machines that a name leads to, each of which may be asked.

        Raises:
            UnavailableError: there are none, or one of them is not public and the user does not allow it.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise UnavailableError(
                f"{host} cannot be found",
                f"no address is known for this name ({getattr(error, 'strerror', None) or error})",
                "Check the address and the network connection",
            ) from error
        places = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not self.allows(host, port):
            for place in places:
                _require_public(place, host, port)
        return places

    def _require_literal(self, host: str, port: int) -> None:
        """Where the user's own proxy connects, and not this machine, an address in digits is still judged."""
        if self.allows(host, port):
            return
        try:
            numeric = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            if host == "localhost" or host.endswith(".localhost"):
                raise _not_public(host, "this machine itself", _named(host, port)) from None
            return
        for one in numeric:
            _require_public(str(one[4][0]), host, port)


def proxy_for(url: str) -> str | None:
    """The proxy that the user's environment names for an address; None where there is none."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def shown(url: str) -> str:
    """An address as it may be shown: without a password, and without values that may be a key of the user."""
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "an address"
    query = re.sub(r"=[^&]*", "=...", parts.query) if parts.query else ""
    return _UNPRINTABLE.sub("?", urlunsplit((parts.scheme, place, parts.path, query, "")))[:300]


def _parts(url: str) -> tuple[SplitResult, str, int]:
    try:
        if _UNPRINTABLE.search(url) or "\\" in url:
            raise ValueError("it holds a space or another character that no address has")
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError as error:
        raise _refused(url, str(error), "Check the address") from error
    if parts.scheme not in _PORTS:
        raise _refused(url, "only https is asked", "Give an address that begins with https://")
    if not (_HOST.fullmatch(host) or _is_ipv6(host)):
        raise _refused(url, "it names no host", "Check the address")
    return parts, host, port


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


def _require_public(place: str, host: str, port: int) -> None:
    kind = why_not_public(ipaddress.ip_address(place.partition("%")[0]))
    if kind:
        raise _not_public(host if host == place else f"{host} ({place})", kind, _named(host, port))


def why_not_public(address: _Address) -> str:
    """What an address is that no stranger may make this machine ask; empty for a public one."""
    inner = _leads_to(address)
    if inner is not None:
        return why_not_public(inner)
    if address.is_loopback or address.is_unspecified:
        return "this machine itself"
    if address.is_link_local:
        return "a machine of the local link"
    if address.is_multicast or address.is_reserved or not address.is_global:
        return "a machine of a private network"
    return ""


def _leads_to(address: _Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, in any of the ways there are."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _named(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _allowed(text: str) -> str:
    try:
        if "/" in text or "@" in text:
            raise ValueError
        alone = text.strip("[]") if _is_ipv6(text.strip("[]")) else ""
        parts = urlsplit(f"//{f'[{alone}]' if alone else text}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
        if not (_HOST.fullmatch(host) or _is_ipv6(host)):
            raise ValueError
    except ValueError:
        raise UsageError(
            f"--allow-address {text!r} is no host",
            fix="Write the host alone, such as archive.example.org or archive.example.org:8443",
        ) from None
    return _named(host, port) if port else host


def _not_public(host: str, kind: str, named: str) -> UnavailableError:
    return UnavailableError(
        f"{host} is not asked",
        f"it is {kind}, and an address from elsewhere must not lead there",
        f"If you trust it, give --allow-address {named}",
    )


def _refused(url: str, why: str, fix: str) -> UnavailableError:
    return UnavailableError(f"{shown(url)} is not asked", why, fix)
