"""The pages of one feed, for a sweep and for an audit, whatever limits and offsets are refused."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from bot.vantio.errors import BadRequest
from bot.vantio.wire import Page

if TYPE_CHECKING:
    from bot.domain.model import Impression
    from bot.domain.sweep import Sweep
    from bot.services.asking import Asking

logger = logging.getLogger(__name__)

_EMPTY: Final[Page[Impression]] = Page((), (), 0)


class Pages:
    """Asks for pages of one program's scans, or of all (None).

    Args:
        asking: Asks Vantio, with patience.
        program: Whose scans.
        learned: What is known of the list.
    """

    def __init__(self, asking: Asking, program: str | None, learned: Sweep) -> None:
        self._asking = asking
        self._program = program
        self._limit = learned.limit
        self._accepted = learned.limit if learned.cap else 0

    def at(self, offset: int) -> Page[Impression]:
        """The page at an offset, of as many rows as Vantio lists at once."""
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
            page = self._asking.impressions(self._program, limit, offset)
        except BadRequest:
            if offset > 0 and limit <= self._accepted:
                return _EMPTY  # so it is the offset that is refused: nothing is listed there
            if limit == 1:
                raise
            logger.info("Vantio refuses %d rows a page; asking for fewer.", limit)
            self._limit = limit // 2
            return None
        self._accepted = max(self._accepted, limit)
        return page
