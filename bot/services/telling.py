"""Bringing alerts to channels: at once, later or not at all; and changing what stands there."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain.alert import OCCASIONS, About, Kind, Scope
from bot.domain.naming import poster_name
from bot.domain.noise import Held, Muted, Why, place
from bot.services.naming import Names
from bot.slack import views
from bot.store import alerts, held, outbox, subscriptions, told

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.domain.alert import Alert, Band
    from bot.domain.model import Programs
    from bot.services.noise import Noise, Release
    from bot.store.database import Transaction

logger = logging.getLogger(__name__)

ALERT, HELD = "alert", "held alerts"
_DETAILS = "/details"
_PATIENCE = 300  # seconds after which a message waits for Slack, and not just for its turn
_OLD = 3600  # seconds after which a first scan is no news


@dataclass(frozen=True, slots=True)
class Telling:
    """Puts alerts into the outbox of every subscribed channel, as far as its noise is wanted."""

    noise: Noise
    programs: Programs
    zone: str

    def channels(self, tx: Transaction) -> list[str]:
        """Who wants alerts."""
        return [each.channel for each in subscriptions.of_kind(tx, ALERT)]

    def tell(self, tx: Transaction, found: Alert, now: int, bands: tuple[Band, ...] = ()) -> None:
        """Tell of a new alert, with its details in the thread."""
        for channel in self._open(tx, found, now):
            intent = told.intent(channel, found.key)
            outbox.add(
                tx, intent, ALERT, channel, self._message(tx, found, bands, now, channel), now
            )
            if found.kind is Kind.SPIKE:
                details = views.details(found, self._about(tx, found, bands), self.zone).to_json()
                outbox.add(
                    tx, f"{intent}{_DETAILS}", ALERT, channel, details, now, thread_of=intent
                )

    def change(self, tx: Transaction, found: Alert, now: int, bands: tuple[Band, ...]) -> None:
        """Let the messages about an alert say how it stands now."""
        details = views.details(found, self._about(tx, found, bands), self.zone).to_json()
        for channel in self.channels(tx):
            intent = told.intent(channel, found.key)
            outbox.revise(tx, intent, self._message(tx, found, bands, now, channel), now)
            outbox.revise(tx, f"{intent}{_DETAILS}", details, now)

    def groups(self, tx: Transaction, found: Sequence[Alert], now: int) -> list[list[Alert]]:
        """Alerts that are told in one message: those that the same channels may hear of."""
        together: dict[tuple[str, ...], list[Alert]] = {}
        for each in found:
            together.setdefault(tuple(self._hearing(tx, each, now)), []).append(each)
        return list(together.values())

    def tell_together(self, tx: Transaction, found: Sequence[Alert], now: int) -> None:
        """Tell of posters that have gone quiet, or of good news, in one message a channel."""
        open_to = [set(self._open(tx, each, now)) for each in found]
        for channel in sorted(set.intersection(*open_to)):
            intent = told.intent(channel, found[0].key)
            outbox.add(tx, intent, ALERT, channel, self._together(tx, found, now, channel), now)

    def change_together(self, tx: Transaction, found: Sequence[Alert], now: int) -> None:
        """Let the messages about a group of quiet posters say how they stand now."""
        for channel in self.channels(tx):
            intent = told.intent(channel, found[0].group or found[0].key)
            outbox.revise(tx, intent, self._together(tx, found, now, channel), now)

    def release(self, tx: Transaction, release: Release, now: int) -> None:
        """Tell in one message of the alerts that a channel had to wait for."""
        if release.channel in self.channels(tx):
            message = self._held(tx, release.channel, release.alerts, release.why)
            intent = f"held/{release.channel}/{min(release.alerts)}-{max(release.alerts)}/{now}"
            outbox.add(tx, intent, HELD, release.channel, message, now)
        self.noise.release(tx, release)

    def overtaken(self, tx: Transaction, now: int) -> list[str]:
        """The channels in which there may be something to `gather`."""
        return [
            each
            for each in self.channels(tx)
            if _overtaken(tx, each, now)
            or held.alerts(tx, each, Why.AWAY)
            or told.last_away(tx, each)[1] == "waiting"
        ]

    def gather(self, tx: Transaction, channel: str, now: int) -> bool:
        """Tell in one message of all alerts that were over before Slack took theirs.

        Their own messages are withdrawn. As long as the one in their place waits too, it takes in
        whatever else is over; while nobody knows its fate, nothing is done. Returns whether a
        message came into the outbox.
        """
        intent, state = told.last_away(tx, channel)
        if state == "sending":
            return False
        if state != "waiting":
            held.remove(tx, channel, held.alerts(tx, channel, Why.AWAY))
        self._take_back(tx, channel, now)
        found = held.alerts(tx, channel, Why.AWAY)
        if not found:
            outbox.withdraw(tx, intent)
            return False
        message = self._held(tx, channel, found, Why.AWAY)
        if state == "waiting":
            outbox.revise(tx, intent, message, now)
            return False
        return outbox.add(tx, told.away(channel, found[0]), HELD, channel, message, now)

    def _take_back(self, tx: Transaction, channel: str, now: int) -> None:
        """Hold what is over instead of sending its message."""
        for key in _overtaken(tx, channel, now):
            if outbox.withdraw(tx, told.intent(channel, key)):
                for each in alerts.group(tx, key):
                    held.add(tx, channel, each.key, Held(now, Why.AWAY), now)

    def _open(self, tx: Transaction, found: Alert, now: int) -> list[str]:
        """The channels that are told at once; for those that wait, the alert is held."""
        ready = []
        for channel in self.channels(tx):
            decision = self.noise.gate(tx, found, channel, now)
            if isinstance(decision, Muted):
                logger.info("Alert %s is not told in %s: %s.", found.key, channel, decision.reason)
            elif isinstance(decision, Held):
                self.noise.hold(tx, found.key, channel, decision, now)
            else:
                ready.append(channel)
        return ready

    def _hearing(self, tx: Transaction, found: Alert, now: int) -> list[str]:
        """The channels that are told now or later."""
        decisions = {each: self.noise.gate(tx, found, each, now) for each in self.channels(tx)}
        return [each for each, decision in decisions.items() if not isinstance(decision, Muted)]

    def _message(
        self, tx: Transaction, found: Alert, bands: tuple[Band, ...], now: int, channel: str
    ) -> str:
        return views.alert(found, self._about(tx, found, bands), self.zone, now, channel).to_json()

    def _together(self, tx: Transaction, found: Sequence[Alert], now: int, channel: str) -> str:
        abouts = [self._about(tx, each) for each in found]
        show = views.quiet if found[0].kind is Kind.QUIET else views.good_news
        return show(found, abouts, self.zone, now, channel).to_json()

    def _held(self, tx: Transaction, channel: str, keys: Collection[int], why: Why) -> str:
        found = alerts.by_key(tx, keys)
        named = [(each, self._about(tx, each).name or "Everything") for each in found]
        return views.held(named, why, self.noise.rule_of(channel), self.zone).to_json()

    def _about(self, tx: Transaction, found: Alert, bands: tuple[Band, ...] = ()) -> About:
        names = Names(tx, self.programs)
        busy = names.posters([id_ for id_, _ in found.evidence.busy])
        about = About(names={id_: poster_name(each) for id_, each in busy.items()}, bands=bands)
        if found.scope is Scope.PROGRAM:
            name = names.program(found.subject)
            return replace(about, name=name, program=name)
        if found.scope is Scope.OVERALL:
            return about
        poster = names.posters([found.subject])[found.subject]
        return replace(
            about,
            name=poster_name(poster),
            detail=names.about(poster),
            place=place(poster.location),
            program=names.program(poster.program),
        )


def _overtaken(tx: Transaction, channel: str, now: int) -> list[int]:
    """The alerts whose message waits for Slack, though what it says is over or is no news."""
    old = {*told.waiting(tx, channel, now - _OLD)}
    return [
        key
        for key in told.waiting(tx, channel, now - _PATIENCE)
        if all(
            key in old if each.kind in OCCASIONS else each.resolved_at is not None
            for each in alerts.group(tx, key)
        )
    ]
