"""What people say of alerts: useful or noise, not for a while, and what became of a poster."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.domain.calendar import day_words, local, weekday
from bot.domain.figures import count
from bot.domain.noise import Scope, State
from bot.slack import kit
from bot.slack.kit import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slackblocks import Block, Button

    from bot.domain.noise import Mute
    from bot.slack.message import Message

USEFUL, NOISE = "useful", "noise"
MUTE, MUTE_UNTIL, UNMUTE = "mute", "mute_until", "unmute"
STANDING = "standing"
HOURS = {"1 hour": 1, "6 hours": 6, "1 day": 24, "1 week": 168}
_UNTIL_ID = "mute-until"
_MOST_MUTES = 25
_NEARLY_A_WEEK = 6 * 86_400
STOOD = {
    State.UP: "is still up",
    State.REPLACED: "was replaced",
    State.RETIRED: "is retired",
}


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


def muted(mute: Mute, name: str, zone: str, now: int) -> Message:
    """That something is muted, with a way back."""
    point = f"Muted {what(mute.scope, name)} in {_channel(mute)} until {_until(mute, zone, now)}."
    undo = kit.button("Undo", UNMUTE, {"mute": mute.key})
    lists = kit.context("`/posters mutes` lists and ends mutes.")
    return private(point, kit.section(point, undo), lists)


def unmuted(mute: Mute, name: str) -> Message:
    """That a mute has ended."""
    return private(f"Alerts about {what(mute.scope, name)} are told in {_channel(mute)} again.")


def ended() -> Message:
    """That there is no such mute any more."""
    return private("That mute had ended already.")


def mutes(running: Sequence[tuple[Mute, str]], zone: str, now: int, *, unseen: int = 0) -> Message:
    """Every mute, with the name of what is muted, and a button to end it.

    So many more, `unseen`, are in channels that are not for whoever asks.
    """
    if not running and unseen:
        return private(f"*{count(unseen, 'mute')}*, in private conversations only.")
    if not running:
        return private("*Nothing is muted.* Every alert has a menu to mute it for a while.")
    which = "which" if len(running) == 1 else "each of which"
    point = f"*{count(len(running), 'mute')}*, {which} ends by itself."
    shown = [
        mute_row(mute, name, _channel(mute), zone, now) for mute, name in running[:_MOST_MUTES]
    ]
    left = len(running) - len(shown)
    more = [kit.context(f"{count(left, 'more mute')} end later.")] if left > 0 else []
    if unseen:
        more.append(kit.context(f"{count(unseen, 'more mute')} in private conversations."))
    return private(point, kit.section(point), *shown, *more)


def mute_row(mute: Mute, name: str, channel: str, zone: str, now: int) -> Block:
    """One mute with a button that ends it; `channel` is mrkdwn."""
    return kit.section(
        f"{_begun(what(mute.scope, name))} in {channel}\n"
        f"until {_until(mute, zone, now)} · by {kit.mention('@', mute.author)}",
        kit.button("End", UNMUTE, {"mute": mute.key}),
    )


def thanks(*, useful: bool) -> Message:
    """That a vote is kept."""
    said = "useful" if useful else "noise"
    return private(
        f"Thank you, kept as *{said}*. It helps to tune the alerts: `/posters alerts` shows all."
    )


def stood(name: str, state: State) -> Message:
    """That it is kept what became of a poster."""
    return private(f"Thank you. It is noted that *{escape(name)}* {STOOD[state]}.")


def private(point: str, *parts: Block) -> Message:
    """A message that says `point`, and consists of nothing but it where there are no parts."""
    return kit.message(point.replace("*", "").replace("`", ""), parts or [kit.section(point)])


def what(scope: Scope, name: str) -> str:
    """What a mute covers, in words."""
    shown = f"*{escape(name)}*"
    return {
        Scope.POSTER: shown,
        Scope.PLACE: f"every poster at {shown}",
        Scope.PROGRAM: f"{shown} and its posters",
        Scope.OVERALL: "every alert",
    }[scope]


def _begun(words: str) -> str:
    """The same words where a line begins."""
    return words[0].upper() + words[1:]


def _channel(mute: Mute) -> str:
    return kit.mention("#", mute.channel)


def _until(mute: Mute, zone: str, now: int) -> str:
    """When a mute ends: by the weekday within a week, else by the day, and always by the clock."""
    wall = local(mute.until, zone)
    if mute.until - now < _NEARLY_A_WEEK:
        return f"{weekday(wall)} {wall:%H:%M} ({escape(zone)})"
    return f"{day_words(wall)} {wall:%H:%M} ({escape(zone)})"
