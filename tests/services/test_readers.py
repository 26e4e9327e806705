"""Processes that answer, with real ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.domain.sight import EVERYTHING, NOTHING
from bot.services import readers
from bot.services.readers import Readers
from bot.slack.message import Message
from bot.store.database import StoreError
from tests.app.running import gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.domain.sight import Sight
    from bot.services.readers import Read

LONG = 30.0
HERE = str(os.getpid())


def answer(words: str, now: int, sight: Sight) -> Message:
    match words.split():
        case ["fail"]:
            raise StoreError("The disk is full: make room.", permanent=True)
        case ["die"] if str(os.getpid()) != HERE:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["wait", name]:
            await_(lambda: os.path.exists(name))  # noqa: PTH110 - it comes as a text
    return Message(
        f"{words} at {now}", ({"by": str(os.getpid()), "everything": sight == EVERYTHING},)
    )


def make(here: str) -> Read:
    global HERE  # noqa: PLW0603 - this module is read again in each process
    HERE = here
    return answer


def make_nothing() -> Read:
    raise StoreError("The store is gone.")


def make_an_end() -> Read:
    os._exit(1)


def await_(done: Callable[[], object]) -> None:
    deadline = time.monotonic() + LONG
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def by(found: Readers, words: str = "top") -> str:
    """The process that answers."""
    process: str = found.read(words, 7, NOTHING).blocks[0]["by"]
    return process


@contextmanager
def started(make: Callable[[], Read]) -> Iterator[Readers]:
    found = Readers(answer, make, after=0)
    found.start()
    try:
        yield found
    finally:
        found.close()


@pytest.fixture
def reading() -> Iterator[Readers]:
    """Readers, all of them ready."""
    with started(partial(make, HERE)) as found:
        await_(lambda: len(found._alive) == found._most)
        yield found


def test_answers_are_read_elsewhere_once_somebody_is_ready_there() -> None:
    with started(partial(make, HERE)) as found:
        assert by(found) == HERE
        await_(lambda: by(found) != HERE)
        found_out = found.read("top", 7, EVERYTHING)
    assert found_out.text == "top at 7"
    assert found_out.blocks[0]["everything"]


def test_an_error_is_raised_here_and_tells_where_it_was(reading: Readers) -> None:
    with pytest.raises(StoreError) as caught:
        reading.read("fail", 7, NOTHING)
    assert str(caught.value) == "The disk is full: make room."
    assert caught.value.permanent
    assert "test_readers.py" in caught.value.__notes__[0]
    assert by(reading) != HERE


def test_the_question_of_a_reader_that_dies_is_answered_and_another_takes_its_place(
    reading: Readers, caplog: pytest.LogCaptureFixture
) -> None:
    first = {by(reading) for _ in range(9)}
    assert by(reading, "die") == HERE
    assert [record.message for record in caplog.records] == [
        "A process for answers has ended; another one is started."
    ]
    await_(lambda: len(reading._alive) == reading._most)
    await_(lambda: not {by(reading)} <= {*first, HERE})


@pytest.mark.parametrize(
    ("broken", "why"),
    [(make_nothing, "The store is gone."), (make_an_end, "It ended at once.")],
)
def test_what_can_not_be_started_is_told_and_done_without(
    broken: Callable[[], Read], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    with started(broken) as found:
        await_(lambda: len(caplog.records) == found._most)
        assert by(found) == HERE
    assert {record.message for record in caplog.records} == {
        f"A process for answers could not be started: {why}"
    }


def test_nobody_waits_long_for_readers_that_take_their_time(
    reading: Readers, tmp_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "_PATIENCE_SECONDS", 0.05)
    name = f"{tmp_path}/go-on"
    slow = [
        threading.Thread(target=reading.read, args=(f"wait {name}", 7, NOTHING), daemon=True)
        for _ in range(reading._most)
    ]
    for each in slow:
        each.start()
    await_(lambda: by(reading) == HERE)
    with open(name, "w", encoding="utf-8"):  # noqa: PTH123 - it goes as a text
        pass
    for each in slow:
        each.join(LONG)
    await_(lambda: by(reading) != HERE)


def test_those_who_wait_get_a_reader_in_the_order_in_which_they_came() -> None:
    free, one = readers._Free(), readers._Reader(partial(make, HERE))
    served: list[str] = []

    def wait(name: str) -> None:
        assert free.take(LONG) is one
        served.append(name)

    for name in ("ann", "bob"):
        threading.Thread(target=wait, args=(name,), daemon=True).start()
        await_(lambda: len(free._turns) == ("ann", "bob").index(name) + 1)  # noqa: B023 - called at once
    assert free.take(0) is None
    for so_far in (["ann"], ["ann", "bob"]):
        free.put(one)
        # Who asks just then, as whoever has given one back does, comes after those who waited.
        assert free.take(0) is None
        await_(lambda: served == so_far)  # noqa: B023 - called at once
    free.put(one)
    assert free.take(0) is one
    one.close()


def test_closing_ends_the_processes_and_words_are_answered_here(reading: Readers) -> None:
    process = by(reading)
    reading.close()
    await_(lambda: gone(int(process)))
    assert by(reading) == HERE


def test_a_signal_to_all_processes_ends_no_reader_before_its_time(
    reading: Readers, caplog: pytest.LogCaptureFixture
) -> None:
    process = by(reading)
    for each in (signal.SIGTERM, signal.SIGINT):
        os.kill(int(process), each)
    assert by(reading) == process
    assert not caplog.records


def test_readers_end_with_a_process_that_is_killed() -> None:
    program = (
        "import time; from functools import partial; from tests.services import test_readers as t\n"
        "found = t.Readers(t.answer, partial(t.make, t.HERE), after=0); found.start()\n"
        "t.await_(lambda: t.by(found) != t.HERE); print(t.by(found), flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        process = parent.stdout.readline().decode().strip()
        assert not gone(int(process))
        parent.kill()
        await_(lambda: gone(int(process)))


def test_a_bot_that_ends_at_once_starts_no_process() -> None:
    found = Readers(answer, partial(make, HERE), after=LONG)
    found.start()
    found.close()
    for each in threading.enumerate():
        if each.name == "readers":
            each.join(LONG)
    assert not found._alive
