"""The arguments of a command line that tell one campus from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.campus.making import MEAN, make

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from bench.campus.world import World


def add_options(parser: ArgumentParser) -> None:
    """Let the parser ask for a campus."""
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--posters", type=int, default=300)
    parser.add_argument("--programs", type=int, default=12)
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--mean", type=float, default=MEAN, help="scans a day of a poster")


def asked_for(told: Namespace) -> World:
    """The campus that was asked for."""
    return make(told.seed, told.posters, told.programs, told.weeks, mean=told.mean)
