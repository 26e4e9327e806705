"""The page of the simulated Slack, in a real browser beside a real Bolt app."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from slack_bolt import Ack, App

from bot.sandbox.fake_slack import FakeSlack
from tests.sandbox.browsing import open_channel
from tests.sandbox.helpers import client_of, connected, echo_app, post

Json = dict[str, Any]

HOSTILE = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script>"
PLACES = ["Library", "Cafeteria North", "Bus stop", "Sports centre", "Union", "Lobby", "Dormitory"]


def ask(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def column(page: Page, index: int) -> list[str]:
    cells: Locator = page.locator(f"tbody tr > :nth-child({index})")
    return cells.all_inner_texts()


def table() -> Json:
    def cells(place: str, scans: int) -> list[Json]:
        number = {"type": "raw_number", "value": scans, "text": f"{scans} scans"}
        return [{"type": "raw_text", "text": place}, number]

    rows = [cells(place, 9 * index + 5) for index, place in enumerate(PLACES)]
    head = [{"type": "raw_text", "text": name} for name in ("Place", "Scans")]
    return {"type": "data_table", "caption": "Top posters", "page_size": 5, "rows": [head, *rows]}


def chart(kind: str) -> Json:
    values = {"Monday": 12, "Tuesday": 30}
    points = [{"label": day, "value": scans} for day, scans in values.items()]
    if kind == "pie":
        drawn: Json = {"type": "pie", "segments": points}
    else:
        series = [{"name": "Scans", "data": points}, {"name": "People", "data": points}]
        drawn = {"type": kind, "axis_config": {"categories": [*values]}, "series": series}
    return {"type": "data_visualization", "title": "Scans a day", "chart": drawn}


def test_a_message_during_the_first_look_is_not_lost(slack: FakeSlack, page: Page) -> None:
    def answer_late(route: Route) -> None:
        answer = route.fetch()
        post(slack, text="just now")
        page.wait_for_timeout(300)
        route.fulfill(response=answer)

    page.route("**/page/state", answer_late)
    page.reload()
    expect(page.locator(".message")).to_have_text(re.compile("just now"))


def test_a_message_appears_and_changes_while_one_looks(slack: FakeSlack, page: Page) -> None:
    ts = post(slack, text="*84* scans &amp; more :tada: <https://example.org|see>")
    message = page.locator(".message")
    expect(message).to_contain_text("84 scans & more 🎉 see")
    expect(message.locator("strong")).to_have_text("84")
    expect(message.locator(".badge")).to_have_text("App")
    expect(message.get_by_role("link")).to_have_attribute("href", "https://example.org/")
    channel = slack.workspace.channel("general").id
    client_of(slack).chat_update(channel=channel, ts=ts, text="over")
    expect(message).to_contain_text("over")
    client_of(slack).chat_delete(channel=channel, ts=ts)
    expect(page.get_by_text("over", exact=True)).to_have_count(0)


def test_a_command_is_suggested_typed_and_answered(slack: FakeSlack, page: Page) -> None:
    with connected(slack, echo_app(slack)):
        page.get_by_label("Message", exact=True).type("/posters lea")
        expect(page.get_by_role("option")).to_contain_text("/posters leaderboard")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        answer = page.locator(".message.ephemeral")
        expect(answer).to_contain_text("Only visible to you")
        answer.get_by_role("button", name="Go").click()
        expect(answer).to_contain_text("went leaderboard True")


def test_a_hint_asks_at_a_click(slack: FakeSlack, page: Page) -> None:
    with connected(slack, echo_app(slack)):
        page.get_by_role("button", name="/posters top 5").click()
        page.get_by_role("button", name="Go").click()
        expect(page.locator(".message")).to_contain_text("went top 5 True")


def test_what_one_writes_stands_there_and_a_deaf_app_is_named(page: Page) -> None:
    ask(page, "good <b>morning</b>")
    expect(page.locator(".message")).to_contain_text("good <b>morning</b>")
    ask(page, "/posters top 5")
    expect(page.locator(".message").last).to_contain_text("the app is not connected")


def test_a_table_is_sorted_and_paged(slack: FakeSlack, page: Page) -> None:
    post(slack, table())
    expect(page.locator("caption")).to_have_text("Top posters")
    assert column(page, 1) == PLACES[:5]
    page.get_by_role("button", name="Scans").click()
    expect(page.get_by_role("columnheader", name="Scans")).to_have_attribute(
        "aria-sort", "descending"
    )
    assert column(page, 1) == PLACES[:1:-1]
    page.get_by_role("button", name="Next page").click()
    assert column(page, 2) == ["14 scans", "5 scans"]
    expect(page.locator(".pager")).to_contain_text("6\N{EN DASH}7 of 7")
    page.get_by_role("button", name="Place").click()
    assert column(page, 1) == sorted(PLACES)[:5]
    post(slack, text="another message leaves the order alone")
    expect(page.locator(".message")).to_have_count(2)
    assert column(page, 1) == sorted(PLACES)[:5]
    number = page.locator("tbody td").first
    assert number.evaluate("node => getComputedStyle(node).textAlign") == "right"


@pytest.mark.parametrize("kind", ["bar", "line", "area", "pie"])
def test_a_chart_is_drawn_and_told(slack: FakeSlack, page: Page, kind: str) -> None:
    post(slack, chart(kind))
    picture = page.get_by_role("img", name=f"Scans a day, {kind} chart.")
    expect(picture).to_have_attribute("aria-label", expected(kind))
    expect(page.locator("figcaption")).to_have_text("Scans a day")
    expect(picture.get_by_text("Tuesday", exact=True)).to_be_visible()
    legend = [] if kind == "pie" else ["Scans", "People"]
    assert page.locator(".legend li").all_inner_texts() == legend


def expected(kind: str) -> str:
    points = "Monday 12, Tuesday 30"
    told = points if kind == "pie" else f"Scans: {points}. People: {points}"
    return f"Scans a day, {kind} chart. {told}"


def test_hostile_text_is_inert(slack: FakeSlack, page: Page) -> None:
    escaped = HOSTILE.replace("<", "&lt;").replace(">", "&gt;")
    raw = [{"type": "raw_text", "text": HOSTILE}]
    post(
        slack,
        {"type": "header", "text": {"type": "plain_text", "text": HOSTILE}},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{escaped}* {HOSTILE}"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<javascript:hacked=1|click>"}},
        {"type": "markdown", "text": f"# {HOSTILE}\n[click](javascript:hacked=1)"},
        {"type": "data_table", "caption": HOSTILE, "rows": [raw, raw]},
        {"type": "image", "image_url": "javascript:hacked=1", "alt_text": HOSTILE},
    )
    message = page.locator(".message .content")
    expect(message.locator(".header")).to_have_text(HOSTILE)
    expect(message.locator("caption")).to_have_text(HOSTILE)
    assert message.locator("script, a, .block img").count() == 0
    assert page.evaluate("window.hacked") is None


def test_a_channel_with_news_is_marked(slack: FakeSlack, page: Page) -> None:
    post(slack, text="one", channel="posters")
    post(slack, text="two", channel="posters")
    place = page.locator("[data-channel=posters]")
    expect(place.locator(".count")).to_have_text("2")
    place.click()
    expect(page.locator(".message")).to_have_count(2)
    expect(place.locator(".count")).to_have_count(0)


def test_every_block_is_drawn(slack: FakeSlack, page: Page) -> None:
    def words(text: str) -> Json:
        return {"type": "mrkdwn", "text": text}

    option = {"text": {"type": "plain_text", "text": "This week"}, "value": "w"}
    rich = [{"type": "text", "text": "bold", "style": {"bold": True}}]
    post(
        slack,
        {"type": "section", "fields": [words("_one_ ~two~ `three`"), words("```four```")]},
        {"type": "context", "elements": [words("<@U0MAYA> <!date^0^{date_num}|old> <!here>")]},
        {"type": "divider"},
        {"type": "actions", "elements": [{"type": "overflow", "options": [option]}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": rich}]},
        {"type": "markdown", "text": "- **five**\n\n| a | b |\n|---|---|\n| 6 | 7 |"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "eight"}]]},
    )
    content = page.locator(".content")
    for tag, text in {"em": "one", "s": "two", "code": "three", "pre": "four"}.items():
        expect(content.locator(tag)).to_have_text(text)
    expect(content.locator(".context")).to_contain_text("@Maya Lindqvist")
    expect(content.locator(".context")).to_contain_text("1970")
    expect(content.locator(".rich_text strong")).to_have_text("bold")
    expect(content.locator(".markdown li strong")).to_have_text("five")
    expect(content.locator(".markdown td")).to_have_text(["6", "7"])
    expect(content.locator(".table th")).to_have_text("eight")
    page.get_by_label("More actions").click()
    expect(page.get_by_role("menuitem")).to_have_text("This week")


def test_a_modal_is_filled_in_and_sent_off(slack: FakeSlack, page: Page) -> None:
    app, heard = App(client=client_of(slack)), []
    label = {"type": "plain_text", "text": "Send at"}
    field = {"type": "timepicker", "action_id": "at"}
    asks = {"type": "input", "block_id": "time", "label": label, "element": field}
    view = {"type": "modal", "callback_id": "set", "title": label, "blocks": [asks]}

    @app.command("/posters")
    def command(ack: Ack, body: Json) -> None:
        ack()
        filled = view | {"submit": {"type": "plain_text", "text": "Save"}}
        app.client.views_open(trigger_id=body["trigger_id"], view=filled)

    @app.view("set")
    def submitted(ack: Ack, view: Json) -> None:
        heard.append(view["state"]["values"]["time"]["at"]["selected_time"])
        if len(heard) == 1:
            ack(response_action="errors", errors={"time": "That is at night"})
        else:
            ack()

    with connected(slack, app):
        ask(page, "/posters settings")
        page.locator("input[type=time]").fill("03:00")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".complaint")).to_have_text("That is at night")
        page.locator("input[type=time]").fill("09:00")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert heard == ["03:00", "09:00"]


def test_a_phone_shows_the_channels_at_a_touch(slack: FakeSlack, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    post(slack, chart("bar"), table())
    expect(page.get_by_role("img", name="Scans a day")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator(".sidebar")).to_be_hidden()
    page.get_by_label("Show channels").click()
    page.locator("[data-channel=posters]").click()
    expect(page.locator(".room-name")).to_contain_text("posters")
    expect(page.locator(".sidebar")).to_be_hidden()


def test_the_page_finds_back_after_the_server_was_away(browser: Browser) -> None:
    with FakeSlack() as first, browser.new_context() as context:
        page = context.new_page()
        open_channel(page, first)
        first.stop()
        expect(page.locator(".link-state")).to_have_text("Reconnecting…")
        port = int(first.url.rsplit(":", 1)[1].strip("/"))
        with FakeSlack(port=port) as second:
            post(second, text="back again")
            expect(page.locator(".message")).to_contain_text("back again")
