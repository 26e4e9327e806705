"""Parts that check whether everything is right."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bot.config import SECRETS
from bot.services.checkup import access, disk, operation, settings, slack
from bot.services.checkup.clock import clock
from bot.services.checkup.disk import Place
from bot.services.checkup.finding import Checked, ok, wrong
from bot.services.checkup.store import Expected, deep, store
from bot.services.checkup.vantio import vantio
from bot.services.ingest import feeds_of
from bot.slack.lookup import Lookup
from bot.slack.probe import clock_skew
from bot.slack.sender import Sender, make_client
from bot.store import lanes
from bot.store.database import StoreError
from bot.store.opening import SQLITE, open_store
from bot.vantio.address import Address
from bot.vantio.client import Vantio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from slack_sdk import WebClient

    from bot.config import Settings
    from bot.services.checkup.finding import Finding

_Client = TypeVar("_Client")

_PATIENCE = 10  # seconds for an answer
_ON_A_SERVER = ("postgres://", "postgresql://")
_SERVER = "Check DATABASE_URL, and that the database server runs and lets this machine in."
_MOUNTS = Path("/proc/mounts")
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))


def place(environment: Mapping[str, str]) -> Place:
    """Where this process runs."""
    mounts = _MOUNTS.read_text(errors="replace") if _MOUNTS.is_file() else ""
    container = "KUBERNETES_SERVICE_HOST" in environment
    return Place(environment, mounts, container or any(mark.exists() for mark in _CONTAINER_MARKS))


def findings(found: Settings, where: Place, now: int) -> list[Finding]:
    """Everything that can be told before the bot runs, as of `now` (UTC seconds).

    It takes as long as the slowest of Vantio, Slack and the store, which are asked side by side.
    """
    checks = [partial(check, found) for check in (_vantio, _slack, _entrance)]
    checks.append(partial(_store, found, where, now))
    with ThreadPoolExecutor(len(checks)) as pool:
        of_vantio, of_slack, of_entrance, of_store = pool.map(lambda check: check(), checks)
    return [
        *_settings(found, now),
        *of_vantio.findings,
        *of_slack.findings,
        *of_entrance.findings,
        clock({"Vantio": of_vantio.skew, "Slack": of_slack.skew}),
        *of_store.findings,
        *_operation(found),
    ]


def deep_findings(
    found: Settings, progress: Callable[[int, int], None], *, repair: bool
) -> list[Finding]:
    """What only reading the whole store can tell.

    Args:
        found: The settings.
        progress: Told how many scans were read, and of about how many.
        repair: Count tallies again that differ from the scans.
    """
    return list(deep(partial(open_store, found.database_url), progress, repair=repair))


def _settings(found: Settings, now: int) -> Iterator[Finding]:
    config = found.config
    filters = {
        "digest.filters": config.digest.filters,
        "leaderboard.filters": config.leaderboard.filters,
    } | {
        f"alerts.thresholds[{number}].filters": each.filters
        for number, each in enumerate(config.alerts.thresholds, start=1)
    }
    overridden = [each.channel for each in config.alerts.overrides]
    yield settings.source(found.source, config.zone)
    yield access.managers(config.told, config.groups)
    yield from settings.filters(filters, now, config.zone)
    yield from settings.overrides(overridden, config.alerts.channels)
    posted = (*config.digest.channels, *config.leaderboard.channels, *config.alerts.channels)
    yield from settings.purpose(len(posted))


def _vantio(found: Settings) -> Checked:
    url, programs = found.environment.vantio_base_url, found.config.polling.programs

    def ask(client: Vantio) -> Checked:
        with closing(client):
            return vantio(client, Address.of(url).host, programs)

    make = partial(Vantio, url, timeout=_PATIENCE)
    return _with_secret(found, "Vantio", "VANTIO_API_KEY", make, ask)


def _slack(found: Settings) -> Checked:
    config = found.config

    def ask(client: WebClient) -> Checked:
        sender = Sender(client)
        told = list(slack.slack(sender, _uses(found), _places(found), config.delivery.may_repeat))
        if told[0].verdict == "ok":  # otherwise the rest would fail in the same way
            told += access.groups(config.groups, Lookup(client).members)
            told += access.asking(config.slack.ask_in, sender.channel_id)
        return Checked(told, clock_skew(client))

    return _with_secret(found, slack.SUBJECT, "SLACK_BOT_TOKEN", _client(found), ask)


def _places(found: Settings) -> dict[str, str]:
    """The ids of channels that the bot has found; without a store, which is told anyway, none."""
    try:
        with closing(open_store(found.database_url)) as database, database.read() as tx:
            return {name.removeprefix("#"): id_ for name, id_ in lanes.places(tx).items()}
    except StoreError:
        return {}


def _entrance(found: Settings) -> Checked:
    """The way by which commands reach the bot."""
    port = found.config.slack.http_port

    def ask(client: WebClient) -> Checked:
        return Checked([slack.socket(client)])

    if port:
        told = Checked([slack.http(port)])
        return _with_secret(found, slack.HTTP, "SLACK_SIGNING_SECRET", str, lambda _: told)
    return _with_secret(found, slack.SOCKET, "SLACK_APP_TOKEN", _client(found), ask)


def _client(found: Settings) -> Callable[[str], WebClient]:
    """What makes a client from a token."""
    return partial(make_client, base_url=found.environment.slack_api_url, timeout=_PATIENCE)


def _with_secret(
    found: Settings,
    subject: str,
    name: str,
    make: Callable[[str], _Client],
    ask: Callable[[_Client], Checked],
) -> Checked:
    """Check a secret by its looks, then by whether `make` takes it, then by what `ask` hears."""
    value = getattr(found.environment, name.lower()).get_secret_value()
    mistake = settings.secret(subject, name, value, SECRETS[name])
    if mistake:
        return Checked([mistake])
    try:
        client = make(value)
    except ValueError as error:
        return Checked([wrong(subject, str(error).rstrip("."))])
    return ask(client)


def _store(found: Settings, where: Place, now: int) -> Checked:
    polling = found.config.polling
    feeds = [feed.name for feed in feeds_of(polling.programs)]
    expected = Expected(feeds, polling.every_minutes * 60, now)
    remedy = _SERVER if found.database_url.startswith(_ON_A_SERVER) else ""
    told = list(store(partial(open_store, found.database_url), expected, remedy))
    return Checked([*told, *disk_findings(found.database_url, where)])


def disk_findings(url: str, where: Place) -> Iterator[Finding]:
    """Whether the store will last, and has room; of a server's disk nothing can be told."""
    if url.startswith(_ON_A_SERVER):
        yield ok(disk.SUBJECT, "the store is on a server of its own; no file here needs to last")
    elif url == f"{SQLITE}:memory:":
        yield disk.in_memory()
    elif url.startswith(SQLITE):
        path = Path(url.removeprefix(SQLITE)).resolve()
        if path.parent.is_dir():  # otherwise the store itself says so
            yield disk.lasting(where, str(path))
            if path.is_file() and os.name == "posix":
                yield from disk.private(str(path), path.stat().st_mode)
            yield from disk.room(shutil.disk_usage(path.parent).free)


def _operation(found: Settings) -> Iterator[Finding]:
    """What whoever looks after the bot has set up."""
    wanted = found.config.operation
    if wanted.port:
        yield operation.port(wanted.host, wanted.port)
    heartbeat = found.environment.heartbeat_url.get_secret_value()
    if heartbeat:
        yield operation.heartbeat(heartbeat)


def _uses(found: Settings) -> dict[str, list[str]]:
    """The channels, each with what it is to get."""
    config, uses = found.config, dict[str, list[str]]()
    for kind, channels in (
        ("digest", config.digest.channels),
        ("leaderboard", config.leaderboard.channels),
        ("alerts", config.alerts.channels),
        ("word of outages", (config.operation.channel,) if config.operation.channel else ()),
    ):
        for channel in channels:
            uses.setdefault(channel.removeprefix("#"), []).append(kind)
    return uses
