"""A real browser for the page of the simulated Slack."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.sandbox.fake_slack import FakeSlack
from tests.sandbox.browsing import open_channel

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    known = Path("/usr/bin/chromium")
    found = str(known) if known.exists() else shutil.which("chromium")
    if found is None:
        reason = "Chromium is not installed: no /usr/bin/chromium, no chromium on PATH"
        if "chromium" in os.environ.get("POSTERPULSE_REQUIRE", ""):
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


@pytest.fixture
def page(browser: Browser, slack: FakeSlack) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1200, "height": 800}) as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        open_channel(page, slack)
        yield page
        assert errors == []
