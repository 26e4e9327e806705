"""Messages that change and threads, on the page of the simulated Slack."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from bot.sandbox.fake_slack import FakeSlack
from tests.sandbox.helpers import client_of, post


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def change(slack: FakeSlack, ts: str, text: str, *blocks: dict[str, Any]) -> None:
    channel = slack.workspace.channel("general").id
    client_of(slack).chat_update(channel=channel, ts=ts, text=text, blocks=blocks)


def reply(slack: FakeSlack, ts: str, *texts: str) -> None:
    for text in texts:
        client_of(slack).chat_postMessage(channel="general", thread_ts=ts, text=text)


def thread(page: Page) -> Locator:
    return page.locator(".message > .message-body > .thread")


def test_a_message_changes_before_the_eyes(slack: FakeSlack, page: Page) -> None:
    ts = post(slack, section("120 scans so far"), text="running")
    content = page.locator(".content")
    expect(content).to_have_text("120 scans so far")
    change(slack, ts, "over", section("480 scans in all"))
    expect(content).to_have_text("480 scans in all")
    change(slack, ts, "over and out")
    expect(content).to_have_text("over and out(edited)")
    expect(page.locator(".message")).to_have_count(1)


def test_replies_are_folded_below_their_message(slack: FakeSlack, page: Page) -> None:
    ts = post(slack, text="top")
    reply(slack, ts, "one")
    expect(thread(page).locator("summary")).to_have_text("1 reply")
    reply(slack, ts, "two")
    expect(thread(page).locator("summary")).to_have_text("2 replies")
    expect(thread(page).locator(".content")).to_have_text(["one", "two"])
    expect(page.locator(".messages > .message")).to_have_count(1)
    reply(slack, ts, "three", "four")
    expect(thread(page).locator("summary")).to_have_text("4 replies")
    expect(thread(page).locator(".content").first).to_be_hidden()


def test_a_thread_that_a_person_opened_stays_open(slack: FakeSlack, page: Page) -> None:
    ts = post(slack, text="top")
    reply(slack, ts, *"abcd")
    expect(thread(page).locator("summary")).to_have_text("4 replies")
    thread(page).locator("summary").click()
    expect(thread(page).locator(".content").first).to_be_visible()
    change(slack, ts, "top changed")
    reply(slack, ts, "e")
    expect(thread(page).locator("summary")).to_have_text("5 replies")
    expect(thread(page).locator(".content").first).to_be_visible()
    thread(page).locator("summary").click()
    expect(thread(page).locator(".content").first).to_be_hidden()
