"""A real Bolt app beside the simulated Slack: commands, buttons, modals, the Home tab."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, request
from slack_bolt import Ack, App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_sdk import WebClient
from werkzeug.serving import make_server

from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.socket_mode import NoAnswerError
from tests.sandbox.helpers import GO, chat_of, client_of, connected, echo_app

Json = dict[str, Any]

OPTIONS = [{"text": {"type": "plain_text", "text": "This week"}, "value": "w"}]
GROUPS = [{"label": {"type": "plain_text", "text": "Periods"}, "options": OPTIONS}]
SECRET = "a-shared-secret"  # noqa: S105 - made up


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


def test_a_command_and_a_button_over_socket_mode(slack: FakeSlack) -> None:
    with connected(slack, echo_app(slack)):
        slack.slash("top 5")
        assert slack.workspace.wait_for(lambda: chat_of(slack))
        [answer] = chat_of(slack)
        assert (answer.text, answer.only_for) == ("echo top 5", "U0YOU")
        assert slack.workspace.messages("general") == []
        slack.press(answer, "go")
        assert slack.workspace.wait_for(lambda: answer.text == "went top 5 True")


def test_an_envelope_may_arrive_twice(slack: FakeSlack) -> None:
    with connected(slack, echo_app(slack)):
        slack.socket.duplicate_next = True
        slack.slash("once")
        assert slack.workspace.wait_for(lambda: len(chat_of(slack)) == 2)


def test_two_connections_share_the_traffic_and_are_refreshed(slack: FakeSlack) -> None:
    app = echo_app(slack)
    with connected(slack, app) as one, connected(slack, app) as other:
        assert slack.workspace.wait_for(lambda: slack.socket.connections == 2)
        for number in range(4):
            slack.slash(f"{number}")
        assert slack.workspace.wait_for(lambda: len(chat_of(slack)) == 4)
        before = {one.client.session_id(), other.client.session_id()}
        slack.socket.refresh()
        assert slack.workspace.wait_for(
            lambda: before.isdisjoint({one.client.session_id(), other.client.session_id()})
        )
        slack.slash("after")
        assert slack.workspace.wait_for(lambda: chat_of(slack)[-1].text == "echo after")


def test_nobody_answers(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoAnswerError, match="dispatch_failed"):
        slack.slash("top 5")
    assert "`/posters` failed because the app is not connected" in chat_of(slack)[0].text
    monkeypatch.setattr("bot.sandbox.socket_mode.ACK_SECONDS", 0.2)
    silent = App(client=client_of(slack))
    silent.command("/posters")(lambda: None)
    with connected(slack, silent), pytest.raises(NoAnswerError, match="operation_timeout"):
        slack.slash("top 5")
    assert "`/posters` failed because the app did not respond" in chat_of(slack)[1].text


def test_a_response_url_takes_five_answers_in_half_an_hour(slack: FakeSlack) -> None:
    now = [0.0]
    slack.responses.clock = lambda: now[0]
    channel = slack.workspace.channel("general").id

    def answer(key: str, **body: Any) -> tuple[str, int]:  # noqa: ANN401 - fields of an answer
        return slack.responses.use(key, body)

    key = slack.responses.issue(channel, "U0YOU")
    assert answer(key, text="1")[1] == 200
    assert answer(key, text="2", response_type="in_channel")[1] == 200
    assert answer(key) == ("no_text", 400)
    assert answer(key, blocks=[{"type": "header"}]) == ("invalid_blocks", 400)
    assert answer(key, text="5")[1] == 200
    assert answer(key, text="6") == ("used_url", 404)
    assert [m.text for m in slack.workspace.messages("general")] == ["2"]
    assert [m.text for m in chat_of(slack)] == ["1", "2", "5"]
    key = slack.responses.issue(channel, "U0YOU", chat_of(slack)[0].ts)
    assert answer(key, delete_original=True)[1] == 200
    assert [m.text for m in chat_of(slack)] == ["2", "5"]
    now[0] = 1801.0
    assert answer(key, text="late") == ("expired_url", 404)


def test_a_modal_is_opened_and_sent_off(slack: FakeSlack) -> None:
    app, heard = App(client=client_of(slack)), []
    field = {"type": "plain_text_input", "action_id": "place"}
    label = {"type": "plain_text", "text": "Place"}
    form = {
        "type": "modal",
        "callback_id": "settings",
        "title": label,
        "submit": label,
        "blocks": [{"type": "input", "block_id": "b", "label": label, "element": field}],
    }

    @app.command("/posters")
    def command(ack: Ack, client: WebClient, command: Json) -> None:
        ack()
        client.views_open(trigger_id=command["trigger_id"], view=form)

    @app.view("settings")
    def submitted(ack: Ack, view: Json) -> None:
        value = view["state"]["values"]["b"]["place"]["value"]
        heard.append(value)
        if value == "nowhere":
            ack(response_action="errors", errors={"b": "No such place"})
        else:
            ack()

    with connected(slack, app):
        slack.slash("settings")
        assert slack.workspace.wait_for(lambda: slack.workspace.views)
        [view_id] = slack.workspace.views
        submit = slack.desk.interactions.submit
        assert submit(view_id, {"b": {"place": {"value": "nowhere"}}}) == {"b": "No such place"}
        assert submit(view_id, {"b": {"place": {"value": "Library"}}}) == {}
        assert (heard, slack.workspace.views) == (["nowhere", "Library"], {})


def test_the_home_tab(slack: FakeSlack) -> None:
    app = App(client=client_of(slack))

    @app.event("app_home_opened")
    def opened(client: WebClient, event: Json) -> None:
        blocks = [{"type": "actions", "elements": [GO]}]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    pressed = threading.Event()

    @app.action("go")
    def press(ack: Ack) -> None:
        ack()
        pressed.set()

    with connected(slack, app):
        slack.open_home()
        assert slack.workspace.wait_for(lambda: slack.workspace.homes.get("U0YOU"))
        slack.desk.interactions.press_in_view(slack.workspace.homes["U0YOU"]["id"], "go")
        assert pressed.is_set()


@pytest.mark.parametrize(
    ("element", "choice", "name"),
    [
        ({"type": "overflow", "options": OPTIONS}, "w", "selected_option"),
        ({"type": "static_select", "option_groups": GROUPS}, "w", "selected_option"),
        ({"type": "datepicker"}, "2026-11-24", "selected_date"),
        ({"type": "users_select"}, "U0MAYA", "selected_user"),
    ],
)
def test_a_choice_arrives(slack: FakeSlack, element: Json, choice: str, name: str) -> None:
    app, heard = App(client=client_of(slack)), []

    @app.action("choose")
    def choose(ack: Ack, action: Json) -> None:
        ack()
        heard.append(action[name])

    elements = [element | {"action_id": "choose"}]
    blocks = [{"type": "actions", "elements": elements}]
    client_of(slack).chat_postMessage(channel="general", text="x", blocks=blocks)
    [message] = chat_of(slack)
    with connected(slack, app):
        slack.press(message, "choose", option=choice)
    assert heard == [OPTIONS[0] if name == "selected_option" else choice]
    with pytest.raises(LookupError):
        slack.press(message, "another")


@pytest.mark.parametrize("secret", [SECRET, "another-secret"])
def test_http_mode_is_signed(secret: str) -> None:
    site = Flask("app")
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    address = f"http://127.0.0.1:{server.port}/slack/events"
    try:
        with FakeSlack(request_url=address, signing_secret=secret) as slack:
            handler = SlackRequestHandler(echo_app(slack, signing_secret=SECRET))

            @site.post("/slack/events")
            def events() -> Response:
                return handler.handle(request)

            if secret != SECRET:
                with pytest.raises(NoAnswerError, match="http_status_401"):
                    slack.slash("top 5")
                return
            slack.slash("top 5 & more")
            assert slack.workspace.wait_for(lambda: chat_of(slack))
            [answer] = chat_of(slack)
            assert answer.text == "echo top 5 & more"
            slack.press(answer, "go")
            assert slack.workspace.wait_for(lambda: answer.text.startswith("went"))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
