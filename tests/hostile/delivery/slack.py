"""A Slack that misbehaves and forgets nothing: what ever stood in it, and what came too early."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from random import Random
from threading import Condition
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.hostile.delivery.clock import Hurried

CHANGES = {"chat.postMessage", "chat.update", "chat.delete"}
LEARNT = 0.25  # seconds: who is killed so soon after an answer may not have made it known
IN_FLIGHT = 0.25  # seconds: what was on its way when a pause was named can't know of it


@dataclass(frozen=True)
class Weather:
    """How often (0 to 1) a request suffers each fault; the rest goes well.

    `blind` is for reading, the others are for changing something. `page` is how many messages one
    page of a history holds at most. `late` and `hanging` are seconds.
    """

    cut_before: float = 0.0
    cut_after: float = 0.0
    landing_late: float = 0.0
    error_before: float = 0.0
    error_after: float = 0.0
    slow: float = 0.0
    hung: float = 0.0
    limited: float = 0.0
    blind: float = 0.0
    page: int = 200
    late: float = 0.3
    hanging: float = 0.5


STORM = Weather(
    cut_before=0.02,
    cut_after=0.04,
    landing_late=0.03,
    error_before=0.02,
    error_after=0.02,
    slow=0.1,
    hung=0.01,
    limited=0.04,
    blind=0.1,
    page=7,
)
KINDS = (
    *("cut_before", "cut_after", "landing_late", "error_before", "error_after"),
    *("slow", "hung", "limited"),
)


@dataclass
class Post:
    """One message that landed; times are UTC seconds of the stand-in's clock."""

    channel: str
    ts: str
    key: str
    text: str
    thread_ts: str | None
    metadata: dict[str, Any]
    gone: float | None = None


@dataclass(frozen=True)
class Answer:
    """What goes over the wire, or a line that is cut, and what happens after that."""

    body: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    retry_after: int = 0
    cut: bool = False
    afterwards: Callable[[], object] = lambda: None


@dataclass(frozen=True)
class _Pause:
    """Nobody may ask for this between the two times; `told` is who heard of it."""

    scope: tuple[str, str]
    said: float
    until: float
    told: str


CUT = Answer(cut=True)


