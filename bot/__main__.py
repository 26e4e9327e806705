"""The program `posterpulse`, also `python -m bot`: runs a command, and explains what went wrong."""

from __future__ import annotations

import os
import sys

import click

from bot.cli import cli

_BY_KEYBOARD = 130


def main() -> None:
    """Run the command line and end the process with 0, 1 (failure) or 2 (usage, settings)."""
    # A second thread would spin beside each small product of matrices, and win nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; an expected error becomes one line on standard error and an exit code."""
    try:
        # Not `cli.main`, which has ideas of its own about a pipe that was closed.
        with cli.make_context("posterpulse", arguments) as context:
            code = cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        click.echo(_said(error), err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _BY_KEYBOARD
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        told = _explained(error)
        if told is None:
            raise
        line, code = told
        click.echo(line, err=True)
        return code
    return code if isinstance(code, int) else 0


def _said(error: click.ClickException) -> str:
    """One line, and where to read more if it was the command that was wrong."""
    line = error.format_message()
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return line
    return f"{line} See `{error.ctx.command_path} --help`."


def _explained(error: Exception) -> tuple[str, int] | None:
    from bot.cli.errors import explain  # noqa: PLC0415 - only a failure pays for what this imports

    return explain(error)


if __name__ == "__main__":
    main()
