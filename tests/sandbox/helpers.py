"""What the tests of the simulated Slack share: clients, a small app, and connections."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin import SocketModeClient

from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.workspace import Message

Json = dict[str, Any]

GO = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}


def client_of(slack: FakeSlack, token: str = "xoxb-sandbox") -> WebClient:  # noqa: S107 - made up
    return WebClient(token, base_url=slack.api_url, timeout=20, retry_handlers=[])


def chat_of(slack: FakeSlack, channel: str = "general") -> list[Message]:
    return slack.workspace.messages(channel, "U0YOU")


def echo_app(slack: FakeSlack, **settings: Any) -> App:  # noqa: ANN401 - Bolt's settings
    """An app that says a command back, with a button that replaces the answer."""
    app = App(client=client_of(slack), **settings)

    @app.command("/posters")
    def command(ack: Ack, respond: Respond, command: Json) -> None:
        ack()
        blocks = [{"type": "actions", "elements": [GO | {"value": command["text"]}]}]
        respond(text=f"echo {command['text']}", blocks=blocks)

    @app.action("go")
    def press(ack: Ack, respond: Respond, body: Json, action: Json) -> None:
        ack()
        in_private = body["container"]["is_ephemeral"]
        respond(text=f"went {action['value']} {in_private}", replace_original=True)

    return app


def close(client: SocketModeClient) -> None:
    """Close a client at once: left alone, it listens for up to three seconds more."""
    client.auto_reconnect_enabled = False
    session = client.current_session
    link = session.sock if session else None
    if link:
        link.shutdown(socket.SHUT_RDWR)
    client.close()
    if link:
        link.close()  # the client forgets a socket that the other side has ended


@contextmanager
def connected(slack: FakeSlack, app: App) -> Iterator[SocketModeHandler]:
    handler = SocketModeHandler(app, "xapp-sandbox")
    handler.client.connect()
    assert slack.workspace.wait_for(lambda: slack.socket.connections)
    try:
        yield handler
    finally:
        close(handler.client)


def refused(code: str) -> Any:  # noqa: ANN401 - a context manager of pytest
    return pytest.raises(SlackApiError, match=f"'error': '{code}'")


def post(slack: FakeSlack, *blocks: Json, text: str = "hello", channel: str = "general") -> str:
    sent = client_of(slack).chat_postMessage(channel=channel, text=text, blocks=blocks)
    return str(sent["ts"])