class Slack:
    """The workspace: channels `C1` (also called `soak-1`) and on.

    Attributes:
        posts: Everything that ever landed, in that order.
        early: Requests that came within a pause that was named before.
        requests: How many requests came.
    """

    def __init__(self, channels: int, weather: Weather, clock: Hurried, seed: int) -> None:
        self.names = {f"C{n}": f"soak-{n}" for n in range(1, channels + 1)}
        self.posts: list[Post] = []
        self.early: list[str] = []
        self.requests = 0
        self.changed = Condition()
        self._weather, self._clock = weather, clock
        self._chance = Random(seed)
        self._pauses: list[_Pause] = []
        self._dead: dict[str, float] = {}
        self._arrivals: dict[str, list[float]] = {}
        self._methods: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.info": lambda asked: {"channel": self._channel(asked["channel"])},
            "auth.test": lambda _: {"user_id": "UBOT", "user": "posterpulse", "team": "Soak"},
            "conversations.list": lambda _: {"channels": [*map(self._channel, self.names)]},
        }

    def answer(self, method: str, asked: dict[str, Any], who: str) -> Answer:
        """What one request gets; `who` is the token that it bears."""
        with self.changed:
            self.requests += 1
            self.changed.notify_all()
            self._note(method, asked)
            fault = self._fault(method)
            if fault == "limited":
                return self._limited(method, asked, who)
        act = partial(self._carry_out, method, asked)
        if fault in {"slow", "hung"}:
            time.sleep(self._chance.random() * 0.1 if fault == "slow" else self._weather.hanging)
        if fault in {"cut_after", "error_after"}:
            act()
        if fault == "landing_late":
            return Answer(cut=True, afterwards=partial(self._land_late, act))
        if fault.startswith("cut"):
            return CUT
        return Answer(status=500) if fault.startswith("error") else Answer(act())

    def died(self, who: str) -> None:
        """The process with this token was killed."""
        with self.changed:
            self._dead[who] = time.monotonic()

    def clear_up(self) -> None:
        """From now on nothing goes wrong."""
        with self.changed:
            self._weather = Weather()

    def wait(self, requests: int, seconds: float) -> None:
        """Return after so many more requests, or seconds."""
        with self.changed:
            goal = self.requests + requests
            self.changed.wait_for(lambda: self.requests >= goal, seconds)

    def gaps(self) -> list[float]:
        """Seconds of the stand-in's clock between two posts to one channel, the shortest first."""
        with self.changed:
            arrivals = [*self._arrivals.values()]
            return sorted(b - a for each in arrivals for a, b in pairwise(each))

    def _note(self, method: str, asked: dict[str, Any]) -> None:
        if method == "chat.postMessage":
            arrived = self._arrivals.setdefault(asked["channel"], [])
            arrived.append(self._clock.exact())
        now, scope = time.monotonic(), _scope(method, asked)
        for pause in self._pauses:
            unheard = self._dead.get(pause.told, now) < pause.said + LEARNT
            if pause.scope == scope and pause.said + IN_FLIGHT < now < pause.until and not unheard:
                self.early.append(f"{' '.join(scope)}, {pause.until - now:.3f} s before the time")

    def _fault(self, method: str) -> str:
        if method not in CHANGES:
            blind = self._chance.random() < self._weather.blind
            return self._chance.choice(("cut_before", "error_before")) if blind else ""
        left = self._chance.random()
        for kind in KINDS:
            left -= getattr(self._weather, kind)
            if left < 0:
                return kind
        return ""

    def _limited(self, method: str, asked: dict[str, Any], who: str) -> Answer:
        seconds = self._chance.randint(1, 30)
        now = time.monotonic()
        until = now + seconds / self._clock.speed
        self._pauses.append(_Pause(_scope(method, asked), now, until, who))
        return Answer({"ok": False, "error": "ratelimited"}, 429, seconds)

    def _land_late(self, act: Callable[[], object]) -> None:
        time.sleep(self._chance.random() * self._weather.late)
        act()

    def _carry_out(self, method: str, asked: dict[str, Any]) -> dict[str, Any]:
        does = self._methods.get(method)
        if does is None:
            return {"ok": False, "error": "unknown_method"}
        with self.changed:
            return {"ok": True, **does(asked)}

    def _post(self, asked: dict[str, Any]) -> dict[str, Any]:
        channel, thread = asked["channel"], asked.get("thread_ts")
        if channel not in self.names:
            return {"ok": False, "error": "channel_not_found"}
        if thread and not self._standing(channel, thread):
            return {"ok": False, "error": "thread_not_found"}
        last = float(self.posts[-1].ts) if self.posts else 0.0
        ts = f"{max(self._clock.exact(), last + 2e-6):.6f}"
        metadata = asked["metadata"]
        key = str(metadata["event_payload"]["key"])
        self.posts.append(Post(channel, ts, key, asked["text"], thread, metadata))
        return {"channel": channel, "ts": ts}

    def _update(self, asked: dict[str, Any]) -> dict[str, Any]:
        post = self._standing(asked["channel"], asked["ts"])
        if post is None:
            return {"ok": False, "error": "message_not_found"}
        post.text = asked["text"]
        return {"channel": post.channel, "ts": post.ts}

    def _delete(self, asked: dict[str, Any]) -> dict[str, Any]:
        post = self._standing(asked["channel"], asked["ts"])
        if post is None:
            return {"ok": False, "error": "message_not_found"}
        post.gone = self._clock.exact()
        return {}

    def _standing(self, channel: str, ts: str) -> Post | None:
        found = (each for each in self.posts if each.ts == ts and each.channel == channel)
        return next((each for each in found if each.gone is None), None)

    def _history(self, asked: dict[str, Any]) -> dict[str, Any]:
        shown = [each for each in self._kept(asked) if each.thread_ts is None]
        return self._page(shown[::-1], asked)

    def _replies(self, asked: dict[str, Any]) -> dict[str, Any]:
        thread = asked["ts"]
        return self._page([p for p in self._kept(asked) if thread in {p.ts, p.thread_ts}], asked)

    def _kept(self, asked: dict[str, Any]) -> list[Post]:
        channel, oldest = asked["channel"], float(asked.get("oldest") or 0)
        here = (each for each in self.posts if each.channel == channel and each.gone is None)
        return [each for each in here if float(each.ts) >= oldest]

    def _page(self, posts: list[Post], asked: dict[str, Any]) -> dict[str, Any]:
        first = int(asked.get("cursor") or 0)
        after = first + min(self._weather.page, int(asked.get("limit") or 100))
        marked = str(asked.get("include_all_metadata")).lower() in {"1", "true"}
        cursor = str(after) if after < len(posts) else ""
        return {
            "messages": [_shown(each, marked=marked) for each in posts[first:after]],
            "response_metadata": {"next_cursor": cursor},
        }

    def _channel(self, channel: str) -> dict[str, Any]:
        return {"id": channel, "name": self.names.get(channel, ""), "is_member": True}


def _scope(method: str, asked: dict[str, Any]) -> tuple[str, str]:
    """What one pause is for: posting has a limit for each channel, other methods have one each."""
    return method, asked["channel"] if method == "chat.postMessage" else ""


def _shown(post: Post, *, marked: bool) -> dict[str, Any]:
    shown = {"type": "message", "ts": post.ts, "text": post.text, "bot_id": "B1"}
    if post.thread_ts:
        shown["thread_ts"] = post.thread_ts
    return shown | ({"metadata": post.metadata} if marked else {})
