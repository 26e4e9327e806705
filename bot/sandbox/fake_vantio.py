"""The simulated Vantio: the reading half of its API, over real HTTP, on the loopback address."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypedDict

from bot.sandbox.vantio_api import Asked, VantioApi
from bot.sandbox.vantio_faults import Fault
from bot.sandbox.vantio_feed import Feed
from bot.sandbox.vantio_server import HOST, LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Unpack

    from bot.sandbox.campus import Campus
    from bot.sandbox.vantio_faults import Detail, Kind
    from bot.sandbox.vantio_feed import Order

__all__ = ["Asked", "FakeVantio"]

TICK: Final = 0.25  # seconds between two looks at a living campus
STOP_LATENCY: Final = 0.05  # seconds until the server notices that it is to stop


class Options(TypedDict, total=False):
    """How a `FakeVantio` behaves.

    Attributes:
        key: What callers must bear; `sk_sandbox` if not given.
        port: Where to listen; any free one if 0 or not given.
        order: Of all lists; `newest` if not given. `shuffled` is arbitrary but stable.
        cap: How many rows a page has at most; 100 if not given.
        rate_limit: Requests a minute, beyond which the answer is 429; 100,000 if not given.
    """

    key: str
    port: int
    order: Order
    cap: int
    rate_limit: int


class FakeVantio:
    """A Vantio of which everything is known.

    It is a context manager that starts and stops it. Started again after `stop`, it has the same
    address.

    Args:
        impressions: Rows as the API shows them. Any JSON is served as it is, so they may be as
            wrong as a test wants them.
        posters: Likewise; `updated_at` is for the single get only.
        users: Likewise; `profile_picture`, `updated_at` and `metadata` are for the single get only.
        options: See `Options`.
    """

    def __init__(
        self,
        impressions: Iterable[object] = (),
        posters: Iterable[object] = (),
        users: Iterable[object] = (),
        **options: Unpack[Options],
    ) -> None:
        self.key: Final = options.get("key", "sk_sandbox")
        self._port = options.get("port", 0)
        self._feeds = _feeds(options.get("order", "newest"))
        for name, rows in (("impressions", impressions), ("posters", posters), ("users", users)):
            self._feeds[name].add(rows)
        cap, rate_limit = options.get("cap", 100), options.get("rate_limit", 100_000)
        self._api = VantioApi(self._feeds, self.key, cap, rate_limit)
        self._server: LoopbackServer | None = None
        self._threads: list[threading.Thread] = []

    @classmethod
    def from_file(cls, path: str | Path, **options: Unpack[Options]) -> Self:
        """Serve the impressions of a JSON-lines file; blank lines are passed over.

        Raises:
            OSError: The file can't be read.
            ValueError: A line is no JSON object; the message names the file and the line.
        """
        return cls(_lines(Path(path)), **options)

    @property
    def url(self) -> str:
        """The address, without the path `/api/v1`.

        Raises:
            RuntimeError: It was never started and has no fixed port.
        """
        if not self._port:
            raise RuntimeError("the simulated Vantio has no address before it is started")
        return f"http://{HOST}:{self._port}"

    @property
    def requests(self) -> list[Asked]:
        """What was asked so far, in order."""
        return list(self._api.asked)

    def start(self) -> Self:
        """Begin to listen; nothing happens if it does already.

        Raises:
            OSError: The port is taken.
        """
        if self._server is None:
            self._server = LoopbackServer(self._port, self._api.app)
            self._port = self._server.port
            self._api.closing.clear()
            self._spawn(self._server.serve_forever, STOP_LATENCY)
        return self

    def stop(self) -> None:
        """Hang up, free the port and end all threads; nothing happens if it has stopped."""
        if self._server is None:
            return
        self._api.closing.set()
        self._server.shutdown()
        self._server.hang_up()
        while self._threads:
            self._threads.pop().join()
        self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def add(self, *impressions: object) -> None:
        """Scans happen, or change where the id is known; they appear where the order puts them."""
        self._feeds["impressions"].add(impressions)

    def remove(self, *ids: str) -> None:
        """Scans are deleted; ids that are not there are ignored."""
        self._feeds["impressions"].remove(ids)

    def fault(self, kind: Kind, times: int = 1, after: int = 0, **detail: Unpack[Detail]) -> None:
        """Let something go wrong with list requests to come, behind the faults that wait already.

        Args:
            kind: What goes wrong (see `vantio_faults.Kind`).
            times: With how many requests.
            after: How many requests pass before, counted once the fault is first in line.
            detail: See `vantio_faults.Detail`.

        Raises:
            ValueError: There is no such kind.
        """
        self._api.faults.add(Fault(kind, times, after, **detail))

    def play(self, campus: Campus, speed: float = 1.0) -> None:
        """Let the campus live on from its `now` until `stop`, as fast as real time runs.

        Args:
            campus: Where the scans come from; for them to carry the present time, it is built right
                before, without a `now` of its own.
            speed: See `Campus.live`.

        Raises:
            RuntimeError: It was not started.
        """
        if self._server is None:
            raise RuntimeError("start the simulated Vantio before a campus plays in it")
        self._spawn(self._live, campus, speed)

    def _live(self, campus: Campus, speed: float) -> None:
        began, seen = time.monotonic(), float(campus.now)
        while not self._api.closing.wait(TICK):
            until = campus.now + time.monotonic() - began
            self.add(*campus.live(seen, until, speed=speed))
            seen = until

    def _spawn(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="fake-vantio", daemon=True)
        self._threads.append(thread)
        thread.start()


def _feeds(order: Order) -> dict[str, Feed]:
    program, poster, student = (
        {"programId": "program_id"},
        {"posterId": "poster_id"},
        {"studentId": "student_id"},
    )
    extra = frozenset({"profile_picture", "updated_at", "metadata"})
    return {
        "impressions": Feed("impressions", "scanned_at", program | poster, order),
        "posters": Feed(
            "posters", "created_at", program | student, order, frozenset({"updated_at"})
        ),
        "users": Feed("users", "created_at", program, order, extra),
    }


def _lines(path: Path) -> Iterator[dict[str, object]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _object(line, f"{path}, line {number}")


def _object(line: bytes, where: str) -> dict[str, object]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{where}: not JSON ({error})") from error
    if not isinstance(row, dict):
        raise ValueError(f"{where}: not a JSON object")  # noqa: TRY004 (the file is wrong, no type)
    return row
