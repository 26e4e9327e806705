from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.campus import BURSTS, WIDE, make
from bench.campus.oracle import last_scan, patience
from bench.campus.people import BOT_AGENTS
from bench.campus.world import BACKGROUND, DAY, HOUR, WEEK, World
from bot.store import impressions
from bot.store.opening import open_store
from bot.vantio import wire
from tests.bench.worlds import POSTERS, campus

if TYPE_CHECKING:
    from pathlib import Path

    from bench.campus import Label

COLUMNS = ("at", "arrived", "poster", "scanner", "agent", "cause")


def brought(world: World, label: Label) -> np.ndarray[tuple[int], np.dtype[np.bool]]:
    return np.asarray(world.cause == world.labels.index(label))


def labels(world: World, *kinds: str) -> list[Label]:
    return [label for label in world.labels if label.kind in kinds]


def test_a_seed_makes_one_world() -> None:
    one, same, other = (make(seed, posters=20, programs=2, weeks=3) for seed in (5, 5, 6))
    assert one.labels == same.labels
    assert one.posters == same.posters
    for name in COLUMNS:
        assert np.array_equal(getattr(one, name), getattr(same, name)), name
    assert not np.array_equal(one.at, other.at)


@settings(max_examples=10)
@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 3), st.integers(2, 5))
def test_scans_are_in_order_and_within_their_posters_lives(
    seed: int, posters: int, programs: int, weeks: int
) -> None:
    world = make(seed, posters=posters, programs=programs, weeks=weeks)
    created = np.array([poster.created_at for poster in world.posters])
    assert np.all(np.diff(world.at) >= 0)
    assert np.all(world.at >= np.maximum(world.start, created[world.poster]))
    assert np.all(world.at < world.died[world.poster])
    assert np.all(world.arrived >= world.at)
    assert sum(label.excess for label in world.labels) == np.sum(world.cause != BACKGROUND)


@pytest.mark.parametrize("kind", [*BURSTS, *WIDE, "class", "device", "bot"])
def test_labels_hold_what_they_say(kind: str) -> None:
    world = campus(1)
    found = labels(world, kind)
    assert found
    for label in found:
        mine = brought(world, label)
        at = world.at[mine]
        assert len(at) == label.excess
        assert np.all((label.start <= at) & (at < label.end))
        told = {world.posters[index] for index in world.poster[mine].tolist()}
        assert {label.subject} >= {
            {"poster": poster.id, "program": poster.program}.get(label.scope, "") for poster in told
        }


def test_a_burst_stands_out() -> None:
    world = campus(1)
    for label in labels(world, "sharp", "hour", "night", "tiny", "holiday burst"):
        index = world.index[label.subject]
        usual = world.expected(index, label.start, label.end)
        come = np.sum((world.poster == index) & (label.start <= world.at) & (world.at < label.end))
        assert come >= label.excess >= 5
        assert label.excess > usual or usual > 3


def test_neighbours_burst_together() -> None:
    world = campus(1)
    spans = [(label.start, label.end) for label in labels(world, "neighbours")]
    together = [span for span in set(spans) if spans.count(span) == 2]
    assert together
    for span in together:
        near = [each.subject for each in labels(world, "neighbours") if each.start == span[0]]
        assert len({world.posters[world.index[subject]].location for subject in near}) == 1


def test_a_device_is_one_scanner_and_bots_say_what_they_are() -> None:
    world = campus(1)
    for label in labels(world, "device"):
        assert len(set(world.scanner[brought(world, label)].tolist()) - {0}) == 1
    for label in labels(world, "bot"):
        agents = {world.people.agents[agent] for agent in world.agent[brought(world, label)]}
        assert agents <= set(BOT_AGENTS)


def test_a_crowd_is_many_scanners_though_addresses_are_shared() -> None:
    world = campus(1)
    addresses, scanners = [], []
    for label in labels(world, "hour", "slow", "sharp"):
        numbers = set(world.scanner[brought(world, label)].tolist()) - {0}
        scanners.append(len(numbers) / label.excess)
        addresses.append(len({world.people.addresses[number] for number in numbers}))
    assert min(scanners) > 0.2
    assert 1 in addresses


def test_counts_vary_more_than_chance_alone() -> None:
    world = make(3, posters=60, programs=4, weeks=8, mean=20)
    usual = world.cause == BACKGROUND
    ratios = []
    for index in range(len(world.posters)):
        days = np.arange(world.start, int(world.died[index]) - DAY, DAY)
        expected = world.expected(index, days, days + DAY)
        at = world.at[usual & (world.poster == index)]
        counts = np.searchsorted(at, days + DAY) - np.searchsorted(at, days)
        lively = expected > 5
        if lively.sum() > 20:
            spread = (counts - expected)[lively] ** 2 / expected[lively]
            ratios.append(float(spread.mean()))
    assert np.median(ratios) > 1.5


