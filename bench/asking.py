"""People who type commands, and the Slack between them and the bot, in a process of its own.

It stands in for the little of Slack's Web API that a start of the bot needs, for Socket Mode, and
for the response URLs. Told a port and a rate by a line of JSON, it sends signed commands there, or
without a port through the socket, each at its time whether or not those before were heard, and
prints how long after that time each was acknowledged and answered.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from bench.link import PATH, Link

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Iterator, Mapping

SECRET = "bench-signing-secret"  # noqa: S105 - a pretended secret
_PATIENCE = 60  # seconds after the last command
_ACKNOWLEDGED = b"HTTP/1.1 200 "
_APOLOGY = "went wrong"
# A room full of people asks every kind of question, about what is popular: 233 different ones.
_PERIODS = ("today", "last 7 days", "last 30 days", "last 365 days", "all time")
_POPULAR = 10
_ASKED = (
    *(
        "top 10 {period}",
        "leaderboard {period}",
        "trend {period}",
        "poster poster_{poster} {period}",
    ),
    *("program prog_{program} {period}", "top {period} program:prog_{program}"),
    *("leaderboard {period} poster:poster_{poster}", "trend {period} ambassador:user_{person}"),
    *("status", "mutes", "alerts", "help", "tpo 10 yesterday"),
)


class Heard(NamedTuple):
    """Seconds from when each command was due: until it was acknowledged, and until its answer.

    Commands that were not are left out; there were `sent` of them. `sorry` answers were apologies.
    """

    sent: int
    acknowledged: list[float]
    answered: list[float]
    sorry: int


class Askers:
    """The process as the measuring one sees it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.url = f"http://127.0.0.1:{self._line()}"

    def ask(self, port: int | None, rate: int, seconds: int, patience: int = _PATIENCE) -> Heard:
        """Send so many commands a second for so long, to this port or else through a socket.

        Answers are waited for until so many seconds after the last.
        """
        if self._process.stdin is None:
            raise AssertionError
        print(json.dumps([port, rate, seconds, patience]), file=self._process.stdin, flush=True)
        return Heard(*json.loads(self._line()))

    def _line(self) -> str:
        if self._process.stdout is None:
            raise AssertionError
        return self._process.stdout.readline().strip()


@contextmanager
def askers() -> Iterator[Askers]:
    """People who ask when they are told to; they end when this process does."""
    command = [sys.executable, "-m", "bench.asking"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Askers(process)
        finally:
            if process.stdin:
                process.stdin.close()


@dataclass(slots=True)
class _Slack:
    """What was due when (by the loop's clock), and what came of it."""

    url: str = ""
    link: Link | None = None
    due: list[float] = field(default_factory=list)
    acknowledged: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)
    sorry: int = 0

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answer one request of the bot."""
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ", 2)[1].decode()
        if path.startswith(PATH):
            await self._hear(Link(head, reader, writer))
            writer.close()
            return
        body = await reader.readexactly(_length(head))
        if path.startswith("/response/"):
            self._note(int(path.rpartition("/")[2]), body)
        writer.write(_reply(path, self.url.replace("http", "ws", 1)))
        await writer.drain()
        writer.close()

    async def ask(self, port: int | None, rate: int, seconds: int, patience: int) -> Heard:
        """Send all commands, and wait until there is an answer to each, but not for ever."""
        chance, loop = Random(1), asyncio.get_running_loop()  # noqa: S311 - the same at every run
        begin = loop.time() + 0.1
        self.due = [begin + number / rate for number in range(rate * seconds)]
        typing = []
        for number, at in enumerate(self.due):
            await asyncio.sleep(max(0, at - loop.time()))
            typing.append(asyncio.create_task(self._type(number, _words(chance), port)))
        deadline = loop.time() + patience
        while len(self.answered) < len(self.due) and loop.time() < deadline:  # noqa: ASYNC110 - polled rarely
            await asyncio.sleep(0.05)
        for each in typing:
            each.cancel()
        await asyncio.gather(*typing, return_exceptions=True)
        return Heard(
            len(self.due),
            [at - self.due[number] for number, at in self.acknowledged.items()],
            [at - self.due[number] for number, at in self.answered.items()],
            self.sorry,
        )

    async def _hear(self, link: Link) -> None:
        self.link = link
        async for key in link.acknowledged():
            self.acknowledged[int(key)] = asyncio.get_running_loop().time()

    async def _type(self, number: int, words: str, port: int | None) -> None:
        payload = {
            "command": "/posters",
            "text": words,
            "user_id": f"U{number % 50}",
            "channel_id": "C1",
            "team_id": "T1",
            "trigger_id": f"{number}",
            "response_url": f"{self.url}/response/{number}",
        }
        if port is None:
            if self.link:
                self.link.command(str(number), payload)
            return
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_signed(urlencode(payload).encode()))
        if (await reader.readline()).startswith(_ACKNOWLEDGED):
            self.acknowledged[number] = asyncio.get_running_loop().time()
        writer.close()

    def _note(self, number: int, body: bytes) -> None:
        self.answered[number] = asyncio.get_running_loop().time()
        self.sorry += _APOLOGY in body.decode()


def _words(chance: Random) -> str:
    return chance.choice(_ASKED).format(
        period=chance.choice(_PERIODS),
        poster=chance.randrange(_POPULAR),
        program=chance.randrange(_POPULAR),
        person=chance.randrange(_POPULAR),
    )


def _signed(body: bytes) -> bytes:
    stamp = str(int(time.time()))
    base = b"v0:%s:%s" % (stamp.encode(), body)
    signature = hmac.digest(SECRET.encode(), base, "sha256").hex()
    return _request(
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(body)),
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signature}",
        },
        body,
    )


def _request(headers: Mapping[str, str], body: bytes) -> bytes:
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /slack/events HTTP/1.1\r\nHost: bot\r\n{told}\r\n".encode() + body


def _reply(path: str, root: str) -> bytes:
    body = b"ok"
    if path.startswith("/api/"):
        who = {"user_id": "U0", "user": "posterpulse", "team": "Bench", "team_id": "T1"}
        body = json.dumps({"ok": True, "url": f"{root}{PATH}", **who}).encode()
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        % (b"text/plain" if body == b"ok" else b"application/json", len(body), body)
    )


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _run() -> None:
    slack, loop = _Slack(), asyncio.get_running_loop()
    server = await asyncio.start_server(slack.serve, "127.0.0.1", 0, backlog=512)
    port = server.sockets[0].getsockname()[1]
    slack.url = f"http://127.0.0.1:{port}"
    print(port, flush=True)
    async with server:
        while told := await loop.run_in_executor(None, sys.stdin.readline):
            slack.acknowledged, slack.answered, slack.sorry = {}, {}, 0
            print(json.dumps(await slack.ask(*json.loads(told))), flush=True)


if __name__ == "__main__":
    asyncio.run(_run())
