"""What may be wrong with a list: each condition alone, and all of them mixed by chance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Literal

Order = Literal["newest", "oldest", "arbitrary", "arrival"]


@dataclass(frozen=True)
class Condition:
    """How a list and its server behave; numbers without a word are chances at each request."""

    rows: int = 3000
    rounds: int = 4
    order: Order = "newest"
    group: int = 0  # scans are made in groups of up to so many at the same second; 0: rarely
    shuffled: bool = False  # ties change their order with every request
    rough: float = 0.0  # share of neighbours that change places with every request
    restless: bool = False  # the two above go on when everything else is calm
    turning: float = 0.0

    growth: float = 0.0
    burst: int = 5  # most rows that arrive at once
    deletes: float = 0.0
    edits: float = 0.0
    moves: float = 0.0  # edits of the time
    late: float = 0.0
    flicker: float = 0.0  # rows that vanish, and some that come back
    future: float = 0.0  # share of the arriving rows that are dated hours ahead
    floods: float = 0.0  # chance between two rounds that very many come late, or vanish at once
    between: int = 0  # changes of these kinds between two rounds

    odd: float = 0.0  # share of rows spelled unusually
    junk: int = 0  # entries that are no rows
    same_junk: int = 0  # entries that are one and the same junk
    echoes: int = 0  # rows that stand in the list twice
    broken: int = 0  # rows shown without their time, some of which are mended

    cap: int = 100
    caps: float = 0.0  # chance that the cap changes
    refusing: bool = False  # a limit above the cap is answered 400
    short: float = 0.0
    empty: float = 0.0
    lagging: float = 0.0  # a page of the list as it was some requests ago
    repeats: float = 0.0  # a page that shows rows of the one before again

    limited: float = 0.0
    window: int = 0  # requests a second that are allowed
    errors: float = 0.0
    resets: float = 0.0
    garbled: float = 0.0
    slow: float = 0.0

    kills: float = 0.0  # chance at each round
    kill_at: int = 0  # the request at which the first round is killed
    twins: float = 0.0  # chance at each round that two processes read at once
    programs: tuple[str, ...] = ()
    full: float = 0.0  # chance that a round reads the whole list again
    audit: float = 0.2  # chance that a round is an audit


LARGE = Condition(rows=20_000, rounds=3)
CONDITIONS: dict[str, Condition] = {
    # The first table of what was measured on other tools.
    "deletes": replace(LARGE, deletes=0.5),
    "late": replace(LARGE, late=0.05, between=7),
    "ties": replace(LARGE, group=30, shuffled=True, growth=0.1),
    "rough": replace(LARGE, rough=0.3, growth=0.1),
    "short": replace(LARGE, short=0.02),
    "empty": replace(LARGE, empty=0.02),
    "killed": replace(LARGE, kill_at=100, kills=0.7, growth=0.05),
    "odd": replace(LARGE, odd=0.01, junk=60, same_junk=40, broken=20),
    # What else may move.
    "growth": replace(LARGE, growth=0.3, burst=150),
    "edits": Condition(edits=0.2, moves=0.2, between=5),
    "flicker": Condition(flicker=0.3, between=5),
    "floods": Condition(rounds=6, floods=0.8, growth=0.1),
    "future": Condition(growth=0.3, future=0.2, between=10),
    "oldest": Condition(order="oldest", growth=0.3, deletes=0.2, late=0.1, between=5),
    "arbitrary": Condition(order="arbitrary", growth=0.3, deletes=0.2, between=5),
    "arrival": Condition(order="arrival", growth=0.3, deletes=0.2, late=0.2, between=5),
    "turning": Condition(turning=0.03, growth=0.2, between=3),
    "ties, never still": Condition(group=30, shuffled=True, restless=True, growth=0.1, between=3),
    "rough, never still": Condition(rough=0.3, restless=True, growth=0.1, between=3),
    "crowds": Condition(group=260, growth=0.2, deletes=0.2, late=0.1, between=3),
    "crowds, shuffled": Condition(group=260, shuffled=True, growth=0.1, between=3),
    # What the server may do.
    "caps": Condition(caps=0.1, growth=0.1, between=3),
    "refusing": Condition(cap=40, refusing=True, growth=0.1, between=3),
    "repeats": Condition(repeats=0.1, echoes=30, growth=0.1, between=3),
    "limits": Condition(limited=0.1, window=40, growth=0.1, between=3, kills=0.3),
    "errors": Condition(errors=0.06, resets=0.06, garbled=0.06, growth=0.1, between=3),
    "slow": Condition(rows=1500, slow=0.3, growth=0.3, deletes=0.2, between=3),
    "lagging": Condition(lagging=0.2, growth=0.3, deletes=0.2, late=0.1, between=5),
    "twins": Condition(twins=0.8, growth=0.2, deletes=0.2, late=0.1, between=5),
    "programs": Condition(
        programs=("prog_1", "prog_2"), growth=0.2, deletes=0.2, edits=0.2, late=0.1, between=3
    ),
    "all movement": Condition(
        growth=0.3, burst=40, deletes=0.2, edits=0.1, moves=0.1, late=0.1, flicker=0.1, between=6
    ),
    "mixed": Condition(),
}


def condition(name: str, seed: int, rows: int | None = None) -> Condition:
    """The condition of this name; the mixed one is chosen by the seed."""
    found = mixed(seed) if name == "mixed" else CONDITIONS[name]
    return found if rows is None else replace(found, rows=rows)


def mixed(seed: int) -> Condition:
    """Some of everything: each trait is there or not by chance, in a strength by chance."""
    chance = Random(f"mixed {seed}")

    def some(most: float, likely: float = 0.4) -> float:
        return chance.uniform(0.1, 1.0) * most if chance.random() < likely else 0.0

    shuffled = chance.random() < 0.2
    return Condition(
        rows=int(10 ** chance.uniform(2.5, 3.5)),
        rounds=chance.randint(3, 7),
        order=chance.choice(("newest", "newest", "newest", "oldest", "arbitrary", "arrival")),
        group=chance.choice((0, 0, 8, 40)),
        shuffled=shuffled,
        rough=some(0.3, 0.15),
        turning=some(0.05, 0.15),
        growth=some(0.5, 0.8),
        burst=chance.choice((1, 5, 150)),
        deletes=some(0.4),
        edits=some(0.3),
        moves=some(0.3),
        late=some(0.3),
        flicker=some(0.3),
        future=some(0.2, 0.2),
        floods=some(0.4, 0.2),
        between=chance.choice((0, 3, 20)),
        odd=some(0.2),
        junk=int(some(30)),
        same_junk=int(some(120, 0.3)),
        echoes=int(some(30)),
        broken=int(some(15)),
        cap=chance.choice((100, 100, 50, 17)),
        caps=some(0.1),
        short=some(0.1),
        empty=some(0.08),
        repeats=some(0.1),
        lagging=some(0.1, 0.2),
        limited=some(0.05),
        window=chance.choice((0, 0, 0, 60)),
        errors=some(0.06),
        resets=some(0.06),
        garbled=some(0.06),
        slow=some(0.05, 0.2),
        kills=some(0.8, 0.6),
        programs=chance.choice(((), (), (), ("prog_1", "prog_2"))),
        full=some(0.3, 0.3),
    )
