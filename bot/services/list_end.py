"""Where a list ends that tells no total, by looking at few of its pages."""

from __future__ import annotations

from typing import Final

_MOST_IN_VAIN: Final = 5
_FACTOR: Final = 4
_DOUBLED: Final = 2  # pages looked at together: a round trip saved for about one look in vain
_LARGEST: Final = 2**40
_EXACT_TO: Final = 64


class EndSearch:
    """A search over the pages 0, 1, 2, ... of a list, each of `stride` entries.

    It looks ever further until a page is empty, then between that and the last one with entries,
    and stops when it knows the end to a 64th of the list or after five looks at empty pages.

    Args:
        stride: From one page's offset to the next, in entries.
        guess: How many entries there may be; 0 if there is no idea.
    """

    def __init__(self, stride: int, guess: int = 0) -> None:
        self._stride = stride
        self._base = guess // stride
        self._leap = 1
        self._sizes: dict[int, int] = {}

    def look(self) -> list[int]:
        """The pages to look at next, in rising order; none when the end is known."""
        if not self._sizes:
            return sorted({0, self._base, self._base + 1})
        if self._last_page() is not None:
            return []
        if self._empty is None:
            return self._further()
        first, width = self._filled, self._empty - self._filled
        if width <= max(1, first // _EXACT_TO):
            return []
        count = min(_DOUBLED, width - 1, _MOST_IN_VAIN - self._in_vain)
        return [first + width * part // (count + 1) for part in range(1, count + 1)]

    def saw(self, page: int, size: int) -> None:
        """Note how many entries a page had."""
        self._sizes[page] = size

    @property
    def end(self) -> int:
        """How many entries the list has, as far as that is known: too few or too many by little."""
        last = self._last_page()
        if last is None and self._empty is not None and self._empty - self._filled > 1:
            return (self._filled + self._empty) * self._stride // 2
        last = max(self._filled, 0) if last is None else last
        return last * self._stride + self._sizes.get(last, 0)

    @property
    def _filled(self) -> int:
        return max((page for page, size in self._sizes.items() if size), default=-1)

    @property
    def _empty(self) -> int | None:
        beyond = (page for page, size in self._sizes.items() if not size and page > self._filled)
        return min(beyond, default=None)

    @property
    def _in_vain(self) -> int:
        return sum(not size for size in self._sizes.values())

    def _last_page(self) -> int | None:
        """The page that is the last because it is not full, where pages can be full at all."""
        size = self._sizes.get(self._filled, 0)
        full = max(self._sizes.values()) >= self._stride
        return self._filled if full and 0 < size < self._stride else None

    def _further(self) -> list[int]:
        pages: list[int] = []
        while len(pages) < _DOUBLED and self._leap < _LARGEST:
            self._leap *= _FACTOR
            pages.append(self._base + self._leap)
        return pages
