from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.slack.client import call
from bot.slack.errors import SlackError
from bot.slack.sender import make_client
from tests.slack.stand_in import TOKEN, Reply, StandIn, ok


@pytest.mark.parametrize(
    "url",
    [
        "http://slack.example/api/",
        "http://127.0.0.1@slack.example/api/",
        "https://me:hidden@slack.example/api/",
        "https://slack.example/api",
        "slack.example/api/",
        "ftp://127.0.0.1/",
        "",
    ],
)
def test_an_address_that_would_leak_the_token_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="The Slack address") as caught:
        make_client(TOKEN, url)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://localhost:1/", "http://[::1]:1/", "https://slack.example/"]
)
def test_a_safe_address_is_taken(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:1")
    client = make_client(TOKEN, url)
    assert client.base_url == url
    assert client.retry_handlers == []
    assert (client.proxy is None) is url.startswith("http://")


@pytest.mark.parametrize("token", ["", "xoxb-1\nx", "xoxb 1", "xoxb-ü"])
def test_a_token_that_would_end_up_in_an_error_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="characters that no token has") as caught:
        make_client(token)
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_never_takes_the_token_along(slack: StandIn, status: int) -> None:
    headers: list[str | None] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers.append(self.headers["Authorization"])
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the name that the library looks for

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as other:
        thread = threading.Thread(target=other.serve_forever, args=(0.01,))
        thread.start()
        there = f"http://localhost:{other.server_port}/api/auth.test"
        slack.on("auth.test", Reply(status=status, headers={"Location": there}))
        with pytest.raises(SlackError):
            call(make_client(TOKEN, slack.url).auth_test)
        other.shutdown()
        thread.join()
    assert not any(headers)


def test_the_token_does_arrive(slack: StandIn) -> None:
    slack.on("auth.test", ok())
    call(make_client(TOKEN, slack.url).auth_test)
    assert slack.tokens == [f"Bearer {TOKEN}"]
