from __future__ import annotations

import json
import re
import signal
import socket
import urllib.request
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.app.running import children, gone, running
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.app.running import Running

SCAN = {"poster_id": "p_hall", "program_id": "g", "student_id": "s"}


class Demo:
    """`posterpulse demo` with a folder of its own for what it keeps."""

    def __init__(self, stack: ExitStack, folder: Path, *arguments: str) -> None:
        self.kept = folder / "kept"
        self.kept.mkdir(parents=True)
        self.run: Running = stack.enter_context(
            running(folder, "demo", *arguments, TMPDIR=str(self.kept))
        )

    @property
    def url(self) -> str:
        self.run.says("Ctrl-C ends the demo.")
        found = re.search(r"Open (http://127.0.0.1:\d+/) and", self.run.log)
        assert found, self.run.log
        return found[1]

    def state(self) -> dict[str, Any]:
        """What the page shows."""
        with urllib.request.urlopen(f"{self.url}page/state") as answer:  # noqa: S310 - ours
            found: dict[str, Any] = json.load(answer)
            return found

    def in_channel(self, name: str) -> list[dict[str, Any]]:
        state = self.state()
        (id_,) = [each["id"] for each in state["channels"] if each.get("name") == name]
        return [each for each in state["messages"] if each["channel"] == id_]

    def send(self, name: str, text: str) -> None:
        (id_,) = [each["id"] for each in self.state()["channels"] if each.get("name") == name]
        request = urllib.request.Request(  # noqa: S310 - ours
            f"{self.url}page/send",
            json.dumps({"channel": id_, "text": text}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - ours
            assert json.load(answer)["ok"]


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Demo]]:
    """Three demos at once: one that stays, one that shows all once, one of a file."""
    folder = tmp_path_factory.mktemp("demos")
    rows = (SCAN | {"id": f"i{n}", "scanned_at": "2026-11-02T10:00:00Z"} for n in range(7))
    (folder / "scans.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with ExitStack() as stack, socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        yield {
            "stays": Demo(stack, folder / "stays", "--port", str(free_port())),
            "once": Demo(stack, folder / "once", "--once", "--seed", "3", "--port", "0"),
            "file": Demo(
                stack, folder / "file", "--data", str(folder / "scans.jsonl"), "--port", port
            ),
        }


def test_the_first_digest_stands_on_the_page(demos: dict[str, Demo]) -> None:
    demo = demos["stays"]
    demo.run.until(lambda: demo.in_channel("posters"), 20)
    (digest,) = demo.in_channel("posters")
    assert digest["blocks"][0]["text"]["text"].startswith("Scan digest")
    demo.run.until(lambda: demo.in_channel("leaderboard"))


def test_a_command_typed_on_the_page_is_answered(demos: dict[str, Demo]) -> None:
    demo = demos["stays"]
    demo.run.until(lambda: demo.in_channel("posters"))
    demo.send("alerts", "/posters top 3 yesterday")
    demo.run.until(lambda: demo.in_channel("alerts"))
    assert any("yesterday" in message["text"] for message in demo.in_channel("alerts"))


def test_everything_is_shown_once(demos: dict[str, Demo]) -> None:
    demo = demos["once"].run
    assert demo.process.wait(60) == 0
    for said in (
        "── #posters ─",
        "Scan digest",
        "── #leaderboard ─",
        "Leaderboard ·",
        "── /posters",
    ):
        assert said in demo.log
    assert list(demos["once"].kept.iterdir()) == []


def test_the_scans_of_a_file_and_a_port_that_is_taken(demos: dict[str, Demo]) -> None:
    demo = demos["file"]
    demo.run.until(lambda: demo.in_channel("posters"))
    demo.send("alerts", "/posters top on 2026-11-02")
    demo.run.until(lambda: demo.in_channel("alerts"))
    (answer,) = demo.in_channel("alerts")
    assert "7 scans" in answer["text"]
    # As when the window of the terminal is closed.
    demo.run.process.send_signal(signal.SIGHUP)
    assert demo.run.process.wait(40) == 0
    assert list(demo.kept.iterdir()) == []


def test_it_leaves_nothing_behind(demos: dict[str, Demo]) -> None:
    demo = demos["stays"]
    demo.run.until(lambda: demo.in_channel("posters"))
    (kept,) = demo.kept.glob("posterpulse-demo-*")
    (child,) = children(demo.run.process.pid)
    assert "Ready" in (kept / "bot.log").read_text()
    assert demo.run.end() == 0
    assert list(demo.kept.iterdir()) == []
    assert gone(child)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "broken.jsonl").write_text("{}\nnonsense\n")
    for name, code, said in (
        ("broken.jsonl", 1, "broken.jsonl, line 2: not JSON"),
        ("none.jsonl", 2, "Invalid value for '--data': File 'none.jsonl' does not exist."),
    ):
        with running(tmp_path, "demo", "--port", "0", "--data", name) as demo:
            assert demo.process.wait(30) == code
            (line,) = demo.log.splitlines()
            assert said in line
