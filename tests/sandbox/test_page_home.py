"""The Home on the page of the simulated Slack, and links that lead to messages."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest
from playwright.sync_api import Page, expect
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.fake_slack import FakeSlack
from bot.slack import views
from tests.sandbox.helpers import client_of, connected, post
from tests.slack.test_home import BUSY

Json = dict[str, Any]


@pytest.fixture
def pressed(slack: FakeSlack) -> Iterator[list[str]]:
    """What is pressed on a Home that has everything a Home of the bot can have."""
    app, heard = App(client=client_of(slack)), []

    def publish(client: WebClient, user: str, note: str = "") -> None:
        mutes = () if note else BUSY.mutes
        blocks = views.home(replace(BUSY, mutes=mutes), note).blocks
        client.views_publish(user_id=user, view={"type": "home", "blocks": list(blocks)})

    @app.event("app_home_opened")
    def opened(client: WebClient, event: Json) -> None:
        publish(client, event["user"])

    @app.action("unmute")
    def press(ack: Ack, client: WebClient, body: Json, action: Json) -> None:
        ack()
        heard.append(action["value"])
        publish(client, body["user"]["id"], "It is told again.")

    with connected(slack, app):
        yield heard


def test_it_stands_beside_the_channels(page: Page, pressed: list[str]) -> None:
    page.locator("[data-home]").click()
    home = page.locator(".home")
    expect(home.locator(".block").first).to_contain_text("vantio.app is in trouble (503)")
    expect(home.get_by_role("img", name="Scans per day")).to_be_visible()
    expect(page.get_by_role("tab", name="Home")).to_have_attribute("aria-selected", "true")
    expect(page.locator("[aria-current=page]")).to_have_text("Home")
    expect(page.locator(".composer")).to_be_hidden()
    assert page.locator(".scroller").evaluate("node => node.scrollTop") == 0
    page.get_by_role("tab", name="Messages").click()
    expect(page.locator(".composer")).to_be_visible()
    expect(page.locator("[aria-current=page]")).to_have_text("Posterpulse")
    assert pressed == []


def test_a_button_changes_it(page: Page, pressed: list[str]) -> None:
    page.locator("[data-home]").click()
    page.get_by_role("button", name="End").click()
    expect(page.locator(".home .block").first).to_have_text("It is told again.")
    expect(page.get_by_role("button", name="End")).to_have_count(0)
    assert pressed == ['{"mute": 7}']


@pytest.mark.usefixtures("pressed")
def test_it_fits_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.get_by_label("Show channels").click()
    page.locator("[data-home]").click()
    expect(page.get_by_role("img", name="Scans per day")).to_be_visible()
    expect(page.locator(".sidebar")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    menu = page.get_by_label("Show channels").bounding_box()
    assert menu
    assert menu["width"] >= 36


def test_a_permalink_leads_to_the_message(slack: FakeSlack, page: Page) -> None:
    place = slack.workspace.channel("posters")
    wanted = client_of(slack).chat_postMessage(channel=place.id, text="*the* one")["ts"]
    for number in range(40):
        client_of(slack).chat_postMessage(channel=place.id, text=f"later {number}")
    found = client_of(slack).chat_getPermalink(channel=place.id, message_ts=wanted)
    assert found["permalink"].startswith(f"{slack.url}archives/{place.id}/p")
    post(slack, text=f"<{found['permalink']}|See the message>")
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="See the message").click()
    there = opening.value
    expect(there.locator(".room-name")).to_contain_text("posters")
    expect(there.get_by_text("the one")).to_be_in_viewport()


def test_a_permalink_leads_nowhere_else(slack: FakeSlack) -> None:
    place = slack.workspace.channel("posters")
    with pytest.raises(SlackApiError, match="message_not_found"):
        client_of(slack).chat_getPermalink(channel=place.id, message_ts="1.000000")
    opener = build_opener(ProxyHandler({}))
    with opener.open(f"{slack.url}archives/%2F%2Fevil.example/p1000001") as answer:
        assert answer.url.startswith(slack.url)
        assert b"Campus Sandbox" in answer.read()
