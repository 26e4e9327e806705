"""Reading: the one source of numbers for digests, commands, exports and the terminal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain import leaderboard
from bot.domain.calendar import local
from bot.domain.command import Verb
from bot.domain.figures import count
from bot.domain.model import Answer, Bucket, Row, Subject
from bot.domain.naming import poster_name
from bot.domain.period import compare, slices
from bot.services.naming import Names
from bot.store import counts, health

if TYPE_CHECKING:
    from bot.domain.command import Question
    from bot.domain.model import Poster, Programs
    from bot.domain.period import Comparison, Period
    from bot.store.counts import Selection
    from bot.store.database import Database, Transaction

_SPARK = 31
_SPARK_SLICES = 12
_MOST_NAMED = 5_000
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
                return self._about_poster(selection, filters)
            case Verb.PROGRAM:
                return self._about_program(selection, filters)
            case Verb.LEADERBOARD:
                return replace(self._ranked("ambassador", selection), filters=filters)
            case Verb.TOP:
                return replace(self._ranked("poster", selection), filters=filters)
            case _:
                return replace(self._base(selection), filters=filters)

    def _base(self, selection: Selection) -> Answer:
        comparison = compare(self.question.period, self.now)
        period, before = comparison.period, comparison.before
        first, _ = counts.extent(self.tx)
        # A period that begins before the first scan ever seen is no fair thing to compare with.
        fair = first is not None and first <= before.start < before.end
        return Answer(
            question=self.question,
            comparison=comparison,
            total=counts.total(self.tx, period.start, period.end, selection),
            total_before=counts.total(self.tx, before.start, before.end, selection)
            if fair
            else None,
            series=self._series(self._known(period, first), selection),
            notes=self._notes(),
        )

    def _ranked(self, dimension: str, selection: Selection, n: int | None = None) -> Answer:
        base = self._base(selection)
        comparison = base.comparison
        found = self._counted(dimension, comparison.period, selection)
        before = None
        if base.total_before is not None:
            before = self._counted(dimension, comparison.before, selection)
        n = n or self.question.n
        shown = _at_least_as_many(found, n)
        named = self._named(dimension, shown, comparison.period, selection)
        rows = leaderboard.rank([(id_, named[id_][0], found[id_]) for id_ in named], before, n)
        rows = self._with_sparks(dimension, comparison.period, selection, rows)
        return replace(
            base,
            rows=tuple(replace(row, detail=named[row.id][1]) for row in rows),
            ranked=len(found),
        )

    def _counted(self, dimension: str, period: Period, selection: Selection) -> dict[str, int]:
        found = counts.by(self.tx, dimension, period.start, period.end, selection)
        if dimension == "ambassador":
            found.pop("", None)  # scans of posters that nobody is known to have put up
        return found

    def _named(
        self, dimension: str, ids: list[str], period: Period, selection: Selection
    ) -> dict[str, tuple[str, str]]:
        """Name and detail of each id, in the order given."""
        if dimension == "ambassador":
            ambassadors = self.names.ambassadors(ids)
            posters_of = counts.posters_of_ambassadors(self.tx, period.start, period.end, selection)
            return {id_: (ambassadors[id_], count(posters_of[id_], "poster")) for id_ in ids}
        posters = self.names.posters(ids)
        return {id_: (poster_name(p), self.names.about(p)) for id_, p in posters.items()}

    def _with_sparks(
        self, dimension: str, period: Period, selection: Selection, rows: list[Row]
    ) -> list[Row]:
        first, _ = counts.extent(self.tx)
        cuts = _readable(self._known(period, first))
        per_slice = [counts.by(self.tx, dimension, s, e, selection) for s, e, _ in cuts]
        return [
            replace(row, series=tuple(each.get(row.id, 0) for each in per_slice)) for row in rows
        ]

    def _about_poster(self, selection: Selection, filters: tuple[str, ...]) -> Answer:
        id_ = self.names.find("poster", self.question.subject or "")
        poster = self.names.posters([id_])[id_]
        selection = replace(selection, poster=id_)
        base = self._base(selection)
        subject = Subject("poster", id_, poster_name(poster), self._facts(poster, base.comparison))
        scanners = self._scanners(base.comparison.period, selection)
        return replace(base, subject=subject, filters=filters, scanners=scanners)

    def _about_program(self, selection: Selection, filters: tuple[str, ...]) -> Answer:
        id_ = self.names.find("program", self.question.subject or "")
        selection = replace(selection, program=id_)
        found = self._ranked("poster", selection, _TOP_OF_ONE)
        board = self._counted("ambassador", found.comparison.period, selection)
        facts = (("Posters with scans", str(found.ranked)), ("Ambassadors", str(len(board))))
        subject = Subject("program", id_, self.names.program(id_), facts)
        scanners = self._scanners(found.comparison.period, selection)
        return replace(found, subject=subject, filters=filters, scanners=scanners)

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
        ranking = self._counted("poster", comparison.period, counts.ANY)
        if poster.id in ranking:
            place = 1 + sum(scans > ranking[poster.id] for scans in ranking.values())
            facts.append(("Place", f"{place} of {len(ranking)}"))
        facts.append(("Id", poster.id))
        return tuple(facts)

    def _scanners(self, period: Period, selection: Selection) -> int | None:
        """The estimate of people; None where too few scans say from where they came."""
        people, told, scans = counts.scanners(self.tx, period.start, period.end, selection)
        return people if scans and told >= _WITH_ADDRESS * scans else None

    def _series(self, period: Period, selection: Selection) -> tuple[Bucket, ...]:
        return tuple(
            Bucket(start, label, counts.total(self.tx, start, end, selection))
            for start, end, label in slices(period)
        )

    @staticmethod
    def _known(period: Period, first: int | None) -> Period:
        """The part of a period that can hold scans at all, so that "all time" has a beginning."""
        start = period.end if first is None else max(period.start, min(first, period.end))
        return replace(period, start=start) if period.start == 0 else period

    def _notes(self) -> tuple[str, ...]:
        return tuple(
            f"{each.name} has not answered since {_moment(each.down_since, self.question)}: "
            "newer scans are missing."
            for each in health.sources(self.tx)
            if each.down_since is not None and each.name == "Vantio"
        )


def _at_least_as_many(found: dict[str, int], n: int) -> list[str]:
    """The first `n`, most scans first, and everyone tied with the last of them."""
    counted = list(found.items())
    least = counted[n - 1][1] if n <= len(counted) else 0
    return [id_ for id_, scans in counted if scans >= least][:_MOST_NAMED]


def _readable(period: Period) -> list[tuple[int, int, str]]:
    cuts = slices(period)
    return cuts if len(cuts) <= _SPARK else slices(period, _SPARK_SLICES)


def _day(at: int, zone: str) -> str:
    return f"{local(at, zone):%-d %b %Y}"


def _moment(at: int, question: Question) -> str:
    zone = question.period.zone
    return f"{local(at, zone):%-d %b %H:%M} ({zone})"
