"""What a poster, an ambassador or a program is called, and which one is meant by words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.model import Ambassador, Poster

_SURE = 86
_MARGIN = 6
_LIKELY = 55
_SHOWN = 3
_LONG = 60


class UnknownNameError(LookupError):
    """Words that name nobody, or several; the sentence says what to type instead."""


def poster_name(poster: Poster) -> str:
    """Its location, or its id where none is known."""
    return (poster.location or "").strip() or poster.id


def ambassador_name(ambassador: Ambassador) -> str:
    """First name and initial ("Maya K."), or the id where no name is known; never more."""
    first, last = (ambassador.first_name or "").strip(), (ambassador.last_name or "").strip()
    return f"{first} {last[0].upper()}.".strip() if first and last else first or ambassador.id


def resolve(kind: str, words: str, names: Mapping[str, str]) -> str:
    """The id that these words mean: an id, a name, a part of one, or one with a slip in it.

    Args:
        kind: "poster", "ambassador" or "program", for the sentence.
        words: What was typed.
        names: Every candidate, id to name.

    Raises:
        UnknownNameError: when nothing or too much fits.
    """
    if words in names:
        return words
    wanted = words.strip().casefold()
    exact = [id_ for id_, name in names.items() if wanted in {id_.casefold(), name.casefold()}]
    partly = [id_ for id_, name in names.items() if wanted and wanted in name.casefold()]
    for found in (exact, partly):
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownNameError(_several(kind, words, [_told(id_, names) for id_ in found]))
    return _nearest(kind, words, names)


def _nearest(kind: str, words: str, names: Mapping[str, str]) -> str:
    near = process.extract(
        words, names, scorer=fuzz.WRatio, processor=utils.default_process, limit=_SHOWN
    )
    likely = [(id_, score) for _, score, id_ in near if score >= _LIKELY]
    runner_up = likely[1][1] if len(likely) > 1 else 0
    if likely and likely[0][1] >= _SURE and likely[0][1] - runner_up >= _MARGIN:
        return likely[0][0]
    hints = " or ".join(_told(id_, names) for id_, _ in likely)
    remedy = f"Did you mean {hints}?" if hints else _where_to_look(kind)
    raise UnknownNameError(f"I know no {kind} “{_cut(words)}”. {remedy}")


def _several(kind: str, words: str, told: list[str]) -> str:
    shown = ", ".join(told[:_SHOWN])
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return f"“{_cut(words)}” could be several {kind}s: {shown}{more}. Type more of it, or the id."


def _told(id_: str, names: Mapping[str, str]) -> str:
    name = names[id_]
    return f"“{_cut(name)}”" if name == id_ else f"“{_cut(name)}” ({id_})"


def _where_to_look(kind: str) -> str:
    remedies = {
        "poster": "“top all time” lists the posters.",
        "ambassador": "“leaderboard all time” lists the ambassadors.",
        "program": "“status” says how many there are; give each a name in config.toml.",
    }
    return remedies[kind]


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
