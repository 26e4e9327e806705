"""Pages of impressions asked for before they are needed, several at once."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

from bot.services.list_end import EndSearch
from bot.services.slots import Slots
from bot.services.workers import Workers
from bot.vantio.errors import Limited, VantioError

if TYPE_CHECKING:
    from typing import Self

    from bot.domain.model import Impression
    from bot.services.asking import Asking
    from bot.vantio.wire import Page

# What is asked for goes on while the caller is busy with what came; and memory stays flat.
_ROUNDS_AHEAD: Final = 3
_MOST_AHEAD: Final = 24
_MOST_KEPT: Final = 64
_ENDLESS: Final = 2**62


@dataclass(slots=True)
class _Flight:
    """A page on its way; None lands where it turned out that it need not be asked for.

    It took off when the width had been narrowed `since` times.
    """

    limit: int
    offset: int
    page: Future[Page[Impression] | None] = field(default_factory=Future)
    since: int = 0


@dataclass(frozen=True, slots=True)
class _Plan:
    limit: int
    stride: int
    until: int

    def after(self, offset: int) -> range:
        """The offsets that will probably be asked for after this one."""
        return range(offset + self.stride, self.until, self.stride)


class ReadAhead:
    """Pages of one feed, read ahead as far as they were announced and Vantio takes it well.

    Two requests are under way at first, and one more after each round of answers without trouble
    that had to be waited for, up to `width`, or one less after a round that had not; half as many
    after a 429, one after any other trouble or after a page that nobody expected. Others wait in
    line, so that there is always one to follow, however busy the caller is. A page that could not
    be read ahead is asked for again, with patience, when it is wanted. For the one thread that
    wants pages; leaving the block ends all others.

    Attributes:
        misses: How often other pages were on their way than the one that was wanted.
    """

    def __init__(self, asking: Asking, program: str | None, width: int = 8) -> None:
        self._asking = asking
        self._program = program
        self._slots = Slots(width)
        self._plan = _Plan(0, 1, 0)
        self._end = _ENDLESS
        self._noting = Lock()
        self._flights: dict[tuple[int, int], _Flight] = {}
        self._line: deque[_Flight] = deque()
        self._kept: dict[tuple[int, int], Page[Impression]] = {}
        self._given_up = Event()
        self._threads = Workers(width, "read-ahead")
        self.misses = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ask for nothing more, and wait for the answers that are under way."""
        self._given_up.set()
        self._threads.close()
        self._flights.clear()
        self._kept.clear()

    def expect(self, limit: int, stride: int, until: int | None) -> None:
        """Announce that after each page the one `stride` entries on is wanted, and so on.

        Args:
            limit: The entries that those pages are asked for with.
            stride: From one offset to the next, at least 1.
            until: Where the list ends, about: no page from there on; None if that isn't known.
        """
        self._plan = _Plan(limit, stride, _ENDLESS if until is None else until)
        self._drop([key for key in self._flights if key[0] != limit])

    def page(self, limit: int, offset: int) -> Page[Impression]:
        """The page, as it was read ahead or as Vantio gives it now.

        Raises:
            VantioError: Vantio gives no usable answer for this page.
        """
        key = (limit, offset)
        kept = self._kept.pop(key, None)
        flight = self._flights.pop(key, None)
        self._keep_to_plan(offset, expected=bool(kept or flight))
        if kept or flight:
            self._fill(offset)
        found = kept or self._landed(flight) or self._asked(limit, offset)
        self._note_end(offset, found)
        self._fill(offset)
        return found

    def find_end(self, limit: int, stride: int, guess: int = 0) -> int:
        """About how many entries the list has, from looks at pages that are multiples of `stride`.

        A first few of the pages are kept for `page`. An empty page is believed.

        Args:
            limit: The entries that pages are asked for with.
            stride: From one offset to the next, at least 1.
            guess: How many entries there may be; 0 if there is no idea.

        Raises:
            VantioError: Vantio gives no usable answer.
        """
        search = EndSearch(stride, guess)
        while places := search.look():
            flights = [(place, self._launch(limit, place * stride)) for place in places]
            for place, flight in flights:
                offset = place * stride
                page = self._landed(flight) or self._asked(limit, offset)
                search.saw(place, page.size)
                if page.size and len(self._kept) < _MOST_KEPT:
                    self._kept[limit, offset] = page
        return search.end

    def _keep_to_plan(self, offset: int, *, expected: bool) -> None:
        """Drop the flights that are not wanted any more, now that this page is."""
        if self._flights and not expected:
            self.misses += 1
            self._slots.narrow_to_one()
            self._drop(list(self._flights))
        ahead = self._plan.after(offset)
        self._drop([key for key in self._flights if key[1] not in ahead])

    def _drop(self, keys: list[tuple[int, int]]) -> None:
        for key in keys:
            self._flights.pop(key).page.cancel()

    def _fill(self, offset: int) -> None:
        """Let the pages after this offset be on their way, no more than there is room for."""
        limit = self._plan.limit
        room = min(_ROUNDS_AHEAD * self._slots.width, _MOST_AHEAD)
        for ahead in self._plan.after(offset):
            if len(self._flights) >= room or ahead >= self._end:
                return
            key = (limit, ahead)
            if key not in self._flights and key not in self._kept:
                self._flights[key] = self._launch(limit, ahead)

    def _launch(self, limit: int, offset: int) -> _Flight:
        flight = _Flight(limit, offset)
        self._line.append(flight)
        self._threads.submit(self._fly)
        return flight

    def _fly(self) -> None:
        """Let the first in line take off when a slot is free; called once for each in line."""
        with self._slots.one() as since:
            flight = self._line.popleft()
            if self._given_up.is_set() or not flight.page.set_running_or_notify_cancel():
                return
            flight.since = since
            try:
                flight.page.set_result(self._asked_once(flight))
            except VantioError as error:
                self._slots.failed(since, refused=isinstance(error, Limited))
                flight.page.set_exception(error)
            except BaseException as error:
                flight.page.set_exception(error)
                raise

    def _asked_once(self, flight: _Flight) -> Page[Impression] | None:
        if flight.offset >= self._end:
            return None
        page = self._asking.impressions_once(
            self._program, flight.limit, flight.offset, self._given_up
        )
        self._note_end(flight.offset, page)
        return page

    def _landed(self, flight: _Flight | None) -> Page[Impression] | None:
        """The page of a flight, once it is there; None where it has to be asked for again."""
        if flight is None:
            return None
        began = time.monotonic()
        try:
            page = flight.page.result()
        except VantioError as error:
            if error.permanent:
                raise
            return None
        if page is not None:
            self._slots.answered(flight.since, time.monotonic() - began)
        return page

    def _asked(self, limit: int, offset: int) -> Page[Impression]:
        """The page that is wanted now; what follows it takes off in its wake."""
        with self._slots.one(urgent=True):
            self._fill(offset)
            try:
                return self._asking.impressions(self._program, limit, offset)
            except VantioError:
                self._slots.narrow_to_one()
                raise

    def _note_end(self, offset: int, page: Page[Impression]) -> None:
        with self._noting:
            if page.size == 0:
                self._end = min(self._end, offset)
            elif offset >= self._end:
                self._end = _ENDLESS
