"""What can go wrong when asking Vantio; each error says whether asking again can help."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bot.vantio.limits import named_wait, retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRANSIENT: Final = frozenset((HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY))
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_ELSEWHERE: Final = "is VANTIO_BASE_URL right?"
_CAUSES: Final[Mapping[int, str]] = {
    HTTPStatus.BAD_REQUEST: "it finds the request wrong; are the ids of the programs right?",
}
_HOST_SHOWN: Final = 100


class VantioError(Exception):
    """Vantio gave no usable answer. The message is one line for a person, without any secret.

    Attributes:
        permanent: Asking again can't help until somebody changes something.
        retry_after: Seconds that Vantio wants to be left alone for, None if it named none.
    """

    permanent: bool = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unauthorized(VantioError):
    """The key is missing, wrong, or may not read this list (401, 403)."""

    permanent = True


class Limited(VantioError):
    """Too many requests for now (429)."""


class Stopped(VantioError):
    """Vantio was not asked, since the bot stops."""


class Unavailable(VantioError):
    """Vantio or the way to it is down: 5xx, time-outs, no or cut connections, unknown hosts."""


class Garbled(VantioError):
    """An answer that is none of Vantio's, probably because VANTIO_BASE_URL names something else."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class BadRequest(Garbled):
    """A parameter that Vantio refuses (400): perhaps more rows at once than it gives."""


def refusal(
    status: int, headers: Mapping[str, str], *, host: str, feed: str, now: float
) -> VantioError:
    """The error that an answer other than 200 means.

    Args:
        status: The answer's status code.
        headers: The answer's headers; their names in any case, if the mapping doesn't care.
        host: Who answered, to be named.
        feed: What was asked for, to be named.
        now: UTC seconds, for waits given as a point in time.
    """
    if status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized(f"{host} does not know the key (401): check VANTIO_API_KEY")
    if status == HTTPStatus.FORBIDDEN:
        return Unauthorized(
            f"{host} does not let this key read {feed} (403): check VANTIO_API_KEY and its rights"
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = retry_after(headers, now)
        when = "later" if wait is None else f"in {wait:.0f} s"
        return Limited(f"{host} wants fewer requests (429): again {when}", retry_after=wait)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRANSIENT:
        return Unavailable(f"{host} is in trouble ({status})", retry_after=named_wait(headers, now))
    kind = BadRequest if status == HTTPStatus.BAD_REQUEST else Garbled
    cause = _redirect(headers, host) if status in _REDIRECTS else _CAUSES.get(status, _ELSEWHERE)
    return kind(f"{host} did not give {feed} ({status}): {cause}", permanent=True)


def _redirect(headers: Mapping[str, str], host: str) -> str:
    """Where a redirect leads, by host alone: the rest of an address may hold secrets."""
    try:
        target = urlsplit(headers.get("location", "")).hostname or host
    except ValueError:
        target = host
    shown = ascii(target)[1:-1][:_HOST_SHOWN]
    return f"it sends us on to {shown}; set VANTIO_BASE_URL to the final address"
