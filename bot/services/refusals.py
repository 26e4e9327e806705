"""What a refusal means for one message, as against the whole bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slack.errors import Refused

if TYPE_CHECKING:
    from bot.slack.errors import SlackError

# While the whole bot is shut out, nobody can be told of a message given up: it waits instead.
_SHUT_OUT = {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
_NO_THREAD = {"thread_not_found", "invalid_thread_ts", "cannot_reply_to_message"}
_NOT_EDITABLE = {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"}


def hopeless(error: SlackError) -> bool:
    """Whether waiting cures nothing for this message, while others may well go through."""
    return isinstance(error, Refused) and error.permanent and error.code not in _SHUT_OUT


def threadless(error: SlackError) -> bool:
    """Whether the thread that a reply belongs into is no longer there."""
    return isinstance(error, Refused) and error.code in _NO_THREAD


def unchangeable(error: SlackError) -> bool:
    """Whether a message can't be edited, now or later."""
    return hopeless(error) or (isinstance(error, Refused) and error.code in _NOT_EDITABLE)
