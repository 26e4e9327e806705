"""The clock: it only ticks, and the store says what is due."""

from __future__ import annotations

import logging
from concurrent import futures
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.executors.pool import BasePoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from bot.services.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from apscheduler.events import JobExecutionEvent

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tick:
    """A job and the seconds between two calls of it; the first is at once."""

    name: str
    job: Callable[[], object]
    seconds: int


class Clock:
    """Calls jobs, each at its own pace and never twice at a time."""

    def __init__(self, *ticks: Tick) -> None:
        self._workers = _Workers(len(ticks))
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": _Executor(self._workers)},
            # A tick that comes late is still wanted, once: after a pause there may be much to do.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_listener(_complain, EVENT_JOB_ERROR)
        for tick in ticks:
            self._scheduler.add_job(
                tick.job,
                "interval",
                seconds=tick.seconds,
                id=tick.name,
                next_run_time=datetime.now(UTC),
            )

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self, grace: float) -> bool:
        """Tick no more, and give the jobs that are running so many seconds to end.

        Returns whether all of them did. One that waits for an answer longer than that is left
        alone, and the end of the program doesn't wait for it. It may come before `start`.
        """
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        return self._workers.join(grace)


class _Executor(BasePoolExecutor):  # type: ignore[misc] # APScheduler ships no types
    """Hands jobs to workers."""

    def __init__(self, workers: _Workers) -> None:
        super().__init__(workers)


class _Workers:
    """Workers as APScheduler wants them: each job has a future."""

    def __init__(self, count: int) -> None:
        self._workers = Workers(count, "clock")
        self._under_way: set[Future[Any]] = set()

    def submit(self, job: Callable[..., Any], *arguments: object) -> Future[Any]:
        """Let the next free worker do a job."""
        future: Future[Any] = Future()

        def work() -> None:
            try:
                future.set_result(job(*arguments))
            except BaseException as error:  # noqa: BLE001 - whoever asked is told
                future.set_exception(error)

        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        self._workers.submit(work)
        return future

    def shutdown(self, wait: bool) -> None:  # noqa: FBT001 - as APScheduler calls it
        """Nothing: see `join`."""

    def join(self, seconds: float) -> bool:
        """Wait so long for the jobs that are under way; True when all of them ended."""
        return not futures.wait([*self._under_way], seconds).not_done


def _complain(event: JobExecutionEvent) -> None:
    logger.error("The clock's %s failed.", event.job_id, exc_info=event.exception)
