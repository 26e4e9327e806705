"""How the log looks: one line an event, as text or as JSON, and without anything secret."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_TEXT = "%(asctime)s %(levelname)-7s %(message)s"
_LIBRARIES = {
    "bot.bolt": logging.ERROR,
    "bot.socket": logging.CRITICAL,
    "apscheduler": logging.CRITICAL,
    "waitress.queue": logging.ERROR,
}
_HIDDEN = "[hidden]"
_WORD = 6  # characters; to hide what is shorter would hide half of the log


def begin(*, as_json: bool, verbose: bool, hidden: Collection[str]) -> None:
    """Write the log to standard error from now on.

    Args:
        as_json: One JSON object a line rather than text.
        verbose: The small things too.
        hidden: What must not be in it, whoever writes it; the last resort, as nobody should.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet(_Json() if as_json else logging.Formatter(_TEXT), hidden))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("bot").setLevel(logging.DEBUG if verbose else logging.INFO)
    # What these libraries would tell at length, and again and again, is told once in our own words.
    for library, level in _LIBRARIES.items():
        logging.getLogger(library).setLevel(level)


class Discreet(logging.Formatter):
    """Another formatter, whose lines never hold what is to be hidden."""

    def __init__(self, inner: logging.Formatter, hidden: Collection[str]) -> None:
        super().__init__()
        self._inner = inner
        # The longest first, as one may be a part of another.
        self._hidden = sorted((s for s in hidden if len(s) >= _WORD), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        line = self._inner.format(record)
        for secret in self._hidden:
            line = line.replace(secret, _HIDDEN)
        return line


class _Json(logging.Formatter):
    """One object a line: `time` (UTC), `level`, `logger`, `message`, and `trace` for a failure."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)
