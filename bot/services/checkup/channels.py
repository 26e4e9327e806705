"""The channels of the settings: there, open, and with the bot in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.services.checkup.finding import AGAIN, ok, wrong
from bot.slack.errors import Refused, SlackError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.services.checkup.finding import Finding
    from bot.slack.sender import Channel, Identity, Sender


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of one channel; `hidden` where it is private, or may be."""

    finding: Finding
    hidden: bool = False


def channels(
    sender: Sender,
    who: Identity,
    uses: Mapping[str, Sequence[str]],
    places: Mapping[str, str],
) -> Iterator[Looked]:
    """Look at each channel, by its id where the bot has found that already.

    Args:
        sender: What finds them.
        who: The bot, as a person would invite it.
        uses: The channels from the settings, each with what it is to get.
        places: The ids of channels by their names in the settings.
    """
    for name, kinds in uses.items():
        subject, listed = _shown(name), " and ".join(kinds)
        try:
            channel = sender.channel_id(places.get(name, name))
        except Refused as refused:
            yield Looked(_not_found(subject, refused, who, listed), hidden=True)
        except SlackError as error:
            yield Looked(wrong(subject, str(error).rstrip("."), AGAIN))
            return  # the others would wait for the same trouble
        else:
            yield Looked(_judged(channel, who, listed, subject), channel.is_private)


def _judged(channel: Channel, who: Identity, listed: str, called: str) -> Finding:
    if not channel.name:
        return ok(channel.id, f"gets the {listed} as direct messages")
    subject = f"#{channel.name}"
    if channel.is_archived:
        return wrong(
            subject,
            f"is archived, so the {listed} can't be posted there",
            "Unarchive it, or name another channel in config.toml.",
        )
    if not channel.is_member:
        return wrong(
            subject,
            f"the bot is not a member, so it can't post the {listed}",
            f"In {subject}, type:  /invite @{who.name}",
        )
    renamed = called.startswith("#") and called != subject
    once = f", which config.toml calls {called}" if renamed else ""
    return ok(subject, f"gets the {listed}; the bot is a member{once}")


def _not_found(subject: str, refused: Refused, who: Identity, listed: str) -> Finding:
    if refused.code != "channel_not_found":
        return wrong(subject, f"Slack does not show it ({refused.code})", refused.remedy)
    return wrong(
        subject,
        f"there is no such channel in {who.team}, or it is private; it is to get the {listed}",
        f"Correct its name in config.toml; if it is private, type there:  /invite @{who.name}",
    )


def _shown(name: str) -> str:
    """A channel as a person writes it: ids and mentions as they are, names with their #."""
    bare = name.removeprefix("#")
    return name if bare.isupper() or bare.startswith("<") else f"#{bare}"
