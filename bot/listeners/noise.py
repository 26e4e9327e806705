"""What people do about alerts: mute them, say what they are worth, say what became of a poster."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from bot.domain.calendar import local, midnight
from bot.domain.noise import Scope, State
from bot.listeners.failures import apologising
from bot.listeners.showing import show
from bot.services.permissions import Asker
from bot.slack import views
from bot.slack.views import noise as parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, App, Respond

    from bot.services.noise import Noise
    from bot.services.permissions import Permissions
    from bot.slack.message import Message

    Answering: TypeAlias = Callable[[Noise, "_Deed"], Message]

_STALE = "This button is from another version of the bot. “/posters help” shows what there is now."
_UNKNOWN = "I don't know any more what that alert was about. “/posters alerts” lists the last ones."
_NO_DAY = "To mute until a day, choose one between tomorrow and a year from now."
_MOST_DAYS, _LAST_KEY = 366, 2**31
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class _Deed:
    """What somebody did: their Slack id, the action as Slack tells it, and when (UTC seconds)."""

    user: str
    action: dict[str, Any]
    now: int

    @property
    def value(self) -> dict[str, object]:
        return parts.unpacked(self.action.get("value"))


def register(app: App, noise: Noise, permissions: Permissions, clock: Callable[[], int]) -> None:
    """Hear the buttons and menus beneath alerts; each is answered privately.

    Everyone may say what an alert was worth; what changes something is for managers.
    """

    def hear(
        action_id: str | re.Pattern[str], answer: Answering, *, for_everyone: bool = False
    ) -> None:
        def listener(
            ack: Ack, respond: Respond, action: dict[str, Any], body: dict[str, Any]
        ) -> None:
            ack()
            with apologising(respond):
                user = body["user"]["id"]
                refusal = None if for_everyone else permissions.to_change(Asker(user))
                show(respond, refusal or answer(noise, _Deed(user, action, clock())))

        app.action(action_id)(listener)

    hear(parts.USEFUL, _vote, for_everyone=True)
    hear(parts.NOISE, _vote, for_everyone=True)
    hear(parts.MUTE, _mute)
    hear(parts.MUTE_UNTIL, _mute_until)
    hear(parts.UNMUTE, _unmute)
    hear(re.compile(rf"^{parts.STANDING}:"), _stand)


def _vote(noise: Noise, deed: _Deed) -> Message:
    useful = deed.action["action_id"] == parts.USEFUL
    match deed.value:
        case {"alert": int(alert)} if 0 < alert < _LAST_KEY:
            known = noise.vote(alert, deed.user, deed.now, useful=useful)
            return views.thanks(useful=useful) if known else views.mistake(_UNKNOWN)
    return views.mistake(_STALE)


def _mute(noise: Noise, deed: _Deed) -> Message:
    match parts.unpacked((deed.action.get("selected_option") or {}).get("value")):
        case {
            "alert": int(alert),
            "channel": str(channel),
            "scope": str(scope),
            "hours": int(hours),
        } if hours in parts.HOURS.values():
            return _muted(noise, deed, alert, channel, scope, deed.now + hours * _HOUR)
    return views.mistake(_STALE)


def _mute_until(noise: Noise, deed: _Deed) -> Message:
    context = parts.until_context(str(deed.action.get("block_id")))
    if context is None:
        return views.mistake(_STALE)
    alert, scope, channel = context
    today = local(deed.now, noise.zone).date()
    day = _day(deed.action.get("selected_date"))
    if day is None or not today < day <= today + timedelta(_MOST_DAYS):
        return views.mistake(_NO_DAY)
    return _muted(noise, deed, alert, channel, scope, midnight(day, noise.zone))


def _muted(noise: Noise, deed: _Deed, alert: int, channel: str, scope: str, until: int) -> Message:
    if scope not in {*Scope} or not 0 < alert < _LAST_KEY:
        return views.mistake(_STALE)
    mute = noise.mute(alert, channel, Scope(scope), until, deed.user, deed.now)
    if mute is None:
        return views.mistake(_UNKNOWN)
    return views.muted(mute, noise.name(mute), noise.zone, deed.now)


def _unmute(noise: Noise, deed: _Deed) -> Message:
    match deed.value:
        case {"mute": int(key)} if 0 < key < _LAST_KEY:
            mute = noise.unmute(key, deed.user, deed.now)
            return views.unmuted(mute, noise.name(mute)) if mute else views.ended()
    return views.mistake(_STALE)


def _stand(noise: Noise, deed: _Deed) -> Message:
    match deed.value:
        case {"poster": str(poster), "state": str(state)} if poster and state in {*State}:
            name = noise.stand(poster, State(state), deed.user, deed.now)
            return views.stood(name, State(state))
    return views.mistake(_STALE)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
