"""What people type behind `/posters`, as a question; mistakes say what to type instead."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from bot.domain import period, phrase
from bot.domain.calendar import local
from bot.domain.lexer import Kind, Token, quote, tokens
from bot.domain.period import Period, PeriodError

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST, _DEFAULT_N = 50, 10
_LONGEST_TEXT, _LONGEST_VALUE, _LONGEST_PERIOD = 4000, 200, 11
_NUMBER = re.compile(r"[+-]?[0-9]+")
_CLOSE = 65


class Verb(StrEnum):
    """What can be asked."""

    TOP = "top"
    LEADERBOARD = "leaderboard"
    POSTER = "poster"
    PROGRAM = "program"
    TREND = "trend"
    STATUS = "status"
    MUTES = "mutes"
    ALERTS = "alerts"
    ALERTS_TEST = "alerts test"
    CHANGES = "changes"
    HELP = "help"


_ALIASES = {
    "posters": Verb.TOP,
    "best": Verb.TOP,
    "ambassadors": Verb.LEADERBOARD,
    "ambassador": Verb.LEADERBOARD,
    "board": Verb.LEADERBOARD,
    "leaders": Verb.LEADERBOARD,
    "trends": Verb.TREND,
    "health": Verb.STATUS,
    "mute": Verb.MUTES,
    "muted": Verb.MUTES,
    "alert": Verb.ALERTS,
    "?": Verb.HELP,
} | {verb.value: verb for verb in Verb}
_VERBS = f"Try {', '.join(f'“{verb}”' for verb in Verb if verb is not Verb.HELP)} or “help”."
_RANKING, _ABOUT_ONE = {Verb.TOP, Verb.LEADERBOARD}, {Verb.POSTER, Verb.PROGRAM}
_ALONE = {Verb.STATUS, Verb.MUTES, Verb.ALERTS, Verb.ALERTS_TEST, Verb.CHANGES}
_FILLERS = {Verb.TOP: "posters", Verb.LEADERBOARD: "ambassadors"}


class CommandError(ValueError):
    """Words that are no question; the sentence names the place and what to type instead."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What to count only, each in words as typed: an id, a name, a place."""

    program: str | None = None
    poster: str | None = None
    ambassador: str | None = None


