"""Whether an address that a stranger gave may be called: never one inside this machine or its network."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Public:
    """Addresses of http or https whose host is not private."""

    home: str = ""
    """a host with its port that may be called whatever its address is, such as the mirror that the user named."""

    def allows(self, url: str) -> bool:
        """Whether none of the addresses of the URL's host is private."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or not host:
            return False
        if self.home and parts.netloc == self.home:
            return True
        try:
            found = {str(info[4][0]) for info in socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)}
        except (OSError, UnicodeError):
            return True  # a name that cannot be resolved leads nowhere; the call itself says so
        return all(map(_is_global, found))

    def allows_peer(self, url: str, address: str) -> bool:
        """Whether a connection that was made for the URL may end at this address: a name may be resolved otherwise the second time."""
        return _is_global(address) or bool(self.home and urlsplit(url).netloc == self.home)


def _is_global(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_global
