"""`posterpulse copy`."""

from __future__ import annotations

import re
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import click

from bot.cli import session
from bot.cli.backup import bar
from bot.services import copying
from bot.store.database import StoreError
from bot.store.opening import SQLITE, connect

if TYPE_CHECKING:
    from bot.services.copying import Copied
    from bot.store.database import Database


@click.command(short_help="Copy the store to another database, such as PostgreSQL.")
@click.option(
    "--to", "url", required=True, metavar="URL", help="The new store, as DATABASE_URL names one."
)
@session.json_option
def copy(url: str, *, as_json: bool) -> None:
    """Copy the store to another database, such as PostgreSQL.

    Stop the bot first: none may run on either store meanwhile. The new database must be empty.
    Interrupted, the same command goes on where it stopped. At the end, both sides are counted and
    compared by checksums.
    """
    settings = session.settings()
    _check_source(settings.database_url)
    begun = time.monotonic()
    with session.store(settings) as source, closing(_connected(url)) as target:
        result = _copied(source, target)
    seconds = time.monotonic() - begun
    if as_json:
        told = {"rows": result.rows, "tables": result.tables}
        session.print_json({**told, "seconds": round(seconds, 1), "verified": True})
    else:
        click.echo(_sentences(result, seconds, url))


def spoken(url: str) -> str:
    """An address as a person may be told it, with dots in the place of a password."""
    parts = urlsplit(url)
    if url.startswith(SQLITE):
        return url
    user, at, host = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    query = re.sub(r"((?:^|&)\w*pass\w*=)[^&]*", r"\1...", parts.query, flags=re.IGNORECASE)
    shown = f"{name}{colon and ':...'}{at}{host}"
    return urlunsplit(parts._replace(netloc=shown, query=query))


def _copied(source: Database, target: Database) -> Copied:
    with bar("Copying and verifying") as progress:
        try:
            return copying.copy(source, target, progress)
        except KeyboardInterrupt:
            click.echo("Interrupted. The same command goes on where it stopped.", err=True)
            raise


def _check_source(url: str) -> None:
    """Make no empty store where a mistyped address leads."""
    path = Path(url.removeprefix(SQLITE))
    if url.startswith(SQLITE) and not path.is_file():
        raise StoreError(
            f"Store {path}: there is no such file to copy; check DATABASE_URL.", permanent=True
        )


def _connected(url: str) -> Database:
    try:
        return connect(url)
    except StoreError as error:
        told = str(error).replace("DATABASE_URL", "--to")
        raise StoreError(told, permanent=error.permanent) from error


def _sentences(result: Copied, seconds: float, url: str) -> str:
    shown = spoken(url)
    secret = " (with the password)" if shown != url else ""
    return (
        f"Copied {result.rows:,} rows of {result.tables} tables in {seconds:.0f} seconds;"
        " counts and checksums agree.\n"
        f"Now set DATABASE_URL to  {shown}{secret}  and start the bot;"
        " its first poll fetches what came meanwhile."
    )
