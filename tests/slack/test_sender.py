from __future__ import annotations

import logging
import socket

import pytest

from bot.slack.message import Message
from bot.slack.sender import (
    Limited,
    Receipt,
    Refused,
    Sender,
    SlackError,
    Unknown,
    make_client,
)
from tests.slack.stand_in import TOKEN, Reply, StandIn, no, ok

RICH = ({"type": "data_visualization"},)
PLAIN = ({"type": "section", "text": {"type": "mrkdwn", "text": "chart"}},)
MESSAGE = Message("Scans", RICH, PLAIN)
POSTED = ok(channel="C1", ts="1.000100")


def failure(sender: Sender) -> SlackError:
    with pytest.raises(SlackError) as caught:
        sender.post("C1", MESSAGE, "k")
    assert TOKEN not in f"{caught.value} {caught.value!r}"
    return caught.value


def test_posts_once_with_the_key_and_gives_the_receipt(slack: StandIn, sender: Sender) -> None:
    slack.on("chat.postMessage", POSTED)
    assert sender.post("C1", MESSAGE, "digest:1", thread_ts="1.0") == Receipt("C1", "1.000100")
    [asked] = slack.asked("chat.postMessage")
    assert asked == {
        "channel": "C1",
        "text": "Scans",
        "blocks": list(RICH),
        "thread_ts": "1.0",
        "metadata": {"event_type": "posterpulse", "event_payload": {"key": "digest:1"}},
        "unfurl_links": False,
        "unfurl_media": False,
    }


def test_unfamiliar_blocks_are_sent_again_as_text(slack: StandIn, sender: Sender) -> None:
    slack.on("chat.postMessage", no("invalid_blocks"), POSTED)
    assert sender.post("C1", MESSAGE, "k") == Receipt("C1", "1.000100")
    rich, plain = slack.asked("chat.postMessage")
    assert plain == {**rich, "blocks": list(PLAIN)}


def test_unfamiliar_blocks_without_an_alternative_are_refused(
    slack: StandIn, sender: Sender
) -> None:
    slack.on("chat.postMessage", no("invalid_blocks"))
    with pytest.raises(Refused, match="invalid_blocks"):
        sender.post("C1", Message("Scans", PLAIN), "k")
    assert len(slack.calls) == 1


def test_changes_a_message_and_leaves_its_key_alone(slack: StandIn, sender: Sender) -> None:
    slack.on("chat.update", no("invalid_blocks"), POSTED)
    sender.update(Receipt("C1", "1.000100"), MESSAGE)
    rich, plain = slack.asked("chat.update")
    assert rich == {"channel": "C1", "ts": "1.000100", "text": "Scans", "blocks": list(RICH)}
    assert plain == {**rich, "blocks": list(PLAIN)}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (no("message_not_found"), Refused),
        (no("ratelimited"), Limited),
        (Reply(cut=True), Unknown),
    ],
)
def test_a_change_that_failed_is_told_and_never_repeated(
    slack: StandIn, sender: Sender, reply: Reply, kind: type[SlackError]
) -> None:
    slack.on("chat.update", reply)
    with pytest.raises(kind):
        sender.update(Receipt("C1", "1.000100"), MESSAGE)
    assert len(slack.calls) == 1


@pytest.mark.parametrize(
    ("code", "permanent", "remedy"),
    [
        ("not_in_channel", True, "Type /invite @posterpulse in C1."),
        ("is_archived", True, "Unarchive C1, or choose another channel."),
        ("some_new_error", False, "It will be tried again."),
    ],
)
def test_a_refusal_says_what_to_do(
    slack: StandIn,
    sender: Sender,
    code: str,
    permanent: object,
    remedy: str,
) -> None:
    slack.on("chat.postMessage", no(code))
    error = failure(sender)
    assert isinstance(error, Refused)
    assert (error.code, error.permanent, error.remedy) == (code, permanent, remedy)


def test_a_missing_scope_is_named(slack: StandIn, sender: Sender) -> None:
    slack.on("chat.postMessage", no("missing_scope", needed="chat:write"))
    assert "chat:write" in str(failure(sender))


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "7"}), 7),
        (Reply(status=429, raw=b"slow down", headers={"retry-after": "soon"}), 30),
        (Reply(status=429, raw=b"", headers={"Retry-After": "inf"}), 30),
        (no("ratelimited"), 30),
    ],
)
def test_too_many_calls_say_how_long_to_wait(
    slack: StandIn, sender: Sender, reply: Reply, seconds: float
) -> None:
    slack.on("chat.postMessage", reply)
    error = failure(sender)
    assert isinstance(error, Limited)
    assert error.retry_after == seconds
    assert len(slack.calls) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(cut=True),
        Reply(status=500, raw=b"<html>"),
        Reply(status=503),
        Reply(raw=b"{broken"),
        Reply(raw=b"[1]"),
        Reply(raw=b"null"),
        Reply(raw=b"\xff\xfe"),
        Reply(raw=b"{}", headers={"Content-Length": "9"}),
        no("internal_error"),
        ok(),
    ],
    ids=lambda reply: f"{reply.status} {reply.raw or reply.body}",
)
def test_an_unknown_outcome_is_told_and_never_repeated(
    slack: StandIn, sender: Sender, reply: Reply
) -> None:
    slack.on("chat.postMessage", reply)
    assert isinstance(failure(sender), Unknown)
    assert len(slack.calls) == 1


