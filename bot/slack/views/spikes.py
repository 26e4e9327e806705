"""A poster, a program or all of them are scanned far more than usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.alert import Scope, Verdict
from bot.domain.figures import count, thousands
from bot.slack import kit
from bot.slack.kit import escape
from bot.slack.views import verdicts, words
from bot.slack.views.charts import band_chart, busiest
from bot.slack.views.controls import controls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.alert import About, Alert
    from bot.slack.kit import Part
    from bot.slack.message import Message

_HOUR = 3600
_DOUBTFUL = {Verdict.DEVICE, Verdict.BOT}  # which nobody need get up for
_LISTED = 10  # posters of a program-wide event


def spike(found: Alert, about: About, zone: str, now: int, channel: str) -> Message:
    """The first message about a spike, as it stands at `now`.

    Args:
        found: The event so far.
        about: Its names, and its day for the chart.
        zone: The IANA zone in which times are told.
        now: UTC seconds up to which scans were counted.
        channel: Where it is posted, for the menu that mutes it there.

    Raises:
        slackblocks.InvalidUsageError: If a part is over one of Slack's limits.
    """
    over = found.resolved_at is not None
    point = line(found, about, zone, now)
    told = [] if found.verdict in _DOUBTFUL and not over else [verdicts.short(found)]
    facts = filter(None, (*told, _course(found, zone, now)))
    # A name beside "one phone" or "a bot" would read as an accusation.
    detail = about.program if found.verdict in _DOUBTFUL else about.detail
    small = [escape(detail, 200)] if detail else []
    small.append(f"noticed {words.stamp(found.fired_at, zone)}")
    return kit.message(
        point.replace("*", ""),
        [
            kit.section(point),
            kit.section(" ".join(facts)),
            *band_chart(about.bands),
            kit.context(" · ".join(small)),
            *controls(found, about, zone, channel),
        ],
    )


def line(found: Alert, about: About, zone: str, now: int) -> str:
    """The spike in one line, as it stands at `now`; arguments as for `spike`."""
    if found.resolved_at is not None:
        return _over(found, about)
    return _running(found, about, zone, now)


def details(found: Alert, about: About, zone: str) -> Message:
    """What stands in the thread of a spike: the verdict, and all that it rests on.

    Raises:
        slackblocks.InvalidUsageError: If a part is over one of Slack's limits.
    """
    point = verdicts.verdict(found)
    reasons = [*verdicts.evidence(found), *_compared(about), words.odds(found)]
    content: list[Part] = [kit.section(point)]
    content += kit.sections(f"• {_capital(reason)}" for reason in reasons if reason)
    content += kit.sections(_busy(found, about))
    small = [escape(found.reason, 300)] if found.reason else []
    small.append(f"noticed {words.stamp(found.fired_at, zone)}")
    content.append(kit.context(" · ".join(small)))
    return kit.message(f"{name(found, about)}: {point}".replace("*", ""), content)


def name(found: Alert, about: About) -> str:
    """What it is about, in bold."""
    if found.scope is Scope.OVERALL:
        return "*All posters together*"
    return f"*{escape(about.name or found.subject)}*"


def _running(found: Alert, about: About, zone: str, now: int) -> str:
    """Now, what is normal, and how sure that is, or why it matters less, in one line."""
    scans, expected, window, until = found.scans, found.expected, found.window, found.fired_at
    if found.now > found.usual and window <= _HOUR:
        scans, expected, window, until = found.now, found.usual, _HOUR, now
    when = words.window(window, until, zone, now, found.fired_at)
    usual = f"{words.about(expected)} expected"
    line = f"📈 {name(found, about)}: *{count(scans, 'scan')}* {when}, {usual}."
    doubtful = found.verdict in _DOUBTFUL
    return f"{line} {verdicts.short(found) if doubtful else words.surely(found.score)}".rstrip()


def _over(found: Alert, about: About) -> str:
    lasted = words.span((found.resolved_at or found.fired_at) - found.started_at)
    total, peak = max(found.total, found.scans), found.peak
    line = f"🏁 {name(found, about)}: it is over. *{count(total, 'scan')}* in {lasted}"
    usual = words.about(found.usual)
    if peak >= total:
        line += f"; {usual} an hour would be usual"
    elif peak:
        line += f", {thousands(peak)} in the busiest hour, where {usual} would be usual"
    return f"{line}."


def _course(found: Alert, zone: str, now: int) -> str:
    """How it went so far, or from when to when it went."""
    began = words.time(found.started_at, zone, now)
    if found.resolved_at is not None:
        return f"From about {began} to {words.time(found.resolved_at, zone, now)}."
    # Within the hour of the first line, a total of its own would only seem to differ from it.
    if found.total <= max(found.scans, found.now) or now - found.started_at <= _HOUR:
        return f"It began about {began}."
    rose = 0 < found.peak < found.total
    peak = f", {thousands(found.peak)} in the busiest hour" if rose else ""
    return f"Since about {began}: {count(found.total, 'scan')}{peak}."


def _compared(about: About) -> Iterator[str]:
    """What is usual, and from where it is not any more."""
    peak = busiest(about.bands)
    if peak:
        most = f"Most in the hour from {escape(peak.label)}: {count(peak.scans, 'scan')}"
        rare = f"more than {thousands(round(peak.high))} come once in a hundred times"
        yield f"{most}. Usual then: {words.about(peak.expected)}; {rare}."


def _busy(found: Alert, about: About) -> Iterator[str]:
    """The posters of a program-wide event."""
    busy = found.evidence.busy[:_LISTED] if found.scope is not Scope.POSTER else ()
    if busy:
        yield "*Busiest posters*"
    for rank, (id_, scans) in enumerate(busy, 1):
        yield f"{rank}. *{escape(about.names.get(id_, id_))}* · {count(scans, 'scan')}"
    more = found.evidence.posters - len(busy)
    if busy and more > 0:
        yield f"and {count(more, 'more poster')} with more scans than usual"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
