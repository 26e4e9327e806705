"""How much a channel hears of alerts, and what people make of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain import noise
from bot.domain.alert import Kind
from bot.domain.alert import Scope as Reach
from bot.domain.change import Change, Deed
from bot.domain.noise import Mute, Muted, Rule, Scope
from bot.services.naming import Names
from bot.store import changes, feedback, held, mutes, outbox, standing, told
from bot.store.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.alert import Alert
    from bot.domain.model import Programs
    from bot.domain.noise import Concern, Decision, Held, State, Told, Votes, Why
    from bot.store.database import Database, Transaction

_SHOWN, _SHOWN_CHANGES = 10, 20
_EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Release:
    """What one message to a channel is to tell of: alerts by number, held for the same reason."""

    channel: str
    alerts: tuple[int, ...]
    why: Why


@dataclass(frozen=True, slots=True)
class Noise:
    """Lets alerts through, holds them or keeps them back; days begin at midnight in `zone`.

    `rule` holds for every channel, but for those that have one of their own in `rules`.
    """

    database: Database
    programs: Programs
    zone: str
    rule: Rule = field(default_factory=Rule)
    rules: Mapping[str, Rule] = field(default_factory=dict)

    def gate(self, tx: Transaction, alert: Alert, channel: str, now: int) -> Decision:
        """What becomes of a new alert in a channel at `now` (UTC seconds).

        It is no question for an alert that was told already: that it is over goes where it stands.
        """
        concern = self._concern(tx, alert)
        if self._inhibited(tx, alert, concern):
            return Muted("its program is told of")
        since = noise.today(now, self.zone)
        return noise.decide(
            concern,
            mutes.running(tx, now, channel),
            self.rule_of(channel),
            told.count(tx, channel, since),
            now,
            self.zone,
        )

    def rule_of(self, channel: str) -> Rule:
        """How much a channel hears."""
        return self.rules.get(channel, self.rule)

    def hold(self, tx: Transaction, alert: int, channel: str, wait: Held, now: int) -> bool:
        """Keep an alert for later; False where it was kept already."""
        return held.add(tx, channel, alert, wait, now)

    def due(self, tx: Transaction, now: int) -> list[Release]:
        """What is to be told now of the alerts that were held, a message each.

        A channel with quiet hours waits for their end, also where they were set meanwhile.
        """
        waiting = [each for each in held.due(tx, now) if not self._quiet(each.channel, now)]
        together: dict[tuple[str, Why], list[int]] = {}
        for each in waiting:
            together.setdefault((each.channel, each.why), []).append(each.alert)
        return [Release(channel, tuple(alerts), why) for (channel, why), alerts in together.items()]

    def release(self, tx: Transaction, release: Release) -> None:
        """Hold no more what a message tells of; in the transaction that makes the message."""
        held.remove(tx, release.channel, release.alerts)

    def mute(
        self, alert: int, channel: str, scope: Scope, until: int, author: str, now: int
    ) -> Mute | None:
        """Mute what an alert is about; None where the alert or that scope of it is not known.

        Messages about it that are not on their way yet are not sent, and what was held is let go.
        """
        with self.database.write(durable=True) as tx:
            subject = self._subject(tx, alert, scope)
            if subject is None:
                return None
            made = mutes.add(tx, Mute(channel, scope, subject, until, author, now))
            self._silence(tx, made)
            changes.add(tx, _change(made, Deed.MUTED, author, now, str(until)))
        return made

    def unmute(self, key: int, author: str, now: int) -> Mute | None:
        """End a mute; returns what it was, None where it had ended."""
        with self.database.write(durable=True) as tx:
            ended = mutes.end(tx, key)
            if ended:
                changes.add(tx, _change(ended, Deed.UNMUTED, author, now))
        return ended

    def mutes(self, now: int) -> list[tuple[Mute, str]]:
        """The mutes that have not ended, with the name of what is muted; the first to end first."""
        with self.database.read() as tx:
            return [
                (each, self._name(tx, each.scope, each.subject)) for each in mutes.running(tx, now)
            ]

    def name(self, mute: Mute) -> str:
        """What is muted, as people call it."""
        with self.database.read() as tx:
            return self._name(tx, mute.scope, mute.subject)

    def vote(self, alert: int, author: str, now: int, *, useful: bool) -> bool:
        """Keep what a person says of an alert; False where there is no such alert."""
        with self.database.write() as tx:
            known = told.brief(tx, alert) is not None
            if known:
                feedback.vote(tx, alert, author, now, useful=useful)
        return known

    def stand(self, poster: str, state: State, author: str, now: int) -> str:
        """Keep what became of a poster; returns its name."""
        with self.database.write() as tx:
            standing.say(tx, poster, Standing(state, author, now))
            changes.add(tx, Change(now, author, Deed.STOOD, poster, Scope.POSTER, detail=state))
            return self._name(tx, Scope.POSTER, poster)

    def changes(self) -> list[tuple[Change, str]]:
        """The last changes, newest first, each with the name of what it is about."""
        with self.database.read() as tx:
            latest = changes.last(tx, _SHOWN_CHANGES)
            return [(each, self._name(tx, each.scope, each.subject)) for each in latest]

    def last(self) -> tuple[list[tuple[Told, str]], list[Votes]]:
        """The last alerts with the names of what they are about, and all votes by kind."""
        with self.database.read() as tx:
            latest = told.latest(tx, _SHOWN)
            named = [(each, self._name(tx, Scope(each.scope), each.subject)) for each in latest]
            return named, feedback.by_kind(tx)

    def _quiet(self, channel: str, now: int) -> bool:
        quiet = self.rule_of(channel).quiet
        return quiet is not None and quiet.now(now)

    def _concern(self, tx: Transaction, alert: Alert | Told) -> Concern:
        return noise.concern(
            alert, Names(tx, self.programs).posters([alert.subject])[alert.subject]
        )

    def _inhibited(self, tx: Transaction, alert: Alert, concern: Concern) -> bool:
        """Whether it is a poster's spike beneath one of its program."""
        spike = alert.kind is Kind.SPIKE and alert.scope is Reach.POSTER
        return spike and told.lifted(tx, concern.program)

    def _silence(self, tx: Transaction, mute: Mute) -> None:
        """Take back what a channel has not been told yet and is not to be told now."""
        channel = mute.channel
        for key in told.waiting(tx, channel):
            if self._covers(tx, mute, key):
                outbox.withdraw(tx, told.intent(channel, key))
        covered = [key for key in held.alerts(tx, channel) if self._covers(tx, mute, key)]
        held.remove(tx, channel, covered)

    def _covers(self, tx: Transaction, mute: Mute, alert: int) -> bool:
        found = told.brief(tx, alert)
        return found is not None and self._concern(tx, found).muted_by(mute)

    def _subject(self, tx: Transaction, alert: int, scope: Scope) -> str | None:
        """What a mute of this scope is about; None where the alert has nothing of that kind."""
        found = told.brief(tx, alert)
        if found is None:
            return None
        if scope is Scope.OVERALL:
            return ""
        concern = self._concern(tx, found)
        known: dict[Scope, str] = {
            Scope.POSTER: concern.poster,
            Scope.PLACE: concern.place,
            Scope.PROGRAM: concern.program,
        }
        return known[scope] or None

    def _name(self, tx: Transaction, scope: Scope, subject: str) -> str:
        names = Names(tx, self.programs)
        match scope:
            case Scope.POSTER:
                return names.poster(subject)
            case Scope.PROGRAM:
                return names.program(subject)
            case Scope.PLACE:
                return subject
            case Scope.OVERALL:
                return _EVERYTHING


def _change(mute: Mute, deed: Deed, author: str, now: int, detail: str = "") -> Change:
    return Change(now, author, deed, mute.subject, mute.scope, mute.channel, detail)