def test_the_true_rate_adds_up_to_the_scans() -> None:
    world = make(4, posters=100, programs=4, weeks=6, mean=6)
    classes = [world.labels.index(label) for label in labels(world, "class")]
    usual = np.isin(world.cause, [BACKGROUND, *classes])
    expected = float(world.expected(np.arange(len(world.posters)), world.start, world.died).sum())
    assert usual.sum() == pytest.approx(expected, rel=0.05)


def test_the_true_rate_adds_up_over_time() -> None:
    world = campus(1)
    middle = world.start + 10 * DAY + 1234
    for index in range(5):
        parts = world.expected(index, world.start, middle) + world.expected(
            index, middle, world.end
        )
        assert parts == pytest.approx(float(world.expected(index, world.start, world.end)))
        due = world.reaching(index, middle, 2.0)
        if due < world.end:
            assert world.expected(index, middle, int(due)) >= 2.0
            assert world.expected(index, middle, int(due) - 300) <= 2.0


def test_the_true_rate_is_even_within_five_minutes() -> None:
    world = campus(1)
    slots = np.arange(world.start, world.end - 300, 300)
    parts = [world.expected(0, slots + offset, slots + offset + 75) for offset in (0, 75, 225)]
    for part in parts:
        assert part == pytest.approx(world.expected(0, slots, slots + 300) / 4, abs=1e-9)


def test_the_oracle_is_patient_with_posters_that_hang() -> None:
    world = campus(2)
    level = patience(world)
    in_vain = 0
    for index in range(len(world.posters)):
        begin = max(world.start, world.posters[index].created_at or 0)
        at = [begin, *world.at[world.poster == index].tolist(), int(world.died[index])]
        pauses = world.expected(index, np.array(at[:-1]), np.array(at[1:]))
        in_vain += int(np.sum(pauses > level))
    assert in_vain <= 1
    assert last_scan(world, 0) == world.at[world.poster == 0][-1]


def test_nothing_is_recorded_while_the_source_is_out() -> None:
    world = campus(1)
    for label in labels(world, "outage"):
        assert not np.any((label.start <= world.at) & (world.at < label.end))
        assert not np.any(world.expected(np.arange(POSTERS), label.start, label.end))


def test_holidays_are_calm_and_new_posters_novel() -> None:
    world = make(6, posters=200, programs=4, weeks=8, mean=8)
    week = max(labels(world, "holiday"), key=lambda label: label.end - label.start)
    everyone = np.arange(200)
    calm = world.expected(everyone, week.start, week.end).sum()
    assert calm < 0.5 * world.expected(everyone, world.start, world.end).sum() / 8
    assert week.end - week.start == WEEK
    for label in labels(world, "novelty"):
        assert label.end - label.start == 2 * DAY
        assert world.posters[world.index[label.subject]].created_at == label.start


def test_a_new_poster_is_scanned_more_often_than_later() -> None:
    world = make(6, posters=200, programs=4, weeks=8)
    new = [each for each in labels(world, "novelty") if each.end + 12 * DAY < world.end]
    ratios = [
        float(world.expected(index, label.start, label.end))
        / float(world.expected(index, label.end + 5 * DAY, label.end + 12 * DAY) * 2 / 7)
        for label in new
        if (index := world.index[label.subject]) >= 0
    ]
    assert 2 < float(np.median(ratios)) < 4


def test_few_scans_come_late() -> None:
    world = campus(1)
    late = world.arrived > world.at
    assert 0 < late.mean() < 0.05
    assert np.all(world.arrived[late] - world.at[late] >= HOUR)


def test_impressions_are_the_scans() -> None:
    world = campus(1)
    scans = list(world.impressions())
    assert [scan.scanned_at for scan in scans] == world.at.tolist()
    assert len({scan.id for scan in scans}) == len(scans)
    assert [wire.impression(wire.impression_row(scan)) for scan in scans[:500]] == scans[:500]
    assert any(scan.address is None for scan in scans)


def test_a_campus_can_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "campus"
    making = ["bench.campus", str(folder), "--posters", "12", "--programs", "2", "--weeks", "2"]
    subprocess.run([sys.executable, "-m", *making], check=True, capture_output=True)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    for kind in ("posters", "impressions"):
        taking = ["bot", "import", str(folder / f"{kind}.jsonl"), "--kind", kind]
        subprocess.run([sys.executable, "-m", *taking], check=True, cwd=tmp_path)
    world = make(1, posters=12, programs=2, weeks=2)
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as database:
        stored = [scan[0] for scan in impressions.stream(database, world.start, world.end)]
    assert stored == world.at.tolist()
    told = [json.loads(line) for line in (folder / "labels.jsonl").read_text().splitlines()]
    assert [label["kind"] for label in told] == [label.kind for label in world.labels]
