"""Times ahead that nobody can have asked for, as they remain when the clock was set back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.database import Transaction

LONGEST = 1800  # seconds for which anything of the delivery waits, whatever Slack asks for
_MARGIN = 60  # seconds by which the clocks of several processes may differ

_SOONER = (
    "update lane set ready_at = 0 where ready_at > :bound_ms",
    "update outbox set due_at = :now where state = 'waiting' and due_at > :bound",
    "update outbox set look_again_at = :now where look_again_at > :bound",
    "update outbox set revise_at = :now where revision is not null and revise_at > :bound",
    "update source set not_before = null where name like 'Slack %' and not_before > :bound",
)
# What began ahead of now began by now, and is settled that much later.
_BEGUN = """update outbox set sending_at = :now where sending_at > :latest
    and (state = 'sending' or revision is not null)"""


def disbelieve(tx: Transaction, now: int) -> None:
    """Let nothing wait until a time too far ahead of `now` (UTC seconds) to have been meant."""
    bound = now + LONGEST + _MARGIN
    for sooner in _SOONER:
        tx.execute(sooner, now=now, bound=bound, bound_ms=bound * 1000)
    tx.execute(_BEGUN, now=now, latest=now + _MARGIN)
