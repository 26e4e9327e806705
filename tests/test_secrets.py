"""No secret is told by anything that says how it is, fails, or is printed."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from bot.app.sending import permissions, web_client
from bot.config import load
from bot.slack.client import call
from bot.slack.errors import SlackError
from bot.slack.sender import Sender, make_client
from bot.store.database import StoreError
from bot.store.opening import open_store
from bot.vantio.client import Vantio
from bot.vantio.errors import VantioError
from tests.slack.stand_in import Reply, no, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = {
    "VANTIO_API_KEY": "sk_hush1",
    "SLACK_BOT_TOKEN": "xoxb-hush2",
    "SLACK_APP_TOKEN": "xapp-hush3",
    "SLACK_SIGNING_SECRET": "hush4",
    "DATABASE_URL": "postgresql://me:hush5@127.0.0.1:9/store",
}
CLOSED = "http://127.0.0.1:9"
ANSWERS = [
    no("invalid_auth"),
    Reply({"ok": False, "error": "ratelimited"}, 429),
    Reply(status=500, raw=b"oh no"),
    Reply(raw=b"<html>"),
    Reply(cut=True),
]


@contextmanager
def said(kind: type[Exception]) -> Iterator[list[str]]:
    """What an error says from within, its causes and where it came from among it."""
    told: list[str] = []
    with pytest.raises(kind) as caught:
        yield told
    told += traceback.format_exception(caught.value)
    told += [repr(caught.value), str(vars(caught.value))]


def test_what_holds_secrets_does_not_show_them() -> None:
    settings = load(SECRETS)
    client = web_client(settings)
    things = [
        settings,
        settings.environment,
        settings.model_dump(),
        settings.model_dump_json(),
        client,
        Sender(client),
        permissions(settings, client),
        Vantio("https://vantio.app", SECRETS["VANTIO_API_KEY"]),
    ]
    for thing in things:
        assert "hush" not in f"{thing!r} {thing}"


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: str(answer.raw or answer.body))
def test_what_slack_refuses(answer: Reply, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with serving() as slack:
        slack.on("auth.test", answer)
        client = make_client(SECRETS["SLACK_BOT_TOKEN"], slack.url)
        with said(SlackError) as told:
            Sender(client).identity()
        slack.on("apps.connections.open", answer)
        with said(SlackError) as more:
            call(client.apps_connections_open, app_token=SECRETS["SLACK_APP_TOKEN"])
    assert told
    assert "hush" not in "".join([*told, *more, caplog.text])


def test_who_can_not_be_reached(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with said(SlackError) as slack:
        Sender(make_client(SECRETS["SLACK_BOT_TOKEN"], f"{CLOSED}/")).identity()
    with said(VantioError) as vantio:
        Vantio(CLOSED, SECRETS["VANTIO_API_KEY"]).probe()
    pytest.importorskip("psycopg")
    with said(StoreError) as store:
        open_store(SECRETS["DATABASE_URL"])
    for told in (slack, vantio, store):
        assert told
        assert "hush" not in "".join(told)
    assert "hush" not in caplog.text
