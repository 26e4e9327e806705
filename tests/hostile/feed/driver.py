"""One run: the command line against the hostile list, killed at random, and then the comparison."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any

from tests.hostile.feed.server import HostileVantio
from tests.hostile.feed.terminal import HUNG, KILLED, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.hostile.feed.conditions import Condition
    from tests.hostile.feed.terminal import Ran


@dataclass
class Difference:
    """How a store and the list differ: ids."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  # kept although the list has it no more
    moved: list[str] = field(default_factory=list)  # with a time that was corrected since
    edited: list[str] = field(default_factory=list)  # with other facts that were corrected since
    miscounted: int = 0  # how many more scans the tallies have than there are rows

    def __bool__(self) -> bool:
        return any((self.lost, self.twice, self.gone, self.moved, self.edited, self.miscounted))

    @property
    def stale(self) -> int:
        """How many deletions and edits were not followed."""
        return len(self.gone) + len(self.moved) + len(self.edited)

    def __str__(self) -> str:
        parts = {name: len(ids) for name, ids in vars(self).items() if isinstance(ids, list)}
        parts["miscounted"] = self.miscounted
        return ", ".join(f"{count} {name}" for name, count in parts.items() if count) or "equal"


@dataclass
class Outcome:
    """One run: how store and list differ `after` a calm sync and audit, and `later`, by remedy."""

    condition: str
    seed: int
    after: Difference
    later: list[tuple[str, Difference]]
    commands: list[Ran]
    requests: int
    pages: int
    calm_requests: int
    proven: bool  # the last audit claimed completeness
    server: HostileVantio
    problems: list[str]

    @property
    def early(self) -> int:
        """How many requests came before a time that was named to the same process."""
        return sum(not each.new_process for each in self.server.violations)

    @property
    def early_after_kill(self) -> int:
        """How many came before a time that was named to a process before."""
        return sum(each.new_process for each in self.server.violations)

    def failed(self) -> str:
        """What went wrong, in a line; empty when nothing did."""
        found = [str(self.after)] if self.after else []
        found += [f"{remedy}: {left}" for remedy, left in self.later]
        if self.after and self.proven:
            found.append("called complete")
        if not self.proven:
            found.append("not called complete")
        if self.early:
            found.append(f"{self.early} requests before the time named")
        return "; ".join(found + self.problems)


def perform(
    name: str,
    condition: Condition,
    seed: int,
    folder: Path,
    *,
    children: bool = True,
    database: str | None = None,
) -> Outcome:
    """One run of one condition: turbulence, calm, a sync and an audit, and what came of it."""
    with HostileVantio(condition, seed) as server:
        terminal = Terminal(server, folder, database)
        _turbulence(terminal, server, children=children)
        server.calm_down()
        run = terminal.child if children else terminal.here
        calm_from = server.requests
        last = [run("sync", "--json"), run("audit", "--json")]
        calm_requests = server.requests - calm_from
        requests = server.requests
        after = compare(terminal, server)
        return Outcome(
            name,
            seed,
            after,
            list(_remedies(terminal, server)) if after else [],
            terminal.commands,
            requests,
            -(-len(server.feed) // 100),
            calm_requests,
            proven=bool(last[1].told and last[1].told.get("complete")),
            server=server,
            problems=_problems(terminal.commands),
        )


def compare(terminal: Terminal, server: HostileVantio) -> Difference:
    """The store against the list, id by id, and the tallies against the rows."""
    expected = server.feed.expected()
    file = terminal.folder / "export.jsonl"
    terminal.here("export", str(file), "--force", "--json")
    rows = [json.loads(line) for line in file.read_bytes().splitlines()]
    counts = Counter(row["id"] for row in rows)
    different = Difference(
        lost=sorted(expected.keys() - counts.keys()),
        twice=sorted(id_ for id_, count in counts.items() if count > 1),
        gone=sorted(counts.keys() - expected.keys()),
    )
    for row in rows:
        found = (row["poster_id"], row.get("program_id"), row.get("student_id"), row["scanned_at"])
        wanted = expected.get(row["id"])
        if wanted and found[3] != wanted[3]:
            different.moved.append(row["id"])
        elif wanted and found != wanted:
            different.edited.append(row["id"])
    different.miscounted = _miscounted(terminal, rows)
    return different


def _miscounted(terminal: Terminal, rows: list[dict[str, Any]]) -> int:
    """How many more scans the tallies tell of all time than there are rows."""
    told = terminal.here("ask", "--json", "trend all time").told
    start, end = (_moment(told["period"][name]) for name in ("start", "end"))
    total: int = told["total"]["scans"]
    return total - sum(start <= _moment(row["scanned_at"]) < end for row in rows)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _turbulence(terminal: Terminal, server: HostileVantio, *, children: bool) -> None:
    has = server.condition
    for number in range(has.rounds):
        chance = Random(f"{server.seed} round {number}")
        arguments = ["sync", "--json"]
        if number and chance.random() < has.full:
            arguments.insert(1, "--full")
        elif number and chance.random() < has.audit:
            arguments[0] = "audit"
        if not children:
            terminal.here(*arguments)
        elif chance.random() < has.twins:
            terminal.twins(*arguments)
        else:
            terminal.child(*arguments, kill=_kill(has, number, chance))
        server.between(number)


def _kill(has: Condition, number: int, chance: Random) -> tuple[int, float] | None:
    """After how many requests, and how many seconds after that, a round is killed."""
    if number == 0 and has.kill_at:
        return has.kill_at, 0.0
    if chance.random() >= has.kills:
        return None
    pages = -(-has.rows // 100) + 2 if number == 0 else 4
    form = chance.random()
    if form < 0.1:
        return 0, chance.random() * 0.6  # while it starts
    if form < 0.3:
        return pages - 2, chance.random()  # perhaps after the last page
    return chance.randint(1, pages), chance.random() * 0.08


def _remedies(terminal: Terminal, server: HostileVantio) -> Iterator[tuple[str, Difference]]:
    """What helps after a difference: the same again, or reading everything."""
    for commands in (("sync", "audit"), ("sync --full", "audit")):
        for command in commands:
            terminal.here(*command.split(), "--json")
        left = compare(terminal, server)
        yield ", ".join(commands), left
        if not left:
            return


def _problems(commands: list[Ran]) -> list[str]:
    """Commands that ended as no command should."""
    return [
        str(each)
        for each in commands
        if "Traceback" in each.error or HUNG in each.error or each.code not in {0, 1, KILLED}
    ]
