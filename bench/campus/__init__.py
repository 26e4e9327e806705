"""A seeded campus for detection: scans with everything that must and must not alert, labelled."""

from bench.campus.making import make
from bench.campus.world import BURSTS, WIDE, Label, World

__all__ = ["BURSTS", "WIDE", "Label", "World", "make"]
