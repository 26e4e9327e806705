"""What people say became of posters that had gone quiet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.noise import State

if TYPE_CHECKING:
    from bot.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Standing:
    """What `author` (a Slack id) said of a poster `at` an instant (UTC seconds)."""

    state: State
    author: str
    at: int


def say(tx: Transaction, poster: str, standing: Standing) -> None:
    """Keep what was said of a poster, in the place of what was said before."""
    tx.execute(
        """insert into standing (poster, state, author, at) values (:poster, :state, :author, :at)
        on conflict (poster) do update
            set state = excluded.state, author = excluded.author, at = excluded.at""",
        poster=poster,
        state=standing.state,
        author=standing.author,
        at=standing.at,
    )


def every(tx: Transaction) -> dict[str, Standing]:
    """What was last said, by the id of the poster."""
    rows = tx.rows("select poster, state, author, at from standing order by poster")
    return {poster: Standing(State(state), author, at) for poster, state, author, at in rows}
