"""`posterpulse demo`: the unchanged bot, in its own process, between two simulated services."""

from __future__ import annotations

import signal
import sys
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import click

from bot.config import ConfigError

if TYPE_CHECKING:
    from bot.cli.showcase import Showcase

# The last is what a terminal sends when its window is closed.
_ENDS = ("SIGTERM", "SIGINT", "SIGHUP")


@click.command(short_help="Run the bot against a simulated Vantio and Slack; needs no accounts.")
@click.option("--once", is_flag=True, help="Show one of each message in the terminal, and end.")
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Serve the impressions of this JSON-lines file instead of the invented campus.",
)
@click.option("--port", default=8420, show_default=True, help="Port of the page; 0 for any.")
@click.option("--speed", default=1.0, show_default=True, help="How much faster than life.")
@click.option("--seed", default=7, show_default=True, help="Another number, another campus.")
def demo(*, once: bool, data: Path | None, port: int, speed: float, seed: int) -> None:
    """Run the bot against a simulated Vantio and a simulated Slack.

    Open the page whose address is printed; type /posters there. Nothing leaves this machine, and
    nothing stays on it.
    """
    if find_spec("flask") is None or find_spec("flask_sock") is None:
        raise ConfigError(["The demo needs two more packages: pip install 'posterpulse[demo]'."])
    from bot.cli import showcase  # noqa: PLC0415 - the sandbox is an extra

    stop = Event()
    for name in _ENDS:
        if known := getattr(signal, name, None):
            # Not at once: who is interrupted may hold the lock of this event.
            signal.signal(known, lambda *_: Thread(target=stop.set).start())
    with ExitStack() as stack:
        shown = stack.enter_context(showcase.open_showcase(data, port, speed, seed, stop))
        if once:
            _show_once(shown)
        else:
            _show(shown)


def _show_once(shown: Showcase) -> None:
    for title, text in shown.once():
        click.secho(f"── {title} " + "─" * max(0, 70 - len(title)), fg="cyan")
        click.echo(f"{text}\n")


def _show(shown: Showcase) -> None:
    click.echo(f"Open {shown.url} and type /posters there. Ctrl-C ends the demo.")
    with suppress(OSError):
        sys.stdout.flush()
    shown.run()
