"""Where Vantio is: checked before the key is sent there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.domain.address import is_here, trusted

_API: Final = "/api/v1"


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
        try:
            parts = trusted(base_url)
        except ValueError as error:
            raise ValueError(f"VANTIO_BASE_URL {error}") from None
        path = parts.path.rstrip("/").removesuffix(_API).rstrip("/")
        root = f"{parts.scheme}://{parts.netloc}{path}{_API}"
        return cls(root, parts.netloc, is_here(parts.hostname or ""))
