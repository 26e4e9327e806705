from __future__ import annotations

import time
from email.utils import formatdate
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Reject
from bot.services.checkup import disk, settings, slack
from bot.services.checkup.clock import clock
from bot.services.checkup.disk import Place
from bot.services.checkup.store import Expected, store
from bot.slack.probe import clock_skew
from bot.slack.sender import make_client
from bot.store import cursors, lanes, outbox, pauses, quarantine
from bot.store.opening import open_store
from bot.store.pauses import Pause

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bot.services.checkup.finding import Finding, Verdict
    from bot.store.database import Transaction

NOW = 1_795_000_000
MINUTE, HOUR, DAY = 60, 3600, 86_400
ROOT_EXT4 = "/dev/sda1 / ext4 rw 0 0\nproc /proc proc rw 0 0\n"
ROOT_OVERLAY = "overlay / overlay rw,lowerdir=/l 0 0\n"
VOLUME = "/dev/sdb /data ext4 rw 0 0\n"
MEMORY = "none /var/lib/my\\040data tmpfs rw 0 0\n"


def place(
    environment: Mapping[str, str] | None = None,
    mounts: str = ROOT_EXT4,
    *,
    container: bool = False,
) -> Place:
    return Place(environment or {}, mounts, container)


@pytest.mark.parametrize(
    ("where", "path", "verdict", "word"),
    [
        (place(), "/srv/p.db", "ok", "lasts"),
        (place(mounts=""), "/srv/p.db", "ok", "lasts"),
        (place({"DYNO": "web.1"}), "/app/p.db", "wrong", "Heroku"),
        (place({"DYNO": "web.1"}, mounts=""), "/app/p.db", "wrong", "Heroku"),
        (place({"K_SERVICE": "p"}, ROOT_OVERLAY, container=True), "/p.db", "wrong", "Cloud Run"),
        (place({"RENDER": "true"}), "/opt/p.db", "warning", "Render"),
        (place({"RENDER": "true"}, ROOT_EXT4 + VOLUME), "/data/p.db", "ok", "lasts"),
        (place({"RAILWAY_ENVIRONMENT": "x"}, ROOT_OVERLAY), "/p.db", "warning", "Railway"),
        (place({"FLY_APP_NAME": "p"}), "/p.db", "warning", "Fly.io"),
        (place({"FLY_APP_NAME": "p"}, ROOT_EXT4 + VOLUME), "/data/a/p.db", "ok", "lasts"),
        (place({"FLY_APP_NAME": "p"}, ROOT_EXT4 + VOLUME), "/database/p.db", "warning", "Fly.io"),
        (place({"FLY_APP_NAME": ""}), "/p.db", "ok", "lasts"),
        (place(mounts=ROOT_EXT4 + MEMORY), "/var/lib/my data/p.db", "warning", "in memory"),
        (place(mounts=ROOT_EXT4 + MEMORY), "/var/lib/p.db", "ok", "lasts"),
        (place(mounts=ROOT_OVERLAY, container=True), "/p.db", "warning", "container"),
        (place(mounts=ROOT_OVERLAY, container=False), "/p.db", "ok", "lasts"),
        (place(mounts=ROOT_OVERLAY + VOLUME, container=True), "/data/p.db", "ok", "lasts"),
        (place(mounts=VOLUME + "none /data tmpfs rw 0 0\n"), "/data/p.db", "warning", "in memory"),
    ],
)
def test_a_disk_lasts_or_not(where: Place, path: str, verdict: Verdict, word: str) -> None:
    found = disk.lasting(where, path)
    assert (found.subject, found.verdict) == ("Disk", verdict)
    assert word in found.text
    assert path in found.text
    assert ("postgresql://" in found.remedy) == (verdict != "ok")


@pytest.mark.parametrize(
    ("free", "verdict", "text"),
    [
        (0, "wrong", "0 KB"),
        (100 * 2**20 - 1, "wrong", "100 MB"),
        (100 * 2**20, "warning", "100 MB"),
        (2**30 - 1, "warning", "1024 MB"),
        (2**30, "ok", "1.0 GB"),
        (3 * 2**40, "ok", "3.0 TB"),
    ],
)
def test_room_on_the_disk(free: int, verdict: Verdict, text: str) -> None:
    (found,) = disk.room(free)
    assert found.verdict == verdict
    assert found.text.startswith(f"{text} are free")


@given(st.integers(0, 10**15))
def test_a_size_is_short_and_near(count: int) -> None:
    number, unit = disk.size(count).split()
    scale = 1024 ** (1 + ("KB", "MB", "GB", "TB").index(unit))
    assert abs(float(number) * scale - count) <= 0.06 * count + 1024


