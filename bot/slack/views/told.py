"""What was told of late, and what waited to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.alert import Kind
from bot.domain.calendar import local, weekday
from bot.domain.figures import count, thousands
from bot.domain.noise import Why
from bot.slack import kit
from bot.slack.kit import NOTHING, escape
from bot.slack.views.noise import private
from bot.slack.views.phrases import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.alert import Alert
    from bot.domain.noise import Rule, Told, Votes
    from bot.slack.message import Message

_MOST_HELD = 20
_KINDS = {
    Kind.SPIKE: "Spikes",
    Kind.QUIET: "Posters gone quiet",
    Kind.FIRST_SCAN: "First scans",
    Kind.MILESTONE: "Milestones",
    Kind.THRESHOLD: "Thresholds",
}


def last_alerts(last: Sequence[tuple[Told, str]], votes: Sequence[Votes], zone: str) -> Message:
    """The last alerts with the names of what they are about, and what people made of them."""
    if not last:
        return private("*No alerts yet.* What is out of the ordinary will be listed here.")
    point = (
        f"*The last {count(len(last), 'alert').removeprefix('1 ')}*, and what people made of them."
    )
    lines = kit.sections(_told(alert, name, zone) for alert, name in last)
    said = [f"{_KINDS[each.kind]}: {each.useful:,} useful, {each.noise:,} noise" for each in votes]
    all_votes = [kit.section("\n".join(["*All votes*", *said]))] if said else []
    foot = kit.context(
        f"Times in {escape(zone)}.",
        "Too much noise? In the settings, `alerts.sensitivity` can be `low`.",
    )
    return private(point, kit.section(point), *lines, *all_votes, foot)


def rehearsing(days: int) -> Message:
    """It takes a few seconds to say what so many days would have told."""
    return private(f"Replaying the last {days} days … this takes a few seconds.")


def rehearsal(found: Sequence[tuple[Alert, str]] | None, days: int, zone: str) -> Message:
    """What so many days would have told, with the name of what each alert is about.

    None where another rehearsal is under way.
    """
    if found is None:
        return private("Somebody is replaying the last days already; ask again in a minute.")
    point = f"The last {days} days would have given *{count(len(found), 'alert')}*."
    if not found:
        return private(f"{point} Nothing was out of the ordinary.")
    latest = list(reversed(found))[:_MOST_HELD]
    lines = [f"• *{escape(name, 60)}*: {_brief(alert, zone)}" for alert, name in latest]
    if left := len(found) - len(latest):
        lines.append(f"• and {count(left, 'earlier alert')}")
    small = kit.context(
        f"Times in {escape(zone)}.",
        "Too many, too few? In the settings, `alerts.sensitivity` can be `low` or `high`.",
    )
    return private(point, kit.section(point), *kit.sections(lines), small)


def held(alerts: Sequence[tuple[Alert, str]], why: Why, rule: Rule, zone: str) -> Message:
    """The one message about alerts that waited, each with the name of what it is about."""
    over = all(alert.resolved_at is not None for alert, _ in alerts)
    point = _waited(count(len(alerts), "alert"), why, rule, over=over)
    lines = [
        f"• *{escape(name, 60)}*: {_brief(alert, zone)}" for alert, name in alerts[:_MOST_HELD]
    ]
    left = len(alerts) - len(lines)
    if left > 0:
        lines.append(f"• and {count(left, 'more alert')}")
    look = kit.actions(kit.button("See the last alerts", "ask", {"words": "alerts"}))
    small = kit.context(f"Times in {escape(zone)}.")
    return private(point, kit.section(point), *kit.sections(lines), small, *look)


def _told(alert: Told, name: str, zone: str) -> str:
    votes = [f"👍 {alert.useful:,}"] if alert.useful else []
    votes += [f"👎 {alert.noise:,}"] if alert.noise else []
    kind = "gone quiet" if alert.kind is Kind.QUIET else alert.kind
    facts = [f"*{escape(name, 60)}*", kind, clock(alert.fired_at, zone), " ".join(votes)]
    return " · ".join(fact for fact in facts if fact)


def _waited(many: str, why: Why, rule: Rule, *, over: bool) -> str:
    if why is Why.AWAY:
        return f"While I was away: *{many}* {'came and went' if over else 'came'}."
    if why is Why.ENOUGH_TODAY:
        limit = f" of {count(rule.most_a_day, 'alert')} a day" if rule.most_a_day else ""
        return f"*{many}* came after the limit{limit} was reached:"
    hours = f" ({rule.quiet.begin:%H:%M}{NOTHING}{rule.quiet.end:%H:%M})" if rule.quiet else ""
    return f"While it was quiet{hours}: *{many}*."


def _brief(alert: Alert, zone: str) -> str:
    """What happened, when, and how it ended, in one line."""
    when = _clock(alert.fired_at, zone)
    match alert.kind:
        case Kind.QUIET:
            back = f", scanned again {_clock(alert.resolved_at, zone)}" if alert.resolved_at else ""
            return f"no scan since {_clock(alert.started_at, zone)}{back}"
        case Kind.FIRST_SCAN:
            return f"scanned for the first time, {when}"
        case Kind.MILESTONE:
            return f"{count(alert.scans, 'scan')} reached, {when}"
        case Kind.THRESHOLD:
            return f"{count(alert.scans, 'scan')} in {_length(alert.window)}, {when}"
        case Kind.SPIKE:
            usual = (
                f"about {thousands(round(alert.expected))}" if alert.expected >= 1 else "hardly any"
            )
            scans = f"{count(alert.scans, 'scan')} in {_length(alert.window)}"
            return f"{scans}, {usual} expected, {when}, {_end(alert, zone)}"


def _end(alert: Alert, zone: str) -> str:
    if alert.resolved_at is None:
        return "still going on"
    total = f" after {count(alert.total, 'scan')}" if alert.total else ""
    return f"over {_clock(alert.resolved_at, zone)}{total}"


def _clock(at: int, zone: str) -> str:
    wall = local(at, zone)
    return f"{weekday(wall)} {wall:%H:%M}"


def _length(seconds: int) -> str:
    hours, minutes = divmod(max(seconds, 60) // 60, 60)
    if (hours, minutes) == (1, 0):
        return "an hour"
    told = [count(hours, "hour")] if hours else []
    told += [count(minutes, "minute")] if minutes else []
    return " ".join(told)
