"""`posterpulse audit`."""

from __future__ import annotations

from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

import click

from bot.app.polling import client, polling
from bot.cli import session
from bot.cli.reading import progress, requests

if TYPE_CHECKING:
    from bot.services.taking import Sync


@click.command(short_help="Prove that no scan is missing, and mend what differs.")
@session.json_option
def audit(*, as_json: bool) -> None:
    """Prove that no scan is missing, and mend what differs.

    Compares the list with the store by rank, which takes a few requests however long it is. A list
    is read whole if it has no order, or if differences may hide each other.
    """
    settings = session.settings()
    settings.require("VANTIO_API_KEY")
    with session.store(settings) as database, closing(client(settings)) as vantio:
        parts = polling(settings, database, vantio, Event(), session.now)
        with progress("Auditing") as heard:
            result = parts.audit(progress=heard)
    if as_json:
        names = ("missing", "deleted", "repaired", "requests", "complete")
        session.print_json({name: getattr(result, name) for name in names})
    else:
        click.echo(_sentence(result))
    if not result.complete:
        click.get_current_context().exit(1)


def _sentence(result: Sync) -> str:
    came = f"{result.new - result.missing:,} new, " if result.new > result.missing else ""
    edited = f", {result.edited:,} changed" if result.edited else ""
    how = " The list has no order, so that all of it was read." if result.unordered else ""
    found = f"{came}{result.missing:,} missing, {result.deleted:,} deleted upstream{edited}"
    mended = "; all mended" if result.repaired else ""
    end = (
        "Nothing else differs."
        if result.complete
        else "The list kept moving, or says that it is empty, "
        "so that this proves nothing yet; try again."
    )
    return f"Scans: {found}{mended}, in {requests(result)}.{how} {end}"
