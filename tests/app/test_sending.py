from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.app.sending import delivery, permissions, web_client
from bot.config import load
from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.workspace import YOU
from bot.services.permissions import Asker
from bot.slack import views
from bot.store import outbox
from bot.store.opening import open_store

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_795_500_000


def test_trouble_is_told_to_people_and_not_to_groups(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'managers = ["S0TEAM", "{YOU}"]')
    database = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    with FakeSlack() as slack:
        environment = {"SLACK_BOT_TOKEN": slack.desk.bot_token, "SLACK_API_URL": slack.api_url}
        deliver, _ = delivery(load(environment, str(config)), database)
        with database.write() as tx:
            message = json.dumps(views.help().to_dict())
            outbox.add(tx, "digest/1", "digest", "#nowhere", message, NOW)
        deliver.deliver(lambda _seconds: False)
    with database.read() as tx:
        addressed = tx.rows("select channel from outbox order by key")
    database.close()
    assert addressed == [("#nowhere",), (YOU,)]


def test_the_settings_say_who_may_do_what(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('managers = ["S0TEAM"]\n[slack]\nask_in = ["#posters"]')
    with FakeSlack() as slack:
        slack.workspace.groups["S0TEAM"] = [YOU]
        environment = {"SLACK_BOT_TOKEN": slack.desk.bot_token, "SLACK_API_URL": slack.api_url}
        settings = load(environment, str(config))
        allowed = permissions(settings, web_client(settings))
        posters, general = (slack.workspace.channel(name).id for name in ("posters", "general"))
        assert allowed.to_change(Asker(YOU)) is None
        assert allowed.to_change(Asker("U0MAYA")) is not None
        assert allowed.to_ask(Asker(YOU, posters)) is None
        assert allowed.to_ask(Asker(YOU, general)) is not None
