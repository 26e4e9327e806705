"""Whether a secret may travel to an address: over https, or within this machine."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")


def trusted(text: str) -> SplitResult:
    """The parts of an address to which a secret may be sent.

    Raises:
        ValueError: It may not; the reason, such as "must begin with https://", repeats no more of
            the address than its host.
    """
    parts = _split(text)
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http"):
        raise ValueError("must begin with https://")
    if not (_is_ip(host) or _NAME.fullmatch(host)):
        raise ValueError("names no possible host")
    if parts.scheme == "http" and not is_here(host):
        raise ValueError(f"must be https://{host}: over http the key would travel in clear")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must be a plain address, without user, ? or #")
    return parts


def is_private(text: str) -> bool:
    """Whether nobody on the way can read what is sent to an address."""
    try:
        parts = _split(text)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_here(parts.hostname or ""))


def is_here(host: str) -> bool:
    """Whether a host is this machine, which nothing leaves on its way there."""
    return host == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)


def _split(text: str) -> SplitResult:
    """The parts of an address; what no parser could agree on is refused first."""
    text = text.strip()
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError("has characters that no address has")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("is not an address") from None
    return parts


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
