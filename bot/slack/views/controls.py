"""What can be done about an alert, on its message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.alert import Scope
from bot.domain.calendar import local
from bot.domain.lexer import quote
from bot.slack import kit
from bot.slack.views.noise import feedback_buttons, mute_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slackblocks import Block, Button

    from bot.domain.alert import About, Alert


def controls(found: Alert, about: About, zone: str, channel: str) -> tuple[Block, ...]:
    """To look closer, to say whether it was of use, and to have it quiet for a while."""
    buttons = (_look(found, zone), *feedback_buttons(found.key))
    return (*kit.actions(*buttons), *mute_parts(found.key, channel, tuple(_scopes(found, about))))


def controls_of_many(both: Sequence[tuple[Alert, About]], channel: str) -> Iterator[Block]:
    """What can be done about a message about several; what is muted concerns all of them."""
    key = both[0][0].key
    yield from kit.actions(*feedback_buttons(key))
    yield from mute_parts(key, channel, tuple(_shared(both)))


def _shared(both: Sequence[tuple[Alert, About]]) -> Iterator[tuple[str, str]]:
    """What all of them share and may be muted; a single poster as well."""
    found, about = both[0]
    if len(both) == 1:
        yield "poster", about.name or found.subject
    if about.place and all(each.place == about.place for _, each in both):
        yield "place", f"All posters at {about.place}"
    if about.program and all(each.program == about.program for _, each in both):
        yield "program", about.program


def _look(found: Alert, zone: str) -> Button | None:
    """Asks for the day of the event, whenever it is pressed."""
    day = f"on {local(found.fired_at, zone):%Y-%m-%d}"
    if found.scope is Scope.OVERALL:
        return kit.button("See the posters", "ask", {"words": f"top {day}"})
    words = f"{found.scope} {quote(found.subject)} {day}"
    return kit.button(f"See this {found.scope}", "ask", {"words": words})


def _scopes(found: Alert, about: About) -> Iterator[tuple[str, str]]:
    """What may be muted, each with its name, narrowest first."""
    if found.scope is Scope.OVERALL:
        yield "overall", "All posters together"
        return
    yield found.scope, about.name or found.subject
    if about.place:
        yield "place", f"All posters at {about.place}"
    if about.program:
        yield "program", about.program
