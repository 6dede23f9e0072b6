"""Whether an address that a stranger gave may be called: never one inside this machine or its network."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit


def is_public(url: str, home: str = "") -> bool:
    """
    Whether the address is of http or https and none of its host's addresses is private.

    home   a host with its port that may be called whatever its address is, such as the mirror that the user named
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host:
        return False
    if home and parts.netloc == home:
        return True
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return True  # a name that cannot be resolved leads nowhere; the call itself says so
    return all(ipaddress.ip_address(address.partition("%")[0]).is_global for address in found)
