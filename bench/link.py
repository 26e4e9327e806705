"""Slack's end of Socket Mode, as far as commands need it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Ping, Request, TextMessage

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import AsyncIterator

PATH = "/link/"
_AT_ONCE = 65_536


class Link:
    """A WebSocket to a bot, which asked for it with this `head` of an HTTP request."""

    def __init__(self, head: bytes, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._speech = WSConnection(ConnectionType.SERVER)
        self._speech.receive_data(head)
        for event in self._speech.events():
            if isinstance(event, Request):
                writer.write(self._speech.send(AcceptConnection()))
        self._send({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}})

    def command(self, key: str, payload: dict[str, str]) -> None:
        """Hand a command to the bot, in an envelope with this key."""
        self._send({"envelope_id": key, "type": "slash_commands", "payload": payload})

    async def acknowledged(self) -> AsyncIterator[str]:
        """The keys of envelopes, each once the bot has acknowledged it, until it hangs up."""
        with suppress(ConnectionError):
            while data := await self._reader.read(_AT_ONCE):
                self._speech.receive_data(data)
                for event in self._speech.events():
                    if isinstance(event, TextMessage):
                        yield json.loads(event.data)["envelope_id"]
                    elif isinstance(event, Ping | CloseConnection):
                        self._writer.write(self._speech.send(event.response()))

    def _send(self, said: dict[str, Any]) -> None:
        self._writer.write(self._speech.send(TextMessage(json.dumps(said))))
