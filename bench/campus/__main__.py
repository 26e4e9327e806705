"""`python -m bench.campus FOLDER --seed 1` writes a campus for `posterpulse import`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from bench.campus.clock import iso
from bench.campus.options import add_options, asked_for
from bot.vantio import wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bench.campus.world import World


def main() -> None:
    """Make it and write impressions.jsonl, posters.jsonl and labels.jsonl."""
    told = _told()
    world = asked_for(told)
    told.folder.mkdir(parents=True, exist_ok=True)
    _write(told.folder / "impressions.jsonl", _impressions(world))
    _write(told.folder / "posters.jsonl", map(wire.poster_row, world.posters))
    _write(told.folder / "labels.jsonl", _labels(world))
    print(f"{len(world.at):,} scans, {len(world.posters)} posters, {len(world.labels)} labels")


def _impressions(world: World) -> Iterator[dict[str, object]]:
    """As the API shows them; a scan that came late says when."""
    for scan, arrived in zip(world.impressions(), world.arrived.tolist(), strict=True):
        late = {"arrived_at": iso(arrived)} if arrived > scan.scanned_at else {}
        yield wire.impression_row(scan) | late


def _labels(world: World) -> Iterator[dict[str, object]]:
    for label in world.labels:
        yield {
            "kind": label.kind,
            "scope": label.scope,
            "id": label.subject,
            "start": iso(label.start),
            "end": iso(label.end),
            "excess": label.excess,
            "nth": label.nth,
        }


def _write(path: Path, rows: Iterable[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(f"{json.dumps(row)}\n" for row in rows)


def _told() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.campus", description="Make a campus.")
    parser.add_argument("folder", type=Path)
    add_options(parser)
    return parser.parse_args()


if __name__ == "__main__":
    main()
