"""`posterpulse check`."""

from __future__ import annotations

import os
import sys
import textwrap
from contextlib import nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from bot.app import checking
from bot.cli import session
from bot.cli.backup import bar
from bot.services.checkup.finding import to_fix
from bot.slack.kit import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from bot.services.checkup.finding import Finding

_SIGNS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "wrong": ("✗", "bold red")}


@click.command(short_help="Say whether everything is set up right, and what to do if not.")
@click.option("--deep", is_flag=True, help="Also compare the tallies with every scan.")
@click.option("--repair", is_flag=True, help="With --deep: count tallies again that differ.")
@session.json_option
def check(*, deep: bool, repair: bool, as_json: bool) -> int:
    """Say whether everything is set up right, and what to do if not.

    Asks Vantio and Slack, opens the store as the bot would, and posts nothing. Ends with 0 only if
    the bot would work.
    """
    if repair and not deep:
        raise click.UsageError("--repair needs --deep, which finds what there is to repair.")
    settings = session.settings()
    with _busy():
        found = checking.findings(settings, checking.place(os.environ), session.now())
    if deep:
        with bar("Reading the store") as progress:
            found += checking.deep_findings(settings, progress, repair=repair)
    if as_json:
        session.print_json({"ready": not to_fix(found), "findings": [asdict(f) for f in found]})
    else:
        _print(found)
    return 1 if to_fix(found) else 0


def _busy() -> AbstractContextManager[object]:
    """A sign of life, where somebody may be waiting."""
    if not sys.stderr.isatty():
        return nullcontext()
    return Console(stderr=True).status("Asking Vantio, Slack and the store …")


def _print(findings: Sequence[Finding]) -> None:
    console = Console(highlight=False)
    # What reads a pipe wants whole lines.
    width = console.width if console.is_terminal else sys.maxsize
    column = max(len(each.subject) for each in findings)
    for each in findings:
        sign, style = _SIGNS[each.verdict]
        head, margin = f"{sign} {visible(each.subject):<{column}}  ", " " * (column + 4)
        lines = [*_wrapped(each.text, head, margin, width)]
        lines += _wrapped(each.remedy, f"{margin}→ ", f"{margin}  ", width)
        text = Text("\n".join(lines))
        text.stylize(style, 0, len(sign))
        console.print(text, soft_wrap=True)
    console.print(f"\n{_verdict(findings)}", soft_wrap=True)


def _wrapped(text: str, first: str, others: str, width: int) -> list[str]:
    return textwrap.wrap(
        visible(text),
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _verdict(findings: Sequence[Finding]) -> str:
    wrong = to_fix(findings)
    if not wrong:
        return "Ready: `posterpulse run` would work."
    things = "1 thing" if wrong == 1 else f"{wrong} things"
    return f"{things} to fix before `posterpulse run` can work."