_FILTERS = tuple(field.name for field in fields(Filters))
_SYNONYMS = {
    "campaign": "program",
    "place": "poster",
    "location": "poster",
    "student": "ambassador",
    "person": "ambassador",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `subject` is the poster or program asked about, in words as typed."""

    verb: Verb
    period: Period
    n: int = _DEFAULT_N
    subject: str | None = None
    filters: Filters = Filters()

    def words(self) -> str:
        """Canonical words, which parse back to this question at the same time and place."""
        if self.verb is Verb.HELP or self.verb in _ALONE:
            return self.verb
        parts: list[str] = [self.verb]
        if self.verb in _RANKING:
            parts.append(str(self.n))
        if self.subject:
            parts.append(quote(self.subject))
        given = ((name, getattr(self.filters, name)) for name in _FILTERS)
        parts += [f"{name}:{quote(value)}" for name, value in given if value]
        return " ".join([*parts, f"for {self.period.label}"])


def parse(words: str, now: int, zone: str) -> Question:
    """Read what was typed behind `/posters` at `now` (UTC seconds), for an IANA zone.

    Nothing at all asks for help. Without a verb, a period or a filter alone asks for the top.

    Raises:
        CommandError: With a sentence that says what to type instead.
    """
    if len(words) > _LONGEST_TEXT:
        raise CommandError(f"That is too long: {_LONGEST_TEXT} characters are the most.")
    try:
        return _Reading(words, now, zone).question()
    except PeriodError as error:
        raise CommandError(str(error)) from None


class _Reading:
    """The state of reading one text: its tokens, of which each step takes its own away."""

    def __init__(self, words: str, now: int, zone: str) -> None:
        self._now, self._zone, self._wall = now, zone, local(now, zone)
        self._rest = tokens(words)
        if any(token.kind is Kind.OPEN for token in self._rest):
            raise CommandError('A quotation mark is not closed: write “poster:"main library"”.')

    def question(self) -> Question:
        verb = self._verb()
        if verb is Verb.HELP:
            return Question(verb, self._default(verb))
        if verb in _ALONE:
            self._refuse(verb, self._rest)
        span, filters = self._period(verb), self._filters()
        if verb in _ABOUT_ONE:
            subject = _value(verb, self._rest)
            return Question(verb, span, subject=subject, filters=filters)
        n = self._count(verb) if verb in _RANKING else _DEFAULT_N
        self._refuse(verb, self._rest)
        return Question(verb, span, n, filters=filters)

    def _verb(self) -> Verb:
        if not self._rest:
            return Verb.HELP
        first = self._rest[0]
        verb = _ALIASES.get(first.text.casefold()) if first.kind is Kind.PLAIN else None
        if verb:
            self._rest = self._rest[1:]
            return self._tested(verb)
        if first.kind is Kind.KEY or self._find(Verb.TOP, starting=0):
            return Verb.TOP
        guess = _nearest(first.text, _ALIASES)
        remedy = f"Did you mean “{guess}”?" if guess else _VERBS
        raise CommandError(f"I don't know “{_short(first.text)}”. {remedy}")

    def _tested(self, verb: Verb) -> Verb:
        """The verb, or what a second word makes of it."""
        if verb is not Verb.ALERTS or not self._rest or self._rest[0].text.casefold() != "test":
            return verb
        self._rest = self._rest[1:]
        return Verb.ALERTS_TEST

    def _default(self, verb: Verb) -> Period:
        words = "last 30 days" if verb is Verb.TREND else "last 7 days"
        return period.parse(words, self._now, self._zone)

    def _period(self, verb: Verb) -> Period:
        found = self._find(verb)
        if not found:
            return self._default(verb)
        begin, end = found
        words = _text(self._rest[begin:end])
        # The gap stays visible: words after a period don't belong to the filter before it.
        self._rest[begin:end] = [Token(Kind.QUOTED, "")]
        return period.parse(words, self._now, self._zone)

    def _find(self, verb: Verb, starting: int | None = None) -> tuple[int, int] | None:
        """Where the period stands: the longest run of words that is one, the last among equals."""
        for length in range(min(_LONGEST_PERIOD, len(self._rest)), 0, -1):
            last = len(self._rest) - length
            for begin in range(last, -1, -1) if starting is None else [starting]:
                if self._is_period(verb, begin, begin + length):
                    return begin, begin + length
        return None

    def _is_period(self, verb: Verb, begin: int, end: int) -> bool:
        run = self._rest[begin:end]
        if any(token.kind is not Kind.PLAIN for token in run) or len(run) < end - begin:
            return False
        after_key = begin and self._rest[begin - 1].kind is Kind.KEY
        if after_key or not phrase.may_begin(run[0].text):
            return False
        try:
            found = phrase.read(_text(run), self._wall)
        except PeriodError:
            return True
        if found and found.bare:
            lonely = verb in _ABOUT_ONE and begin == 0
            closing = end == len(self._rest) or self._rest[end].kind is Kind.KEY
            return closing and not lonely
        return found is not None

    def _filters(self) -> Filters:
        given: dict[str, str] = {}
        free: list[Token] = []
        while self._rest:
            token = self._rest.pop(0)
            if token.kind is not Kind.KEY:
                free.append(token)
                continue
            name = _filter_name(token.text)
            if name in given:
                raise CommandError(f"“{name}:” is there twice; once is enough.")
            given[name] = _value(f"{name}:", self._take_value())
        self._rest = [token for token in free if token.text]
        return Filters(**given)

    def _take_value(self) -> list[Token]:
        if self._rest and self._rest[0].kind is Kind.QUOTED:
            return [self._rest.pop(0)]
        value = []
        while self._rest and self._rest[0].kind is Kind.PLAIN:
            value.append(self._rest.pop(0))
        return value

    def _count(self, verb: Verb) -> int:
        numbers = [t for t in self._rest if t.kind is Kind.PLAIN and _NUMBER.fullmatch(t.text)]
        self._rest = [token for token in self._rest if token.text.casefold() != _FILLERS[verb]]
        if not numbers:
            return _DEFAULT_N
        self._rest.remove(numbers[0])
        typed = numbers[0].text
        n = int(typed) if len(typed) < _CLOSE else 0
        if not 1 <= n <= _MOST:
            raise CommandError(
                f"“{verb} {_short(typed)}” is out of reach: ask for 1 to {_MOST}, like “{verb} 5”."
            )
        return n

    def _refuse(self, verb: Verb, left: list[Token]) -> None:
        if not left:
            return
        text = _text(left)
        guess = phrase.suggest(text[:_LONGEST_VALUE], self._wall)
        if verb in _ALONE:
            remedy = f"“{verb}” stands alone."
        elif guess:
            remedy = f"Did you mean “{verb} {guess}”?"
        else:
            remedy = f'To narrow it down, write “{verb} poster:"main library" yesterday”.'
        raise CommandError(f"I don't know what “{_short(text)}” means after “{verb}”. {remedy}")


def _text(run: list[Token]) -> str:
    return " ".join(token.text for token in run)


def _short(text: str) -> str:
    return text if len(text) <= _CLOSE else f"{text[:_CLOSE]}…"


def _value(what: str, run: list[Token]) -> str:
    text = _text(run)
    if not text:
        example = {"poster": "main library", "ambassador": "maya"}.get(what.strip(":"), "spring")
        spaced = what if what.endswith(":") else f"{what} "
        raise CommandError(f'Which {what.strip(":")}? Write for example “{spaced}"{example}"”.')
    if len(text) > _LONGEST_VALUE:
        raise CommandError(
            f"What follows “{what}” is too long: {_LONGEST_VALUE} characters at most."
        )
    return text


def _nearest(typed: str, known: Iterable[str]) -> str | None:
    typed = typed.casefold()[:_LONGEST_VALUE]
    found = process.extractOne(typed, list(known), scorer=fuzz.ratio, score_cutoff=_CLOSE)
    return found[0] if found else None


def _filter_name(typed: str) -> str:
    name = typed.casefold()
    if name in _FILTERS:
        return name
    guess = _SYNONYMS.get(name) or _nearest(name, _FILTERS)
    remedy = (
        f"Did you mean “{guess}:”?"
        if guess
        else "There are “program:”, “poster:” and “ambassador:”."
    )
    raise CommandError(
        f"I don't know the filter “{_short(typed)}:”. {remedy} A place with a colon goes in quotes."
    )
