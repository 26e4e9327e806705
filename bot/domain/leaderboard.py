"""Competition ranks: 1, 2, 2, 4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.model import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_GRACE = 3


def rank(
    counts: Iterable[tuple[str, str, int]], before: Mapping[str, int] | None, n: int
) -> list[Row]:
    """The first `n` by scans, ties in the order of their names, then ids.

    Nobody without a scan is ranked. A tie that the cut would tear apart is shown whole if that
    takes at most three more rows; otherwise it is cut at `n`.

    Args:
        counts: Id, name and scans of everyone.
        before: Scans by id in the compared period; None where there is nothing to compare with.
        n: How many rows to show.
    """
    ranked = sorted(
        (entry for entry in counts if entry[2] > 0),
        key=lambda entry: (-entry[2], entry[1].casefold(), entry[0]),
    )
    now = _ranks({identity: scans for identity, _, scans in ranked})
    then = _ranks(before or {})
    return [
        Row(
            rank=now[identity],
            id=identity,
            name=name,
            scans=scans,
            before=None if before is None else before.get(identity, 0),
            moved=then[identity] - now[identity] if identity in then else None,
        )
        for identity, name, scans in ranked[: _cut([scans for _, _, scans in ranked], n)]
    ]


def _ranks(scans: Mapping[str, int]) -> dict[str, int]:
    """The rank of everyone who has scans: one more than how many have more."""
    ranks: dict[str, int] = {}
    best = sorted((item for item in scans.items() if item[1] > 0), key=lambda item: -item[1])
    for place, (identity, value) in enumerate(best, 1):
        tied = place > 1 and best[place - 2][1] == value
        ranks[identity] = ranks[best[place - 2][0]] if tied else place
    return ranks


def _cut(scans: Sequence[int], n: int) -> int:
    if not 0 < n < len(scans):
        return max(n, 0)
    torn = sum(1 for value in scans[n:] if value == scans[n - 1])
    return n + torn if torn <= _GRACE else n
