from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.slack.sender import Sender, make_client
from tests.services.world import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from bot.sandbox.fake_slack import FakeSlack
    from bot.services.alerting import Alerting
    from bot.slack.message import Message
    from bot.slack.sender import Channel, Receipt
    from bot.store.database import Database, Transaction


class Killed(BaseException):
    """The process is gone: nothing above may catch it."""


@dataclass
class Fuse:
    """Kills at the boundary number `left`, counted from 0."""

    left: int

    def burn(self) -> None:
        self.left -= 1
        if self.left == -1:
            raise Killed


@dataclass
class FragileDatabase:
    """A store whose process may die before, inside and after every commit."""

    inner: Database
    fuse: Fuse

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Transaction]:
        self.fuse.burn()
        with self.inner.write(durable=durable) as tx:
            yield tx
            self.fuse.burn()
        self.fuse.burn()

    def read(self) -> AbstractContextManager[Transaction]:
        return self.inner.read()

    def close(self) -> None:
        self.inner.close()

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def dialect(self) -> str:
        return self.inner.dialect


class FragileSender(Sender):
    """A hand whose process may die before every request and after every answer."""

    def __init__(self, slack: FakeSlack, fuse: Fuse) -> None:
        super().__init__(make_client("xoxb-sandbox", slack.api_url, PATIENCE.timeout))
        self.fuse = fuse

    def channel_id(self, name_or_id: str) -> Channel:
        self.fuse.burn()
        return super().channel_id(name_or_id)

    def post(
        self,
        channel: str,
        message: Message,
        key: str,
        thread_ts: str | None = None,
        called: str = "",
    ) -> Receipt:
        self.fuse.burn()
        receipt = super().post(channel, message, key, thread_ts, called)
        self.fuse.burn()
        return receipt

    def find_all(
        self, channel: str, key: str, oldest: float, thread_ts: str | None = None
    ) -> list[Receipt]:
        self.fuse.burn()
        return super().find_all(channel, key, oldest, thread_ts)

    def marked(
        self, channel: str, oldest: float, thread_ts: str | None = None
    ) -> dict[str, Receipt]:
        self.fuse.burn()
        return super().marked(channel, oldest, thread_ts)

    def delete(self, receipt: Receipt) -> None:
        self.fuse.burn()
        super().delete(receipt)

    def update(self, receipt: Receipt, message: Message) -> None:
        self.fuse.burn()
        super().update(receipt, message)
        self.fuse.burn()


def survives(looking: Alerting, now: int) -> bool:
    """Whether a look comes to its end."""
    try:
        looking.look(now)
    except Killed:
        return False
    return True
