"""Who scans: people with a phone each, many of them behind the same few addresses; and bots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from bench.campus.world import Ints

BOT_AGENTS: Final = (
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Twitterbot/1.0",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20.0",
)
PHONES: Final = tuple(
    f"Mozilla/5.0 ({system}) AppleWebKit/605.1.15 (KHTML, like Gecko) {browser}/{version} Mobile"
    for version in range(120, 130)
    for browser in ("Chrome", "Safari")
    for system in ("iPhone; CPU iPhone OS 17_0 like Mac OS X", "Linux; Android 14; Pixel 8")
)
_GATEWAYS: Final = 6  # addresses of the campus network
_BEHIND: Final = 0.45  # how many people use it
_BOT_ADDRESSES: Final = 8


@dataclass(frozen=True)
class People:
    """Who may scan; a scanner is a pair of address and agent, which several people may share.

    `addresses` and `agent` tell of each scanner number, of which 0 is nobody known; `scanner` gives
    the number of each person, `gateway` the campus address that the person is behind (-1: none).
    `bots` are the numbers of the scanners that are programs.
    """

    agents: tuple[str, ...]
    addresses: tuple[str, ...]
    agent: Ints
    scanner: Ints
    gateway: Ints
    bots: Ints

    def anyone(self, chance: np.random.Generator, count: int) -> Ints:
        """The scanner numbers of so many people, drawn from all."""
        return chance.choice(self.scanner, count)

    def crowd(self, chance: np.random.Generator, count: int) -> Ints:
        """As `anyone`; every second crowd stands in one building, behind one address."""
        if chance.random() < 0.5:  # noqa: PLR2004 - every second
            return self.anyone(chance, count)
        behind = self.gateway == chance.integers(_GATEWAYS)
        return chance.choice(self.scanner[behind], count)


def people(chance: np.random.Generator, count: int) -> People:
    """So many people; the commonest phones are many times as common as the rarest."""
    weights = 1 / np.arange(1, len(PHONES) + 1)
    phone = chance.choice(len(PHONES), count, p=weights / weights.sum())
    behind = chance.random(count) < _BEHIND
    gateway = np.where(behind, chance.integers(_GATEWAYS, size=count), -1)
    address = np.where(behind, gateway, _GATEWAYS + np.arange(count))
    pairs, scanner = np.unique(address * len(PHONES) + phone, return_inverse=True)
    bot_agent = np.arange(_BOT_ADDRESSES) % len(BOT_AGENTS)
    return People(
        agents=PHONES + BOT_AGENTS,
        addresses=(
            "",
            *(_address(number) for number in (pairs // len(PHONES)).tolist()),
            *(f"203.0.113.{number}" for number in range(_BOT_ADDRESSES)),
        ),
        agent=np.concatenate(([0], pairs % len(PHONES), len(PHONES) + bot_agent)),
        scanner=scanner + 1,
        gateway=gateway,
        bots=len(pairs) + 1 + np.arange(_BOT_ADDRESSES),
    )


def _address(number: int) -> str:
    if number < _GATEWAYS:
        return f"192.0.2.{number}"
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
