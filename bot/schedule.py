"""The clock: it only ticks, and the store says what is due."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

if TYPE_CHECKING:
    from collections.abc import Callable

    from apscheduler.events import JobExecutionEvent

logger = logging.getLogger(__name__)

PUBLISH_SECONDS, DELIVER_SECONDS = 30, 3


class Clock:
    """Calls three jobs, each at its own pace and never twice at a time.

    Args:
        poll: Reads Vantio.
        publish: Puts what is due into the outbox.
        deliver: Sends the outbox.
        poll_seconds: The time between two polls; the first is at once.
    """

    def __init__(
        self,
        poll: Callable[[], object],
        publish: Callable[[], object],
        deliver: Callable[[], object],
        poll_seconds: int,
    ) -> None:
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(4)},
            # A tick that comes late is still wanted, once: after a pause there may be much to do.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_listener(_complain, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        self._poll = poll
        for job, seconds in (
            (poll, poll_seconds),
            (publish, PUBLISH_SECONDS),
            (deliver, DELIVER_SECONDS),
        ):
            self._scheduler.add_job(job, "interval", seconds=seconds)

    def start(self) -> None:
        """Begin to tick, with a poll at once."""
        self._scheduler.add_job(self._poll)
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking, and wait for the jobs that are running."""
        self._scheduler.shutdown(wait=True)


def _complain(event: JobExecutionEvent) -> None:
    exception = event.exception
    if exception is None:
        logger.warning("The clock missed a tick of %s.", event.job_id)
        return
    logger.error("A tick failed: %s", exception, exc_info=exception)
