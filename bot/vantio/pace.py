"""When a request may go: never before a time that an answer named, never more than remain."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition
from typing import TYPE_CHECKING, Final

from bot.vantio.errors import Limited, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from threading import Event

    from bot.vantio.limits import Window

_LOOK: Final = 0.05  # seconds between two looks at whether to stop
# Resets are told in whole seconds, so the same one seems to move by up to that much.
_SAME_RESET: Final = 2.0
_UNTOLD_RESET: Final = 60.0


@dataclass(slots=True)
class _Quota:
    """The least that an answer said remains until the reset, in monotonic seconds.

    Answers come out of order, and only what is under way still can have been counted after the one
    that said the least: so no more than `least` may be under way. `floor` is 1 where no reset is
    known: then one request at a time finds out what remains.
    """

    least: float
    until: float
    floor: float = 0.0


class Pace:
    """The gate that every request passes; usable from several threads."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._named = 0.0
        self._quotas: dict[str, _Quota] = {}
        self._under_way = 0
        self._overlapped = False  # whether requests were under way together since none was

    @property
    def not_before(self) -> float:
        """When the next request may go, in monotonic seconds; 0 if no time was named."""
        now = time.monotonic()
        with self._changed:
            spent = (quota.until for quota in self._quotas.values() if quota.least <= 0)
            latest = max((self._named, *spent))
        return latest if latest > now else 0.0

    @contextmanager
    def turn(self, *stops: Event, longest: float) -> Iterator[None]:
        """Wait until a request may go, and count it as under way inside the block.

        Args:
            stops: What ends the wait, if any of them is set.
            longest: How many seconds may pass until the time that is named.

        Raises:
            Limited: The time that is named is further away; nothing was waited for.
            Stopped: The wait was ended; a request that need not wait may go all the same.
        """
        with self._changed:
            while (wait := self._closed_for(time.monotonic(), longest)) > 0:
                if any(stop.is_set() for stop in stops):
                    raise Stopped("the bot stops before Vantio allows another request")
                self._changed.wait(min(wait, _LOOK))
            self._under_way += 1
            self._overlapped |= self._under_way > 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._overlapped &= self._under_way > 0
                self._changed.notify_all()

    def heed(self, windows: Iterable[Window], wait: float = 0.0) -> None:
        """Take in what an answer said.

        Args:
            windows: What remains; empty where the answer did not say, or there was none.
            wait: Seconds from now in which no request may go.
        """
        now = time.monotonic()
        with self._changed:
            self._named = max(self._named, now + wait if wait else 0.0)
            told = {window.name: window for window in windows}
            for name in self._quotas.keys() - told.keys():
                quota = self._quotas[name]
                quota.least = max(quota.least - 1, quota.floor)  # it may have been counted
            for name, window in told.items():
                self._remain(name, window, now)
            self._changed.notify_all()

    def _closed_for(self, now: float, longest: float) -> float:
        """For how many seconds no request may go, unless one that is under way ends before."""
        self._reset(now)
        full = [quota for quota in self._quotas.values() if quota.least <= self._under_way]
        wait = max((self._named, *(quota.until for quota in full))) - now
        certain = max((self._named, *(quota.until for quota in full if quota.least <= 0))) - now
        if certain > longest:
            raise Limited(f"Vantio allows the next request in {certain:.0f} s", retry_after=certain)
        return wait

    def _reset(self, now: float) -> None:
        """After a reset nobody knows what remains until one request has been answered."""
        for name, quota in list(self._quotas.items()):
            if quota.until <= now and quota.floor:
                del self._quotas[name]
            elif quota.until <= now:
                self._quotas[name] = _Quota(1.0, now + _UNTOLD_RESET, 1.0)

    def _remain(self, name: str, window: Window, now: float) -> None:
        quota = self._quotas.get(name)
        if window.wait is None:
            told = _Quota(max(window.remaining, 1.0), now + _UNTOLD_RESET, 1.0)
        else:
            told = _Quota(window.remaining, now + window.wait)
        if told.until <= now:
            return
        in_order = not self._overlapped
        if quota is None or quota.floor or in_order or told.until > quota.until + _SAME_RESET:
            self._quotas[name] = told
        else:
            quota.least = min(quota.least, told.least)
            quota.until = max(quota.until, told.until)
