"""What of the network may be reached: a name is resolved once, and all of its addresses are checked."""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.adapters.sources.state import Unusable

_INTERNET = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is routed; forms that carry an IPv4 address, site-local and link-local ones lie outside."""
_NOBODY = (ipaddress.ip_network("3fff::/20"), ipaddress.ip_network("192.88.99.0/24"))
"""For documentation, and relays that are no more: newer registries than some versions of Python know."""
_HOST_MAX = 253


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system's resolver gives them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address is on the public internet: not of this machine, a private net, a cloud's metadata.

    IPv6 addresses that carry an IPv4 one are judged by that too.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        inner = ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip not in _INTERNET or (inner and not is_public(str(inner))):
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOBODY)


@dataclass(frozen=True, slots=True)
class Target:
    """One checked place to connect to."""

    host: str
    port: int
    address: str


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be reached; a test hands in a resolver, a predicate and ports of its own."""

    resolve: Callable[[str, int], list[str]] = resolve
    allowed: Callable[[str], bool] = is_public
    ports: frozenset[int] = frozenset((443,))

    def target(self, url: str) -> Target:
        """Where to connect for a URL. Raises Unusable (blocked) for what may not be reached."""
        host, port = self._place(url)
        try:
            addresses = self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Unusable("blocked", f"the name {host} cannot be resolved from here: {error}") from None
        refused = [address for address in addresses if not self.allowed(address)]
        if refused or not addresses:
            shown = ", ".join(refused) or "no address"
            raise Unusable("blocked", f"{host} leads to {shown}, which is not on the public internet")
        return Target(host, port, addresses[0])

    def _place(self, url: str) -> tuple[str, int]:
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port or 443
        except ValueError:
            raise Unusable("blocked", f"{url!r} is not a URL") from None
        if parts.scheme != "https" or port not in self.ports:
            raise Unusable("blocked", f"{url} is not https on port 443")
        if parts.username is not None or parts.password is not None:
            raise Unusable("blocked", "the URL carries credentials; a source is public")
        if not host or len(host) > _HOST_MAX:
            raise Unusable("blocked", f"{url!r} names no host")
        return host, port
