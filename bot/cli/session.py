"""What every command begins with: the settings, the time, and the store."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot import config
from bot.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.config import Settings
    from bot.store.database import Database

json_option = click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")


def settings() -> Settings:
    """The settings, from the file that `--config` names or the usual places.

    Raises:
        ConfigError: naming every mistake.
    """
    return config.load(os.environ, click.get_current_context().find_root().obj)


@contextmanager
def store(found: Settings) -> Iterator[Database]:
    """The store that the settings name, open and up to date.

    Raises:
        StoreError: when it can't be opened.
    """
    database = open_store(found.database_url)
    try:
        yield database
    finally:
        database.close()


def now() -> int:
    """The present, in UTC seconds."""
    return int(time.time())


def print_json(data: object) -> None:
    """Print data as one JSON document."""
    click.echo(json.dumps(data, ensure_ascii=False))
