"""Numbers as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_FEW = 10
_MANY_TIMES = 3
_WHOLE_TIMES = 10
_SIGNIFICANT = 3


def thousands(n: int) -> str:
    """Digits in groups of three: "12,480"."""
    return f"{n:,}"


def roughly(n: int) -> int:
    """An estimate without the digits that it can't vouch for: 87, 840, 12,400; never too much."""
    step: int = 10 ** max(len(str(n)) - _SIGNIFICANT, 0)
    return n - n % step


def count(n: int, noun: str) -> str:
    """A number with its noun: "1 scan", "12 scans", "12,480 scans"."""
    return f"{thousands(n)} {noun}{'' if n == 1 else 's'}"


def change(scans: int, before: int | None) -> str:
    """How scans moved against the period before, honestly.

    Percentages say nothing about a handful, so below ten scans before it is the difference that
    is told ("▲ 3 scans"); from nothing it is "new"; three times as many and more is a multiple
    ("x3.2", with a true sign). Empty where there is nothing to compare with.
    """
    if before is None:
        return ""
    if scans == before:
        return "= same"
    if before == 0:
        return "new"
    arrow, moved = ("▲", scans - before) if scans > before else ("▼", before - scans)
    if before < _FEW:
        return f"{arrow} {count(moved, 'scan')}"
    if scans >= _MANY_TIMES * before:
        return _times(scans, before)
    percent = (200 * moved + before) // (2 * before)
    return f"{arrow} {percent} %" if percent else f"{arrow} under 1 %"


def _times(scans: int, before: int) -> str:
    times = scans / before
    shown = f"{times:.1f}" if times < _WHOLE_TIMES else thousands(round(times))
    return f"\N{MULTIPLICATION SIGN}{shown}"


def sparkline(values: Sequence[int]) -> str:
    """One bar a value, from nothing to the largest; empty for fewer than two values.

    Only zeros get the lowest bar: a single scan stands visibly above none.
    """
    if len(values) < 2:  # noqa: PLR2004 - a line has two ends
        return ""
    top, steps = max(*values, 1), len(_BARS) - 1
    return "".join(_BARS[-(-max(value, 0) * steps // top)] for value in values)


def a_or_an(noun: str) -> str:
    """One thing among several: "a digest", "an alert"."""
    return f"{'an' if noun.startswith(tuple('aeiou')) else 'a'} {noun}"
