"""Asking Vantio over HTTP: one request a call, each failure told apart.

The only file that knows httpx. Retries are the caller's, who knows what else there is to do;
`VantioError` says whether they make sense, and `Vantio.pace` from when on.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from urllib.request import getproxies, proxy_bypass

import httpx

from bot.vantio import limits, wire
from bot.vantio.address import Address
from bot.vantio.errors import (
    Garbled,
    Limited,
    Unauthorized,
    Unavailable,
    VantioError,
    refusal,
)
from bot.vantio.outcomes import Outcomes
from bot.vantio.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from bot.domain.model import Ambassador, Impression, Poster
    from bot.vantio.wire import Listed

__all__ = ["Garbled", "Limited", "Probe", "Unauthorized", "Unavailable", "Vantio", "VantioError"]

LARGEST_BODY: Final = 16 * 1024 * 1024
_POOL: Final = httpx.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=15.0)
_REASON_SHOWN: Final = 100
_HALF_A_SECOND: Final = 0.5


@dataclass(frozen=True, slots=True)
class Probe:
    """What one small request told.

    `clock_skew` is by how many seconds this machine's clock is ahead of Vantio's (negative: behind;
    right to a second), None where the answer had no date. `latency` is in seconds.
    """

    clock_skew: float | None
    latency: float


class Vantio:
    """A Vantio account, read over one pool of kept-alive connections; usable from several threads.

    Args:
        base_url: Where Vantio is, with or without `/api/v1`; https unless the host is this machine.
        key: The secret key (`sk_...`).
        timeout: Seconds that a whole answer may take.
        limit: Rows asked for at once where a call names no other number.

    Raises:
        ValueError: The address or the key can't be right; the message is a sentence without them.

    Attributes:
        requests: How many requests were made so far.
        outcomes: What came of those for a page.
        pace: The gate that a request has to pass first; whoever asks goes through it.
    """

    def __init__(self, base_url: str, key: str, *, timeout: float = 20.0, limit: int = 100) -> None:
        address = Address.of(base_url)
        self._root = _fetchable(address.root)
        self._host = address.host
        self._timeout = timeout
        self._limit = limit
        self._lock = Lock()
        self.pace = Pace()
        self.requests = 0
        self.outcomes = Outcomes()
        self._headers = httpx.Headers(
            {
                "Authorization": f"Bearer {_checked_key(key)}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
                "User-Agent": f"posterpulse/{_version()}",
            }
        )
        self._patience = {"timeout": httpx.Timeout(timeout).as_dict()}
        # A transport rather than a client: no redirect is followed (another host would be given
        # the key), no cookie kept, and a page costs a third less.
        self._http = httpx.HTTPTransport(
            verify=_trusted(address), limits=_POOL, proxy=_proxy(address)
        )

    def __repr__(self) -> str:
        return f"Vantio({self._root!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; the client can't be used afterwards."""
        self._http.close()

    @property
    def not_before(self) -> float:
        """When the next request may be made, in monotonic seconds; 0 if at once."""
        return self.pace.not_before

    def impressions(
        self, *, program: str | None = None, limit: int | None = None, offset: int = 0
    ) -> wire.Page[Impression]:
        """One page of scans, of one program or of all, in the order of the feed.

        Raises:
            VantioError: There is no usable answer.
        """
        return self._page("impressions", wire.impressions, program, limit, offset)

    def posters(
        self, *, program: str | None = None, limit: int | None = None, offset: int = 0
    ) -> wire.Page[Poster]:
        """One page of posters, of one program or of all.

        Raises:
            VantioError: There is no usable answer.
        """
        return self._page("posters", wire.posters, program, limit, offset)

    def ambassadors(
        self, *, program: str | None = None, limit: int | None = None, offset: int = 0
    ) -> wire.Page[Ambassador]:
        """One page of ambassadors, of one program or of all.

        Raises:
            VantioError: There is no usable answer.
        """
        return self._page("users", wire.ambassadors, program, limit, offset)

    def probe(self) -> Probe:
        """Ask for a single scan, to learn whether address and key work and clocks agree.

        Raises:
            VantioError: There is no usable answer.
        """
        started = time.time()
        watch = time.monotonic()
        response, body = self._get("impressions", {"limit": "1", "offset": "0"})
        latency = time.monotonic() - watch
        self._understood(wire.impressions, body)
        theirs = limits.server_time(response.headers)
        if theirs is None:
            return Probe(None, latency)
        # Their date is cut to whole seconds and was written somewhere between asking and answer.
        return Probe(started + latency / 2 - theirs - _HALF_A_SECOND, latency)

    def _page(
        self,
        feed: str,
        read: Callable[[bytes], wire.Page[Listed]],
        program: str | None,
        limit: int | None,
        offset: int,
    ) -> wire.Page[Listed]:
        asked = {"limit": str(limit or self._limit), "offset": str(offset)}
        if program is not None:
            asked["programId"] = program
        with self.outcomes.counted():
            _, body = self._get(feed, asked)
            return self._understood(read, body)

    def _understood(
        self, read: Callable[[bytes], wire.Page[Listed]], body: bytes
    ) -> wire.Page[Listed]:
        try:
            return read(body)
        except wire.Unreadable as error:
            raise Garbled(
                f"{self._host} answered with {error}; is VANTIO_BASE_URL right?"
            ) from None

    def _get(self, feed: str, asked: dict[str, str]) -> tuple[httpx.Response, bytes]:
        """One request, from the first byte sent to the last one read."""
        deadline = time.monotonic() + self._timeout
        with self._lock:
            self.requests += 1
        request = httpx.Request(
            "GET",
            f"{self._root}/{feed}?{urlencode(asked)}",
            headers=self._headers,
            extensions=self._patience,
        )
        try:
            with closing(self._http.handle_request(request)) as response:
                self._heed(response)
                if response.status_code != httpx.codes.OK:
                    raise refusal(
                        response.status_code,
                        response.headers,
                        host=self._host,
                        feed=feed,
                        now=time.time(),
                    )
                return response, self._body(response, deadline)
        except httpx.HTTPError as error:
            self.pace.heed(())
            raise self._translated(error) from error

    def _heed(self, response: httpx.Response) -> None:
        now, headers = time.time(), response.headers
        status, wait = response.status_code, None
        if status == httpx.codes.TOO_MANY_REQUESTS:
            wait = limits.retry_after(headers, now)
        elif status >= httpx.codes.INTERNAL_SERVER_ERROR:
            wait = limits.named_wait(headers, now)
        self.pace.heed(limits.windows(headers, now), wait or 0.0)

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        """The whole body; httpx alone would wait for ever while single bytes trickle in."""
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if time.monotonic() > deadline:
                raise self._too_slow()
            if len(body) > LARGEST_BODY:
                raise Garbled(
                    f"{self._host} answered with more than {LARGEST_BODY >> 20} MiB; "
                    "is VANTIO_BASE_URL right?"
                )
        return bytes(body)

    def _too_slow(self) -> Unavailable:
        return Unavailable(f"{self._host} did not answer within {self._timeout:g} s")

    def _translated(self, error: httpx.HTTPError) -> VantioError:
        if isinstance(error, httpx.TimeoutException):
            return self._too_slow()
        if isinstance(error, httpx.DecodingError):
            return Garbled(f"{self._host} answered with something that can't be unpacked")
        if isinstance(error, httpx.ConnectError | httpx.ProxyError):
            reason = " ".join(str(error).split())[:_REASON_SHOWN]
            return Unavailable(f"{self._host} can't be reached: {reason or 'no reason given'}")
        return Unavailable(f"{self._host} cut the connection")


def _trusted(address: Address) -> SSLContext:
    """Whose certificates are believed: over plain HTTP nobody's, as reading them takes a while."""
    if address.root.startswith("https:"):
        return httpx.create_ssl_context()
    return SSLContext(PROTOCOL_TLS_CLIENT)


def _proxy(address: Address) -> str | None:
    """The proxy that the environment names for this host."""
    if address.loopback or proxy_bypass(address.host):
        return None  # a proxy would be given the key in clear
    proxies = getproxies()
    proxy = proxies.get(address.root.partition(":")[0]) or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def _fetchable(root: str) -> str:
    try:
        _ = httpx.URL(root).host  # decodes international names, which no request may stumble over
    except (httpx.InvalidURL, ValueError):
        raise ValueError("VANTIO_BASE_URL names no possible host") from None
    return root


def _checked_key(key: str) -> str:
    key = key.strip()
    if not key:
        raise ValueError("VANTIO_API_KEY is empty")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("VANTIO_API_KEY has characters that no key has; copy it again")
    return key


def _version() -> str:
    try:
        return metadata.version("posterpulse")
    except metadata.PackageNotFoundError:
        return "unreleased"
