"""Which addresses a system's client may connect to, decided on what a name resolves to at the time of connecting.

What the operator names is his choice: the origins in a system's settings may lie in a private network, and further
hosts where ``private_hosts`` allows them. What an answer names (a redirect, the next page, an address beside a token)
must lie in the public network or be one of those. The client connects to the very addresses that were checked, so a
name that resolves otherwise a moment later changes nothing.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from hub.domain.errors import AuthError

PORTS = {"http": 80, "https": 443}
MOST = 4  # addresses of one name that are tried one after the other
CARRIERS = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))  # of NAT64, and as they were written of old
LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")  # what its operator maps wherever he likes
Place = tuple[str, int]  # host in lower case, port


@dataclass(frozen=True)
class Guard:
    """The guard of one system; ``homes`` are its scheme, host and port, ``allowed`` hosts with or without a port."""

    system: str = ""
    homes: frozenset[tuple[str, str, int]] = frozenset()
    allowed: frozenset[str] = frozenset()

    def is_home(self, url: str) -> bool:
        """Whether our credentials may go there; never to what merely stood in an answer."""
        return origin_of(url) in self.homes

    def addresses(self, host: str, port: int) -> list[str]:
        """What the host resolves to, as far as it may be connected to; AuthError when none may, OSError of look-ups."""
        found = dict.fromkeys(
            str(info[4][0])
            for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        )
        fit = [address for address in found if self._may_reach(host.lower(), port, address)][:MOST]
        if not fit:
            raise AuthError(
                "{system}: {host} is not in the public network: if it is meant, allow it under private_hosts "
                "of the system in hub.yaml",
                system=self.system,
                host=host,
            )
        return fit

    def _may_reach(self, host: str, port: int, address: str) -> bool:
        if is_public(address) or {host, f"{host}:{port}", f"[{host}]", f"[{host}]:{port}"} & self.allowed:
            return True
        is_ours = (host, port) in {(name, number) for _, name, number in self.homes}
        return is_ours and not _is_of_the_link(address)


def guard_of(system: str, urls: Iterable[str], private_hosts: Iterable[str] = ()) -> Guard:
    """The guard of a system at these addresses; what is no address is told by the first call."""
    homes = frozenset(origin for origin in map(origin_of, urls) if origin is not None)
    return Guard(system, homes, frozenset(host.lower() for host in private_hosts))


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an address; None of what is none."""
    try:
        told = urlsplit(url)
        port = told.port or PORTS.get(told.scheme)
    except ValueError:
        return None
    return (told.scheme, told.hostname.rstrip("."), port) if told.hostname and port else None


def is_public(address: str) -> bool:
    """Whether an address is one of the public network, also inside of an IPv6 address that carries an IPv4 one."""
    ip = _carried(ip_address(address.partition("%")[0]))
    if ip in LOCAL_NAT64:
        return False
    return ip.is_global and not ip.is_multicast and not getattr(ip, "is_site_local", False)


def _is_of_the_link(address: str) -> bool:
    """Whether it is what even a system's own address is never meant to be, such as a cloud's metadata service."""
    ip = _carried(ip_address(address.partition("%")[0]))
    return ip.is_link_local or ip.is_multicast or ip.is_unspecified


def _carried(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(ip, IPv4Address):
        return ip
    if any(ip in carrier for carrier in CARRIERS) and int(ip) > 1:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip
