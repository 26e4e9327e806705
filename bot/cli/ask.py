"""`posterpulse ask`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.app import reading
from bot.cli import data, session

if TYPE_CHECKING:
    from bot.services.questions import Found


@click.command(short_help="Answer a question as /posters would.")
@click.argument("words", nargs=-1)
@session.json_option
def ask(words: tuple[str, ...], *, as_json: bool) -> None:
    """Answer what /posters WORDS would answer, as text.

    For example: posterpulse ask "top 5 last week program:autumn". Try "help" for all there is.
    """
    settings = session.settings()
    with session.store(settings) as database:
        found = reading.questions(settings, database).ask(" ".join(words), session.now())
    if as_json and found.answer:
        session.print_json(data.answer(found.answer))
    elif as_json and found.status:
        session.print_json(data.status(found.status))
    else:
        _print(found, as_json=as_json)


def _print(found: Found, *, as_json: bool) -> None:
    from bot.slack.terminal import as_text  # noqa: PLC0415 - numbers alone need no layout

    text = as_text(found.message)
    if as_json:
        session.print_json({"question": found.verb, "text": text})
    else:
        click.echo(text)
