"""From the words behind `/posters` to a message: one road for Slack and for the terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain import command
from bot.domain.command import CommandError, Verb
from bot.domain.naming import UnknownNameError
from bot.domain.sight import EVERYTHING
from bot.services.precedence import Precedence
from bot.services.rehearsal import DAYS
from bot.slack import views

if TYPE_CHECKING:
    from bot.domain.model import Answer, Status
    from bot.domain.sight import Sight
    from bot.services.condition import Condition
    from bot.services.noise import Noise
    from bot.services.rehearsal import Rehearsal
    from bot.services.reports import Reports
    from bot.slack.message import Message


@dataclass(frozen=True, slots=True)
class Found:
    """What was found and how to show it; numbers where it is an answer or the bot's status."""

    verb: Verb
    message: Message
    answer: Answer | None = None
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How a question is to be answered, whatever the answer is.

    It may be `for_managers` alone, or name `channels` and so not be the same for everyone.
    `foreword` is what to say first where the answer takes its time.
    """

    for_managers: bool = False
    channels: frozenset[str] = frozenset()
    foreword: Message | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """Answers words, in a zone; `precedence` is taken by whoever waits for an answer."""

    reports: Reports
    condition: Condition
    noise: Noise
    rehearsal: Rehearsal
    zone: str
    precedence: Precedence = field(default_factory=Precedence)

    def ask(
        self, words: str, now: int, *, shared_by: str | None = None, sight: Sight = EVERYTHING
    ) -> Found:
        """Answer as of `now` (UTC seconds); `shared_by` is the Slack id of who shows it to others.

        Of channels, those alone are named that are in the `sight` of whoever asks.

        Raises:
            CommandError: when the words are no question; the sentence says what to type instead.
            UnknownNameError: when a name in them means nothing or too much.
            StoreError: when the store can't be read.
        """
        question = command.parse(words, now, self.zone)
        verb = question.verb
        if message := self._told(verb, now, sight):
            return Found(verb, message)
        if verb is Verb.STATUS:
            status = self.condition.status(now, sight)
            return Found(verb, views.status(status), status=status)
        answer = self.reports.answer(question, now)
        return Found(verb, views.answer(answer, now, shared_by=shared_by), answer=answer)

    def manner(self, words: str, now: int) -> Manner:
        """How words are to be answered; what is no question, like any.

        Raises:
            StoreError: when the store can't be read.
        """
        try:
            verb = command.parse(words, now, self.zone).verb
        except CommandError:
            return Manner()
        names_channels = verb in {Verb.STATUS, Verb.MUTES}
        return Manner(
            for_managers=verb is Verb.CHANGES,
            channels=self.condition.channels(now) if names_channels else frozenset(),
            foreword=views.rehearsing(DAYS) if verb is Verb.ALERTS_TEST else None,
        )

    def ask_kindly(self, words: str, now: int, sight: Sight = EVERYTHING) -> Message:
        """As `ask`, with a mistake in the words answered by a message rather than an error."""
        try:
            return self.ask(words, now, sight=sight).message
        except (CommandError, UnknownNameError) as error:
            return views.mistake(str(error))

    def _told(self, verb: Verb, now: int, sight: Sight) -> Message | None:
        """The answer to what asks for no numbers; None for any other question."""
        match verb:
            case Verb.HELP:
                return views.help()
            case Verb.MUTES:
                running = self.noise.mutes(now)
                seen = [(mute, name) for mute, name in running if sight.sees(mute.channel)]
                return views.mutes(seen, self.zone, now, unseen=len(running) - len(seen))
            case Verb.ALERTS:
                return views.last_alerts(*self.noise.last(), self.zone)
            case Verb.ALERTS_TEST:
                return views.rehearsal(self.rehearsal.run(now), DAYS, self.zone)
            case Verb.CHANGES:
                return views.changes(self.noise.changes(), self.zone)
        return None
