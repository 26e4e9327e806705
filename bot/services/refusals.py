"""What a refusal means: for one message, for one channel, or for the whole bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slack.errors import Refused
from bot.slack.receipt import is_person

if TYPE_CHECKING:
    from bot.slack.errors import SlackError

_SHUT_OUT = {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
_FEW = "only some people may post there"
_CLOSED = {
    "channel_not_found": "there is no such channel, or it is private and the bot is not in it",
    "is_archived": "it is archived",
    "missing_scope": "the app lacks a permission",
    "not_in_channel": "the bot is not a member",
    "restricted_action": _FEW,
    "restricted_action_non_threadable_channel": _FEW,
    "restricted_action_read_only_channel": _FEW,
    "restricted_action_thread_only_channel": _FEW,
}
_TO_BE_SEEN = {"channel_not_found", "is_archived", "not_in_channel"}
_NO_THREAD = {"thread_not_found", "invalid_thread_ts", "cannot_reply_to_message"}
_NOT_EDITABLE = {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"}


def shut_out(error: SlackError) -> bool:
    """Whether the whole bot is kept out of the workspace."""
    return isinstance(error, Refused) and error.code in _SHUT_OUT


def closed(error: SlackError, to: str) -> str:
    """Why nothing at all can be posted to the channel `to`, in words; empty where it is not so.

    A person is no channel: with one who left, only the messages to them are in vain.
    """
    if not isinstance(error, Refused) or is_person(to):
        return ""
    return _CLOSED.get(error.code, "")


def dark(error: Refused) -> bool:
    """Whether looking at a closed channel can't tell that it is open again: only posting can."""
    return error.code not in _TO_BE_SEEN


def blind(error: SlackError) -> bool:
    """Whether the bot may not look into the history of a channel."""
    return isinstance(error, Refused) and error.code == "missing_scope"


def hopeless(error: SlackError) -> bool:
    """Whether waiting cures nothing for this message, while others may well go through."""
    return isinstance(error, Refused) and error.permanent and not shut_out(error)


def threadless(error: SlackError) -> bool:
    """Whether the thread that a reply belongs into is no longer there."""
    return isinstance(error, Refused) and error.code in _NO_THREAD


def unchangeable(error: SlackError, channel: str) -> bool:
    """Whether a message in `channel` can't be edited, now or later."""
    if isinstance(error, Refused) and error.code in _NOT_EDITABLE:
        return True
    return hopeless(error) and not closed(error, channel)
