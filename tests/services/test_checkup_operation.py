from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from bot.app.serving import Server
from bot.services.checkup import operation
from tests.ports import free_port

if TYPE_CHECKING:
    from bot.services.checkup.finding import Verdict


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1"])  # noqa: S104 - as a container has it
def test_a_port_that_is_free(host: str) -> None:
    number = free_port()
    found = operation.port(host, number)
    assert found.verdict == "ok"
    assert found.text == f"/healthz and /metrics will be answered on {host}, port {number}"


def test_a_port_that_another_program_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        number = mute.getsockname()[1]
        found = operation.port("127.0.0.1", number)
    assert found.verdict == "wrong"
    assert found.text == f"port {number} of 127.0.0.1 can't be had (Address already in use)"


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - as a container has it
def test_a_port_that_the_running_bot_has(host: str) -> None:
    number = free_port()

    def application(_: object, start_response: object) -> list[bytes]:
        start_response("503 Service Unavailable", [])  # type: ignore[operator] # WSGI
        return []

    server = Server(application, host, number, 1, key="operation.port")
    server.start()
    try:
        found = operation.port(host, number)
    finally:
        server.stop(1)
    assert (found.verdict, found.text) == (
        "ok",
        f"the bot that runs answers on {host}, port {number}",
    )


def test_an_address_that_this_machine_does_not_have() -> None:
    assert operation.port("192.0.2.1", free_port()).verdict == "wrong"


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("https://alive.example/hush", "ok"),
        ("http://127.0.0.1:8000/hush", "ok"),
        ("http://alive.example/hush", "warning"),
    ],
)
def test_a_heartbeat_is_to_be_kept_to_ourselves(url: str, verdict: Verdict) -> None:
    found = operation.heartbeat(url)
    assert found.verdict == verdict
    assert "hush" not in f"{found.text}{found.remedy}"
