"""Ports for programs that are told which one to listen on."""

from __future__ import annotations

import socket
from contextlib import suppress
from random import Random

# Below those that systems choose themselves for whoever asks for any, which might be given to
# another program before this one is used.
_PORTS = range(10_000, 30_000)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    for port in Random().sample(_PORTS, 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no free port was found")