def test_a_wrong_address_refuses_without_a_verdict_on_the_message(
    slack: StandIn, sender: Sender
) -> None:
    slack.on("chat.postMessage", Reply(status=404, raw=b"<html>no such page"))
    error = failure(sender)
    assert isinstance(error, Refused)
    assert (error.code, error.permanent) == ("http_404", False)


def test_nobody_listening_means_that_nothing_was_posted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with caplog.at_level(logging.DEBUG):
        error = failure(Sender(make_client(TOKEN, f"http://127.0.0.1:{port}/")))
    assert isinstance(error, Refused)
    assert (error.code, error.permanent) == ("unreachable", False)
    assert not caplog.records


def test_a_slow_answer_is_unknown(slack: StandIn) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        error = failure(Sender(make_client(TOKEN, f"http://127.0.0.1:{port}/", timeout=1)))
    assert isinstance(error, Unknown)
    assert not slack.calls


def marked(ts: str, key: str, event: str = "posterpulse") -> dict[str, object]:
    return {"ts": ts, "metadata": {"event_type": event, "event_payload": {"key": key}}}


def test_finds_all_its_messages_on_every_page_oldest_first(slack: StandIn, sender: Sender) -> None:
    noise = [{"ts": "12.0"}, {"ts": "11.0", "metadata": None}, marked("10.0", "k", "other_app")]
    slack.on(
        "conversations.history",
        ok(messages=[*noise, marked("9.0", "k")], response_metadata={"next_cursor": "two"}),
        ok(messages=[marked("6.0", "j"), marked("5.0", "k")]),
    )
    found = sender.find_all("C1", "k", 1_700_000_000)
    assert found == [Receipt("C1", "5.0"), Receipt("C1", "9.0")]
    first, second = slack.asked("conversations.history")
    wanted = {"channel": "C1", "oldest": "1700000000.000000", "inclusive": "1", "limit": "200"}
    assert first == {**wanted, "include_all_metadata": "1"}
    assert second == {**first, "cursor": "two"}


def test_an_absent_message_is_not_found_even_if_the_pages_go_in_circles(
    slack: StandIn, sender: Sender
) -> None:
    slack.on("conversations.history", ok(messages=[], response_metadata={"next_cursor": "same"}))
    assert sender.find_all("C1", "k", 0) == []
    assert len(slack.calls) == 2


def test_a_reply_is_looked_for_in_its_thread(slack: StandIn, sender: Sender) -> None:
    slack.on("conversations.replies", ok(messages=[marked("5.0", "k")]))
    assert sender.find_all("C1", "k", 0, thread_ts="4.0") == [Receipt("C1", "5.0")]
    assert slack.asked("conversations.replies")[0]["ts"] == "4.0"


def test_what_a_person_was_sent_is_looked_for_in_their_direct_messages(
    slack: StandIn, sender: Sender
) -> None:
    slack.on("conversations.open", ok(channel={"id": "D7"}))
    slack.on("conversations.history", ok(messages=[marked("5.0", "k")]))
    assert sender.find_all("U7", "k", 0) == [Receipt("D7", "5.0")]
    assert slack.asked("conversations.open")[0]["users"] == "U7"
    assert slack.asked("conversations.history")[0]["channel"] == "D7"


def test_direct_messages_that_slack_does_not_name_are_unknown(
    slack: StandIn, sender: Sender
) -> None:
    slack.on("conversations.open", ok())
    with pytest.raises(Unknown):
        sender.find_all("U7", "k", 0)


def test_takes_a_message_away(slack: StandIn, sender: Sender) -> None:
    slack.on("chat.delete", ok(), no("message_not_found"), no("cant_delete_message"))
    sender.delete(Receipt("C1", "5.0"))
    assert slack.asked("chat.delete") == [{"channel": "C1", "ts": "5.0"}]
    sender.delete(Receipt("C1", "5.0"))
    with pytest.raises(Refused, match="cant_delete_message"):
        sender.delete(Receipt("C1", "5.0"))


def test_knows_who_it_is_and_what_it_may(slack: StandIn, sender: Sender) -> None:
    granted = Reply(
        {"ok": True, "user_id": "U9", "user": "posterpulse", "team": "Campus"},
        headers={"X-OAuth-Scopes": "chat:write, commands"},
    )
    slack.on("auth.test", granted)
    identity = sender.identity()
    assert (identity.user, identity.name, identity.team) == ("U9", "posterpulse", "Campus")
    assert identity.scopes == {"chat:write", "commands"}
