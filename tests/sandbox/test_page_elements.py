"""Buttons and menus on the page of the simulated Slack, and what the app hears of them."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.sandbox.fake_slack import FakeSlack
from tests.sandbox.helpers import client_of, connected, post

Json = dict[str, Any]

LONG = "🔕 All posters in the building with the longest name on the whole campus"


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(text: str, value: str) -> Json:
    return {"type": "button", "action_id": "up", "text": words(text), "value": value}


def row(*elements: Json, **more: str) -> Json:
    return {"type": "actions", "elements": list(elements)} | more


def menu() -> Json:
    def group(label: str, value: str) -> Json:
        options = [
            {"text": words(text), "value": f"{value} {text}"} for text in ("1 hour", "1 day")
        ]
        return {"label": words(label), "options": options}

    groups = [group(LONG, "place"), group("Bike Share", "program")]
    placeholder = words("🔕 Mute…")
    return {
        "type": "static_select",
        "action_id": "mute",
        "option_groups": groups,
        "placeholder": placeholder,
    }


def calendar() -> Json:
    return {"type": "datepicker", "action_id": "until", "placeholder": words("Mute until a day…")}


@pytest.fixture
def heard(slack: FakeSlack) -> Iterator[list[Json]]:
    """The actions that a Bolt app hears of."""
    app, actions = App(client=client_of(slack)), []

    @app.action(re.compile("."))
    def hear(ack: Ack, action: Json) -> None:
        ack()
        actions.append(action)

    @app.event("app_home_opened")
    def opened(client: WebClient, event: Json) -> None:
        blocks = [row(button("First", "1")), row(button("Second", "2"))]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    with connected(slack, app):
        yield actions


def wait(slack: FakeSlack, heard: list[Json], many: int) -> None:
    assert slack.workspace.wait_for(lambda: len(heard) == many)


def test_one_action_in_two_blocks_is_told_apart(
    slack: FakeSlack, page: Page, heard: list[Json]
) -> None:
    section = {"type": "section", "text": words("third"), "accessory": button("End", "3")}
    post(slack, row(button("Still up", "1")), row(button("Still up", "2"), block_id="own"), section)
    second, first = page.get_by_role("button", name="Still up").nth(1), page.get_by_text("Still up")
    second.click()
    wait(slack, heard, 1)
    first.first.click()
    wait(slack, heard, 2)
    page.get_by_role("button", name="End", exact=True).click()
    wait(slack, heard, 3)
    assert [each["value"] for each in heard] == ["2", "1", "3"]
    assert heard[0]["block_id"] == "own"


def test_so_it_is_in_the_home_tab(slack: FakeSlack, page: Page, heard: list[Json]) -> None:
    page.locator(".place", has_text="Posterpulse").click()
    page.get_by_role("tab", name="Home").click()
    page.get_by_role("button", name="Second").click()
    wait(slack, heard, 1)
    assert heard[0]["value"] == "2"


@pytest.mark.parametrize("width", [1200, 390])
def test_a_menu_has_groups_and_fits(
    slack: FakeSlack, page: Page, heard: list[Json], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    post(slack, row(menu(), calendar()))
    choice = page.get_by_label("🔕 Mute…")
    expect(choice.locator("option:checked")).to_have_text("🔕 Mute…")
    assert choice.locator("optgroup").evaluate_all("all => all.map((one) => one.label)") == [
        LONG,
        "Bike Share",
    ]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    choice.select_option("program 1 day")
    wait(slack, heard, 1)
    assert heard[0]["selected_option"]["value"] == "program 1 day"


def test_a_calendar_is_a_button_until_a_day_is_chosen(
    slack: FakeSlack, page: Page, heard: list[Json]
) -> None:
    post(slack, row(menu(), calendar()))
    shown = page.locator(".day-picker button")
    expect(shown).to_have_text("Mute until a day…")
    heights = {
        box["height"]
        for node in (shown, page.get_by_label("🔕 Mute…"))
        if (box := node.bounding_box())
    }
    assert len(heights) == 1
    shown.click()
    page.locator(".day-picker input").fill("2026-12-01")
    wait(slack, heard, 1)
    assert heard[0]["selected_date"] == "2026-12-01"
    expect(shown).to_have_text("Dec 1, 2026")


def test_of_several_lines_the_first_lies_on_top(slack: FakeSlack, page: Page) -> None:
    hours = [f"{hour:02}:00" for hour in range(20)]
    series = [
        {"name": name, "data": [{"label": hour, "value": height} for hour in hours]}
        for name, height in {"Scans": 9, "Usual": 2, "Unusual above": 9}.items()
    ]
    drawn = {"type": "line", "axis_config": {"categories": hours}, "series": series}
    page.set_viewport_size({"width": 390, "height": 800})
    post(slack, {"type": "data_visualization", "title": "Today", "chart": drawn})
    expect(page.locator(".legend li")).to_have_text(["Scans", "Usual", "Unusual above"])
    expect(page.locator(".chart .line").last).to_have_class("line stroke-0")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    names = page.locator(".chart .category")
    boxes = [name.bounding_box() for name in names.all()]
    edges = [(box["x"], box["x"] + box["width"]) for box in boxes if box]
    assert len(edges) > 3
    assert all(end <= start for (_, end), (start, _) in pairwise(edges))
