"""The Home of a person: what is wrong, how it goes, what runs, what comes, and how to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slackblocks import BarChart

from bot.domain.alert import About
from bot.domain.calendar import day_words, local
from bot.domain.figures import count
from bot.slack import kit
from bot.slack.kit import escape
from bot.slack.receipt import is_person
from bot.slack.views import parts, spikes
from bot.slack.views.noise import mute_row
from bot.slack.views.phrases import clock, lead
from bot.slack.views.words import span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slackblocks import Block

    from bot.domain.home import Home, Ongoing, Place, Snag
    from bot.domain.model import Trouble
    from bot.domain.subscription import Subscription
    from bot.slack.kit import Part
    from bot.slack.message import Message

_MINUTE = 60
_TROUBLES, _NOTES, _GETS, _MUTES = 5, 3, 15, 10  # the most that are shown of each
_UNREAD = (
    "*I am reading your Vantio account for the first time.* The numbers come when that is done."
)
_UNTOLD = "The managers of the bot can see why, and so does `posterpulse check`."
_UNSEEN = "a channel that I can't see"
_ASKING = (
    ("top 5 last week", "the most scanned posters"),
    ("leaderboard this month", "the ambassadors in front"),
    ("trend last 30 days", "scans over time"),
)


def home(found: Home, note: str = "") -> Message:
    """Everything for one person.

    Args:
        found: What there is to tell.
        note: What is said in answer to a button that was pressed here (mrkdwn), if one was.

    Raises:
        slackblocks.InvalidUsageError: If a part is over one of Slack's limits.
    """
    point = lead(found.today) if found.fresh_until is not None else _UNREAD
    content: list[Part] = [kit.section(note)] if note else []
    content += _wrong(found)
    notes = [escape(note, 300) for note in found.today.notes[:_NOTES]]
    content += [kit.section(point), kit.context(_freshness(found), *notes)]
    if found.fresh_until is not None:
        content += [*_numbers(found), *_section("Running now", *_running(found))]
    content += _section("What comes by itself", *kit.sections(_gets(found)))
    content += _section("Muted", *_muted(found))
    content += _section("Ask", *_how_to_ask())
    return kit.message(point.replace("*", ""), content)


def _section(title: str, *parts: Part) -> list[Part]:
    """Parts under a title; nothing where there are none."""
    return [kit.header(title), *parts] if parts else []


def _wrong(found: Home) -> Iterator[Block]:
    said = [_trouble(each, found) for each in found.troubles]
    said += [_snag(each, found.zone) for each in found.snags]
    yield from map(kit.section, said[:_TROUBLES])
    if (more := len(said) - _TROUBLES) > 0:
        yield kit.context(f"{count(more, 'more trouble')}: see `/posters status`.")


def _trouble(each: Trouble, found: Home) -> str:
    since = "" if each.since is None else f", since {clock(each.since, found.zone)}"
    what = escape(each.what, 300).rstrip(".")
    return f"⚠️ *{what}{since}*\n{escape(each.remedy, 300)}"


def _snag(each: Snag, zone: str) -> str:
    what = f"{_begun(_place(each.place))}: {escape(each.what, 120)} {clock(each.at, zone)}"
    return f"⚠️ *{what}*\n{_begun(escape(each.reason, 500)) if each.reason else _UNTOLD}"


def _freshness(found: Home) -> str:
    zone = escape(f"{clock(found.now, found.zone)}, {found.zone}")
    if found.fresh_until is None:
        return zone
    ago = found.now - found.fresh_until
    return f"{zone} · Vantio was last read {'just now' if ago < _MINUTE else f'{span(ago)} ago'}"


def _numbers(found: Home) -> list[Part]:
    """The last days as a chart, and the posters in front."""
    days = [kit.section(lead(found.week)), *parts.course(found.week.series, BarChart)]
    return [*_section("The last 7 days", *days), *_section("Top posters this week", *_top(found))]


def _top(found: Home) -> list[Part]:
    if found.top.rows:
        return parts.ranking(found.top)
    return [kit.section("Nothing was scanned yet this week.")]


def _running(found: Home) -> Iterator[Block]:
    if not found.ongoing:
        yield kit.section("Nothing is out of the ordinary.")
    yield from kit.sections(_ongoing(each, found) for each in found.ongoing)


def _ongoing(each: Ongoing, found: Home) -> str:
    counted = found.now if found.fresh_until is None else min(found.fresh_until, found.now)
    said = spikes.line(each.alert, About(each.name), found.zone, counted)
    return f"{said} {kit.link(each.link, 'See the message')}" if each.link else said


def _gets(found: Home) -> Iterator[str]:
    for each, place in found.gets[:_GETS]:
        yield f"{_begun(_place(place))} · {_what(each, found)}"
    if (more := len(found.gets) - _GETS) > 0:
        yield f"and {more} more"


def _what(each: Subscription, found: Home) -> str:
    """What a subscription brings and when: "digest daily at 09:00 (UTC), next tomorrow"."""
    only = f", only {escape(each.words, 120)}" if each.words else ""
    if each.schedule is None:
        return f"{escape(each.kind)}s as they come{only}"
    coming = "" if each.next_due is None else f", {_next(each.next_due, found)}"
    return f"{escape(each.kind)} {escape(each.schedule.describe(), 120)}{only}{coming}"


def _next(due: int, found: Home) -> str:
    """When something comes, as seen from now."""
    if due <= found.now:
        return "due now"
    day, today = local(due, found.zone).date(), local(found.now, found.zone).date()
    near = {0: "today", 1: "tomorrow"}
    return f"next {near.get((day - today).days) or f'on {day_words(day)}'}"


def _muted(found: Home) -> Iterator[Block]:
    for mute, name, place in found.mutes[:_MUTES]:
        yield mute_row(mute, name, _place(place), found.zone, found.now)
    if (more := len(found.mutes) - _MUTES) > 0:
        yield kit.context(f"{count(more, 'more mute')}: see `/posters mutes`.")


def _how_to_ask() -> Iterator[Block]:
    yield kit.section("\n".join(f"`/posters {words}` · {meaning}" for words, meaning in _ASKING))
    yield kit.context("Type it in any channel: only you see the answer. `/posters help` shows all.")


def _place(place: Place) -> str:
    if not place.id:
        return escape(place.name) if place.name else _UNSEEN
    return kit.mention("@" if is_person(place.id) else "#", place.id)


def _begun(words: str) -> str:
    """The same words where a line begins."""
    return words[:1].upper() + words[1:]
