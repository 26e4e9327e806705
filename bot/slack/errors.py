"""The three ways in which sending can fail, told apart because each asks for something else."""

from __future__ import annotations

UNREACHABLE = "unreachable"
INVITE = "/invite @posterpulse"

_TOKEN = "Copy the bot token again from the app's page under OAuth & Permissions."  # noqa: S105 - a sentence
_SHAPE = "This is a mistake in posterpulse: please report it with the message."
_CLOSED = "Only some people may post in {channel}: ask an admin, or choose another channel."

_REMEDIES = {
    "account_inactive": "The app was removed from the workspace: install it again.",
    "cannot_dm_bot": "{channel} is a bot: choose a person.",
    "channel_not_found": (
        f"Check the name of {{channel}}; if it is a private channel, type {INVITE} there."
    ),
    "invalid_auth": _TOKEN,
    "invalid_blocks": _SHAPE,
    "invalid_blocks_format": _SHAPE,
    "is_archived": "Unarchive {channel}, or choose another channel.",
    "messages_tab_disabled": "Switch on the Messages tab on the app's page under App Home.",
    "missing_scope": "Give the app the permission {needed} (manifest.json has it), then reinstall.",
    "msg_blocks_too_long": _SHAPE,
    "msg_too_long": _SHAPE,
    "no_text": _SHAPE,
    "not_authed": _TOKEN,
    "not_enabled": "Switch on the Home tab on the app's page under App Home.",
    "not_in_channel": f"Type {INVITE} in {{channel}}.",
    "restricted_action": _CLOSED,
    "restricted_action_non_threadable_channel": _CLOSED,
    "restricted_action_read_only_channel": _CLOSED,
    "restricted_action_thread_only_channel": _CLOSED,
    "token_expired": _TOKEN,
    "token_revoked": _TOKEN,
    "user_disabled": "{channel} has left the workspace: choose another person.",
    "user_not_found": "Check the id {channel}.",
}


class SlackError(Exception):
    """Slack did not do what was asked; one of the three below."""


class Refused(SlackError):
    """Nothing was posted: Slack said no, or could not be reached at all.

    `code` is Slack's word for it. `remedy` is a sentence that says what a person must do.
    `permanent` says that waiting alone cures nothing.
    """

    def __init__(self, code: str, remedy: str, *, permanent: bool) -> None:
        super().__init__(remedy if code == UNREACHABLE else f"Slack refused ({code}). {remedy}")
        self.code = code
        self.remedy = remedy
        self.permanent = permanent


class Limited(SlackError):
    """Nothing was posted: too many calls. Try again after `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"Slack asks for a pause of {retry_after:g} seconds.")
        self.retry_after = retry_after


class Unknown(SlackError):
    """No usable answer came: the message may stand in the channel or not, so look first."""


def refusal(code: str, channel: str, needed: str = "") -> Refused:
    """What Slack's error `code` means for a call about `channel`.

    `needed` is the permission that Slack named, if it named one.
    """
    remedy = _REMEDIES.get(code)
    if remedy is None:
        return Refused(code, "It will be tried again.", permanent=False)
    words = {"channel": channel or "the channel", "needed": needed or "that it lacks"}
    return Refused(code, remedy.format(**words), permanent=True)
