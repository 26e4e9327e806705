"""The simulated Slack, spoken to by Slack's own client."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.api import DEFAULT_SCOPES
from bot.sandbox.fake_slack import FakeSlack
from tests.sandbox.helpers import client_of, refused


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(channels=("general", "posters", "secret")) as fake:
        yield fake


@pytest.fixture
def client(slack: FakeSlack) -> WebClient:
    return client_of(slack)


def test_who_am_i(slack: FakeSlack, client: WebClient) -> None:
    answer = client.auth_test()
    assert answer["user_id"] == "U0POSTERPULSE"
    assert "chat:write" in answer.headers["x-oauth-scopes"]
    assert client.api_test()["ok"]
    with refused("invalid_auth"):
        client_of(slack, "xoxb-wrong").auth_test()
    with refused("not_allowed_token_type"):
        client.apps_connections_open(app_token="xoxb-sandbox")  # noqa: S106 - made up
    with refused("unknown_method"):
        client.api_call("chat.shout")


@pytest.mark.parametrize("place", ["posters", "#posters"])
def test_a_message_is_posted_changed_and_taken_away(
    slack: FakeSlack, client: WebClient, place: str
) -> None:
    mark = {"event_type": "digest", "event_payload": {"key": "k1"}}
    sent = client.chat_postMessage(channel=place, text="one", metadata=mark)
    [message] = slack.workspace.messages("posters")
    assert (sent["ts"], sent["channel"]) == (message.ts, message.channel)
    client.chat_update(channel=sent["channel"], ts=sent["ts"], text="two")
    assert (message.text, message.metadata) == ("two", mark)
    assert float(message.edited or 0) > float(message.ts)
    client.chat_update(channel=sent["channel"], ts=sent["ts"], text="two", metadata={})
    assert message.metadata is None
    client.chat_delete(channel=sent["channel"], ts=sent["ts"])
    assert slack.workspace.messages("posters") == []
    with refused("message_not_found"):
        client.chat_update(channel=sent["channel"], ts=sent["ts"], text="three")


def test_a_user_is_written_to_directly(slack: FakeSlack, client: WebClient) -> None:
    client.chat_postMessage(channel="U0MAYA", text="hello")
    assert [message.text for message in slack.workspace.dms["U0MAYA"].messages] == ["hello"]


def test_a_form_is_understood_as_well_as_json(slack: FakeSlack) -> None:
    blocks = json.dumps([{"type": "divider"}])
    form = {"token": "xoxb-sandbox", "channel": "general", "blocks": blocks}
    answer = WebClient(base_url=slack.api_url).api_call("chat.postMessage", data=form)
    assert answer["message"]["blocks"][0]["type"] == "divider"
    assert slack.calls[-1] == ("chat.postMessage", {"channel": "general", "blocks": blocks})


def test_where_the_bot_may_not_write(slack: FakeSlack, client: WebClient) -> None:
    posters = slack.workspace.channel("posters")
    with refused("channel_not_found"):
        client.chat_postMessage(channel="nowhere", text="x")
    with refused("no_text"):
        client.api_call("chat.postMessage", json={"channel": "posters"})
    posters.is_member = False
    with refused("not_in_channel"):
        client.chat_postMessage(channel="posters", text="x")
    client.conversations_join(channel=posters.id)
    client.chat_postMessage(channel="posters", text="x")
    posters.is_archived = True
    with refused("is_archived"):
        client.chat_postMessage(channel="posters", text="x")
    secret = slack.workspace.channel("secret")
    secret.is_private, secret.is_member = True, False
    with refused("channel_not_found"):
        client.chat_postMessage(channel=secret.id, text="x")


def test_a_missing_scope_is_named(slack: FakeSlack, client: WebClient) -> None:
    slack.desk.scopes -= {"chat:write", "groups:read"}
    with pytest.raises(SlackApiError, match=r"missing_scope.*'needed': 'chat:write'"):
        client.chat_postMessage(channel="posters", text="x")
    with refused("missing_scope"):
        client.conversations_list(types="public_channel,private_channel")


def test_the_default_scopes_are_those_of_the_manifest() -> None:
    manifest = json.loads((Path(__file__).parents[2] / "manifest.json").read_text())
    assert sorted(DEFAULT_SCOPES) == sorted(manifest["oauth_config"]["scopes"]["bot"])


def test_blocks_beyond_a_limit_are_refused(slack: FakeSlack, client: WebClient) -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    with pytest.raises(SlackApiError, match=r"invalid_blocks.*151 characters.*/blocks/0/text"):
        client.chat_postMessage(channel="posters", text="x", blocks=[header])
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}
    with refused("msg_blocks_too_long"):
        client.chat_postMessage(channel="posters", text="x", blocks=[long] * 5)
    slack.desk.native_charts = False
    rows = [[{"type": "raw_text", "text": "x"}]] * 2
    table = {"type": "data_table", "caption": "x", "rows": rows}
    with pytest.raises(SlackApiError, match=r"invalid_blocks.*unsupported type: data_table"):
        client.chat_postMessage(channel="posters", text="x", blocks=[table])
    assert slack.workspace.messages("posters") == []


def test_channels_are_listed_page_by_page(client: WebClient) -> None:
    names = [[c["name"] for c in page["channels"]] for page in client.conversations_list(limit=2)]
    assert names == [["general", "posters"], ["secret"]]


def test_history_looks_back_by_time_and_page(slack: FakeSlack, client: WebClient) -> None:
    mark = {"event_type": "digest", "event_payload": {"key": "k1"}}
    sent = [client.chat_postMessage(channel="posters", text=f"{n}", metadata=mark) for n in "123"]
    channel, ts = sent[0]["channel"], [answer["ts"] for answer in sent]
    client.chat_postMessage(channel="posters", text="reply", thread_ts=ts[0])
    client.chat_postEphemeral(channel="posters", text="hidden", user="U0YOU")

    def texts(**how: Any) -> list[str]:  # noqa: ANN401 - arguments of the method
        answer = client.conversations_history(channel=channel, **how)
        return [message["text"] for message in answer["messages"]]

    assert texts() == ["3", "2", "1"]
    assert texts(oldest=ts[0]) == ["3", "2"]
    assert texts(oldest=ts[0], latest=ts[1], inclusive=True) == ["2", "1"]
    pages = client.conversations_history(channel=channel, limit=2, include_all_metadata=True)
    assert [[m["metadata"] == mark for m in page["messages"]] for page in pages] == [
        [True, True],
        [True],
    ]
    assert "metadata" not in client.conversations_history(channel=channel)["messages"][0]
    slack.workspace.channel("posters").is_member = False
    with refused("not_in_channel"):
        client.conversations_history(channel=channel)


def test_a_thread_is_read_from_its_top(slack: FakeSlack, client: WebClient) -> None:
    top = client.chat_postMessage(channel="posters", text="top")
    channel, ts = top["channel"], top["ts"]
    sent = [client.chat_postMessage(channel=channel, text=t, thread_ts=ts)["ts"] for t in "abc"]
    client.chat_postMessage(channel=channel, text="beside")

    def texts(**how: Any) -> list[list[str]]:  # noqa: ANN401 - arguments of the method
        answer = client.conversations_replies(channel=channel, ts=ts, **how)
        return [[message["text"] for message in page["messages"]] for page in answer]

    assert texts() == [["top", "a", "b", "c"]]
    assert texts(oldest=sent[1]) == [["top", "c"]]
    assert texts(limit=3) == [["top", "a", "b"], ["c"]]
    with refused("thread_not_found"):
        client.conversations_replies(channel=channel, ts="1.000000")
    slack.desk.scopes.discard("channels:history")
    with refused("missing_scope"):
        client.conversations_replies(channel=channel, ts=ts)


def test_nothing_is_changed_in_an_archived_channel(slack: FakeSlack, client: WebClient) -> None:
    sent = client.chat_postMessage(channel="posters", text="one")
    slack.workspace.channel("posters").is_archived = True
    with refused("is_inactive"):
        client.chat_update(channel=sent["channel"], ts=sent["ts"], text="two")


def test_people_and_reactions(slack: FakeSlack, client: WebClient) -> None:
    slack.desk.scopes |= {"users:read", "users:read.email"}
    found = client.users_lookupByEmail(email="maya@campus.example")["user"]
    assert client.users_info(user=found["id"])["user"]["real_name"] == "Maya Lindqvist"
    assert len(client.users_list()["members"]) == len(slack.workspace.users)
    slack.desk.scopes.remove("users:read.email")
    assert "email" not in client.users_info(user=found["id"])["user"]["profile"]
    sent = client.chat_postMessage(channel="posters", text="x")
    slack.desk.scopes.add("reactions:write")
    client.reactions_add(channel=sent["channel"], timestamp=sent["ts"], name="tada")
    with refused("already_reacted"):
        client.reactions_add(channel=sent["channel"], timestamp=sent["ts"], name="tada")


@pytest.mark.parametrize(
    ("kind", "answer", "posted"),
    [
        ("rate_limited", "ratelimited", 0),
        ("server_error", "internal_error", 0),
        ("error_after", "internal_error", 1),
        ("cut_before", "", 0),
        ("cut_after", "", 1),
        ("late", "", 1),
        ("channel_not_found", "channel_not_found", 0),
    ],
)
def test_a_fault_happens_once(
    slack: FakeSlack, client: WebClient, kind: str, answer: str, posted: int
) -> None:
    slack.fault("chat.postMessage", kind, seconds=0.2)
    error = refused(answer) if answer else pytest.raises(ConnectionError)
    with error:
        client.chat_postMessage(channel="posters", text="x")
    assert slack.workspace.wait_for(lambda: len(slack.workspace.messages("posters")) == posted)
    client.chat_postMessage(channel="posters", text="x")
    assert len(slack.workspace.messages("posters")) == posted + 1
    assert [method for method, _ in slack.calls] == ["chat.postMessage"] * 2


def test_a_slow_answer_arrives_and_a_rate_limit_says_when(
    slack: FakeSlack, client: WebClient
) -> None:
    slack.fault("chat.postMessage", "slow", seconds=0.1)
    client.chat_postMessage(channel="posters", text="x")
    slack.fault("chat.postMessage", "rate_limited", times=2, seconds=7)
    for _ in range(2):
        with pytest.raises(SlackApiError) as refusal:
            client.chat_postMessage(channel="posters", text="x")
        assert refusal.value.response.headers["Retry-After"] == "7"


def test_stopping_twice_frees_the_port_and_every_thread() -> None:
    before = set(threading.enumerate())
    slack = FakeSlack().start()
    port = int(slack.url.split(":")[2].strip("/"))
    with urllib.request.urlopen(f"{slack.url}page/events") as stream:  # noqa: S310 - loopback
        assert stream.readline() == b"event: ready\n"
        slack.fault("chat.postMessage", "late", seconds=60)
        with pytest.raises(ConnectionError):
            client_of(slack).chat_postMessage(channel="general", text="x")
        slack.stop()
        slack.stop()
    assert set(threading.enumerate()) == before
    assert slack.workspace.messages("general") == []
    with FakeSlack(port=port) as again:
        assert again.url == slack.url
        with pytest.raises(OSError, match="in use"):
            FakeSlack(port=port)
