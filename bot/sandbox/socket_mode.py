"""Socket Mode, seen from Slack: connections share the traffic, envelopes want acknowledging."""

import itertools
import json
import secrets
import threading
from typing import Any, Protocol
from uuid import uuid4

from simple_websocket import ConnectionClosed

from .workspace import APP_ID

Json = dict[str, Any]

ACK_SECONDS = 3.0
_MOST_CONNECTIONS = 10


class NoAnswerError(TimeoutError):
    """The app did not acknowledge in time, or is not connected at all."""


class WebSocket(Protocol):
    """What is needed of a connection."""

    def send(self, data: str) -> None:
        """Send one text message."""

    def receive(self, timeout: float | None = None) -> str | bytes | None:
        """The next message; raises ConnectionClosed at the end."""

    def close(self) -> None:
        """Close the connection."""


class _Envelope:
    """What was sent and is not acknowledged yet."""

    def __init__(self, kind: str, payload: Json) -> None:
        self.id = str(uuid4())
        self.acknowledged = threading.Event()
        self.answer: Json = {}
        self.text = json.dumps(
            {
                "envelope_id": self.id,
                "type": kind,
                "payload": payload,
                "accepts_response_payload": kind != "events_api",
            }
        )


class SocketMode:
    """All the WebSocket connections of the app."""

    def __init__(self) -> None:
        self.duplicate_next = False
        self._tickets: set[str] = set()
        self._links: list[WebSocket] = []
        self._pending: dict[str, _Envelope] = {}
        self._turn = itertools.count()
        self._lock = threading.Lock()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        with self._lock:
            return len(self._links)

    def ticket(self) -> str | None:
        """A secret that opens one connection; None where too many are open."""
        with self._lock:
            if len(self._links) >= _MOST_CONNECTIONS:
                return None
            fresh = secrets.token_urlsafe(16)
            self._tickets.add(fresh)
            return fresh

    def serve(self, link: WebSocket, ticket: str) -> None:
        """Say hello on ``link`` and take acknowledgements until it closes."""
        with self._lock:
            if ticket not in self._tickets:
                return
            self._tickets.remove(ticket)
            self._links.append(link)
            link.send(json.dumps(_hello(len(self._links))))
        try:
            while True:
                self._acknowledge(link.receive())
        except ConnectionClosed:
            pass
        finally:
            with self._lock:
                self._links.remove(link)

    def deliver(self, kind: str, payload: Json) -> Json:
        """Send one envelope and wait for its acknowledgement.

        Args:
            kind: ``slash_commands``, ``interactive`` or ``events_api``.
            payload: the payload of that kind.

        Returns:
            What the app answered together with the acknowledgement, often nothing.

        Raises:
            NoAnswerError: no app is connected, or none answered within three seconds.
        """
        envelope = _Envelope(kind, payload)
        with self._lock:
            self._pending[envelope.id] = envelope
            copies, self.duplicate_next = 1 + self.duplicate_next, False
        try:
            for _ in range(copies):
                self._send(envelope.text)
            if not envelope.acknowledged.wait(ACK_SECONDS):
                raise NoAnswerError("operation_timeout")
        finally:
            with self._lock:
                self._pending.pop(envelope.id, None)
        return envelope.answer

    def refresh(self) -> None:
        """Ask every connection to be replaced by a new one, as Slack does every few hours."""
        self._tell_all({"type": "disconnect", "reason": "refresh_requested"})

    def stop(self) -> None:
        """Tell every connection that it ends, and close it."""
        self._tell_all({"type": "disconnect", "reason": "link_disabled"}, close=True)

    def _send(self, text: str) -> None:
        """Send on the next connection in turn that takes it."""
        with self._lock:
            for _ in range(len(self._links)):
                link = self._links[next(self._turn) % len(self._links)]
                try:
                    link.send(text)
                except (ConnectionClosed, OSError):
                    continue
                return
        raise NoAnswerError("dispatch_failed")

    def _acknowledge(self, text: str | bytes | None) -> None:
        answer = json.loads(text) if text else {}
        with self._lock:
            envelope = self._pending.get(answer.get("envelope_id", ""))
        if envelope:
            envelope.answer = answer.get("payload") or {}
            envelope.acknowledged.set()

    def _tell_all(self, event: Json, *, close: bool = False) -> None:
        with self._lock:
            for link in self._links:
                try:
                    link.send(json.dumps(event))
                    if close:
                        link.close()
                except (ConnectionClosed, OSError):
                    continue


def _hello(connections: int) -> Json:
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
        "connection_info": {"app_id": APP_ID},
    }
