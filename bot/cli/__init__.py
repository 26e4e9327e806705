"""The command line. Each command lives in a file of its own, imported when it is called."""

from __future__ import annotations

import logging
from difflib import get_close_matches
from importlib import import_module, metadata
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

# Command to the module that holds it, and the line about it in `--help`; in the order shown.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": ("demo", "Run the bot against a simulated Vantio and Slack; needs no accounts."),
    "check": ("check", "Say whether everything is set up right, and what to do if not."),
    "run": ("run", "Run the bot."),
    "sync": ("sync", "Poll Vantio once, now."),
    "audit": ("audit", "Prove that no scan is missing, and mend what differs."),
    "ask": ("ask", "Answer a question as /posters would."),
    "digest": ("publish", "Post the digest of yesterday now."),
    "leaderboard": ("publish", "Post the leaderboard of last week now."),
    "backtest": ("backtest", "List the alerts that the stored history would have given."),
    "preview": ("preview", "Print the Block Kit JSON of a message."),
    "import": ("import_", "Take in impressions, posters or users from a file."),
    "export": ("export", "Write impressions, posters or users to a file."),
    "backup": ("backup", "Copy the store to a file while the bot runs."),
    "copy": ("copy", "Copy the store to another database, such as PostgreSQL."),
    "quarantine": ("quarantine", "List the rows that could not be read, or try them again."),
}


class _LazyGroup(click.Group):
    """Knows its commands by name and help line; imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"bot.cli.{COMMANDS[cmd_name][0]}")
        found = getattr(module, cmd_name if hasattr(module, cmd_name) else f"{cmd_name}_")
        return found if isinstance(found, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        near = [] if args[0] in COMMANDS else get_close_matches(args[0], COMMANDS, 1)
        if near:
            ctx.fail(f"No such command '{args[0]}'. Did you mean '{near[0]}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if wanted and not ctx.resilient_parsing:
        click.echo(f"posterpulse {metadata.version('posterpulse')}")
        ctx.exit()


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.option(
    "--config", metavar="FILE", help="Settings; otherwise $POSTERPULSE_CONFIG, then config.toml."
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
@click.pass_context
def cli(ctx: click.Context, config: str | None) -> None:
    """Tells a Slack workspace what the scans of its Vantio posters mean."""
    ctx.obj = config
    # Only `run` has a log; any other command says itself what there is to say.
    logging.getLogger("bot").addHandler(logging.NullHandler())
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
