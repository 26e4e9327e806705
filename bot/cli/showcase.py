"""The demo: two simulated services here, and the bot as it is in a child process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tzlocal import get_localzone_name

from bot.domain.calendar import valid_zone
from bot.sandbox.campus import Campus
from bot.sandbox.fake_slack import FakeSlack
from bot.sandbox.fake_vantio import FakeVantio
from bot.sandbox.workspace import YOU
from bot.slack.message import Message
from bot.slack.terminal import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from threading import Event

    from bot.sandbox.workspace import Message as Posted

_CHANNELS = ("posters", "leaderboard", "alerts")
_PATIENCE = 60.0
_GRACE = 10.0
_QUESTION = "top 5 last 7 days"


class ShowcaseError(OSError):
    """The demo can't go on; the text says why."""


@dataclass(frozen=True, slots=True)
class Showcase:
    """A demo that is running."""

    slack: FakeSlack
    bot: subprocess.Popen[bytes]
    log: Path
    stop: Event

    @property
    def url(self) -> str:
        """The page that looks like a small Slack."""
        return self.slack.url

    def run(self) -> None:
        """Go on until `stop` is set.

        Raises:
            ShowcaseError: when the bot ended by itself.
        """
        while not self.stop.wait(0.2):
            self._alive()

    def once(self) -> Iterator[tuple[str, str]]:
        """A title and a text for each: the digest, the leaderboard, one answer.

        Raises:
            ShowcaseError: when one of them doesn't come.
        """
        for channel in ("posters", "leaderboard"):
            posted = self._wait(partial(self.slack.workspace.messages, channel))
            yield f"#{channel}", _text(posted[-1])
        yield f"/posters {_QUESTION}", _text(self._ask())

    def _ask(self) -> Posted:
        self.slack.slash(_QUESTION, channel="posters")
        return self._wait(lambda: self._private("posters"))[-1]

    def _private(self, channel: str) -> list[Posted]:
        seen = self.slack.workspace.messages(channel, YOU)
        return [each for each in seen if each.only_for == YOU]

    def _wait(self, look: Callable[[], list[Posted]]) -> list[Posted]:
        deadline = time.monotonic() + _PATIENCE
        while not self.stop.wait(0.1):
            self._alive()
            if found := look():
                return found
            if time.monotonic() > deadline:
                raise ShowcaseError(f"The bot posted nothing for {_PATIENCE:.0f} seconds.")
        raise ShowcaseError("The demo was ended before everything was shown.")

    def _alive(self) -> None:
        if self.bot.poll() is not None:
            last = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
            raise ShowcaseError("The bot ended by itself:\n" + "\n".join(last))


@contextmanager
def open_showcase(
    data: Path | None, port: int, speed: float, seed: int, stop: Event
) -> Iterator[Showcase]:
    """Start everything, and leave nothing behind.

    Raises:
        OSError: when a port is taken or a file can't be read.
    """
    zone = _zone()
    with (
        tempfile.TemporaryDirectory(prefix="posterpulse-demo-") as folder,
        _vantio(data, speed, seed, zone) as (vantio, programs),
        _slack(port) as slack,
    ):
        (Path(folder) / "config.toml").write_text(_config(zone, programs), encoding="utf-8")
        log = Path(folder) / "bot.log"
        with log.open("wb") as output:
            bot = _start_bot(Path(folder), vantio, slack, output.fileno())
            try:
                yield Showcase(slack, bot, log, stop)
            finally:
                _end(bot)


@contextmanager
def _vantio(
    data: Path | None, speed: float, seed: int, zone: str
) -> Iterator[tuple[FakeVantio, Mapping[str, str]]]:
    """A running Vantio, and the names of its programs."""
    if data is not None:
        with _from_file(data) as vantio:
            yield vantio, {}
        return
    campus = Campus(seed, zone=zone)
    with FakeVantio(campus.impressions, campus.posters, campus.users) as vantio:
        vantio.play(campus, speed)
        yield vantio, campus.programs


def _from_file(data: Path) -> FakeVantio:
    try:
        return FakeVantio.from_file(data)
    except ValueError as error:
        raise ShowcaseError(str(error)) from None


def _slack(port: int) -> FakeSlack:
    try:
        return FakeSlack(port, channels=_CHANNELS)
    except OSError:
        if port == 0:
            raise
        return FakeSlack(0, channels=_CHANNELS)


def _start_bot(
    folder: Path, vantio: FakeVantio, slack: FakeSlack, log: int
) -> subprocess.Popen[bytes]:
    # Everything is on this machine, and no proxy could reach it.
    inherited = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    environment = inherited | {
        "POSTERPULSE_CONFIG": str(folder / "config.toml"),
        "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "VANTIO_BASE_URL": vantio.url,
        "VANTIO_API_KEY": vantio.key,
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.desk.bot_token,
        "SLACK_APP_TOKEN": slack.desk.app_token,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env=environment,
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        # Ctrl-C reaches the demo alone, which then ends the bot in an orderly way.
        start_new_session=True,
    )


def _end(bot: subprocess.Popen[bytes]) -> None:
    bot.terminate()
    try:
        bot.wait(_GRACE)
    except subprocess.TimeoutExpired:
        bot.kill()
        bot.wait()


def _zone() -> str:
    """The zone of this machine, so that the demo's mornings are the visitor's."""
    name = (get_localzone_name() or "UTC").removeprefix("Etc/")
    return name if valid_zone(name) else "UTC"


def _config(zone: str, programs: Mapping[str, str]) -> str:
    named = "".join(
        f'[[programs]]\nid = "{id_}"\nname = "{name}"\n' for id_, name in programs.items()
    )
    return f"""zone = "{zone}"
{named}
[polling]
every_minutes = 1
[digest]
channels = ["#posters"]
first_at_once = true
[leaderboard]
channels = ["#leaderboard"]
first_at_once = true
[alerts]
channels = ["#alerts"]
"""


def _text(posted: Posted) -> str:
    return as_text(Message(posted.text, tuple(posted.blocks), None))
