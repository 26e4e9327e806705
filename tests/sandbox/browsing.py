"""Going about on the page of the simulated Slack."""

from playwright.sync_api import Page, expect

from bot.sandbox.fake_slack import FakeSlack


def open_channel(page: Page, slack: FakeSlack, channel: str = "general") -> None:
    page.goto(f"{slack.url}#{slack.workspace.channel(channel).id}")
    expect(page.locator(".room-name")).to_contain_text(channel)
