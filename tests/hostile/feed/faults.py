"""What a server may answer instead of the page that was asked for."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from tests.hostile.feed.conditions import Condition

MOST_NAMED = 4  # waits of a second or two that one run has time for
WAITS = (
    *("seconds", "date", "delta reset", "epoch reset", "millisecond reset", "iso reset"),
    *("draft reset", "draft fields", "draft structured", "none"),
)


@dataclass
class Answer:
    """What goes over the wire; `wait` is for how many seconds from now the headers forbid more."""

    kind: str = "page"
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    cut: int | None = None  # the connection is reset after so many bytes of the body
    delay: float = 0.0


def named(chance: Random, shape: str, seconds: int) -> tuple[dict[str, str], float]:
    """Headers that name a wait in this shape, and how long from now they forbid a request."""
    now = time.time()
    until = math.ceil(now) + seconds
    exact: dict[str, dict[str, str]] = {
        "date": {"Retry-After": formatdate(until, usegmt=True)},
        "epoch reset": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(until)},
        "millisecond reset": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{until}000"},
        "iso reset": {
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(until)),
        },
    }
    if shape in exact:
        return exact[shape], until - now
    counted: dict[str, dict[str, str]] = {
        "seconds": {"Retry-After": str(seconds)},
        "delta reset": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(seconds)},
        "draft reset": {"RateLimit-Remaining": "0", "RateLimit-Reset": str(seconds)},
        "draft fields": {"RateLimit": f"limit=100, remaining=0, reset={seconds}"},
        "draft structured": {
            "RateLimit-Policy": '"burst";q=100;w=60,"day";q=9000;w=86400',
            "RateLimit": f'"burst";r=0;t={seconds},"day";r=8000;t=40000',
        },
    }
    if shape in counted:
        return counted[shape], seconds
    return {"Retry-After": "soon"} if chance.random() < 0.5 else {}, 0.0


class Faults:
    """Chooses for each request whether something goes wrong, and what."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition
        self.calm = False
        self._named = 0
        self._window_from = 0.0
        self._window_used = 0

    def instead(self, chance: Random) -> Answer | None:
        """An answer that is no page, or None."""
        has = self.condition
        over = self._over_the_window()
        if over or self.calm:
            return over
        if chance.random() < has.limited:
            return self._limited(chance)
        if chance.random() < has.errors:
            return self._error(chance)
        if chance.random() < has.resets:
            return Answer("reset", cut=0)
        if chance.random() < has.garbled:
            return _garbled(chance)
        return None

    def spoil(self, answer: Answer, chance: Random) -> Answer:
        """The answer with a page, which may come slowly, in part, or with a wait in its headers."""
        has = self.condition
        if self.calm:
            return answer
        if chance.random() < has.slow:
            answer.delay = chance.choice((0.05, 0.2, 0.8))
        if chance.random() < has.resets / 2:
            answer.kind, answer.cut = "cut page", chance.randrange(max(1, len(answer.body)))
        elif chance.random() < has.garbled / 2:
            answer.kind = "truncated page"
            answer.body = answer.body[: chance.randrange(max(1, len(answer.body) - 1))]
        elif chance.random() < has.limited / 2 and self._named < MOST_NAMED:
            self._named += 1
            shape = chance.choice(
                [each for each in WAITS if each not in {"seconds", "date", "none"}]
            )
            answer.kind = f"page, then nothing remains ({shape})"
            answer.headers, answer.wait = named(chance, shape, 1)
        elif chance.random() < has.limited:
            answer.headers = {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "42"}
        return answer

    def _over_the_window(self) -> Answer | None:
        """A limit that is always there: so many requests in each second."""
        if not self.condition.window:
            return None
        now = time.monotonic()
        if now - self._window_from >= 1:
            self._window_from, self._window_used = now, 0
        self._window_used += 1
        if self._window_used <= self.condition.window:
            return None
        return Answer("429 over the window", 429, b"{}", {"Retry-After": "1"}, 1.0)

    def _limited(self, chance: Random) -> Answer:
        shape = chance.choice(WAITS) if self._named < MOST_NAMED else "none"
        self._named += shape != "none"
        headers, wait = named(chance, shape, chance.choice((1, 1, 2)))
        return Answer(f"429 {shape}", 429, b'{"error": "Too Many Requests"}', headers, wait)

    def _error(self, chance: Random) -> Answer:
        status = chance.choice((500, 502, 503, 504))
        body = chance.choice((b"", b"<html>Bad Gateway</html>", b'{"error": "oops"}'))
        if status == 503 and self._named < MOST_NAMED:
            self._named += 1
            return Answer("503 seconds", status, body, {"Retry-After": "1"}, 1.0)
        return Answer(str(status), status, body)


def _garbled(chance: Random) -> Answer:
    body = chance.choice(
        (
            *(b"", b"null", b"[]", b"{}", b'{"impressions": null}', b'{"impressions": {}}'),
            *(b'{"error": "try later"}', b"<html>Just a moment</html>", b'{"impressions": [{"id"'),
            json.dumps({"data": []}).encode(),
        )
    )
    return Answer("garbled", 200, body)
