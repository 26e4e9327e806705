"""Reading: the one source of numbers for digests, commands, exports and the terminal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.domain.calendar import local
from bot.domain.command import Verb
from bot.domain.model import Answer, Bucket, Subject
from bot.domain.naming import poster_name
from bot.domain.period import compare, slices
from bot.services import rankings
from bot.services.naming import Names
from bot.services.rankings import Ranking
from bot.store import counts, health, scanners

if TYPE_CHECKING:
    from bot.domain.command import Question
    from bot.domain.model import Poster, Programs
    from bot.domain.period import Comparison, Period
    from bot.store.counts import Scope, Selection
    from bot.store.database import Database, Transaction

_WITH_ADDRESS = 0.9
_TOP_OF_ONE = 5


class Reports:
    """Answers questions from the store; safe to share between threads."""

    def __init__(self, database: Database, programs: Programs) -> None:
        self._database = database
        self._programs = programs

    def answer(self, question: Question, now: int) -> Answer:
        """What the store knows about a question, as of `now` (UTC seconds).

        Raises:
            UnknownNameError: when a name in the question means nothing or too much.
            StoreError: when the store can't be read.
        """
        with self._database.read() as tx:
            return _Reading(tx, Names(tx, self._programs), question, now).answer()


@dataclass(frozen=True, slots=True)
class _Reading:
    """One question being answered inside one transaction."""

    tx: Transaction
    names: Names
    question: Question
    now: int

    def answer(self) -> Answer:
        selection = self.names.selection(self.question.filters)
        filters = self.names.spoken(selection)
        match self.question.verb:
            case Verb.POSTER:
                found = self._about_poster(selection)
            case Verb.PROGRAM:
                found = self._about_program(selection)
            case Verb.LEADERBOARD:
                found = self._ambassadors(selection)
            case Verb.TOP:
                found = self._posters(selection)
            case _:
                found = self._base(counts.scope(self.tx, selection))
        return replace(found, filters=filters)

    def _base(self, scope: Scope) -> Answer:
        comparison, (first, _) = compare(self.question.period, self.now), counts.extent(self.tx)
        fair = _fair(comparison, first)
        cuts = slices(_known(comparison.period, first))
        periods = [comparison.period, *([comparison.before] if fair else [])]
        asked = [(each.start, each.end) for each in periods] + [cut[:2] for cut in cuts]
        total, *scans = counts.totals(self.tx, asked, scope)
        return Answer(
            question=self.question,
            comparison=comparison,
            total=total,
            total_before=scans.pop(0) if fair else None,
            series=tuple(
                Bucket(start, label, n) for (start, _, label), n in zip(cuts, scans, strict=True)
            ),
            notes=self._notes(),
        )

    def _posters(self, selection: Selection) -> Answer:
        base, ranking = self._ranking(selection)
        rows, ranked = ranking.posters(self.question.n)
        return replace(base, rows=rows, ranked=ranked)

    def _ambassadors(self, selection: Selection) -> Answer:
        base, ranking = self._ranking(selection)
        rows, ranked = ranking.ambassadors(self.question.n)
        return replace(base, rows=rows, ranked=ranked)

    def _ranking(self, selection: Selection) -> tuple[Answer, Ranking]:
        scope = counts.scope(self.tx, selection)
        base = self._base(scope)
        borders = [*(bucket.start for bucket in base.series), base.comparison.period.end]
        return base, Ranking(
            self.tx,
            self.names,
            selection,
            counts.narrowed(self.tx, scope),
            base.comparison,
            fair=base.total_before is not None,
            cuts=[*pairwise(borders)],
        )

    def _about_poster(self, selection: Selection) -> Answer:
        id_ = self.names.find("poster", self.question.subject or "")
        poster = self.names.posters([id_])[id_]
        scope = counts.scope(self.tx, replace(selection, poster=id_))
        base = self._base(scope)
        subject = Subject("poster", id_, poster_name(poster), self._facts(poster, base.comparison))
        return replace(base, subject=subject, scanners=self._scanners(base, scope))

    def _about_program(self, selection: Selection) -> Answer:
        id_ = self.names.find("program", self.question.subject or "")
        base, ranking = self._ranking(replace(selection, program=id_))
        rows, ranked = ranking.posters(_TOP_OF_ONE)
        board = ranking.now("ambassador")
        facts = (("Posters with scans", str(ranked)), ("Ambassadors", str(len(board))))
        subject = Subject("program", id_, self.names.program(id_), facts)
        scanners = self._scanners(base, counts.scope(self.tx, ranking.selection))
        return replace(base, rows=rows, ranked=ranked, subject=subject, scanners=scanners)

    def _facts(self, poster: Poster, comparison: Comparison) -> tuple[tuple[str, str], ...]:
        zone = comparison.period.zone
        facts = []
        if poster.ambassador:
            facts.append(
                ("Ambassador", self.names.ambassadors([poster.ambassador])[poster.ambassador])
            )
        if poster.program:
            facts.append(("Program", self.names.program(poster.program)))
        if poster.created_at is not None:
            facts.append(("Up since", _day(poster.created_at, zone)))
        everyone = counts.scope(self.tx, counts.ANY)
        ranking = rankings.by(self.tx, "poster", comparison.period, everyone)
        if poster.id in ranking:
            place = 1 + sum(scans > ranking[poster.id] for scans in ranking.values())
            facts.append(("Place", f"{place} of {len(ranking)}"))
        facts.append(("Id", poster.id))
        return tuple(facts)

    def _scanners(self, base: Answer, scope: Scope) -> int | None:
        """The estimate of people; None where too few scans say from where they came."""
        period = base.comparison.period
        told = counts.told(self.tx, period.start, period.end, scope)
        if not base.total or told < _WITH_ADDRESS * base.total:
            return None
        return scanners.people(self.tx, period.start, period.end, scope)

    def _notes(self) -> tuple[str, ...]:
        return tuple(
            f"{each.name} has not answered since {_moment(each.down_since, self.question)}: "
            "newer scans are missing."
            for each in health.sources(self.tx)
            if each.down_since is not None and each.name == "Vantio"
        )


def _fair(comparison: Comparison, first: int | None) -> bool:
    """Whether the period before can be compared with: not if it begins before any scan was seen."""
    before = comparison.before
    return first is not None and first <= before.start < before.end


def _known(period: Period, first: int | None) -> Period:
    """The part of a period that can hold scans at all, so that "all time" has a beginning."""
    start = period.end if first is None else max(period.start, min(first, period.end))
    return replace(period, start=start) if period.start == 0 else period


def _day(at: int, zone: str) -> str:
    return f"{local(at, zone):%-d %b %Y}"


def _moment(at: int, question: Question) -> str:
    zone = question.period.zone
    return f"{local(at, zone):%-d %b %H:%M} ({zone})"
