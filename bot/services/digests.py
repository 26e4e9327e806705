"""Publishing digests and leaderboards: what is due goes into the outbox, once, with its numbers."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain import command
from bot.domain.calendar import local
from bot.domain.command import CommandError, Question, Verb
from bot.domain.digest import Send, decide, edition
from bot.domain.naming import UnknownNameError
from bot.domain.subscription import missed, next_due
from bot.services.delivery import tell_managers
from bot.slack import views
from bot.store import outbox, subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.domain.digest import Edition
    from bot.domain.model import Answer
    from bot.domain.period import Period
    from bot.domain.subscription import Subscription
    from bot.services.reports import Reports
    from bot.slack.message import Message
    from bot.store.database import Database

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

    def render(
        self, issue: Edition, words: str, now: int, note: str | None = None
    ) -> tuple[Answer, Message]:
        """The numbers of an edition, and the message that tells them.

        Raises:
            CommandError: when the filters in `words` can't be understood.
            UnknownNameError: when they name nothing.
        """
        filters = command.parse(f"{_VERBS[issue.kind]} {words}", now, self.zone).filters
        period = self._labelled(issue, now)
        question = Question(_VERBS[issue.kind], period, _ROWS[issue.kind], filters=filters)
        found = self.reports.answer(question, now)
        found = replace(found, notes=(note,) if note else ())
        show = views.digest if issue.kind == DIGEST else views.leaderboard
        return found, show(found, issue.due if issue.late else None)

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
        message = self._message(subscription, issue, now, decision.note)
        intent = issue.key(subscription.channel, subscription.id)
        with self.database.write(durable=True) as tx:
            if not subscriptions.move_on(tx, subscription, next_due(schedule, now)):
                return 0
            if message is None:
                return 0
            text = json.dumps(message.to_dict())
            return outbox.add(tx, intent, subscription.kind, subscription.channel, text, now)

    def _message(
        self, subscription: Subscription, issue: Edition, now: int, note: str | None
    ) -> Message | None:
        try:
            return self.render(issue, subscription.words, now, note)[1]
        except (CommandError, UnknownNameError) as error:
            what = f"The {subscription.kind} for {subscription.channel} could not be made."
            remedy = f"{error} Correct its filters in config.toml."
            logger.error("%s %s", what, remedy)  # noqa: TRY400 - the sentence says it all
            with self.database.write() as tx:
                about = issue.key(subscription.channel, subscription.id)
                tell_managers(tx, self.managers, about, what, remedy, now)
            return None
