"""The first load: how fast, in how many requests, with how much memory and disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.figure import Figure
from bench.worker import IN_FLIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.mirrors import Mirror, Mirrors

_FEW = 100_000
_RUNS_OF_FEW = 3
_LEAST_RATE = {100_000: 50_000, 1_000_000: 48_000}
_MOST_REQUESTS = 1.02
_MOST_BYTES = 110
_MOST_MEGABYTES = 120
_LATENCY = 0.05
_MOST_TIME = 1.15
_MEGABYTE = 2**20


def throughput(mirrors: Mirrors, rows: int) -> Iterator[Figure]:
    """Rows a second, end to end, beside the same client without a store and with a bare one."""
    mirror = mirrors.of(rows)
    ours = min([mirror.load.seconds, *_again(mirror, "poll", _runs(rows) - 1)])
    rate = rows / ours
    least = _LEAST_RATE.get(rows)
    for name, what in (("fetch and discard", "discard"), ("into one bare table", "bare")):
        other = min(_again(mirror, what, _runs(rows)))
        yield Figure(
            "first load",
            f"{rate:,.0f} rows/s",
            f"{name}: {rows / other:,.0f} rows/s",
            other / ours,
            f"≥ {least:,} rows/s" if least else "",
            rate >= least if least else None,
        )


def requests(mirrors: Mirrors, rows: int) -> Iterator[Figure]:
    """Requests of the first load, beside the fewest pages that hold all rows."""
    mirror = mirrors.of(rows)
    ratio = mirror.held.requests / mirror.pages
    yield Figure(
        "requests of a first load",
        f"{mirror.held.requests:,}",
        f"pages of the list: {mirror.pages:,}",
        ratio,
        f"ratio ≤ {_MOST_REQUESTS}",
        ratio <= _MOST_REQUESTS,
    )


def at_latency(mirrors: Mirrors, rows: int) -> Iterator[Figure]:
    """The first load where each answer takes its time, beside the same requests at once."""
    mirror = mirrors.of(rows)
    mirror.feed.delay(_LATENCY)
    try:
        ours = mirror.work("poll", mirror.fresh("latency")).seconds
        other = mirror.work("discard_in_flight").seconds
    finally:
        mirror.feed.delay(0)
    least = mirror.pages / IN_FLIGHT * _LATENCY
    yield Figure(
        f"first load at {_LATENCY * 1000:.0f} ms a request",
        f"{ours:.2f} s",
        f"{IN_FLIGHT} in flight, discarded: {other:.2f} s (least possible: {least:.2f} s)",
        ours / other,
        f"ratio ≤ {_MOST_TIME}",
        ours / other <= _MOST_TIME,
    )


def disk(mirrors: Mirrors, rows: int) -> Iterator[Figure]:
    """Bytes a scan, indexes and tallies included, beside its JSON."""
    mirror = mirrors.of(rows)
    ours, text = mirror.size / rows, mirror.held.bytes / rows
    yield Figure(
        "on disk after the first load",
        f"{ours:.0f} bytes a scan",
        f"as JSON: {text:.0f} bytes",
        ours / text,
        f"≤ {_MOST_BYTES} bytes",
        ours <= _MOST_BYTES,
    )


def memory(mirrors: Mirrors, rows: int) -> Iterator[Figure]:
    """Peak memory of the first load, beside a process that only imports the same."""
    mirror = mirrors.of(rows)
    ours = mirror.load.peak / _MEGABYTE
    idle = mirror.work("idle").peak / _MEGABYTE
    yield Figure(
        "peak memory of a first load",
        f"{ours:.0f} MB",
        f"imports only: {idle:.0f} MB",
        ours / idle,
        f"≤ {_MOST_MEGABYTES} MB",
        ours <= _MOST_MEGABYTES,
    )


def _again(mirror: Mirror, what: str, runs: int) -> list[float]:
    """Seconds of further runs, each into a store of its own."""
    return [mirror.work(what, mirror.fresh(what)).seconds for _ in range(runs)]


def _runs(rows: int) -> int:
    return _RUNS_OF_FEW if rows <= _FEW else 1
