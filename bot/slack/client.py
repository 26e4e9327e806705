"""The road to Slack's Web API: a client that sends each request once, and its failures sorted."""

from __future__ import annotations

import logging
import math
import re
import ssl
from functools import cache
from http.client import HTTPException
from socket import gaierror
from ssl import SSLCertVerificationError
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.domain.address import is_here, trusted
from bot.slack.errors import UNREACHABLE, Limited, Refused, SlackError, Unknown, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from urllib.request import Request

    from slack_sdk.web import SlackResponse

BASE_URL = "https://slack.com/api/"

# Slack says of these that a part of the work may have been done.
_UNCERTAIN = {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
_PAUSE = 30.0  # seconds, where Slack asks for a pause and names none
_BROKEN = (SlackClientError, OSError, HTTPException, ValueError, LookupError, AttributeError)
_UNREACHED = (ConnectionRefusedError, gaierror, SSLCertVerificationError)
_TOO_MANY, _SERVER_ERROR, _CLIENT_ERROR = 429, 500, 400


def make_client(token: str, base_url: str = BASE_URL, timeout: int = 30) -> WebClient:
    """A client that never repeats a request by itself.

    The SDK's default sends a message a second time when the connection drops before the answer.

    Args:
        token: The bot token (`xoxb-...`).
        base_url: Where Slack's methods live; https, or any scheme on a loopback host.
        timeout: Seconds to wait for an answer.

    Raises:
        ValueError: If the address would leak the token, or the token can't be one.
    """
    host = _host(base_url)
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise ValueError("The Slack token is empty or holds characters that no token has.")
    # What the SDK would log as an error reaches the caller as an exception, once.
    logger = logging.getLogger("bot.slack.sdk")
    logger.setLevel(logging.CRITICAL)
    client = _Client(token, base_url, timeout=timeout, ssl=_tls(), logger=logger, retry_handlers=[])
    if is_here(host):
        client.proxy = None  # a proxy of the environment can't see this machine's own ports
    return client


def call(
    method: Callable[..., SlackResponse], about: str = "", **arguments: object
) -> SlackResponse:
    """Call `method` of a client with `arguments`; `about` names the channel in a remedy.

    Raises:
        Refused: Slack said no, or could not be reached.
        Limited: Slack asks for a pause.
        Unknown: The request may have been carried out or not.
    """
    try:
        return method(**arguments)
    except SlackApiError as error:
        raise _verdict(error.response, about) from error
    except URLError as error:
        if isinstance(error.reason, _UNREACHED):
            raise _unreachable(error.reason) from error
        raise Unknown(f"The connection to Slack failed ({error.reason}).") from error
    except _BROKEN as error:
        raise Unknown(f"Slack's answer could not be read ({type(error).__name__}).") from error


def pages(
    method: Callable[..., SlackResponse], items: str, about: str = "", **arguments: object
) -> Iterator[dict[str, Any]]:
    """Everything that a paged `method` lists under the name `items`, page by page.

    Raises:
        SlackError: As `call`.
    """
    cursor, seen = "", set[str]()
    while cursor not in seen:
        seen.add(cursor)
        response = call(method, about, cursor=cursor or None, limit=200, **arguments)
        yield from response.get(items) or ()
        cursor = (response.get("response_metadata") or {}).get("next_cursor") or ""


def header(headers: Mapping[str, Any], name: str) -> str:
    """The value of the header `name` in any spelling, empty where there is none."""
    return next((str(value) for key, value in headers.items() if key.lower() == name), "")


@cache
def _tls() -> ssl.SSLContext:
    """Whom to trust, read once: the SDK would read it anew for each request and answer."""
    return ssl.create_default_context()


class _Client(WebClient):
    """Slack's own client, but a redirect never takes the token along to another host."""

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        if req.has_header("Authorization"):
            req.add_unredirected_header("Authorization", req.headers.pop("Authorization"))
        return super()._perform_urllib_http_request_internal(url, req)


def _host(base_url: str) -> str:
    """The host of a base URL to which a token may be sent."""
    try:
        host = trusted(base_url).hostname or ""
    except ValueError as error:
        raise ValueError(f"The Slack address {error}.") from None
    if not base_url.endswith("/"):
        raise ValueError(f"The Slack address ({host}) must end with a slash, like {BASE_URL}")
    return host


def _verdict(response: SlackResponse, about: str) -> SlackError:
    """What an answer that is not ok means."""
    status = response.status_code
    data: Mapping[str, Any] = response.data if isinstance(response.data, dict) else {}
    code = str(data.get("error", ""))
    if status == _TOO_MANY or code in {"ratelimited", "rate_limited"}:
        return Limited(_pause(header(response.headers, "retry-after")))
    if status >= _SERVER_ERROR or code in _UNCERTAIN:
        return Unknown(f"Slack has trouble ({status} {code[:40]}).")
    if re.fullmatch(r"[a-z][a-z0-9_]*", code):
        return refusal(code, about, str(data.get("needed", "")))
    if status >= _CLIENT_ERROR:
        return Refused(f"http_{status}", "Check the Slack address.", permanent=False)
    return Unknown("Slack's answer could not be read.")


def _unreachable(reason: object) -> Refused:
    """A request that was never sent, because no connection came about."""
    remedy = f"Slack could not be reached ({reason}): check the network and the Slack address."
    return Refused(UNREACHABLE, remedy, permanent=False)


def _pause(text: str) -> float:
    """The seconds of a `Retry-After` header."""
    try:
        seconds = float(text)
    except ValueError:
        return _PAUSE
    return max(seconds, 1.0) if math.isfinite(seconds) else _PAUSE
