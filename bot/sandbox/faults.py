"""Things that go wrong between an app and Slack, on demand."""

import threading
from collections import deque
from dataclasses import dataclass

RATE_LIMITED = "rate_limited"
SERVER_ERROR = "server_error"
CUT_BEFORE = "cut_before"
CUT_AFTER = "cut_after"
LATE = "late"
ERROR_AFTER = "error_after"
SLOW = "slow"


class Cut(ConnectionAbortedError):
    """Ends the connection without any answer, when raised while a request is handled."""


@dataclass(frozen=True)
class Fault:
    """One thing to go wrong.

    Attributes:
        kind: one of the names in this module, or any error string of Slack.
        seconds: ``Retry-After`` of ``rate_limited``, the delay of ``late`` and ``slow``.
    """

    kind: str
    seconds: float = 1


class Faults:
    """The faults that wait, for each method in the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = {}
        self._lock = threading.Lock()

    def add(self, method: str, fault: Fault, times: int) -> None:
        """Let the next ``times`` calls of ``method`` go wrong."""
        with self._lock:
            self._waiting.setdefault(method, deque()).extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        """The fault that the call at hand must suffer, if any."""
        with self._lock:
            waiting = self._waiting.get(method)
            return waiting.popleft() if waiting else None
