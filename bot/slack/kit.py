"""Small parts of Block Kit: every text that a person outside typed is made harmless here, once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, TypeAlias

from slackblocks import (
    ActionsBlock,
    AxisConfig,
    BarChart,
    Block,
    Button,
    ContextBlock,
    DataPoint,
    DataSeries,
    DataTableBlock,
    DataVisualizationBlock,
    DatePicker,
    Element,
    HeaderBlock,
    LineChart,
    Option,
    OptionGroup,
    RawNumber,
    RawText,
    RichTextBlock,
    SectionBlock,
    StaticSelectMenu,
    Text,
    TextType,
)
from slackblocks import Message as Payload

from bot.slack.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.slack.message import Block as BlockDict

NOTHING = "\N{EN DASH}"  # where a text turns out empty
LABEL = 20  # characters of a chart's labels
CATEGORIES = 20  # of a chart
_SECTION, _CONTEXT, _HEADER, _BUTTON, _VALUE, _TITLE, _CELL = 2900, 900, 150, 75, 2000, 50, 60
_BLOCK_ID, _OPTION_VALUE = 255, 150
_OWN_ID = ":"  # in every block id that we give; those that the library makes up have none

# Controls, invisible marks that reorder or hide text, and halves of characters.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Slack has no way to escape its marks, so these take the place of the ones that would act.
_MARKS = str.maketrans(
    {
        "*": "\N{ASTERISK OPERATOR}",
        "~": "\N{TILDE OPERATOR}",
        "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
    }
)
_LOW_LINE = "\N{MODIFIER LETTER LOW MACRON}"
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")

_ID = re.compile(r"[A-Z](?=[A-Z0-9]*\d)[A-Z0-9]+")
_URL = re.compile(r"https?://[!-;=?-{}~]+")  # none of <, > and |, which end a link


@dataclass(frozen=True, slots=True)
class Native:
    """A block that some workspaces don't know yet, and what says the same `instead`."""

    block: Block
    instead: tuple[Block, ...] = ()


Part: TypeAlias = Block | Native


def visible(text: str) -> str:
    """`text` with a space for each control, mark or broken character that nobody should see."""
    return _UNSEEN.sub(" ", text)


def clean(text: str, limit: int) -> str:
    """`text` on one line without controls, cut to `limit`, for places that know no markup."""
    return _fit(list(_line(text)), limit) or NOTHING


def escape(text: str, limit: int = 80) -> str:
    """`text` on one line as mrkdwn that means nothing else, cut to `limit` after escaping."""
    pieces = [_ENTITIES.get(char, char) for char in _line(text).translate(_MARKS)]
    return _EDGE_UNDERSCORE.sub(_LOW_LINE, _fit(pieces, limit)) or NOTHING


def mention(sign: str, text: str) -> str:
    """A link to the channel (`sign` "#") or user ("@") with the id `text`; other text as it is."""
    return f"<{sign}{text}>" if _ID.fullmatch(text) else escape(text)


def link(url: str, words: str) -> str:
    """A link that shows `words` (mrkdwn); these alone where `url` is no address of the web."""
    return f"<{url}|{words}>" if _URL.fullmatch(url) else words


def header(text: str) -> Block:
    """A headline in plain text."""
    return HeaderBlock(_plain(text, _HEADER))


def section(mrkdwn: str, beside: Button | None = None) -> Block:
    """A paragraph of mrkdwn, with a button `beside` it where one is given."""
    return SectionBlock(_verbatim(mrkdwn), accessory=beside)


def sections(lines: Iterable[str]) -> tuple[Block, ...]:
    """The lines of mrkdwn in as few paragraphs as hold them."""
    packed: list[str] = []
    for line in lines:
        if packed and _units(packed[-1]) + _units(line) < _SECTION:
            packed[-1] += f"\n{line}"
        else:
            packed.append(line)
    return tuple(section(text) for text in packed)


def fields(pairs: Iterable[tuple[str, str]]) -> Block:
    """Up to ten labels (as they are) with values (mrkdwn), in two columns."""
    return SectionBlock(fields=[_verbatim(f"*{label}*\n{value}") for label, value in pairs])


def context(*sentences: str) -> Block:
    """Up to ten small grey remarks in mrkdwn, below what they remark on."""
    return ContextBlock([_verbatim(sentence) for sentence in sentences])


def button(label: str, action: str, value: Mapping[str, object]) -> Button | None:
    """A button that hands `value` to the listener of `action`; None where it can't hold it."""
    packed = json.dumps(value)
    if len(packed) > _VALUE:
        return None
    return Button(clean(label, _BUTTON), action_id=action, value=packed)


def menu(
    action: str, placeholder: str, groups: Iterable[tuple[str, Mapping[str, Mapping[str, object]]]]
) -> StaticSelectMenu | None:
    """A menu of labelled groups, each the texts of its options with what they hand to the listener.

    An option that can't hold its value is left out; None where that leaves nothing.
    """
    shown = [
        OptionGroup(_plain(label, _BUTTON), options)
        for label, texts in groups
        if (options := [each for item in texts.items() for each in _option(*item)])
    ]
    if not shown:
        return None
    return StaticSelectMenu(action, option_groups=shown, placeholder=_plain(placeholder, _BUTTON))


