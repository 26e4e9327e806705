"""What may happen to a list between two pages, for the tests beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.vantio.errors import VantioError
from tests.services.feed_model import START

if TYPE_CHECKING:
    import random

    from tests.services.feed_model import FeedModel

# What ranks alone can tell; scans that change without moving are found by reading all of a list.
ACTS = ("break", "cap", "delete", "grow", "junk", "late", "move", "turn")
_CHANCE, _PAGES = 0.15, 80


class Broken(VantioError):
    """Vantio gave no answer."""


@dataclass
class Weather:
    """Lets one of `acts` happen now and then, for a while; nothing after that."""

    chance: random.Random
    acts: list[str]
    clock: int
    left: int = _PAGES

    def __call__(self, feed: FeedModel) -> None:
        self.left -= 1
        if self.left <= 0 or not self.acts or self.chance.random() > _CHANCE:
            return
        getattr(self, f"_{self.chance.choice(self.acts)}")(feed)

    def _grow(self, feed: FeedModel) -> None:
        for _ in range(self.chance.choice([1, 3, 60, 250])):
            self.clock += self.chance.choice([0, 0, 1, 37])
            feed.rows[f"new_{self.clock}_{self.chance.random()}"] = self.clock

    def _late(self, feed: FeedModel) -> None:
        for _ in range(self.chance.choice([1, 1, 10])):
            feed.rows[f"late_{self.chance.random()}"] = self._earlier()

    def _junk(self, feed: FeedModel) -> None:
        feed.rows[f"junk_{self.chance.random()}"] = self._earlier()

    def _delete(self, feed: FeedModel) -> None:
        for id_ in self._some(feed, self.chance.choice([1, 1, 10, 100])):
            del feed.rows[id_]

    def _move(self, feed: FeedModel) -> None:
        for id_ in self._some(feed, 1):
            feed.rows[id_] = self._earlier()

    def _cap(self, feed: FeedModel) -> None:
        feed.cap = max(3, self.chance.choice([feed.cap // 2, feed.cap * 2]))

    def _turn(self, feed: FeedModel) -> None:
        if self.chance.random() < 0.2:
            feed.order = self.chance.choice(["newest", "oldest", "arbitrary"])

    def _break(self, _: FeedModel) -> None:
        raise Broken("The line is cut.")

    def _earlier(self) -> int:
        return START + self.chance.randrange(max(self.clock - START, 1))

    def _some(self, feed: FeedModel, most: int) -> list[str]:
        return self.chance.sample(sorted(feed.rows), min(len(feed.rows), most))
