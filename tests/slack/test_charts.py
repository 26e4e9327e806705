# ruff: noqa: RUF001 - people read and write dashes
from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.command import Verb
from bot.domain.model import Bucket
from bot.slack import views
from tests.slack.limits import check
from tests.slack.samples import DAY, HOUR, NOW, WEEK, found


def series(length: int, step: int = DAY) -> tuple[Bucket, ...]:
    return tuple(Bucket(n * step, f"{n + 1}", 1) for n in range(length))


@pytest.mark.parametrize(
    ("buckets", "title", "labels"),
    [
        (series(20), "Scans per day", ["1", "2"]),
        (series(24, HOUR), "Scans per 2 hours", ["1", "3"]),
        (series(30), "Scans per 2 days", ["1–2", "3–4"]),
        (series(91), "Scans per 7 days", ["1–7", "8–14"]),
        (series(90, 7 * DAY), "Scans per 5 weeks", ["1–5", "6–10"]),
    ],
)
def test_a_chart_never_has_too_many_points_and_loses_no_scan(
    buckets: tuple[Bucket, ...], title: str, labels: list[str]
) -> None:
    message = views.answer(found(Verb.TREND, series=buckets, rows=()), NOW)
    check(message)
    chart = message.blocks[1]
    assert chart["title"] == title
    assert chart["chart"]["axis_config"]["categories"][:2] == labels
    points = chart["chart"]["series"][0]["data"]
    assert sum(point["value"] for point in points) == len(buckets)


def test_same_labels_are_told_apart() -> None:
    buckets = tuple(replace(bucket, label="a" * 30) for bucket in WEEK[:2])
    chart = views.answer(found(Verb.TREND, series=buckets), NOW).blocks[1]
    assert chart["chart"]["axis_config"]["categories"] == ["a" * 19 + "…", "a" * 15 + "… (2)"]
