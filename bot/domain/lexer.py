"""The words behind `/posters`, one by one: plain, quoted, or the name of a filter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

_SLACK = re.compile(
    r"<(?:[@#!]|(?=https?://|mailto:))([^<>|]*)(?:\|([^<>]*))?>|&(amp|lt|gt);", re.IGNORECASE
)
_CHARACTER = {"amp": "&", "lt": "<", "gt": ">"}
_DOUBLE = "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
_LOW, _LOW_SINGLE = "\N{DOUBLE LOW-9 QUOTATION MARK}", "\N{SINGLE LOW-9 QUOTATION MARK}"
_LEFT, _RIGHT = "\N{LEFT SINGLE QUOTATION MARK}", "\N{RIGHT SINGLE QUOTATION MARK}"
_PAIRS = (
    r'"((?:\\.|[^"\\])*)"',
    rf"[{_DOUBLE}{_LOW}]([^{_DOUBLE}]*)[{_DOUBLE}]",
    r"«([^»]*)»",
    r"'([^']*)'(?!\w)",
    rf"[{_LEFT}{_LOW_SINGLE}]([^{_RIGHT}]*){_RIGHT}(?!\w)",
)
_TOKEN = re.compile(
    rf"(?P<key>[A-Za-z][A-Za-z_-]*):(?!//)|(?P<quoted>{'|'.join(_PAIRS)})|(?P<plain>\S+)",
    re.DOTALL,
)
_OPENING = f'"«{_DOUBLE}{_LOW}'


class Kind(Enum):
    """What a token is; `OPEN` is a quotation that never ends."""

    KEY = auto()
    QUOTED = auto()
    PLAIN = auto()
    OPEN = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `text` is without quotes and without the colon."""

    kind: Kind
    text: str


def tokens(words: str) -> list[Token]:
    """Take typed text apart, after undoing what Slack did to it."""
    text, found, at = _unescape(words), [], 0
    while match := _TOKEN.search(text, at):
        found.append(_token(match))
        at = match.end()
    return found


def quote(text: str) -> str:
    """Write `text` such that `tokens` reads it back as one quoted token."""
    text = re.sub(r"&(?=(?:amp|lt|gt);)", "&amp;", text, flags=re.IGNORECASE).replace("<", "&lt;")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _token(match: re.Match[str]) -> Token:
    if match["key"]:
        return Token(Kind.KEY, match["key"])
    if match["quoted"] is None:
        plain = match["plain"]
        return Token(Kind.OPEN if plain[0] in _OPENING else Kind.PLAIN, plain)
    whole = match["quoted"]
    inside = re.sub(r"\\(.)", r"\1", whole, flags=re.DOTALL) if whole[0] == '"' else whole
    return Token(Kind.QUOTED, " ".join(inside[1:-1].split()))


def _unescape(words: str) -> str:
    return _SLACK.sub(lambda m: _CHARACTER.get((m[3] or "").lower()) or m[2] or m[1] or "", words)
