from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from slack_bolt import Respond

from bot.listeners.showing import show
from bot.slack.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

CHART, TEXT = {"type": "data_visualization"}, {"type": "section"}
NATIVE, PLAIN = Message("hello", (CHART,), (TEXT,)), Message("hello", (TEXT,))
BAD_BLOCKS = (400, "invalid_blocks")
OK = (200, "ok")


class Urls:
    """A response URL that answers as it is told, and keeps what it was sent."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, str] | None] = []
        self.sent: list[dict[str, Any]] = []
        urls = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                urls.sent.append(json.loads(self.rfile.read(length)))
                answer = urls.answers.pop(0)
                if answer is None:
                    return  # hang up without a word
                self.send_response(answer[0])
                self.end_headers()
                self.wfile.write(answer[1].encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.respond = Respond(response_url=f"http://127.0.0.1:{self.server.server_port}/")


@pytest.fixture
def urls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Urls]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    urls = Urls()
    thread = threading.Thread(target=urls.server.serve_forever, args=(0.02,))
    thread.start()
    yield urls
    urls.server.shutdown()
    thread.join()
    urls.server.server_close()


def test_a_message_as_slack_wants_it(urls: Urls) -> None:
    urls.answers = [OK, (200, '{"ok":true}')]
    show(urls.respond, NATIVE)
    show(urls.respond, PLAIN, in_channel=True)
    assert urls.sent[0] == {
        "text": "hello",
        "blocks": [CHART],
        "response_type": "ephemeral",
        "replace_original": False,
        "unfurl_links": False,
    }
    assert urls.sent[1]["response_type"] == "in_channel"


@pytest.mark.parametrize("refusal", [BAD_BLOCKS, (200, '{"ok":false,"error":"invalid_blocks"}')])
def test_native_blocks_that_are_unknown_become_text(
    urls: Urls, refusal: tuple[int, str], caplog: pytest.LogCaptureFixture
) -> None:
    urls.answers = [refusal, OK]
    show(urls.respond, NATIVE)
    assert [body["blocks"] for body in urls.sent] == [[CHART], [TEXT]]
    assert not caplog.records


@pytest.mark.parametrize(
    ("answers", "message", "said"),
    [
        ([BAD_BLOCKS, BAD_BLOCKS], NATIVE, "400 invalid_blocks"),
        ([BAD_BLOCKS], PLAIN, "400 invalid_blocks"),
        ([(404, "used_url")], NATIVE, "404 used_url"),
        ([(404, "expired_url")], NATIVE, "404 expired_url"),
        ([(500, "")], NATIVE, "500"),
        # It may have been shown: a second time would be wrong.
        ([None], NATIVE, "RemoteDisconnected"),
    ],
)
def test_an_answer_that_is_not_taken_is_logged_and_not_repeated(
    urls: Urls,
    answers: list[tuple[int, str] | None],
    message: Message,
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    urls.answers = [*answers]
    show(urls.respond, message)
    assert len(urls.sent) == len(answers)
    (record,) = [each for each in caplog.records if each.name.startswith("bot.")]
    assert record.getMessage() == f"Slack did not take an answer: {said}"


def test_nowhere_to_answer(caplog: pytest.LogCaptureFixture) -> None:
    show(Respond(response_url=None), PLAIN)
    assert "no response URL" in caplog.text


@pytest.mark.parametrize("url", ["http://hooks.slack.com/x", "file:///etc/hosts", "nowhere"])
def test_an_answer_does_not_travel_in_clear(url: str, caplog: pytest.LogCaptureFixture) -> None:
    show(Respond(response_url=url), PLAIN)
    (record,) = [each for each in caplog.records if each.name.startswith("bot.")]
    assert record.getMessage() == "Slack did not take an answer: the response URL is not https"
