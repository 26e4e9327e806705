"""Figures for Prometheus, read when they are asked for; none names a person."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.domain.alert import Kind
from bot.store import gauges, health, pauses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.services.pulse import Asked
    from bot.store.database import Transaction

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_NOT_SENT = ("waiting", "sending", "buried")
_LASTING = (Kind.SPIKE, Kind.QUIET, Kind.THRESHOLD)
_MEMORY = Path("/proc/self/statm")
_STARTED = time.time()


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure, or several told apart by a `label`, whose values are words of ours."""

    name: str
    kind: Literal["gauge", "counter"]
    means: str
    values: Mapping[str, float]
    label: str = ""

    def lines(self) -> Iterator[str]:
        """As Prometheus reads it."""
        yield f"# HELP {self.name} {self.means}"
        yield f"# TYPE {self.name} {self.kind}"
        for word, value in self.values.items():
            told = f'{{{self.label}="{word}"}}' if self.label else ""
            yield f"{self.name}{told} {value}"


@dataclass(frozen=True, slots=True)
class Metrics:
    """Reads the figures.

    Args:
        store: What most of them stand in.
        requests: The requests to Vantio, counted by what came of them.
        leads: Whether this process is the one that polls.
        clock: The present, in UTC seconds.
    """

    store: Asked
    requests: Callable[[], Mapping[str, int]]
    leads: Callable[[], bool]
    clock: Callable[[], int]

    def text(self) -> str:
        """Everything, in the text format of Prometheus.

        Raises:
            StoreError: when the store does not answer.
        """
        figures = [*self.store.read(self._stored), *self._own()]
        return "".join(f"{line}\n" for each in figures for line in each.lines())

    def _own(self) -> Iterator[Metric]:
        """What this process knows of itself; the last three are called as everywhere."""
        yield Metric(
            "posterpulse_vantio_requests_total",
            "counter",
            "Requests to Vantio, by what came of them.",
            self.requests(),
            "outcome",
        )
        yield _one("posterpulse_leader", "Whether this process polls.", int(self.leads()))
        yield _one("process_start_time_seconds", "When the process began.", _STARTED)
        yield Metric(
            "process_cpu_seconds_total", "counter", "CPU time used.", {"": time.process_time()}
        )
        if _MEMORY.is_file():
            pages = int(_MEMORY.read_text().split()[1])
            size = pages * os.sysconf("SC_PAGE_SIZE")
            yield _one("process_resident_memory_bytes", "Memory in use.", size)

    def _stored(self, tx: Transaction) -> list[Metric]:
        return [*_intake(tx), *_messages(tx, self.clock()), _alerts(tx)]


def _intake(tx: Transaction) -> Iterator[Metric]:
    sources = health.sources(tx)
    yield Metric(
        "posterpulse_source_up",
        "gauge",
        "Whether what the bot depends on answers.",
        {each.name.lower(): int(each.down_since is None) for each in sources},
        "source",
    )
    yield Metric(
        "posterpulse_source_last_ok_timestamp_seconds",
        "gauge",
        "When it last did what was asked of it; of vantio, when a poll last succeeded.",
        {each.name.lower(): each.last_ok for each in sources if each.last_ok is not None},
        "source",
    )
    stored = gauges.scans(tx)
    if stored is not None:
        yield _one("posterpulse_scans", "Scans counted so far.", stored)
    yield _one(
        "posterpulse_quarantined_rows", "Rows that could not be read.", gauges.quarantined(tx)
    )


def _messages(tx: Transaction, now: int) -> Iterator[Metric]:
    yield Metric(
        "posterpulse_messages_total",
        "counter",
        "Messages to Slack that were made.",
        {"": gauges.messages_made(tx)},
    )
    found = gauges.messages_not_sent(tx)
    yield Metric(
        "posterpulse_messages_not_sent",
        "gauge",
        "Messages that are not sent, by state; buried ones were given up.",
        {state: found.get(state, 0) for state in _NOT_SENT},
        "state",
    )
    paused = len(pauses.every(tx))
    yield _one("posterpulse_paused_channels", "Channels that let nothing in.", paused)
    since = gauges.waiting_since(tx)
    yield _one(
        "posterpulse_oldest_waiting_message_age_seconds",
        "For how long the oldest message has waited that is not sent.",
        0 if since is None else max(now - since, 0),
    )


def _alerts(tx: Transaction) -> Metric:
    running = gauges.alerts_running(tx)
    return Metric(
        "posterpulse_alerts_running",
        "gauge",
        "Alerts that have not ended.",
        {kind: running.get(kind, 0) for kind in _LASTING},
        "kind",
    )


def _one(name: str, means: str, value: float) -> Metric:
    return Metric(name, "gauge", means, {"": value})
