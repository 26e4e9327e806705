"""What people say of alerts: useful or noise, not for a while, and what became of a poster."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.slack import kit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slackblocks import Block, Button

USEFUL, NOISE = "useful", "noise"
MUTE, MUTE_UNTIL, UNMUTE = "mute", "mute_until", "unmute"
STANDING = "standing"
HOURS = {"1 hour": 1, "6 hours": 6, "1 day": 24, "1 week": 168}
_UNTIL_ID = "mute-until"


def feedback_buttons(alert_key: int) -> tuple[Button, ...]:
    """Two buttons with which people say what an alert was worth to them."""
    value = {"alert": alert_key}
    made = kit.button("👍 Useful", USEFUL, value), kit.button("👎 Noise", NOISE, value)
    return tuple(each for each in made if each)


def mute_parts(
    alert_key: int, channel: str, scopes: Sequence[tuple[str, str]]
) -> tuple[Block, ...]:
    """A row with a menu of what to mute for how long, and a calendar for the first of these.

    Args:
        alert_key: The alert's number in the store.
        channel: Where the alert stands, as the settings name it.
        scopes: What can be muted, narrowest first, each with a label: "poster", "place", "program"
            or "overall".
    """
    if not scopes:
        return ()
    chosen = {"alert": alert_key, "channel": channel}
    groups = [
        (label, {text: {**chosen, "scope": scope, "hours": n} for text, n in HOURS.items()})
        for scope, label in scopes
    ]
    own_id = kit.own_id(_UNTIL_ID, str(alert_key), scopes[0][0], channel)
    picker = kit.day_picker(MUTE_UNTIL, "Mute until a day…") if own_id else None
    return kit.actions(kit.menu(MUTE, "🔕 Mute…", groups), picker, own_id=own_id)


def standing_buttons(poster: str) -> tuple[Button, ...]:
    """Three buttons with which people say what became of a poster that has gone quiet."""
    labels = {"up": "Still up", "replaced": "Replaced", "retired": "Retired"}
    made = (
        kit.button(label, f"{STANDING}:{state}", {"poster": poster, "state": state})
        for state, label in labels.items()
    )
    return tuple(each for each in made if each)


def until_context(block_id: str) -> tuple[int, str, str] | None:
    """The alert's number, the scope and the channel of a calendar; None for any other id."""
    match block_id.split(":", 3):
        case [mark, key, scope, channel] if mark == _UNTIL_ID and key.isdecimal():
            return int(key), scope, channel
    return None


def unpacked(value: object) -> dict[str, object]:
    """What a button or an option hands on; empty where another version of the bot made it."""
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
