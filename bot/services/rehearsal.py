"""What the last two weeks would have told, for whoever wonders whether alerts are worth it."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

from bot.domain.alert import Scope
from bot.domain.naming import poster_name
from bot.services.naming import Names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.domain.alert import Alert
    from bot.domain.model import Programs
    from bot.services.backtest import Backtest
    from bot.store.database import Database, Transaction

DAYS: Final = 14
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Replays the last days, one at a time, since each keeps a processor busy for seconds."""

    database: Database
    programs: Programs
    make: Callable[[], Backtest]
    _busy: Lock = field(default_factory=Lock)

    def run(self, now: int) -> list[tuple[Alert, str]] | None:
        """The alerts that the days up to `now` (UTC seconds) would have given, with names.

        None while another rehearsal is under way.

        Raises:
            StoreError: when the store can't be read.
        """
        if not self._busy.acquire(blocking=False):
            return None
        try:
            test = self.make()
            found = test.run(test.span(now - DAYS * _DAY, now), lambda _done, _all: None)
        finally:
            self._busy.release()
        with self.database.read() as tx:
            return self._named(tx, found)

    def _named(self, tx: Transaction, found: Sequence[Alert]) -> list[tuple[Alert, str]]:
        names = Names(tx, self.programs)
        posters = names.posters({each.subject for each in found if each.scope is Scope.POSTER})
        called = {id_: poster_name(each) for id_, each in posters.items()}
        return [(each, self._name(each, called)) for each in found]

    def _name(self, alert: Alert, called: dict[str, str]) -> str:
        if alert.scope is Scope.OVERALL:
            return "All programs"
        return (
            self.programs.name(alert.subject)
            if alert.scope is Scope.PROGRAM
            else called[alert.subject]
        )
