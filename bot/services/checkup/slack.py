"""Slack: who the bot is there, what it may do, and how it is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.checkup.channels import channels
from bot.services.checkup.finding import AGAIN, ok, warning, wrong
from bot.slack.errors import Refused, SlackError
from bot.slack.probe import open_socket

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from slack_sdk import WebClient

    from bot.services.checkup.finding import Finding
    from bot.slack.sender import Sender

SUBJECT, SCOPES, SOCKET, HTTP, CHANNELS = "Slack", "Permissions", "Socket Mode", "HTTP", "Channels"
HISTORY = "History"

NEEDED = ("commands", "chat:write", "channels:read")
FOR_PRIVATE = ("groups:read",)
# To look whether a message of unknown outcome arrived, in public channels and in private ones.
TO_LOOK, TO_LOOK_IN_PRIVATE = "channels:history", "groups:history"

_REINSTALL = (
    "On the app's page at api.slack.com/apps: App Manifest, paste manifest.json, save, then "
    "Install App, Reinstall."
)
_ANOTHER = (
    "On the app's page at api.slack.com/apps: Basic Information, App-Level Tokens, make one with "
    "connections:write and copy it into SLACK_APP_TOKEN."
)


def slack(
    sender: Sender,
    uses: Mapping[str, Sequence[str]],
    places: Mapping[str, str],
    may_repeat: Collection[str],
) -> Iterator[Finding]:
    """Everything that the bot token opens.

    Args:
        sender: What holds the token.
        uses: The channels from the settings, each with what it is to get.
        places: The ids of channels, as far as the bot has found them already.
        may_repeat: What is sent again where the bot can't look whether it arrived.
    """
    try:
        who = sender.identity()
    except SlackError as error:
        yield failure(SUBJECT, error)
        if uses:
            yield warning(CHANNELS, "not looked at, because Slack does not know the bot yet")
        return
    yield ok(SUBJECT, f"the bot is @{who.name} in {who.team}")
    found = list(channels(sender, who, uses, places))
    # A private channel that the bot is not in looks the same as one that isn't there.
    private = any(each.hidden for each in found)
    yield from scopes(who.scopes, private=private)
    yield from sight(who.scopes, may_repeat, private=private)
    yield from (each.finding for each in found)


def scopes(granted: frozenset[str], *, private: bool) -> Iterator[Finding]:
    """Whether the bot may do what it does; `private` says that private channels are wanted."""
    if not granted:
        yield warning(SCOPES, "Slack did not say which ones the bot has")
        return
    lost, missed = _missing(NEEDED, granted), _missing(FOR_PRIVATE, granted)
    if lost:
        yield wrong(SCOPES, f"the app lacks {lost}", _REINSTALL)
    if missed and private:
        yield warning(SCOPES, f"for private channels the app lacks {missed}", _REINSTALL)
    if not lost and not (missed and private):
        yield ok(SCOPES, "the app has all that it needs")


def sight(
    granted: frozenset[str], may_repeat: Collection[str], *, private: bool
) -> Iterator[Finding]:
    """What it means where the bot may not see whether a message arrived."""
    wanted = (TO_LOOK, TO_LOOK_IN_PRIVATE) if private else (TO_LOOK,)
    missed = _missing(wanted, granted)
    if not granted or not missed:
        return
    text = (
        f"the app lacks {missed}, so where the line breaks it can't see whether a message arrived"
    )
    kept = " and ".join(may_repeat)
    means = f"it may come twice ({kept}) or be lost (the rest)" if kept else "it may be lost"
    yield warning(HISTORY, f"{text}; {means}", _REINSTALL)


def socket(client: WebClient) -> Finding:
    """Whether the app token opens a connection; `client` holds that token."""
    try:
        open_socket(client)
    except Refused as refused:
        remedy = _ANOTHER if refused.code != "unreachable" else refused.remedy
        return wrong(SOCKET, _refused(refused), remedy)
    except SlackError as error:
        return failure(SOCKET, error)
    return ok(SOCKET, "Slack takes the app-level token and offers a connection")


def http(port: int) -> Finding:
    """How signed requests arrive."""
    return ok(HTTP, f"signed requests are awaited on port {port}, and the signing secret is set")


def failure(subject: str, error: SlackError) -> Finding:
    """What an answer of Slack that is none means."""
    if isinstance(error, Refused):
        return wrong(subject, _refused(error), error.remedy)
    return wrong(subject, str(error).rstrip("."), AGAIN)


def _refused(refused: Refused) -> str:
    if refused.code == "unreachable":
        return "there is no way to Slack"
    return f"Slack refuses the token ({refused.code})"


def _missing(wanted: Iterable[str], granted: frozenset[str]) -> str:
    return ", ".join(scope for scope in wanted if scope not in granted)
