"""Where things are posted, as far as the person who looks may know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.home import Place
from bot.domain.sight import EVERYTHING, NOTHING, Sight
from bot.slack.errors import SlackError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from bot.slack.channels import Channel

# Seconds for which an answer of Slack holds, and for how long one that it did not give.
_KNOWN, _UNKNOWN = 600, 60


class Places:
    """Looks places up, each every few minutes at most; safe to share between threads.

    `find` asks Slack for what the settings call by name or id; `manages` says of the Slack id of a
    person whether they may know of every place.
    """

    def __init__(self, find: Callable[[str], Channel], manages: Callable[[str], bool]) -> None:
        self._find = find
        self._manages = manages
        self._found: dict[str, tuple[int, Channel | None]] = {}

    def of(self, named: str, user: str, now: int) -> Place | None:
        """What `user` may know of a place; None where it is somebody else's direct messages."""
        return self._as_seen(named, user, now, manages=self._manages(user))

    def sees(self, named: str, user: str, now: int) -> bool:
        """Whether `user` may know all about a place."""
        return self.sight((named,), user, now).sees(named)

    def sight(self, named: Collection[str], user: str, now: int) -> Sight:
        """What `user` may know of these places; of none, everyone knows the same."""
        if not named:
            return NOTHING
        if self._manages(user):
            return EVERYTHING
        seen = ((each, self._as_seen(each, user, now, manages=False)) for each in named)
        return Sight(frozenset(each for each, place in seen if place and place.open))

    def _as_seen(self, named: str, user: str, now: int, *, manages: bool) -> Place | None:
        channel = self._channel(named, now)
        if channel is None:
            return Place(name=named if manages else "", open=manages)
        personal = not channel.name
        if personal and not manages and channel.id != user:
            return None
        return Place(channel.id, open=manages or personal or not channel.is_private)

    def _channel(self, named: str, now: int) -> Channel | None:
        until, channel = self._found.get(named, (0, None))
        if now < until:
            return channel
        try:
            channel = self._find(named)
        except SlackError:
            channel = None
        self._found[named] = now + (_UNKNOWN if channel is None else _KNOWN), channel
        return channel
