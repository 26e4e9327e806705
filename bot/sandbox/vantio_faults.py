"""What can go wrong with a list of the simulated Vantio, said in one line by a test."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal, TypedDict, get_args

from flask import Response
from werkzeug.http import http_date

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = Literal[
    "unauthorized",  # 401
    "rate_limited",  # 429, with `retry_after`
    "server_error",  # `status` with a page of HTML, with `retry_after`
    "broken_json",  # 200 and half the answer
    "not_json",  # 200 and a page of HTML
    "cut",  # the connection ends in the middle of the answer
    "slow",  # the right answer after `seconds`
    "empty",  # 200 and an empty list, whatever there is
    "wrong_shape",  # 200 and JSON in another envelope
]


class Detail(TypedDict, total=False):
    """What may be said about a fault.

    Attributes:
        feed: The list that it hits, such as `impressions`; any list if not given.
        retry_after: Seconds, or a moment that is told as an HTTP date, or any text; none if not
            given.
        seconds: How late a slow answer is; one second if not given.
        status: Of a server error; 500 if not given.
    """

    feed: str | None
    retry_after: int | str | datetime | None
    seconds: float
    status: int


@dataclass(slots=True)
class Fault:
    """A fault that waits for `after` requests to pass and then hits `times` of them."""

    kind: Kind
    times: int = 1
    after: int = 0
    feed: str | None = None
    retry_after: int | str | datetime | None = None
    seconds: float = 1.0
    status: int = 500

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"no fault is called {self.kind!r}; there are {get_args(Kind)}")

    def answer(self, good: bytes) -> Response:
        """What is sent in place of the good answer; a slow one is the good one."""
        response = _ANSWERS[self.kind](self, good)
        if self.retry_after is not None:
            after = self.retry_after
            stamp = http_date(after) if isinstance(after, datetime) else str(after)
            response.headers["Retry-After"] = stamp
        return response


class Faults:
    """Faults in the order in which they were asked for. Safe to use from several threads."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Let a fault wait behind the others."""
        with self._lock:
            self._waiting.append(fault)

    def take(self, feed: str) -> Fault | None:
        """The fault that the request at hand suffers, if any. Only the first in line counts."""
        with self._lock:
            for fault in self._waiting:
                if fault.feed in {None, feed}:
                    return self._use(fault)
        return None

    def _use(self, fault: Fault) -> Fault | None:
        if fault.after > 0:
            fault.after -= 1
            return None
        fault.times -= 1
        if fault.times <= 0:
            self._waiting.remove(fault)
        return fault


def refusal(status: int, message: str) -> Response:
    """An error as the API tells it: two strings."""
    body = {"error": HTTPStatus(status).phrase, "message": message}
    return Response(json.dumps(body), status, mimetype="application/json")


def okay(body: bytes) -> Response:
    """A good answer."""
    return Response(body, mimetype="application/json")


def _html(status: int, title: str) -> Response:
    return Response(f"<!doctype html><title>{title}</title><h1>{title}</h1>", status)


def _cut(_: Fault, good: bytes) -> Response:
    """Promise all of the answer and send half: the server then closes the connection."""
    response = okay(good[: len(good) // 2])
    response.headers["Content-Length"] = str(len(good))
    return response


def _empty(_: Fault, good: bytes) -> Response:
    return okay(good.split(b"[", 1)[0] + b"[]}")


_ANSWERS: Final[dict[Kind, Callable[[Fault, bytes], Response]]] = {
    "unauthorized": lambda *_: refusal(401, "Invalid API key"),
    "rate_limited": lambda *_: refusal(429, "Rate limit exceeded"),
    "server_error": lambda fault, _: _html(fault.status, "Something went wrong"),
    "broken_json": lambda _, good: okay(good[: len(good) // 2]),
    "not_json": lambda *_: _html(200, "Sign in"),
    "cut": _cut,
    "slow": lambda _, good: okay(good),
    "empty": _empty,
    "wrong_shape": lambda *_: okay(b'{"data":[]}'),
}
