"""What the leader does, made anew for each term."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.store.database import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.database import Database
    from bot.store.leadership import Leadership

logger = logging.getLogger(__name__)

Duties = TypeVar("Duties")


class Leading(Generic[Duties]):
    """Knows whether this process leads, and what it does as the leader.

    What the leader before learned stands in the store, and what this process remembers may be old:
    so `make` builds the duties from the store of each term, and nothing outlives one.
    """

    def __init__(self, leadership: Leadership, make: Callable[[Database], Duties]) -> None:
        self._leadership = leadership
        self._make = make
        self._store: Database | None = None
        self._made: tuple[Database, Duties] | None = None
        self._unknown = False

    def look(self) -> None:
        """Find out who leads, every second: who doesn't ask for long leads no more."""
        try:
            self._store = self._leadership.store()
        except StoreError as error:
            self._store = None
            if not self._unknown:
                logger.error("Who leads is unknown: %s", error)  # noqa: TRY400 - one line says all
            self._unknown = True
        else:
            self._unknown = False

    @property
    def leads(self) -> bool:
        """Whether this process led when it last looked."""
        return self._store is not None

    def begin(self) -> Duties | None:
        """The duties, made where a term has begun, which may take seconds; for one thread.

        Raises:
            StoreError: when they can't be made now.
        """
        store = self._store
        if store and not self.duties:
            self._made = store, self._make(store)
        return self.duties

    @property
    def duties(self) -> Duties | None:
        """What the leader does; None where another one leads, or nothing was begun yet."""
        store, made = self._store, self._made
        return made[1] if made and made[0] is store else None