@pytest.mark.parametrize(
    ("skews", "verdict", "words"),
    [
        ({"Vantio": 0.4, "Slack": None}, "ok", "agrees with Vantio"),
        ({"Vantio": 29.0, "Slack": -12.0}, "ok", "agrees with Slack"),
        ({"Vantio": -31.0}, "warning", "31 s behind Vantio"),
        ({"Vantio": 240.0}, "warning", "240 s ahead of Vantio"),
        ({"Vantio": 3700.0, "Slack": 3701.0}, "wrong", "3,700 s ahead of Vantio"),
        ({"Vantio": 3700.0, "Slack": 0.2}, "ok", "agrees with Slack"),
        ({"Vantio": -3700.0, "Slack": 0.2}, "ok", "agrees with Slack"),
        ({"Vantio": None, "Slack": None}, "warning", "no time came from Vantio or Slack"),
    ],
)
def test_the_clock(skews: Mapping[str, float | None], verdict: Verdict, words: str) -> None:
    found = clock(skews)
    assert found.verdict == verdict
    assert words in found.text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("SLACK_BOT_TOKEN", "", "SLACK_BOT_TOKEN is not set"),
        ("SLACK_BOT_TOKEN", "xoxb-1", None),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-1", None),
        ("SLACK_BOT_TOKEN", "anything else", None),
        ("SLACK_BOT_TOKEN", "xapp-1", "SLACK_BOT_TOKEN holds an app-level token"),
        ("SLACK_BOT_TOKEN", "xoxp-1", "SLACK_BOT_TOKEN holds a user token"),
        ("SLACK_BOT_TOKEN", "xoxe-1", "SLACK_BOT_TOKEN holds a refresh token"),
        ("SLACK_BOT_TOKEN", "0123456789abcdef" * 2, "SLACK_BOT_TOKEN holds a signing secret"),
        ("SLACK_APP_TOKEN", "xoxb-1", "SLACK_APP_TOKEN holds a bot token"),
        ("SLACK_APP_TOKEN", "sk_1", "SLACK_APP_TOKEN holds a Vantio key"),
        ("VANTIO_API_KEY", "xoxb-1", "VANTIO_API_KEY holds a bot token"),
        ("SLACK_SIGNING_SECRET", "xapp-1", "SLACK_SIGNING_SECRET holds an app-level token"),
    ],
)
def test_secrets_in_each_others_place(name: str, value: str, text: str | None) -> None:
    found = settings.secret("Slack", name, value, "the right one")
    assert (found.text if found else None) == text
    if found:
        assert found.verdict == "wrong"
        assert found.remedy == "Set it to the right one."


def test_an_override_for_a_channel_without_alerts_is_found() -> None:
    assert list(settings.overrides(["#alerts"], ["#alerts", "#other"])) == []
    (found,) = settings.overrides(["#alert"], ["#alerts"])
    assert "#alert, which gets no alerts" in found.text
    assert "Did you mean #alerts?" in found.remedy


def test_filters_that_mean_nothing_are_found() -> None:
    told = {"digest.filters": 'program:"open', "leaderboard.filters": "", "other": "program:autumn"}
    (found,) = settings.filters(told, NOW, "UTC")
    assert found.verdict == "wrong"
    assert found.text.startswith("digest.filters")
    assert "quotation mark" in found.remedy


@pytest.mark.parametrize(
    ("without", "private", "verdicts", "named"),
    [
        ("", False, ["ok"], ""),
        ("groups:read", False, ["ok"], ""),
        ("groups:read", True, ["warning"], "groups:read"),
        ("commands chat:write", False, ["wrong"], "commands, chat:write"),
        ("channels:read groups:read", True, ["wrong", "warning"], "channels:read"),
    ],
)
def test_permissions(without: str, *, private: bool, verdicts: list[str], named: str) -> None:
    granted = frozenset({*slack.NEEDED, *slack.FOR_PRIVATE} - {*without.split()})
    found = list(slack.scopes(granted, private=private))
    assert [each.verdict for each in found] == verdicts
    assert found[0].text.endswith(named)


@pytest.mark.parametrize(
    ("granted", "private", "may_repeat", "told"),
    [
        ("channels:history", False, (), ""),
        ("channels:history", True, (), "lacks groups:history"),
        ("chat:write", False, (), "it may be lost"),
        (
            "chat:write",
            False,
            ("digest", "alert"),
            "twice (digest and alert) or be lost (the rest)",
        ),
    ],
)
def test_what_it_means_where_the_bot_may_not_look(
    granted: str, *, private: bool, may_repeat: tuple[str, ...], told: str
) -> None:
    found = list(slack.sight(frozenset({granted}), may_repeat, private=private))
    assert [each.verdict for each in found] == ["warning"] * bool(told)
    assert all(told in each.text for each in found)


def test_permissions_that_slack_does_not_tell() -> None:
    (found,) = slack.scopes(frozenset(), private=False)
    assert found.verdict == "warning"


