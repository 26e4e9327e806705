from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from bot.cli import logs
from bot.config import load

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = {
    "VANTIO_API_KEY": "sk_recognisable_1",
    "SLACK_BOT_TOKEN": "xoxb-recognisable-2",
    "SLACK_APP_TOKEN": "xapp-recognisable-3",
    "SLACK_SIGNING_SECRET": "recognisable4",
    "DATABASE_URL": "postgresql://bot:recogni%40sable5@db.example/posters",
    "HEARTBEAT_URL": "https://alive.example/recognisable6",
}


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Give the log back as it was."""
    names = ("", "bot", "bot.bolt", "bot.socket", "apscheduler")
    before = {name: logging.getLogger(name).level for name in names}
    yield
    logging.getLogger().handlers.clear()
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def begin(
    environment: dict[str, str] | None = None, *, as_json: bool = False, verbose: bool = False
) -> None:
    # Those of pytest would stand in for ours.
    logging.getLogger().handlers.clear()
    logs.begin(as_json=as_json, verbose=verbose, hidden=load(environment or SECRETS).hidden)


def test_one_event_is_one_line_of_text(capsys: pytest.CaptureFixture[str]) -> None:
    begin()
    logging.getLogger("bot.app.bot").info("Vantio answers %s.", "again")
    logging.getLogger("bot.app.bot").debug("a small thing")
    logging.getLogger("httpx").info("a library's chatter")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(" INFO    Vantio answers again.")


def test_one_event_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    begin(as_json=True, verbose=True)
    logging.getLogger("bot.app.bot").debug('a "small"\nthing')
    try:
        int("so be it")
    except ValueError:
        logging.getLogger("bot.schedule").exception("The clock's %s failed.", "poll")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first.pop("time")[10] == "T"
    assert first == {"level": "debug", "logger": "bot.app.bot", "message": 'a "small"\nthing'}
    assert second["message"] == "The clock's poll failed."
    assert (
        second["trace"].splitlines()[-1]
        == "ValueError: invalid literal for int() with base 10: 'so be it'"
    )


@pytest.mark.parametrize("as_json", [True, False])
def test_what_is_secret_is_hidden_whoever_tells_it(
    capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    begin(as_json=as_json, verbose=True)
    logger = logging.getLogger("urllib3.some.library")
    for secret in SECRETS.values():
        logger.warning("asking with %s", secret)
    logger.warning("recogni@sable5 is the password")
    try:
        int(SECRETS["SLACK_BOT_TOKEN"])
    except ValueError:
        logger.exception("no")
    told = capsys.readouterr().err
    assert "recogni" not in told
    assert told.count("asking with ") == len(SECRETS)
    assert "postgresql://bot:[hidden]@db.example/posters" in told


def test_a_short_password_does_not_blacken_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    begin({"DATABASE_URL": "postgresql://bot:bot@db.example/posters"})
    logging.getLogger("bot").info("The bot is ready.")
    assert "The bot is ready." in capsys.readouterr().err
