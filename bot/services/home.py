"""What stands on the Home of a person: the same numbers as everywhere, and what needs a look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain import command
from bot.domain.alert import Kind, Scope
from bot.domain.home import Home, Ongoing, Snag
from bot.services.naming import Names
from bot.slack.errors import SlackError
from bot.slack.receipt import Receipt
from bot.store import alerts, cursors, outbox, pauses, subscriptions, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.domain.alert import Alert
    from bot.domain.home import Place
    from bot.domain.model import Answer, Trouble
    from bot.domain.noise import Mute
    from bot.domain.subscription import Subscription
    from bot.services.condition import Condition
    from bot.services.noise import Noise
    from bot.services.places import Places
    from bot.services.reports import Reports
    from bot.store.database import Transaction

_TODAY, _WEEK, _TOP = "trend today", "trend last 7 days", "top 3 this week"
_LATELY = 2 * 86_400  # seconds for which a message that was given up is news
_MOST_RUNNING = 5
_MOST_LINKS = 1000
_SAID = {"held alerts": "summary of alerts", "trouble": "notice"}  # what other kinds say themselves


@dataclass(frozen=True, slots=True)
class Homes:
    """Reads it from the store; safe to share between threads.

    `places` says what a person may know of channels, `link` asks Slack where a message stands.
    """

    reports: Reports
    condition: Condition
    noise: Noise
    places: Places
    link: Callable[[Receipt], str]
    _links: dict[Receipt, str] = field(default_factory=dict)

    def of(self, user: str, now: int) -> Home:
        """What `user` (a Slack id) is to see at `now` (UTC seconds).

        Raises:
            StoreError: when the store can't be read.
        """
        with self.condition.database.read() as tx:
            fresh_until = cursors.fresh_until(tx, self.condition.feeds)
            broken, lost = troubles(tx, self.condition, now)
            running = alerts.unresolved(tx, Kind.SPIKE)[-_MOST_RUNNING:]
            wanted = subscriptions.every(tx)
            names = Names(tx, self.condition.programs)
            standing = [
                (each, _name(names, each), list(_receipts(tx, each, wanted)))
                for each in reversed(running)
            ]
        return Home(
            now=now,
            zone=self.noise.zone,
            fresh_until=fresh_until,
            today=self._ask(_TODAY, now),
            week=self._ask(_WEEK, now),
            top=self._ask(_TOP, now),
            troubles=tuple(broken),
            snags=tuple(self._snags(lost, user, now)),
            ongoing=tuple(self._ongoing(*each, user, now) for each in standing),
            gets=tuple(self._gets(wanted, user, now)),
            mutes=tuple(self._mutes(user, now)),
        )

    def _ask(self, words: str, now: int) -> Answer:
        return self.reports.answer(command.parse(words, now, self.noise.zone), now)

    def _snags(self, lost: Sequence[Lost], user: str, now: int) -> Iterator[Snag]:
        for each in lost:
            if place := self.places.of(each.channel, user, now):
                yield Snag(place, each.what, each.at, each.reason if place.open else "")

    def _ongoing(
        self,
        alert: Alert,
        name: str,
        standing: Sequence[tuple[str, Receipt]],
        user: str,
        now: int,
    ) -> Ongoing:
        seen = [receipt for channel, receipt in standing if self.places.sees(channel, user, now)]
        return Ongoing(alert, name, self._link(seen[0]) if seen else "")

    def _gets(
        self, wanted: Sequence[Subscription], user: str, now: int
    ) -> Iterator[tuple[Subscription, Place]]:
        for each in wanted:
            if place := self.places.of(each.channel, user, now):
                yield each, place

    def _mutes(self, user: str, now: int) -> Iterator[tuple[Mute, str, Place]]:
        """Those that a person may know all about, since what ends one names the channel."""
        for mute, name in self.noise.mutes(now):
            place = self.places.of(mute.channel, user, now)
            if place and place.open:
                yield mute, name, place

    def _link(self, receipt: Receipt) -> str:
        """Where a message stands, which never changes; empty where Slack does not say."""
        if receipt not in self._links:
            if len(self._links) >= _MOST_LINKS:
                self._links.clear()
            try:
                self._links[receipt] = self.link(receipt)
            except SlackError:
                return ""
        return self._links[receipt]


@dataclass(frozen=True, slots=True)
class Lost:
    """Something wrong in a channel, as the settings name it; see `Snag`."""

    channel: str
    what: str
    at: int
    reason: str


def troubles(tx: Transaction, condition: Condition, now: int) -> tuple[list[Trouble], list[Lost]]:
    """What is wrong with all of the bot, and what with single channels, as of `now`."""
    paused = [
        Lost(each.channel, "nothing is posted since", each.since, f"{each.problem}. {each.remedy}")
        for each in pauses.every(tx)
    ]
    together: dict[str, list[outbox.Buried]] = {}
    for each in outbox.buried(tx, now - _LATELY):
        together.setdefault(each.channel, []).append(each)
    given_up = [_given_up(each) for each in together.values()]
    return condition.failures(tx, now), paused + given_up


def _given_up(buried: Sequence[outbox.Buried]) -> Lost:
    """One line about all messages to a channel that were given up, the latest of which is first."""
    last = buried[0]
    what = f"the {_SAID.get(last.kind, last.kind)} could not be posted on"
    if len(buried) > 1:
        what = f"{len(buried)} messages could not be posted, the last on"
    return Lost(last.channel, what, last.created_at, last.error)


def _name(names: Names, alert: Alert) -> str:
    """What an alert is about, as people call it; empty for all posters together."""
    match alert.scope:
        case Scope.POSTER:
            return names.poster(alert.subject)
        case Scope.PROGRAM:
            return names.program(alert.subject)
        case Scope.OVERALL:
            return ""


def _receipts(
    tx: Transaction, alert: Alert, wanted: Sequence[Subscription]
) -> Iterator[tuple[str, Receipt]]:
    """Where the message about an alert stands, with what the settings call the channel."""
    for each in wanted:
        found = told.receipt(tx, each.channel, alert.key) if each.kind == "alert" else None
        if found:
            yield each.channel, Receipt(*found)
