"""Pages of impressions asked for before they are needed, several at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Final

from bot.services.list_end import EndSearch
from bot.vantio.errors import Limited, VantioError

if TYPE_CHECKING:
    from concurrent.futures import Future
    from typing import Self

    from bot.domain.model import Impression
    from bot.services.asking import Asking
    from bot.vantio.wire import Page

_FIRST_WIDTH: Final = 2
_MOST_KEPT: Final = 64
_ENDLESS: Final = 2**62


@dataclass(frozen=True, slots=True)
class _Flight:
    """A page on its way, asked for after the width had been narrowed `narrowings` times."""

    page: Future[Page[Impression]]
    narrowings: int


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

    Two requests are in flight at first, and one more after each round of answers without trouble,
    up to `width`; half as many after a 429, one after any other trouble or after a page that nobody
    expected. A page that could not be read ahead is asked for again, with patience, when it is
    wanted. For the one thread that wants pages; leaving the block ends all others.

    Attributes:
        misses: How often other pages were on their way than the one that was wanted.
    """

    def __init__(self, asking: Asking, program: str | None, width: int = 8) -> None:
        self._asking = asking
        self._program = program
        self._most = width
        self._width = min(_FIRST_WIDTH, width)
        self._narrowings = 0
        self._good = 0
        self._plan = _Plan(0, 1, 0)
        self._end = _ENDLESS
        self._flights: dict[tuple[int, int], _Flight] = {}
        self._kept: dict[tuple[int, int], Page[Impression]] = {}
        self._given_up = Event()
        self._threads = ThreadPoolExecutor(width, "read-ahead")
        self.misses = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ask for nothing more, and wait for the answers that are under way."""
        self._given_up.set()
        self._threads.shutdown(cancel_futures=True)
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
        if kept is None:
            self._fill(offset, self._width - 1)  # this one is in flight too
        found = kept or self._landed(flight) or self._ask(limit, offset)
        self._note_end(offset, found)
        self._fill(offset, self._width)
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
                page = self._landed(flight) or self._ask(limit, offset)
                search.saw(place, page.size)
                if page.size and len(self._kept) < _MOST_KEPT:
                    self._kept[limit, offset] = page
        return search.end

    def _keep_to_plan(self, offset: int, *, expected: bool) -> None:
        """Drop the flights that are not wanted any more, now that this page is."""
        if self._flights and not expected:
            self.misses += 1
            self._narrow(1)
            self._drop(list(self._flights))
        ahead = self._plan.after(offset)
        self._drop([key for key in self._flights if key[1] not in ahead])

    def _drop(self, keys: list[tuple[int, int]]) -> None:
        for key in keys:
            self._flights.pop(key).page.cancel()

    def _fill(self, offset: int, room: int) -> None:
        """Let the pages after this offset be on their way, no more than there is room for."""
        limit = self._plan.limit
        for ahead in self._plan.after(offset):
            if len(self._flights) >= room or ahead >= self._end:
                return
            key = (limit, ahead)
            if key not in self._flights and key not in self._kept:
                self._flights[key] = self._launch(limit, ahead)

    def _launch(self, limit: int, offset: int) -> _Flight:
        page = self._threads.submit(
            self._asking.impressions_once, self._program, limit, offset, self._given_up
        )
        return _Flight(page, self._narrowings)

    def _landed(self, flight: _Flight | None) -> Page[Impression] | None:
        """The page of a flight, once it is there; None where it has to be asked for again."""
        if flight is None:
            return None
        try:
            page = flight.page.result()
        except VantioError as error:
            if flight.narrowings == self._narrowings:  # else one of those that narrowed it already
                self._narrow(self._width // 2 if isinstance(error, Limited) else 1)
            if error.permanent:
                raise
            return None
        self._widen()
        return page

    def _ask(self, limit: int, offset: int) -> Page[Impression]:
        try:
            return self._asking.impressions(self._program, limit, offset)
        except VantioError:
            self._narrow(1)
            raise

    def _note_end(self, offset: int, page: Page[Impression]) -> None:
        if page.size == 0:
            self._end = min(self._end, offset)
        elif offset >= self._end:
            self._end = _ENDLESS

    def _narrow(self, width: int) -> None:
        self._width = max(1, width)
        self._narrowings += 1
        self._good = 0

    def _widen(self) -> None:
        self._good += 1
        if self._good >= self._width < self._most:
            self._width += 1
            self._good = 0
