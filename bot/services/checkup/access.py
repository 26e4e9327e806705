"""Who may change something, and where questions are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.checkup.finding import AGAIN, ok, warning, wrong
from bot.slack.errors import Refused, SlackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.services.checkup.finding import Finding

SUBJECT, ASKING = "Managers", "Asking"

_NAME_THEM = "Name them under managers in config.toml, by their member ids (U...)."


def managers(people: Sequence[str], groups: Sequence[str]) -> Finding:
    """Whether there are managers, and whether a direct message reaches one (ids of Slack)."""
    if not people and not groups:
        return warning(
            SUBJECT,
            "none: everyone may change things, and nobody is told when something breaks",
            _NAME_THEM,
        )
    if not people:
        return warning(
            SUBJECT,
            "groups only: nobody gets a direct message when something breaks",
            "Add somebody to managers in config.toml by a member id (U...).",
        )
    return ok(SUBJECT, f"{', '.join([*people, *groups])} may change things")


def groups(named: Sequence[str], members: Callable[[str], Sequence[str]]) -> Iterator[Finding]:
    """The groups of managers of which Slack does not say who is in them, or in which nobody is.

    Args:
        named: Their ids.
        members: Who is in one; may raise `SlackError`.
    """
    for group in named:
        try:
            if not members(group):
                yield warning(SUBJECT, f"nobody is in the group {group}")
        except SlackError as error:
            text = f"Slack does not say who is in the group {group}"
            yield wrong(SUBJECT, text, _remedy(error))


def asking(ask_in: Sequence[str], find: Callable[[str], object]) -> Iterator[Finding]:
    """The channels of `slack.ask_in` that are not there; `find` may raise `SlackError`."""
    for channel in ask_in:
        try:
            find(channel)
        except SlackError as error:
            text = f"slack.ask_in names {channel}, which is not found"
            yield warning(ASKING, text, _remedy(error))


def _remedy(error: SlackError) -> str:
    return error.remedy if isinstance(error, Refused) else AGAIN
