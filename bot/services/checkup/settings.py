"""The settings: what was read, whether it asks for anything, and secrets in each other's place."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from bot.domain import command
from bot.domain.command import CommandError
from bot.services.checkup.finding import ok, warning, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.services.checkup.finding import Finding

SUBJECT = "Settings"

_KINDS = {
    "bot token": re.compile(r"(xoxe\.)?xoxb-"),
    "app-level token": re.compile(r"xapp-"),
    "user token": re.compile(r"(xoxe\.)?xoxp-"),
    "refresh token": re.compile(r"xoxe-"),
    "Vantio key": re.compile(r"sk_"),
    "signing secret": re.compile(r"[0-9a-f]{32}$"),
}
_WANTED = {
    "VANTIO_API_KEY": "Vantio key",
    "SLACK_BOT_TOKEN": "bot token",
    "SLACK_APP_TOKEN": "app-level token",
    "SLACK_SIGNING_SECRET": "signing secret",
}


def source(path: str | None, zone: str) -> Finding:
    """Which file was read, if any, and the time zone."""
    read = f"read from {path}" if path else "no config.toml, so every key has its default"
    return ok(SUBJECT, f"{read}; times are in {zone}")


def filters(told: Mapping[str, str], now: int, zone: str) -> Iterator[Finding]:
    """The filters that can't be understood; `told` has them by their key in the settings."""
    for key, words in told.items():
        try:
            command.parse(f"top {words}", now, zone)
        except CommandError as error:
            yield wrong(SUBJECT, f"{key} can't be understood", str(error))


def overrides(channels: Sequence[str], alerted: Sequence[str]) -> Iterator[Finding]:
    """The channels that have something of their own, but get no alerts."""
    for channel in channels:
        if channel not in alerted:
            near = get_close_matches(channel, alerted, 1)
            remedy = f"Did you mean {near[0]}? " if near else ""
            yield warning(
                SUBJECT,
                f"alerts.overrides is about {channel}, which gets no alerts",
                f"{remedy}Write it as in alerts.channels.",
            )


def purpose(channels: int) -> Iterator[Finding]:
    """Whether anything is to be posted at all."""
    if not channels:
        yield warning(
            SUBJECT,
            "no channels: /posters is answered, but nothing will be posted by itself",
            "Set channels under [digest], [leaderboard] or [alerts] in config.toml.",
        )


def secret(subject: str, name: str, value: str, meaning: str) -> Finding | None:
    """What can be told of a secret without using it; None where nothing speaks against it.

    Args:
        subject: What the finding is about.
        name: The variable of the environment.
        value: The secret; no part of it is repeated but its customary beginning.
        meaning: What belongs there, to be told.
    """
    if not value:
        return wrong(subject, f"{name} is not set", f"Set it to {meaning}.")
    found = next((kind for kind, shape in _KINDS.items() if shape.match(value)), None)
    if found in {None, _WANTED[name]}:
        return None
    article = "an" if found == "app-level token" else "a"
    return wrong(subject, f"{name} holds {article} {found}", f"Set it to {meaning}.")
