"""What looks after the bot: the port for health and metrics, and the heartbeat."""

from __future__ import annotations

import os
import socket
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.domain.address import is_here
from bot.services.checkup.finding import ok, warning, wrong
from bot.services.pulse import SERVER

if TYPE_CHECKING:
    from bot.services.checkup.finding import Finding

HEALTH, HEARTBEAT = "Health", "Heartbeat"

_SECONDS = 5
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask what listens everywhere


def port(host: str, number: int) -> Finding:
    """Whether the port is free, or the bot has it already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, number), family=family).close()
    except OSError as error:
        if _is_ours(_ANY.get(host, host), number):
            return ok(HEALTH, f"the bot that runs answers on {host}, port {number}")
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        return wrong(
            HEALTH,
            f"port {number} of {host} can't be had ({reason})",
            "Set operation.port to one that is free, or operation.host to an address of here.",
        )
    return ok(HEALTH, f"/healthz and /metrics will be answered on {host}, port {number}")


def heartbeat(url: str) -> Finding:
    """Whether the address can be kept to ourselves; it is not pinged, as the bot may not run."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" or is_here(host):
        return ok(HEARTBEAT, f"{host} is pinged after every poll")
    return warning(
        HEARTBEAT,
        f"{host} is pinged over plain http, so others on the way can read the address",
        "Begin HEARTBEAT_URL with https:// if the service allows that.",
    )


def _is_ours(host: str, number: int) -> bool:
    """Whether it is Posterpulse that answers there."""
    connection = HTTPConnection(host, number, timeout=_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().getheader("Server") == SERVER
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
