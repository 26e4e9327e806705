"""How the simulated Vantio answers: keys, limits, lists and single objects, as documented."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, abort, g, request
from werkzeug.exceptions import HTTPException

from bot.sandbox.vantio_faults import Faults, okay, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.vantio_feed import Feed

ROOT: Final = "/api/v1"
DEFAULT_LIMIT: Final = 50
MAX_DIGITS: Final = 9
MINUTE: Final = 60
REMEMBERED: Final = 100_000  # requests; a demo runs for weeks


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was made, whatever the answer.

    Attributes:
        path: Such as `/api/v1/impressions`.
        query: The parameters by name.
    """

    path: str
    query: Mapping[str, str]


class VantioApi:
    """The HTTP face of some feeds.

    Args:
        feeds: The lists by name.
        key: What callers must bear.
        cap: How many rows a page has at most, whatever is asked for.
        rate_limit: Requests a minute, beyond which the answer is 429.

    Attributes:
        app: The WSGI application.
        asked: The last requests, in order.
        faults: What is to go wrong with lists.
        closing: Set it to end every wait; a slow answer then comes at once.
    """

    def __init__(self, feeds: Mapping[str, Feed], key: str, cap: int, rate_limit: int) -> None:
        self._feeds = feeds
        self._key = key
        self._cap = cap
        self._allowance = _Allowance(rate_limit)
        self.asked: Final[deque[Asked]] = deque(maxlen=REMEMBERED)
        self.faults: Final = Faults()
        self.closing: Final = threading.Event()
        self.app: Final = self._app()

    def _app(self) -> Flask:
        app = Flask("fake_vantio", static_folder=None)
        app.before_request(self._admit)
        app.after_request(self._tell_allowance)
        app.register_error_handler(HTTPException, _as_json)
        app.add_url_rule(f"{ROOT}/<name>", view_func=self._list)
        app.add_url_rule(f"{ROOT}/<name>/<row_id>", view_func=self._single)
        return app

    def _admit(self) -> Response | None:
        self.asked.append(Asked(request.path, request.args.to_dict()))
        g.left, g.reset = self._allowance.spend()
        bearer = request.headers.get("Authorization")
        if bearer != f"Bearer {self._key}":
            return refusal(401, "Invalid API key" if bearer else "Missing API key")
        if g.left < 0:
            response = refusal(429, "Rate limit exceeded")
            response.headers["Retry-After"] = str(max(1, g.reset - int(time.time())))
            return response
        return None

    def _tell_allowance(self, response: Response) -> Response:
        response.headers["X-RateLimit-Limit"] = str(self._allowance.limit)
        response.headers["X-RateLimit-Remaining"] = str(max(0, g.left))
        response.headers["X-RateLimit-Reset"] = str(g.reset)
        return response

    def _list(self, name: str) -> Response:
        feed = self._feed(name)
        limit = _count("limit", DEFAULT_LIMIT, least=1)
        body = feed.page(request.args, min(limit, self._cap), _count("offset", 0, least=0))
        fault = self.faults.take(name)
        if fault is None:
            return okay(body)
        if fault.kind == "slow":
            self.closing.wait(fault.seconds)
        return fault.answer(body)

    def _single(self, name: str, row_id: str) -> Response:
        body = self._feed(name).find(row_id)
        return refusal(404, f"No {row_id} in {name}") if body is None else okay(body)

    def _feed(self, name: str) -> Feed:
        # `or` would take an empty feed for a missing one
        return self._feeds[name] if name in self._feeds else abort(404, f"No list named {name}")


class _Allowance:
    """How many requests are left in the running minute. Safe to use from several threads."""

    def __init__(self, limit: int) -> None:
        self.limit: Final = limit
        self._lock = threading.Lock()
        self._minute = 0
        self._spent = 0

    def spend(self) -> tuple[int, int]:
        """Use one; how many are left (below zero: it was one too many), until which UTC second."""
        minute = int(time.time()) // MINUTE
        with self._lock:
            self._spent = self._spent + 1 if minute == self._minute else 1
            self._minute = minute
            return self.limit - self._spent, (minute + 1) * MINUTE


def _count(name: str, default: int, least: int) -> int:
    """A whole number from the query, or 400."""
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS and int(text) >= least):
        abort(400, f"{name} must be a whole number from {least} on")
    return int(text)


def _as_json(error: HTTPException) -> Response:
    return refusal(error.code or 500, error.description or "")
