from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bench.campus import BURSTS, WIDE
from bench.campus.clock import iso, seconds
from bench.campus.world import DAY, HOUR, WARM_UP
from bench.scoring import score, together
from tests.bench.worlds import POSTERS, PROGRAMS, WEEKS, alert, campus, perfect

if TYPE_CHECKING:
    from bench.campus import Label, World
    from bench.scoring import Score


def first(world: World, *kinds: str, nth: int = 0) -> Label:
    """The first of a kind after the warm-up."""
    since = world.start + WARM_UP
    return next(
        label
        for label in world.labels
        if label.kind in kinds and label.start >= since and label.nth >= nth
    )


def in_vain(result: Score) -> tuple[float, float, float, float, int]:
    return (
        result.false_posters,
        result.false_wide,
        result.false_quiet,
        result.beside,
        result.repeated,
    )


def test_one_who_knows_all_is_perfect() -> None:
    world = campus(1)
    result = score(world, perfect(world))
    assert set(result.found.values()) == {1.0}
    assert result.found_mean == result.found_wide == 1.0
    assert in_vain(result) == (0, 0, 0, 0, 0)
    assert result.minutes == 0
    assert result.scans <= 1
    assert result.taken_down > 0
    assert result.told_quiet == 1.0


def test_silence_finds_nothing_and_is_never_wrong() -> None:
    result = score(campus(1), [])
    assert set(result.found.values()) == {0.0}
    assert result.found_wide == result.told_quiet == 0
    assert in_vain(result) == (0, 0, 0, 0, 0)
    assert math.isnan(result.minutes)


def test_the_warm_up_is_not_scored() -> None:
    world = campus(1)
    early = [label for label in world.labels if label.start < world.start + WARM_UP - 2 * DAY]
    told = [alert(label) for label in early if label.kind in ("device", "bot", *BURSTS, *WIDE)]
    assert score(world, told).found == score(world, []).found
    assert in_vain(score(world, told)) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(("kind", "nth"), [("device", 0), ("bot", 0), ("class", 4)])
def test_what_is_no_news_counts_as_false(kind: str, nth: int) -> None:
    world = campus(1)
    result = score(world, [alert(first(world, kind, nth=nth))])
    assert result.false_posters > 0
    assert result.found_mean == 0


def test_the_first_times_of_a_class_are_news() -> None:
    world = campus(1)
    lesson = first(world, "class", nth=4)
    third = replace(lesson, nth=3)
    changed = replace(
        world, labels=tuple(third if label is lesson else label for label in world.labels)
    )
    assert score(world, [alert(lesson)]).false_posters > 0
    assert score(changed, [alert(third)]).false_posters == 0


def test_an_alert_after_the_event_is_too_late() -> None:
    world = campus(1)
    label = first(world, "hour")
    in_time = score(world, [alert(label, delay=2 * HOUR)])
    late = score(world, [alert(label, delay=2 * HOUR + 1)])
    assert in_time.found["hour"] > late.found["hour"] == 0
    assert in_time.minutes == 120
    assert in_time.scans == label.excess
    assert late.false_posters == 0


def test_telling_again_is_noticed() -> None:
    world = campus(1)
    told = [
        alert(first(world, kind), delay=delay)
        for kind in ("slow", "program")
        for delay in (60, 900)
    ]
    assert score(world, told).repeated == 2


def test_a_poster_beside_a_program_wide_event_is_not_false_but_noticed() -> None:
    world = campus(1)
    event = first(world, "overall")
    quiet = {label.subject for label in world.labels if label.kind in (*BURSTS, "class")}
    poster = next(poster.id for poster in world.posters if poster.id not in quiet)
    told = alert(replace(event, scope="poster", subject=poster))
    result = score(world, [told])
    assert result.beside > 0
    assert result.false_posters == 0


def test_a_program_alert_without_an_event_is_false() -> None:
    world = campus(1)
    event = first(world, "program")
    other = next(
        program for number in range(PROGRAMS) if (program := f"prog_{number}") != event.subject
    )
    result = score(world, [alert(replace(event, subject=other))])
    assert result.false_wide == pytest.approx(1 / (WEEKS - 4))
    assert result.found_wide == 0


def test_a_program_alert_tells_of_the_bursts_within_its_event() -> None:
    world = campus(1)
    event = first(world, "overall")
    poster = world.posters[0]
    burst = replace(event, kind="hour", scope="poster", subject=poster.id)
    busy = replace(world, labels=(*world.labels, burst))
    told = replace(event, scope="program", subject=poster.program)
    elsewhere = replace(first(world, "program"), subject=poster.program)
    assert score(busy, [alert(told)]).found["hour"] > 0
    assert score(busy, [alert(elsewhere)]).found["hour"] == 0


def test_silence_told_too_early_or_too_late_is_no_help() -> None:
    world = campus(1)
    gone = [label for label in world.labels if label.kind == "taken down"]
    early = [alert(label, "quiet", delay=-60) for label in gone]
    assert score(world, early).told_quiet == 0
    assert score(world, early).false_quiet > 0
    late = [alert(label, "quiet") | {"fired_at": iso(world.end)} for label in gone]
    assert score(world, late).told_quiet < 0.5
    assert score(world, late).false_quiet == 0


def test_scores_of_several_campuses_are_averaged() -> None:
    world = campus(1)
    all_of_it, none = score(world, perfect(world)), score(world, [])
    both = together([all_of_it, none])
    assert both.found_mean == both.found_wide == both.told_quiet == 0.5
    assert both.minutes == all_of_it.minutes
    assert both.taken_down == 2 * all_of_it.taken_down
    assert together([all_of_it]) == all_of_it


def test_times_read_back() -> None:
    assert seconds("2026-03-01T10:05:00Z") == 1_772_359_500
    assert iso(1_772_359_500) == "2026-03-01T10:05:00Z"


def test_the_command_prints_every_figure() -> None:
    told = "\n".join(json.dumps(each) for each in perfect(campus(1)))
    campus_of = ["--posters", str(POSTERS), "--programs", str(PROGRAMS), "--weeks", str(WEEKS)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.scoring", "-", *campus_of],
        input=told,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "bursts found, mean over kinds" in done.stdout
    assert "missed" not in done.stdout
