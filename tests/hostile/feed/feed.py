"""A list of scans that moves while it is read.

Everything is chosen by the seed and the number of the request, so that the same requests meet the
same list; only what several requests in flight or a kill do to their order is beyond it.
"""

from __future__ import annotations

import json
import time
from bisect import bisect_left, insort
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from tests.hostile.feed.order import Entry, rough, shuffled
from tests.hostile.feed.rows import JUNK, POSTERS, PROGRAMS, Scan, scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.feed.conditions import Condition

DAY = 86_400
HOUR = 3_600
WEEK = 7 * DAY
STILL = 3 * HOUR  # the list begins so long ago, and grows toward the present


class Feed:
    """The list. Not for several threads at once.

    Attributes:
        scans: The scans that stand in it now, by id.
        story: What happened to it, in order, each with the request before which it did.
    """

    def __init__(self, condition: Condition, seed: int) -> None:
        self.condition, self.seed = condition, seed
        self.scans: dict[str, Scan] = {}
        self.story: list[dict[str, Any]] = []
        self.request = 0
        self.calm = False
        self._order: str = condition.order
        self._entries: list[Entry] = []
        self._places: dict[str, list[Entry]] = {}
        self._gone: list[Scan] = []
        self._serial = 0
        self._last_read = 0
        self._before: list[Entry] = []
        self._now = int(time.time()) - STILL
        self._fill(Random(f"{seed} fill"))

    def __len__(self) -> int:
        return len(self._entries)

    def expected(self) -> dict[str, tuple[str, str | None, str | None, str]]:
        """What a copy of the list has to say of each scan, by id."""
        programs = self.condition.programs
        return {
            each.id: each.expected()
            for each in self.scans.values()
            if not each.broken and (not programs or each.program in programs)
        }

    # --- reading

    def page(self, asked: dict[str, str], limit: int, offset: int, chance: Random) -> list[Entry]:
        """The entries at these places, in the order of this moment."""
        entries = self._entries
        if not self.calm and self._before and chance.random() < self.condition.lagging:
            entries = self._before
        elif self.condition.lagging and chance.random() < 0.1:
            self._before = list(entries)
        for parameter, field in (("programId", "program"), ("posterId", "poster")):
            if parameter in asked:
                wanted = asked[parameter]
                entries = [e for e in entries if e.scan and getattr(e.scan, field) == wanted]
        self._last_read = offset
        restless = self.condition.restless or not self.calm
        if restless and self.condition.shuffled:
            return shuffled(entries, offset, limit, chance)
        if restless and self.condition.rough:
            return rough(entries, offset, limit, chance, self.condition.rough)
        return entries[offset : offset + limit]

    # --- moving

    def move(self, chance: Random) -> None:
        """What happens between two requests."""
        has = self.condition
        if self.calm:
            return
        if chance.random() < has.turning:
            self.turn()
        for likely, change in self._changes():
            if chance.random() < likely:
                change(chance)

    def between(self, chance: Random) -> None:
        """What happens between two polls."""
        if self.calm:
            return
        possible = [change for likely, change in self._changes() if likely]
        for _ in range(self.condition.between if possible else 0):
            chance.choice(possible)(chance)
        if chance.random() < self.condition.floods:
            chance.choice((self._purge, self._flood))(chance)

    def turn(self) -> None:
        """Turn the order around."""
        self._order = "newest" if self._order == "oldest" else "oldest"
        for entry in self._entries:
            entry.key = self._key(entry)
        self._entries.sort(key=lambda entry: entry.key)
        self._tell("turned", order=self._order)

    def _changes(self) -> list[tuple[float, Callable[[Random], None]]]:
        has = self.condition
        return [
            (has.growth, self._grow),
            (has.deletes, self._delete),
            (has.edits, self._edit),
            (has.moves, self._reschedule),
            (has.late, self._deliver_late),
            (has.flicker, self._flicker),
            (0.05 if has.broken else 0.0, self._mend),
        ]

    def _grow(self, chance: Random) -> None:
        most = self.condition.burst if chance.random() < 0.2 else 3
        for _ in range(chance.randint(1, max(1, most))):
            self._now += chance.choice((0, 0, 1, 2))
            ahead = chance.random() < self.condition.future
            self._add(chance, self._now + (chance.randrange(DAY) if ahead else 0), "grown")

    def _deliver_late(self, chance: Random) -> None:
        self._add(chance, self._now - chance.randrange(60, WEEK), "late")

    def _delete(self, chance: Random) -> None:
        for _ in range(chance.choice((1, 1, 1, 5))):
            if self._places:
                self._drop(self._someone(chance).id, "deleted")

    def _purge(self, chance: Random) -> None:
        """A poster is deleted with all its scans."""
        poster = self._someone(chance).poster
        for id_ in [each.id for each in self.scans.values() if each.poster == poster]:
            self._drop(id_, "deleted")

    def _flood(self, chance: Random) -> None:
        """Many scans of some hours come late, all at once."""
        since = self._now - chance.randrange(DAY, WEEK)
        for _ in range(chance.randint(50, 400)):
            self._add(chance, since + chance.randrange(6 * HOUR), "late")

    def _flicker(self, chance: Random) -> None:
        if self._gone and chance.random() < 0.5:
            self._put(self._gone.pop(chance.randrange(len(self._gone))), chance, "came back")
        elif self._places:
            found = self._someone(chance)
            self._drop(found.id, "vanished")
            self._gone.append(found)

    def _edit(self, chance: Random) -> None:
        found = self._someone(chance)
        program = chance.choice(PROGRAMS) if self.condition.programs else found.program
        poster = f"poster_{chance.randrange(POSTERS)}"
        self._redo(found, replace(found, poster=poster, program=program), chance)

    def _reschedule(self, chance: Random) -> None:
        found = self._someone(chance)
        by = chance.choice((1, -1, HOUR, -DAY, -WEEK))
        self._redo(found, replace(found, at=min(found.at + by, self._now)), chance)

    def _redo(self, old: Scan, new: Scan, chance: Random, how: str = "edited") -> None:
        ties = [(entry.serial, entry.tie) for entry in self._places[old.id]]
        self._drop(old.id, None)
        self._put(new, chance, how, ties)

    def _mend(self, chance: Random) -> None:
        broken = sorted(each.id for each in self.scans.values() if each.broken)
        if broken:
            found = self.scans[chance.choice(broken)]
            self._redo(found, replace(found, broken=False), chance, "mended")

    def _someone(self, chance: Random) -> Scan:
        """A scan anywhere, or, as often, just before the place that was read last."""
        for _ in range(100):
            near = max(0, self._last_read - chance.randrange(1, 150))
            at = near if chance.random() < 0.5 else chance.randrange(len(self._entries))
            found = self._entries[min(at, len(self._entries) - 1)].scan
            if found:
                return found
        return next(iter(self.scans.values()))

    # --- places

    def _fill(self, chance: Random) -> None:
        has = self.condition
        for at in _times(has, self._now, chance):
            self._add(chance, at, None)
        known = list(self.scans.values())
        for found in chance.sample(known, min(len(known), has.broken)):
            self._redo(found, replace(found, broken=True), chance)
        for found in chance.sample(known, min(len(known), has.echoes)):
            self._place(float(found.at), self.scans[found.id], chance.random(), self._next())
        same = chance.choice(JUNK)
        for thing in [chance.choice(JUNK) for _ in range(has.junk)] + [same] * has.same_junk:
            then = chance.randrange(self._now - 30 * DAY, self._now)
            self._place(then, None, chance.random(), self._next(), json.dumps(thing).encode())
        self.story.clear()

    def _add(self, chance: Random, at: int, how: str | None) -> None:
        made = scan(chance, self._next(), at, odd=self.condition.odd, known=self.scans)
        if self.condition.programs and made.style == "bare":
            made.style = "plain"
        self._put(made, chance, how)

    def _put(
        self,
        made: Scan,
        chance: Random,
        how: str | None,
        ties: list[tuple[int, float]] | None = None,
    ) -> None:
        self.scans[made.id] = made
        for serial, tie in ties or [(self._next(), chance.random())]:
            place = self._place(made.at + made.fraction, made, tie, serial)
            if how:
                self._tell(how, id=made.id, place=place, at=made.at, poster=made.poster)

    def _place(
        self, at: float, made: Scan | None, tie: float, serial: int, junk: bytes = b""
    ) -> int:
        entry = Entry(at, serial, tie, made, made.shown() if made else junk)
        entry.key = self._key(entry)
        insort(self._entries, entry, key=lambda each: each.key)
        if made:
            self._places.setdefault(made.id, []).append(entry)
        return bisect_left(self._entries, entry.key, key=lambda each: each.key)

    def _drop(self, id_: str, how: str | None) -> None:
        del self.scans[id_]
        for entry in self._places.pop(id_):
            at = bisect_left(self._entries, entry.key, key=lambda each: each.key)
            del self._entries[at]
            if how:
                self._tell(how, id=id_, place=at)

    def _key(self, entry: Entry) -> tuple[float, ...]:
        if self._order == "newest":
            return -entry.at, entry.tie, entry.serial
        if self._order == "oldest":
            return entry.at, entry.tie, entry.serial
        if self._order == "arrival":
            return (-entry.serial,)
        return entry.tie, entry.serial

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    def _tell(self, what: str, **more: object) -> None:
        self.story.append({"before": self.request + 1, "what": what, **more})


def _times(has: Condition, now: int, chance: Random) -> list[int]:
    """The times of the rows at first: the last sixty days, oldest first, in groups or not."""
    found: list[int] = []
    while len(found) < has.rows:
        at = now - chance.randrange(60 * DAY)
        size = chance.randint(1, has.group) if has.group else chance.choice((1,) * 40 + (3,))
        found += [at] * size
    return sorted(found[: has.rows])
