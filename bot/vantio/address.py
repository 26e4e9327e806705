"""Where Vantio is: checked before the key is sent there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

_API: Final = "/api/v1"
_NAME: Final = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")


@dataclass(frozen=True, slots=True)
class Address:
    """A base URL that a key may be sent to.

    `root` is what the name of a list is appended to ("https://vantio.app/api/v1"), `host` what a
    message calls it ("localhost:3000"). `loopback` means that nothing leaves this machine.
    """

    root: str
    host: str
    loopback: bool

    @classmethod
    def of(cls, base_url: str) -> Address:
        """Read a setting, with or without `/api/v1` and slashes at its end.

        Raises:
            ValueError: A key must not be sent there; the message is a sentence for a person and
                repeats no more of the address than its host.
        """
        parts = _split(base_url)
        name = parts.hostname or ""
        loopback = name == "localhost" or (_is_ip(name) and ip_address(name).is_loopback)
        if parts.scheme not in ("https", "http"):
            raise ValueError("VANTIO_BASE_URL must begin with https://")
        if not (_is_ip(name) or _NAME.fullmatch(name)):
            raise ValueError("VANTIO_BASE_URL names no possible host")
        if parts.scheme == "http" and not loopback:
            raise ValueError(
                f"VANTIO_BASE_URL must be https://{name}: over http the key would travel in clear"
            )
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("VANTIO_BASE_URL must be a plain address, without user, ? or #")
        path = parts.path.rstrip("/").removesuffix(_API).rstrip("/")
        return cls(f"{parts.scheme}://{parts.netloc}{path}{_API}", parts.netloc, loopback)


def _split(base_url: str) -> SplitResult:
    """The parts of an address; what no parser could agree on is refused first."""
    text = base_url.strip()
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError("VANTIO_BASE_URL has characters that no address has")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("VANTIO_BASE_URL is not an address") from None
    return parts


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
