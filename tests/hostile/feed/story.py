"""What happened in a run, request by request, and to one scan."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hostile.feed.driver import Outcome

SCANS_TOLD = 4
LONGEST = 400


def transcript(outcome: Outcome) -> str:
    """Everything: the commands, what they asked and got, and how the list moved meanwhile."""
    server = outcome.server
    lines = [
        f"{outcome.condition}, seed {outcome.seed}: {outcome.after}",
        *(f"  then {remedy}: {left}" for remedy, left in outcome.later),
        f"  {server.condition}",
        *(f"  too early: {each}" for each in server.violations),
        *outcome.problems,
    ]
    for id_ in suspects(outcome):
        lines += ["", f"scan {id_}", *(f"  {line}" for line in story(outcome, id_))]
    asking = groupby(server.log, key=lambda entry: entry["process"])
    asked = {process: list(entries) for process, entries in asking}
    moves = iter(server.feed.story)
    move = next(moves, None)
    for process, command in enumerate(outcome.commands, 1):
        lines += ["", f"{process}. {_short(str(command))}"]
        for entry in asked.get(process, ()):
            while move and move["before"] <= entry["request"]:
                lines.append(f"      {_moved(move)}")
                move = next(moves, None)
            lines.append(f"  {_asked(entry)}")
    return "\n".join(lines)


def suspects(outcome: Outcome) -> list[str]:
    """A few of the scans that went wrong, of every kind."""
    found = outcome.after
    kinds = (found.lost, found.twice, found.gone, found.moved, found.edited)
    return [id_ for ids in kinds for id_ in ids[:SCANS_TOLD]]


def story(outcome: Outcome, id_: str) -> Iterator[str]:
    """What happened to one scan: how it moved in the list, and where it was shown."""
    events = [
        (move["before"], 0, _moved(move))
        for move in outcome.server.feed.story
        if move.get("id") == id_ or move["what"] == "turned"
    ]
    for entry in outcome.server.log:
        if id_ in entry["ids"]:
            place = int(entry["offset"] or 0) + entry["ids"].index(id_)
            events.append((entry["request"], 1, f"{_asked(entry)}, shown at place {place}"))
    return (text for _, _, text in sorted(events))


def _moved(move: dict[str, Any]) -> str:
    more = [f"{key} {value}" for key, value in move.items() if key not in {"before", "what"}]
    return f"before request {move['before']}: {move['what']} {', '.join(more)}"


def _asked(entry: dict[str, Any]) -> str:
    filters = [f"{name} {entry[name]}" for name in ("programId", "posterId") if name in entry]
    page = " ".join([f"offset {entry['offset']} limit {entry['limit']}", *filters])
    ids = entry["ids"]
    ends = f" [{ids[0]} .. {ids[-1]}]" if ids else ""
    who = f"request {entry['request']} (process {entry['process']}{', calm' * entry['calm']})"
    return f"{who}: {page} -> {entry['answer']}, {len(ids)} rows{ends}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
