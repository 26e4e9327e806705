"""HTTP mode: what Slack POSTs to an app's request URL, signed as Slack signs it."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

from .socket_mode import ACK_SECONDS, NoAnswerError

Json = dict[str, Any]


class HttpMode:
    """Delivers to one request URL."""

    def __init__(self, request_url: str, signing_secret: str) -> None:
        self.request_url = request_url
        self._secret = signing_secret.encode()
        # An empty handler: a proxy of the environment must not see loopback traffic.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def deliver(self, kind: str, payload: Json) -> Json:
        """POST one payload; see :meth:`SocketMode.deliver`."""
        body, content_type = _encoded(kind, payload)
        request = urllib.request.Request(  # noqa: S310 - the address comes from the test or demo
            self.request_url, body, self._signed(body) | {"Content-Type": content_type}
        )
        try:
            with self._opener.open(request, timeout=ACK_SECONDS) as response:
                return _answer(response.read())
        except urllib.error.HTTPError as error:
            with error:
                raise NoAnswerError(f"http_status_{error.code}") from error
        except OSError as error:
            raise NoAnswerError("operation_timeout") from error

    def _signed(self, body: bytes) -> dict[str, str]:
        stamp = str(int(time.time()))
        signature = hmac.new(self._secret, b"v0:%s:%s" % (stamp.encode(), body), hashlib.sha256)
        return {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signature.hexdigest()}",
        }


def _encoded(kind: str, payload: Json) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    form = {"payload": json.dumps(payload)} if kind == "interactive" else payload
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def _answer(body: bytes) -> Json:
    """The app's answer: JSON, or a plain text to show."""
    if not body:
        return {}
    try:
        answer = json.loads(body)
    except ValueError:
        return {"text": body.decode()}
    return answer if isinstance(answer, dict) else {}
