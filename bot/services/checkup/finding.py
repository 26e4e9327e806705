"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Verdict = Literal["ok", "warning", "wrong"]
AGAIN = "Try again; if it stays so, the network or the other side has trouble."


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for a person.

    `text` says how `subject` is; `remedy` what to do about it, empty where there is nothing to do
    or the text says so itself. With something `wrong` the bot would not work.
    """

    subject: str
    verdict: Verdict
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check found, and the clock that it could read on the way.

    `skew` is by how many seconds this machine's clock is ahead of the other side's, None where the
    other side told no time.
    """

    findings: list[Finding]
    skew: float | None = None


def ok(subject: str, text: str) -> Finding:
    """As it should be."""
    return Finding(subject, "ok", text)


def warning(subject: str, text: str, remedy: str = "") -> Finding:
    """The bot would work, but somebody should know."""
    return Finding(subject, "warning", text, remedy)


def wrong(subject: str, text: str, remedy: str = "") -> Finding:
    """The bot would not work."""
    return Finding(subject, "wrong", text, remedy)


def to_fix(findings: Iterable[Finding]) -> int:
    """How many things keep the bot from working."""
    return sum(each.verdict == "wrong" for each in findings)
