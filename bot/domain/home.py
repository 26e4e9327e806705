"""What one person sees on opening the bot in Slack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.alert import Alert
    from bot.domain.model import Answer, Trouble
    from bot.domain.noise import Mute
    from bot.domain.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is posted, as far as one person may know.

    `id` is Slack's for the channel or the person, empty where the bot sees no such channel. `name`
    is what the settings call it, empty where that is not for this person: under its id alone, Slack
    names a private channel to its members only. `open` says that all about it may be told.
    """

    id: str = ""
    name: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class Snag:
    """Something wrong in one place.

    `what` is a sentence that lacks the time which ends it ("the digest could not be posted on"),
    `at` that time (UTC seconds). `reason` says why and what to do, empty where that is not for this
    person.
    """

    place: Place
    what: str
    at: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ongoing:
    """An alert that runs, the `name` of what it is about, and a link to its message, if any."""

    alert: Alert
    name: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """Everything on it, as of `now` (UTC seconds), for people in the IANA zone `zone`.

    `fresh_until` is up to when everything scanned is known, None before Vantio was read to the end.
    `today` and `week` are answers about the course of time, `top` is a ranking of posters. `gets`
    are subscriptions with their place, `mutes` those that run, with the name of what is muted.
    """

    now: int
    zone: str
    fresh_until: int | None
    today: Answer
    week: Answer
    top: Answer
    troubles: tuple[Trouble, ...] = ()
    snags: tuple[Snag, ...] = ()
    ongoing: tuple[Ongoing, ...] = ()
    gets: tuple[tuple[Subscription, Place], ...] = ()
    mutes: tuple[tuple[Mute, str, Place], ...] = ()
