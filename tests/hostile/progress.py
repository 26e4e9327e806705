"""How far a long program is, on one line of the terminal."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

ERASE = "\r\033[K"


@dataclass
class Progress:
    """Tells at most twice a second, with an estimate of what is left."""

    started: float = field(default_factory=time.monotonic)
    _told: float = 0.0

    def tell(self, text: str, done: float) -> None:
        """`done` is the share of the work that is done, 0 to 1."""
        now = time.monotonic()
        if now - self._told < 0.5:
            return
        self._told = now
        left = (now - self.started) * (1 - done) / done if done else 0
        estimate = f", about {left / 60:.0f} min to go" if left > 60 else ""
        sys.stderr.write(f"{ERASE}{text}{estimate if done else ''}")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave an empty line behind."""
        sys.stderr.write(ERASE)
        sys.stderr.flush()
