"""This machine's clock against those of Vantio and Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.checkup.finding import ok, warning, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.services.checkup.finding import Finding

SUBJECT = "Clock"

_NOTICED, _WORST = 30, 240  # seconds; Slack's signatures are refused from 300 on
_REMEDY = "Switch on time synchronisation, for example:  timedatectl set-ntp true"


def clock(skews: Mapping[str, float | None]) -> Finding:
    """Judge the clock by the witness that it agrees with best.

    Args:
        skews: By how many seconds the clock is ahead of each witness, None where it told no time.
    """
    known = {who: skew for who, skew in skews.items() if skew is not None}
    if not known:
        return warning(SUBJECT, f"not compared: no time came from {' or '.join(skews)}")
    # Where they disagree, the one who agrees with us makes the other one the odd one out.
    who = min(known, key=lambda name: abs(known[name]))
    skew = known[who]
    if abs(skew) <= _NOTICED:
        return ok(SUBJECT, f"agrees with {who}")
    off = f"{abs(skew):,.0f} s {'ahead of' if skew > 0 else 'behind'} {who}"
    if abs(skew) <= _WORST:
        return warning(SUBJECT, off, _REMEDY)
    return wrong(SUBJECT, f"{off}: everything would come at the wrong time", _REMEDY)
