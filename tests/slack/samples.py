"""Made-up findings for the views: a week on a campus, in Berlin, seen on Mon 23 Nov 2026, 09:00."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.domain.command import Question, Verb
from bot.domain.model import Answer, Bucket, Row, Status, Subject, Trouble
from bot.domain.period import compare, parse

ZONE = "Europe/Berlin"
NOW = 1_795_420_800  # Mon 23 Nov 2026 09:00 in Berlin
HOUR, DAY = 3600, 86_400

ROWS = (
    Row(1, "p1", "Main Library, Entrance", 41, 30, 0, "Maya K. · Autumn launch", (2, 4, 9, 12, 14)),
    Row(2, "p2", "Gym", 30, 0, None, "Tom B. · Autumn launch", (0, 0, 3, 9, 18)),
    Row(2, "p3", "Café Süd", 30, 40, -2, "Ana R.", (9, 8, 7, 4, 2)),
    Row(4, "p4", "poster_vNJS4H", 1, 1, 1, "", (0, 1, 0, 0, 0)),
)
WEEK = tuple(
    Bucket(NOW - (7 - day) * DAY, label, scans)
    for day, (label, scans) in enumerate(
        [
            *(("Mon 16", 12), ("Tue 17", 18), ("Wed 18", 25), ("Thu 19", 30)),
            *(("Fri 20", 14), ("Sat 21", 0), ("Sun 22", 3)),
        ]
    )
)


def found(verb: Verb = Verb.TOP, words: str = "last week", **changes: Any) -> Answer:  # noqa: ANN401 - fields of Answer
    period = parse(words, NOW, ZONE)
    subject: Subject | None = changes.get("subject")
    answer = Answer(
        question=Question(verb, period, subject=subject.id if subject else None),
        comparison=compare(period, NOW),
        total=102,
        total_before=91,
        rows=ROWS,
        series=WEEK,
        ranked=4,
    )
    return replace(answer, **changes)


def empty(verb: Verb = Verb.TOP, words: str = "yesterday", **changes: Any) -> Answer:  # noqa: ANN401 - the same
    nothing = {"total": 0, "total_before": 12, "rows": (), "series": (), "ranked": 0}
    return found(verb, words, **nothing | changes)


SUBJECT = Subject(
    "poster",
    "p1",
    "Main Library, Entrance",
    (("Put up by", "Maya K."), ("Program", "Autumn launch"), ("Since", "Thu 1 Oct 2026")),
)
AMBASSADORS = (
    Row(1, "a1", "Maya K.", 41, 30, 2, "Autumn launch"),
    Row(2, "a2", "Tom B.", 30, 0, None, "Autumn launch"),
    Row(2, "a3", "Ana R.", 30, 40, -1, "Open day"),
    Row(4, "a4", "Li W.", 1, 1, 0),
)
MANY = tuple(
    Row(n, f"p{n}", f"Hall {n}", 100 - n, 90, 0, "Maya K.", (1, 2, 3)) for n in range(1, 13)
)
WELL = Status(
    now=NOW,
    zone=ZONE,
    scans=12_840,
    posters=40,
    ambassadors=12,
    programs=3,
    first_scan=NOW - 60 * DAY,
    last_scan=NOW - 40,
    last_poll=NOW - 130,
    polled_every=60,
    quarantined=0,
    waiting=0,
    buried=0,
    upcoming=(("Digest", "C0123ABC", NOW + DAY), ("Leaderboard", "#campus", NOW + 7 * DAY)),
)
TROUBLES = (Trouble("Vantio has not answered since 08:05", "Check https://vantio.app <status>."),)
