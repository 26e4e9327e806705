"""The day of an alert as a chart: its scans against what is usual and what would be unusual."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

from slackblocks import AxisConfig, DataPoint, DataSeries, DataVisualizationBlock, LineChart

from bot.domain.alert import Band
from bot.domain.figures import sparkline, thousands
from bot.slack import kit
from bot.slack.kit import Native, escape
from bot.slack.views import parts
from bot.slack.views.words import about

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.slack.kit import Part

_TITLE = "Scans against what is usual"
_SCANS, _USUAL, _UNUSUAL = "Scans", "Usual", "Unusual above"


def band_chart(bands: Sequence[Band]) -> list[Part]:
    """Three lines over the day, or a sparkline and a sentence; nothing where nothing was scanned.

    Neighbours are added up where a chart can't show as many.
    """
    if len(bands) < 2 or not any(band.scans for band in bands):  # noqa: PLR2004 - a line
        return []
    size = parts.group(len(bands))
    shown = [_joined(bands[at : at + size]) for at in range(0, len(bands), size)]
    labels = kit.unique(band.label for band in shown)
    lines = (
        _line(_SCANS, labels, [band.scans for band in shown]),
        _line(_USUAL, labels, [round(band.expected, 1) for band in shown]),
        _line(_UNUSUAL, labels, [round(band.high, 1) for band in shown]),
    )
    drawn = LineChart(list(lines), AxisConfig(labels))
    return [Native(DataVisualizationBlock(_TITLE, drawn), (kit.section(_told(shown)),))]


def busiest(bands: Sequence[Band]) -> Band | None:
    """The slice with the most scans, the latest of several; None where nothing was scanned."""
    best = max(reversed(bands), key=lambda band: band.scans, default=None)
    return best if best and best.scans else None


def _line(name: str, labels: Sequence[str], values: Sequence[float]) -> DataSeries:
    points = [DataPoint(label, value) for label, value in zip(labels, values, strict=True)]
    return DataSeries(name, points)


def _joined(group: Sequence[Band]) -> Band:
    """Neighbours as one slice; what chance adds to independent slices adds up by squares."""
    expected = sum(band.expected for band in group)
    spread = hypot(*(band.high - band.expected for band in group))
    return Band(group[0].label, sum(band.scans for band in group), expected, expected + spread)


def _told(shown: Sequence[Band]) -> str:
    """The chart as text."""
    peak = max(shown, key=lambda band: band.scans)
    spark = sparkline([band.scans for band in shown])
    most = f"most from {escape(peak.label)}, {thousands(peak.scans)}"
    return f"{_TITLE} `{spark}`: {most} where {about(peak.expected)} would be usual."
