"""One poll: names first when they are due, then the scans; and what to say when Vantio is down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.scanner import month_of
from bot.services.asking import SOURCE
from bot.services.notices import tell_managers
from bot.store import first_load, health, scanner_keys
from bot.vantio.errors import VantioError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.asking import Asking
    from bot.services.directory import Directory
    from bot.services.ingest import Ingest
    from bot.services.retention import Retention
    from bot.services.taking import Sync
    from bot.store.database import Database

_SECRETS_KEPT = 62 * 86_400  # seconds: as long as scans usually come late, and no longer


@dataclass(frozen=True, slots=True)
class Polling:
    """Polls; `managers` are told of errors that only a person can mend."""

    ingest: Ingest
    directory: Directory
    asking: Asking
    database: Database
    retention: Retention
    managers: Sequence[str]
    clock: Callable[[], int]

    def poll(self, *, full: bool = False, progress: Callable[[Sync], None] | None = None) -> Sync:
        """Refresh the directory if that is due, and catch up with every feed.

        Raises:
            VantioError: when Vantio gives no usable answer; what came before it is kept.
            StoreError: when the store can't take what came.
        """
        return self._noted(lambda: self.ingest.sync(full=full, progress=progress))

    def audit(self, progress: Callable[[Sync], None] | None = None) -> Sync:
        """The same, with a proof that nothing is missing.

        Raises:
            VantioError: when Vantio gives no usable answer; what came before it is kept.
            StoreError: when the store can't take what came.
        """
        return self._noted(lambda: self.ingest.audit(progress))

    def tally(self) -> None:
        """Let the tallies of a first load catch up with it, where one is under way.

        Raises:
            StoreError: when the store can't take them.
        """
        first_load.catch_up(self.database)

    def _noted(self, work: Callable[[], Sync]) -> Sync:
        try:
            self.directory.refresh_if_due()
            result = work()
        except VantioError as error:
            self._mourn(error)
            raise
        self.asking.note_up()
        with self.database.write() as tx:
            scanner_keys.forget_before(tx, month_of(self.clock() - _SECRETS_KEPT))
        self.retention.drop()
        return result

    def _mourn(self, error: VantioError) -> None:
        self.asking.note_down(error)
        if not error.permanent:
            return
        with self.database.write() as tx:
            # Once in an outage, however it began.
            about = f"vantio/{health.down_since(tx, SOURCE)}"
            what, remedy = "Vantio refuses to answer, so no scans come in.", str(error)
            tell_managers(tx, self.managers, about, what, remedy, self.clock())
