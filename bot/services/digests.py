"""Publishing digests and leaderboards: what is due goes into the outbox, once, with its numbers."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from bot.domain import command
from bot.domain.calendar import local
from bot.domain.command import CommandError, Question, Verb
from bot.domain.correction import Figures
from bot.domain.digest import Send, decide, edition, joined
from bot.domain.naming import UnknownNameError
from bot.domain.subscription import missed, next_due
from bot.services.notices import tell_managers
from bot.slack import views
from bot.store import editions, outbox, subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.domain.command import Filters
    from bot.domain.digest import Edition
    from bot.domain.model import Answer
    from bot.domain.period import Period
    from bot.domain.subscription import Subscription
    from bot.services.reports import Reports
    from bot.slack.message import Message
    from bot.store.database import Database, Transaction

    Made: TypeAlias = tuple[Answer, Message]

logger = logging.getLogger(__name__)

DIGEST, LEADERBOARD = "digest", "leaderboard"
KINDS = (DIGEST, LEADERBOARD)
_LABELS = {DIGEST: "yesterday", LEADERBOARD: "last week"}
_ROWS = {DIGEST: 5, LEADERBOARD: 10}
_VERBS = {DIGEST: Verb.TOP, LEADERBOARD: Verb.LEADERBOARD}


@dataclass(frozen=True, slots=True)
class Publisher:
    """Makes editions from what `reports` read.

    `awake` is since when the bot has been running (UTC seconds); `fresh_until` tells up to when
    the store holds everything; `managers` are told of a subscription whose filters don't work.
    """

    database: Database
    reports: Reports
    fresh_until: Callable[[], int | None]
    managers: Sequence[str]
    zone: str
    awake: int

    def publish_due(self, now: int) -> int:
        """Put everything due into the outbox; returns how many messages that were."""
        with self.database.read() as tx:
            due = subscriptions.due(tx, now)
        return sum(self._publish(each, now) for each in due)

    def edition(self, kind: str, now: int) -> Edition:
        """The edition that would be due right now."""
        return edition(kind, [now], now, self.zone)

    def render(self, issue: Edition, words: str, now: int, note: str | None = None) -> Made:
        """The numbers of an edition, and the message that tells them.

        Raises:
            CommandError: when the filters in `words` can't be understood.
            UnknownNameError: when they name nothing.
        """
        filters = self.filters(issue.kind, words, now)
        period = self._labelled(issue, now)
        question = Question(_VERBS[issue.kind], period, _ROWS[issue.kind], filters=filters)
        found = self.reports.answer(question, now)
        found = replace(found, notes=(note,) if note else ())
        show = views.digest if issue.kind == DIGEST else views.leaderboard
        return found, show(found, issue.due if issue.late else None)

    def filters(self, kind: str, words: str, now: int) -> Filters:
        """Which scans the words of a subscription mean.

        Raises:
            CommandError: when they can't be understood.
        """
        return command.parse(f"{_VERBS[kind]} {words}", now, self.zone).filters

    def _labelled(self, issue: Edition, now: int) -> Period:
        """The period in the words of the day on which it is read, unless these would be wrong."""
        on_its_day = local(now, self.zone).date() == local(issue.due, self.zone).date()
        if issue.late or not on_its_day:
            return issue.period
        return replace(issue.period, label=_LABELS[issue.kind])

    def _publish(self, subscription: Subscription, now: int) -> int:
        schedule, due = subscription.schedule, subscription.next_due
        if schedule is None or due is None:
            return 0
        dues = missed(schedule, due, now) or (due,)
        issue = edition(subscription.kind, dues, now, schedule.zone)
        decision = decide(
            due,
            issue.period.end,
            now,
            self.fresh_until(),
            awake=self.awake,
            zone=schedule.zone,
        )
        if not isinstance(decision, Send):
            return 0
        following = next_due(schedule, now)
        try:
            return self._put(subscription, issue, now, decision.note, following)
        except _OvertakenError:
            logger.debug("A %s that was to be joined is on its way; see again.", subscription.kind)
            return 0

    def _put(
        self, to: Subscription, issue: Edition, now: int, note: str | None, following: int
    ) -> int:
        """Put an edition into the outbox, together with what waits there before it."""
        with self.database.read() as tx:
            waiting = editions.waiting(tx, to, issue.period.zone, now)
        whole, replaced = joined(issue, waiting, now, issue.period.zone)
        made = self._made(to, whole, now, note)
        with self.database.write(durable=True) as tx:
            if not subscriptions.move_on(tx, to, following):
                return 0
            if made is None or editions.covered(tx, to, issue):
                return 0
            for each in replaced:
                if not outbox.withdraw(tx, each.key(to.channel, to.id)):
                    raise _OvertakenError
            return self._add(tx, to, whole, made, now)

    def _add(self, tx: Transaction, to: Subscription, issue: Edition, made: Made, now: int) -> int:
        found, message = made
        intent = issue.key(to.channel, to.id)
        text = message.to_json()
        if not outbox.add(tx, intent, to.kind, to.channel, text, now):
            return 0
        editions.add(tx, intent, to, issue, Figures.of(found), now)
        return 1

    def _made(
        self, subscription: Subscription, issue: Edition, now: int, note: str | None
    ) -> Made | None:
        try:
            return self.render(issue, subscription.words, now, note)
        except (CommandError, UnknownNameError) as error:
            what = f"The {subscription.kind} for {subscription.channel} could not be made."
            remedy = f"{error} Correct its filters in config.toml."
            logger.error("%s %s", what, remedy)  # noqa: TRY400 - the sentence says it all
            with self.database.write() as tx:
                about = issue.key(subscription.channel, subscription.id)
                tell_managers(tx, self.managers, about, what, remedy, now)
            return None


class _OvertakenError(Exception):
    """A message that was to be replaced is on its way by now."""
