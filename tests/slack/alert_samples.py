"""Made-up alerts of a Monday on a campus, in Berlin, with their names and their day."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.alert import About, Alert, Band, Evidence, Kind, Scope, Verdict
from tests.slack.samples import DAY, HOUR
from tests.slack.samples import NOW as MORNING

MINUTE = 60
NOW = MORNING + 5 * HOUR + 55 * MINUTE  # Mon 23 Nov 2026 14:55 in Berlin
CHANNEL = "#alerts"
USUAL = (0, 0, 0, 0, 0, 0, 0.2, 0.9, 2, 3, 4, 5, 6, 6, 5, 4, 4, 3, 2, 2, 1, 1, 0.5, 0.2)
COUNTED = (0, 0, 0, 0, 0, 0, 0, 1, 2, 2, 5, 4, 7, 9, 42)
BANDS = tuple(
    Band(f"{hour:02}:00", scans, usual, usual + 3 * max(usual, 0.5) ** 0.5 + 1)
    for hour, (scans, usual) in enumerate(zip(COUNTED, USUAL, strict=False))
)
LIBRARY = About(
    name="Library, First Floor",
    detail="Maya K. · Autumn launch",
    place="Library",
    program="Autumn launch",
    bands=BANDS[4:],
)
PROGRAM = About(
    name="Autumn launch",
    names={"p1": "Library, First Floor", "p2": "Gym", "p3": "Café Süd"},
    bands=tuple(replace(band, scans=3 * band.scans) for band in BANDS[4:]),
)
ALL = replace(PROGRAM, name="")

CROWD = Alert(
    kind=Kind.SPIKE,
    scope=Scope.POSTER,
    subject="p1",
    started_at=NOW - 25 * MINUTE,
    fired_at=NOW,
    window=HOUR,
    scans=42,
    expected=6.1,
    reason="42 scans in an hour that usually brings 6.1",
    score=4.2,
    now=42,
    usual=6.1,
    total=42,
    peak=42,
    verdict=Verdict.CROWD,
    evidence=Evidence(scans=42, bots=3, told=34, scanners=31, busiest=2, agents=12),
    key=17,
)
RUNNING = replace(CROWD, now=28, usual=6.4, total=96, peak=42, started_at=NOW - 70 * MINUTE)
OVER = replace(
    RUNNING, resolved_at=NOW + 55 * MINUTE, started_at=NOW - 25 * MINUTE, now=5, usual=8.7
)
DEVICE = replace(
    CROWD,
    scans=30,
    now=30,
    total=30,
    window=15 * MINUTE,
    expected=0.3,
    usual=0.8,
    verdict=Verdict.DEVICE,
    evidence=Evidence(scans=30, told=30, scanners=4, busiest=26, agents=3),
)
BOT = replace(
    CROWD,
    verdict=Verdict.BOT,
    evidence=Evidence(scans=42, bots=40, told=42, scanners=3, busiest=30),
)
FRESH_POSTER = replace(
    CROWD,
    verdict=Verdict.NEW,
    evidence=Evidence(scans=42, told=42, scanners=38, busiest=3, agents=9),
)
SLOW = replace(
    CROWD, window=4 * HOUR, scans=66, expected=21.2, now=4, usual=5.4, total=66, peak=22,
    started_at=NOW - 5 * HOUR, score=3.5, verdict=Verdict.UNCLEAR, evidence=Evidence(scans=66),
)  # fmt: skip
PROGRAM_WIDE = replace(
    CROWD, scope=Scope.PROGRAM, subject="g1", scans=240, now=240, expected=71.5, usual=71.5,
    total=240, peak=240, score=2.4, verdict=Verdict.PROGRAM_WIDE,
    evidence=Evidence(
        scans=240, told=231, scanners=205, busiest=4, agents=31, posters=12,
        busy=(("p1", 61), ("p2", 40), ("p3", 28), ("p4", 9)),
    ),
)  # fmt: skip
OVERALL = replace(PROGRAM_WIDE, scope=Scope.OVERALL, subject="")
FIRST = Alert(
    Kind.FIRST_SCAN, Scope.POSTER, "p1", NOW, NOW, 0, 1, 0.0, "", key=18
)  # fmt: skip
MILESTONE = replace(FIRST, kind=Kind.MILESTONE, scans=1000)
THRESHOLD = replace(
    FIRST, kind=Kind.THRESHOLD, scans=53, window=HOUR, expected=21.0,
    reason="50 scans within an hour were asked for",
)  # fmt: skip
QUIET = Alert(
    Kind.QUIET, Scope.POSTER, "p1", NOW - 5 * DAY, NOW, 5 * DAY, 0, 44.0,
    "no scan for 5 days, where 44 were expected", score=3.2, key=21,
)  # fmt: skip


def silent(posters: int) -> tuple[list[Alert], list[About]]:
    """So many posters of one program that have gone quiet."""
    alerts = [
        replace(QUIET, subject=f"p{n}", expected=44.0 / 4**n, key=21 + n) for n in range(posters)
    ]
    names = ["Library, First Floor", "Gym", "Café Süd", *(f"Hall {n}" for n in range(posters))]
    abouts = [replace(LIBRARY, name=names[n], place=names[n][:7], bands=()) for n in range(posters)]
    return alerts, abouts


MESSAGES = {
    "crowd": (CROWD, LIBRARY, NOW),
    "running": (RUNNING, LIBRARY, NOW + 40 * MINUTE),
    "over": (OVER, LIBRARY, NOW + HOUR),
    "device": (DEVICE, LIBRARY, NOW),
    "bot": (BOT, LIBRARY, NOW),
    "new": (FRESH_POSTER, LIBRARY, NOW),
    "slow": (SLOW, LIBRARY, NOW),
    "program": (PROGRAM_WIDE, PROGRAM, NOW),
    "overall": (OVERALL, ALL, NOW),
    "first": (FIRST, replace(LIBRARY, bands=()), NOW),
    "milestone": (MILESTONE, replace(PROGRAM, bands=()), NOW),
    "threshold": (THRESHOLD, LIBRARY, NOW),
    "quiet": (QUIET, replace(LIBRARY, bands=()), NOW),
}
