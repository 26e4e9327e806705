"""Pinging an address as long as polls succeed, so that somebody notices when the bot is gone."""

from __future__ import annotations

import logging
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bot.services.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

_EVERY = 60
_TIMEOUT = 10


class Heartbeat:
    """Pings `url` (http or https), or nothing where it is empty. The address is a secret.

    For one caller, which never waits for it and hears of no failure: the log does, once.
    """

    def __init__(self, url: str, clock: Callable[[], float]) -> None:
        """`clock` tells the time in seconds."""
        self._url = url
        self._clock = clock
        self._workers = Workers(1, "heartbeat")
        self._last: float | None = None
        self._fails = False

    def beat(self) -> None:
        """Ping, unless that was done within the last minute; returns at once."""
        now = self._clock()
        if self._url and (self._last is None or now - self._last >= _EVERY):
            self._last = now
            self._workers.submit(self._ping)

    def _ping(self) -> None:
        failure = _failure(self._url)
        if failure and not self._fails:
            logger.warning("The heartbeat does not get through: %s.", failure)
        if self._fails and not failure:
            logger.warning("The heartbeat gets through again.")
        self._fails = bool(failure)


def _failure(url: str) -> str:
    """Ask for the address; what went wrong, without the address, or nothing."""
    try:
        with urlopen(url, timeout=_TIMEOUT):  # noqa: S310 - the settings allow http and https only
            return ""
    except HTTPError as error:
        error.close()
        return f"it is answered with {error.code}; check HEARTBEAT_URL"
    except (OSError, HTTPException, ValueError) as error:
        # Some of these quote the address.
        cause = error.reason if isinstance(error, URLError) else error
        return getattr(cause, "strerror", None) or type(cause).__name__
