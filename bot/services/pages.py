"""The pages of one feed, for a sweep and for an audit, whatever limits and offsets are refused."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from bot.services.read_ahead import ReadAhead
from bot.vantio.errors import BadRequest
from bot.vantio.wire import Page

if TYPE_CHECKING:
    from typing import Self

    from bot.domain.model import Impression
    from bot.domain.sweep import Sweep
    from bot.services.asking import Asking

logger = logging.getLogger(__name__)

_EMPTY: Final[Page[Impression]] = Page((), (), 0)


class Pages:
    """Asks for pages of one program's scans, or of all (None); leaving it ends all threads.

    Args:
        asking: Asks Vantio, with patience.
        program: Whose scans.
        learned: What is known of the list.
    """

    def __init__(self, asking: Asking, program: str | None, learned: Sweep) -> None:
        self._ahead = ReadAhead(asking, program)
        self._limit = learned.limit
        self._accepted = learned.limit if learned.cap else 0
        self._longest = learned.cap
        self._until: int | None = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ahead.close()

    def at(self, offset: int) -> Page[Impression]:
        """The page at an offset, of as many rows as Vantio lists at once.

        Raises:
            VantioError: when there is no usable answer.
        """
        page = self.of(self._limit, offset)
        while page is None:
            page = self.of(self._limit, offset)
        return page

    def of(self, limit: int, offset: int) -> Page[Impression] | None:
        """The page of so many rows at an offset; None where Vantio refuses to list so many.

        Raises:
            VantioError: when there is no usable answer.
        """
        try:
            page = self._ahead.page(limit, offset)
        except BadRequest:
            if offset > 0 and limit <= self._accepted:
                return _EMPTY  # so it is the offset that is refused: nothing is listed there
            if limit == 1:
                raise
            logger.info("Vantio refuses %d rows a page; asking for fewer.", limit)
            self._limit = limit // 2
            return None
        self._accepted = max(self._accepted, limit)
        if page.size > self._longest:
            self._longest = page.size
            self._expect()
        return page

    def read_along(self, known: int) -> int:
        """Get ready to read all of the list; returns how many entries it has, as far as is known.

        `known` is how many there should be; where that is 0, the end is looked for, so that long
        work has an estimate.
        """
        self._until = known or self._found_end()
        self._expect()
        return self._until or 0

    def read_no_further(self) -> None:
        """From now on single pages are wanted."""
        self._until = 0
        self._expect()

    def _found_end(self) -> int | None:
        try:
            return self._ahead.find_end(self._limit, max(self._limit - 1, 1))
        except BadRequest:
            return None  # the limit or an offset is refused: which, the first page will tell

    def _expect(self) -> None:
        stride = (self._longest or self._limit) - 1
        self._ahead.expect(self._limit, max(stride, 1), self._until)
