"""`posterpulse ask`."""

from __future__ import annotations

import click

from bot.app import reading
from bot.cli import data, session
from bot.slack.terminal import as_text


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
    if not as_json:
        click.echo(as_text(found.message))
    elif found.answer:
        session.print_json(data.answer(found.answer))
    elif found.status:
        session.print_json(data.status(found.status))
    else:
        session.print_json({"question": "help", "text": as_text(found.message)})