class Late(BaseHTTPRequestHandler):
    """Answers any request with a clock that is an hour and some slow."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response_only(200)
        self.send_header("Date", formatdate(time.time() - 4000, usegmt=True))
        self.end_headers()
        self.wfile.write(b'{"ok": true}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_slack_tells_that_the_clock_is_fast() -> None:
    with HTTPServer(("127.0.0.1", 0), Late) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        skew = clock_skew(make_client("xoxb-1", f"http://127.0.0.1:{server.server_port}/"))
        server.shutdown()
        thread.join()
    assert skew == pytest.approx(4000, abs=5)


def test_a_slack_that_is_away_tells_no_time() -> None:
    assert clock_skew(make_client("xoxb-1", "http://127.0.0.1:9/")) is None


def checked(path: Path, prepare: Callable[[Transaction], object] = id) -> dict[str, list[Finding]]:
    url = f"sqlite:///{path}"
    database = open_store(url)
    with database.write() as tx:
        prepare(tx)
    database.close()
    found: dict[str, list[Finding]] = {}
    for each in store(partial(open_store, url), Expected(["impressions"], 5 * MINUTE, NOW)):
        found.setdefault(each.subject, []).append(each)
    return found


def test_a_new_store(tmp_path: Path) -> None:
    found = checked(tmp_path / "p.db")
    assert [each.verdict for told in found.values() for each in told] == ["ok"] * 3
    assert f"{tmp_path / 'p.db'} takes writes; 0 scans" in found["Store"][0].text
    assert "first poll" in found["Polling"][0].text


def test_the_proof_that_the_store_takes_writes_leaves_nothing(tmp_path: Path) -> None:
    checked(tmp_path / "p.db")
    database = open_store(f"sqlite:///{tmp_path / 'p.db'}")
    with database.read() as tx:
        assert tx.rows("select * from source") == []
    database.close()


@pytest.mark.parametrize(
    ("age", "verdict", "text"),
    [
        (20, "ok", "a moment ago"),
        (MINUTE, "ok", "1 minute ago"),
        (15 * MINUTE, "ok", "15 minutes ago"),
        (15 * MINUTE + 1, "warning", "15 minutes ago"),
        (3 * HOUR, "warning", "3 hours ago"),
        (2 * DAY, "warning", "2 days ago"),
    ],
)
def test_the_age_of_the_last_poll(tmp_path: Path, age: int, verdict: Verdict, text: str) -> None:
    found = checked(tmp_path / "p.db", lambda tx: cursors.save(tx, "impressions", "{}", NOW - age))
    (polling,) = found["Polling"]
    assert (polling.verdict, polling.text) == (verdict, f"the last one was {text}")


def test_rows_in_quarantine_are_told(tmp_path: Path) -> None:
    rejects = [Reject("{}", "it has no id"), Reject("[]", "it is no object")]
    found = checked(tmp_path / "p.db", lambda tx: quarantine.add(tx, "impressions", rejects, NOW))
    assert found["Polling"][1].verdict == "warning"
    assert found["Polling"][1].text.startswith("2 rows")


def bury(tx: Transaction, intent: str, made: int) -> None:
    outbox.add(tx, intent, "digest", "#posters", "{}", made)
    lanes.find(tx, "#posters", "#posters", "C1")
    parcel = outbox.claim(tx, made, "test")
    assert parcel
    outbox.bury(tx, parcel.key, f"Type /invite in #posters ({intent}).")


def test_messages_that_were_given_up_lately_are_told(tmp_path: Path) -> None:
    def prepare(tx: Transaction) -> None:
        for intent, days in (("old", 15), ("a", 13), ("b", 1)):
            bury(tx, intent, NOW - days * DAY)

    (found,) = checked(tmp_path / "p.db", prepare)["Messages"]
    assert (found.verdict, found.text) == ("warning", "2 were given up in the last 14 days")
    assert found.remedy == "The last, a digest to #posters: Type /invite in #posters (b)."


@pytest.mark.parametrize(("age", "verdict"), [(HOUR, "ok"), (HOUR + 1, "warning")])
def test_messages_that_wait_for_long_are_told(tmp_path: Path, age: int, verdict: Verdict) -> None:
    def prepare(tx: Transaction) -> None:
        outbox.add(tx, "a", "digest", "#posters", "{}", NOW - age)

    (found,) = checked(tmp_path / "p.db", prepare)["Messages"]
    assert found.verdict == verdict


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    path.write_text("This was a letter to somebody. " * 100)
    (found,) = store(partial(open_store, f"sqlite:///{path}"), Expected([], 1, NOW))
    assert (found.subject, found.verdict) == ("Store", "wrong")
    assert found.text.startswith(f"{path}: this is not an SQLite database")


def test_a_channel_that_is_closed_is_told_with_its_cure(tmp_path: Path) -> None:
    def prepare(tx: Transaction) -> None:
        outbox.add(tx, "a", "digest", "#posters", "{}", NOW - DAY)
        pause = Pause("#posters", NOW - DAY, "it is archived", "Unarchive #posters.")
        pauses.begin(tx, "#posters", pause, dark=False)

    (found,) = checked(tmp_path / "p.db", prepare)["Messages"]
    assert found.verdict == "warning"
    assert found.text == (
        "nothing was posted in #posters since 2026-11-17 11:06 UTC: it is archived"
    )
    assert found.remedy == "Unarchive #posters."
