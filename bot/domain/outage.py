"""A time in which something that the bot depends on did not answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outage:
    """When `source` did not answer, in UTC seconds; `ended` is None while it lasts.

    `urgent` says that it does not end before a person does what `remedy` says.
    """

    source: str
    began: int
    ended: int | None
    urgent: bool
    problem: str
    remedy: str

    def lasted(self, now: int) -> int:
        """For how many seconds, up to `now` where it still lasts."""
        return (now if self.ended is None else self.ended) - self.began
