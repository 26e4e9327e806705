"""Looking names up in the directory, and ids by the words that people type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.model import Ambassador, Poster
from bot.domain.naming import ambassador_name, poster_name, resolve
from bot.store import directory
from bot.store.counts import Selection

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.domain.command import Filters
    from bot.domain.model import Programs
    from bot.store.database import Transaction

NOBODY = "nobody"


class Names:
    """The directory, inside one transaction."""

    def __init__(self, tx: Transaction, programs: Programs) -> None:
        self._tx = tx
        self._programs = programs

    def posters(self, ids: Collection[str]) -> dict[str, Poster]:
        """These posters by id, with nothing but the id where nothing is known."""
        found = {each.id: each for each in directory.posters(self._tx, ids)}
        return {id_: found.get(id_) or Poster(id_) for id_ in ids}

    def poster(self, id_: str) -> str:
        """What people call a poster."""
        return poster_name(self.posters([id_])[id_])

    def ambassadors(self, ids: Collection[str]) -> dict[str, str]:
        """The names of these ambassadors by id."""
        found = {each.id: each for each in directory.ambassadors(self._tx, ids)}
        return {id_: ambassador_name(found.get(id_) or Ambassador(id_)) or NOBODY for id_ in ids}

    def program(self, id_: str) -> str:
        """The name of a program."""
        return self._programs.name(id_)

    def find(self, kind: str, words: str) -> str:
        """The id of the poster, ambassador or program that is meant.

        Raises:
            UnknownNameError: when nothing or too much fits.
        """
        return resolve(kind, words, self._candidates(kind))

    def selection(self, filters: Filters) -> Selection:
        """The ids behind filters in words.

        Raises:
            UnknownNameError: when one of them names nothing or too much.
        """
        return Selection(
            program=self.find("program", filters.program) if filters.program else None,
            poster=self.find("poster", filters.poster) if filters.poster else None,
            ambassador=self.find("ambassador", filters.ambassador) if filters.ambassador else None,
        )

    def spoken(self, selection: Selection) -> tuple[str, ...]:
        """A selection in words with names, for the small print."""
        told = []
        if selection.program is not None:
            told.append(f"program: {self.program(selection.program)}")
        if selection.poster is not None:
            told.append(f"poster: {self.poster(selection.poster)}")
        if selection.ambassador is not None:
            found = self.ambassadors([selection.ambassador])
            told.append(f"ambassador: {found[selection.ambassador]}")
        return tuple(told)

    def about(self, poster: Poster) -> str:
        """Who put a poster up and for what: "Maya K. · Autumn launch"."""
        return self.abouts([poster])[poster.id]

    def abouts(self, posters: Collection[Poster]) -> dict[str, str]:
        """Who put each of these posters up and for what, by the poster's id."""
        people = self.ambassadors({each.ambassador for each in posters if each.ambassador})
        return {
            each.id: " · ".join(
                part for part in (people.get(each.ambassador), self.program(each.program)) if part
            )
            for each in posters
        }

    def _candidates(self, kind: str) -> dict[str, str]:
        if kind == "poster":
            return {each.id: poster_name(each) for each in directory.posters(self._tx)}
        if kind == "ambassador":
            return {each.id: ambassador_name(each) for each in directory.ambassadors(self._tx)}
        known = {*directory.programs(self._tx), *self._programs.names}
        return {id_: self.program(id_) for id_ in sorted(known)}
