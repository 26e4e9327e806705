"""The real parts of polling around one simulated Vantio, for the tests beside this file."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any

from bot.services.asking import Asking
from bot.services.directory import Directory
from bot.services.ingest import Ingest, Intervals, feeds_of
from bot.services.polling import Polling
from bot.services.retention import Retention
from bot.vantio.client import Vantio
from bot.vantio.errors import VantioError
from bot.vantio.pace import Pace

if TYPE_CHECKING:
    from bot.sandbox.fake_vantio import FakeVantio
    from bot.store.database import Database

DAY = 86_400
START = 1_790_000_000
NOW = START + 10 * DAY


def row(number: int, at: int | None = None, **more: object) -> dict[str, Any]:
    return {
        "id": f"imp_{number:05}",
        "poster_id": f"poster_{number % 7}",
        "program_id": f"prog_{number % 2}",
        "student_id": f"user_{number % 3}",
        "scanned_at": START + number * 60 if at is None else at,
        "ip_address": f"192.0.2.{number % 50}",
        **more,
    }


class Poller:
    """The real parts around one simulated Vantio."""

    def __init__(
        self,
        vantio: FakeVantio,
        store: Database,
        programs: tuple[str, ...] = (),
        key: str | None = None,
        timeout: float = 5.0,
        keep_days: int = 0,
    ) -> None:
        self.now = NOW
        self.client = Vantio(vantio.url, key or vantio.key, timeout=timeout)
        asking = Asking(self.client, store, Event(), self.clock, first_wait=0.01)
        intervals = Intervals(audit_every=6 * 3600, read_every=7 * DAY)
        self.ingest = Ingest(store, asking, feeds_of(programs), self.clock, intervals)
        names = Directory(store, asking, [*programs] or [None], self.clock, every=6 * 3600)
        kept = Retention(store, keep_days, self.clock)
        self.polling = Polling(self.ingest, names, asking, store, kept, ["U1", "U2"], self.clock)

    def clock(self) -> int:
        return self.now


def ids(store: Database) -> set[str]:
    with store.read() as tx:
        return {id_ for (id_,) in tx.rows("select id from impression")}


def asked_for_impressions(vantio: FakeVantio) -> int:
    return sum(asked.path.endswith("/impressions") for asked in vantio.requests)


def polls(poller: Poller) -> bool:
    """One poll, at once; whether it came to its end."""
    try:
        poller.client.pace = Pace()
        poller.polling.poll()
    except VantioError:
        return False
    return True
