from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

from bot.domain import command
from bot.slack import views
from tests.slack.limits import check
from tests.slack.reading import shown
from tests.slack.samples import NOW, TROUBLES, WELL, ZONE

STATUS = """\
All is well. Vantio is asked every minute, last 2 minutes
ago.

Scans: 12,840
First scan: Thu 24 Sep 2026 10:00
Last scan: Mon 23 Nov 2026 08:59
Posters: 40
Ambassadors: 12
Programs: 3

Next
Digest in #C0123ABC: Tue 24 Nov 2026 09:00
Leaderboard in #campus: Mon 30 Nov 2026 09:00

Mon 23 Nov 2026 09:00, Europe/Berlin"""


def test_status() -> None:
    message = views.status(WELL)
    assert shown(message) == STATUS
    assert "<#C0123ABC>" in json.dumps(message.to_dict())


def test_status_names_troubles_first_and_what_waits() -> None:
    state = replace(WELL, troubles=TROUBLES, last_poll=None, waiting=2, buried=1, quarantined=3)
    text = shown(views.status(state))
    assert text.startswith("1 thing to look at. Vantio is asked every minute, last never")
    assert "⚠️ Vantio has not answered since 08:05\nCheck https://vantio.app <status>." in text
    for line in ("Messages waiting: 2", "Messages given up: 1", "Rows not understood: 3"):
        assert line in text


def test_status_of_an_empty_store() -> None:
    text = shown(views.status(replace(WELL, scans=0, first_scan=None, last_scan=None, upcoming=())))
    assert "First scan" not in text
    assert "Next" not in text


HELP = """\
Ask what your poster scans mean. Only you see the answer
until you share it.

/posters top 5 last week · the most scanned posters
/posters leaderboard this month · the ambassadors in front
/posters poster library · one poster, by place or id
/posters program autumn · one program, by name or id
/posters trend last 30 days · scans over time
/posters alerts · the last alerts, and what people made of
them
/posters alerts test · what the last two weeks would have
told
/posters mutes · what is muted, and a button to end it
/posters changes · who changed what, for managers
/posters status · whether the bot is well

When: today, yesterday, this week, last 7 days, last month,
since monday, on 2026-11-02, 2026-11-01..2026-11-15
Only some: program:autumn, poster:library, ambassador:maya,
after any question"""


def test_help() -> None:
    assert shown(views.help()) == HELP


def test_every_example_of_the_help_can_be_asked() -> None:
    questions, more = (block["text"]["text"] for block in views.help().blocks[1:])
    asked = [part for part in questions.split("`") if part.startswith("/posters ")]
    added = more.split("`")[1::2]
    assert (len(asked), len(added)) == (10, 11)
    for words in (*asked, *(f"/posters top {each}" for each in added)):
        command.parse(words.removeprefix("/posters "), NOW, ZONE)


def test_a_mistake_quotes_what_was_typed() -> None:
    message = views.mistake("I don't know “<!channel>”.\nTry “today”.")
    check(message)
    assert message.text == "I don't know “&lt;!channel&gt;”. Try “today”."


def test_showing_needs_neither_the_sdk_nor_the_network() -> None:
    code = "import sys, bot.slack.views, bot.slack.terminal; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in run.stdout.split()}
    assert not loaded & {"slack_sdk", "slack_bolt", "httpx", "urllib3", "asyncio"}