def day_picker(action: str, placeholder: str) -> Element:
    """A calendar in which a day is chosen; it hands on nothing else than that day."""
    return DatePicker(action, placeholder=_plain(placeholder, _BUTTON))


def actions(*elements: Element | None, own_id: str | None = None) -> tuple[Block, ...]:
    """A row of the buttons and menus that exist, or nothing.

    The listeners are told `own_id`, up to 255 characters with a colon among them, with each action.
    """
    there = [each for each in elements if each]
    return (ActionsBlock(there, own_id),) if there else ()


def own_id(*facts: str) -> str | None:
    """An id for `actions`, from which the facts can be read back; None where it can't hold them."""
    packed = _OWN_ID.join(facts)
    return packed if len(packed) <= _BLOCK_ID else None


def chart(
    kind: type[BarChart | LineChart],
    title: str,
    points: Sequence[tuple[str, int]],
    instead: tuple[Block, ...],
) -> Native:
    """A native chart of scans by label; at most `CATEGORIES` points."""
    labels = unique([label for label, _ in points])
    data = [DataPoint(label, scans) for label, (_, scans) in zip(labels, points, strict=True)]
    drawn = kind([DataSeries("Scans", data)], AxisConfig(labels))
    return Native(DataVisualizationBlock(clean(title, _TITLE), drawn), instead)


def table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str | int]],
    instead: tuple[Block, ...],
) -> Native:
    """A native table that can be sorted by its numbers; at most 99 rows beneath the head.

    A column with nothing in it is left out.
    """
    kept = [index for index in range(len(head)) if any(row[index] != "" for row in rows)]
    cells: list[list[RawText | RawNumber | RichTextBlock]]
    cells = [[_cell(row[index]) for index in kept] for row in (head, *rows)]
    page = min(len(rows), 25)
    return Native(DataTableBlock(cells, clean(caption, _HEADER), page_size=page), instead)


def unique(labels: Iterable[str]) -> list[str]:
    """The labels cut to what an axis shows, told apart by a number where two are the same."""
    unique: list[str] = []
    for label in labels:
        candidate, again = clean(label, LABEL), 1
        while candidate in unique:
            again += 1
            mark = f" ({again})"
            candidate = clean(label, LABEL - len(mark)) + mark
        unique.append(candidate)
    return unique


def message(text: str, parts: Iterable[Part]) -> Message:
    """The finished message; `text` (mrkdwn) is what a notification shows.

    Raises:
        slackblocks.InvalidUsageError: If a part is over one of Slack's limits.
    """
    parts = list(parts)
    rich = _resolved(text, [part.block if isinstance(part, Native) else part for part in parts])
    if not any(isinstance(part, Native) for part in parts):
        return Message(text, rich)
    plain: list[Block] = []
    for part in parts:
        plain += part.instead if isinstance(part, Native) else [part]
    return Message(text, rich, _resolved(text, plain))


def note(point: str, more: str) -> Message:
    """A message of one paragraph: the point, and below it what more there is to say (mrkdwn)."""
    text = f"{point}\n{more}"
    return message(text.replace("*", ""), [section(text)])


def _line(text: str) -> str:
    return " ".join(visible(text).split())


def _resolved(text: str, blocks: list[Block]) -> tuple[BlockDict, ...]:
    """The blocks as JSON types, without the random ids that Slack would make up itself."""
    resolved = Payload("any", text=text, blocks=blocks).to_dict()["blocks"]
    return tuple(
        {k: v for k, v in block.items() if k != "block_id" or _OWN_ID in v} for block in resolved
    )


def _option(text: str, value: Mapping[str, object]) -> Iterator[Option]:
    packed = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if _units(packed) <= _OPTION_VALUE:
        yield Option(_plain(text, _BUTTON), packed)


def _plain(text: str, limit: int) -> Text:
    return Text(clean(text, limit), type_=TextType.PLAINTEXT)


def _verbatim(mrkdwn: str) -> Text:
    """Mrkdwn in which Slack makes no links and mentions of its own."""
    return Text(mrkdwn, verbatim=True)


def _cell(value: str | int) -> RawText | RawNumber:
    if isinstance(value, int):
        return RawNumber(value, f"{value:,}")
    return RawText(clean(value, _CELL))


def _units(text: str) -> int:
    """The length of `text` as JavaScript counts it, which Slack's clients may do."""
    return len(text) + sum(char > "\uffff" for char in text)


def _fit(pieces: Sequence[str], limit: int) -> str:
    """The pieces, or as many as fit within `limit` UTF-16 units together with an ellipsis."""
    ends = list(accumulate(map(_units, pieces)))
    if not ends or ends[-1] <= limit:
        return "".join(pieces)
    kept = sum(1 for _ in takewhile(lambda end: end < limit, ends))
    return "".join(pieces[:kept]).rstrip() + "…"
