"""The Web API: who may call what, what goes wrong on demand, and the way to a method."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from . import api_chat, api_conversations, api_people, faults
from .desk import Desk, SlackError

Json = dict[str, Any]
Method = Callable[[Desk, Json], Json]

DEFAULT_SCOPES = (
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "usergroups:read",
)
_APP_METHOD = "apps.connections.open"
_OPEN_METHOD = "api.test"
_METHODS: Mapping[str, tuple[Method, str | None]] = MappingProxyType(
    {**api_chat.METHODS, **api_conversations.METHODS, **api_people.METHODS}
)


@dataclass(frozen=True)
class Reply:
    """What one call is answered with."""

    body: Json
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


class WebApi:
    """Answers the calls of methods, and remembers them.

    Attributes:
        faults: what is to go wrong.
    """

    def __init__(self, desk: Desk) -> None:
        self.faults = faults.Faults()
        self._desk = desk
        self._calls: list[tuple[str, Json]] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._late: list[threading.Thread] = []

    @property
    def calls(self) -> list[tuple[str, Json]]:
        """Every call so far: method and arguments, without the token."""
        with self._lock:
            return list(self._calls)

    def stop(self) -> None:
        """Let nothing wait any longer, and nothing late arrive."""
        self._stopping.set()
        for thread in self._late:
            thread.join()

    def handle(self, name: str, params: Json, token: str) -> Reply:
        """Answer one call, with the fault that waits for it.

        Raises:
            Cut: the connection is to be closed without an answer.
        """
        with self._lock:
            self._calls.append((name, params))
        fault = self.faults.take(name)
        if fault is None:
            return self._answer(name, params, token)
        return self._go_wrong(fault, lambda: self._answer(name, params, token))

    def _go_wrong(self, fault: faults.Fault, answer: Callable[[], Reply]) -> Reply:
        if fault.kind == faults.RATE_LIMITED:
            wait = {"Retry-After": str(max(1, round(fault.seconds)))}
            return Reply(_refusal("ratelimited"), HTTPStatus.TOO_MANY_REQUESTS, wait)
        if fault.kind == faults.SLOW:
            self._stopping.wait(fault.seconds)
            return answer()
        if fault.kind in (faults.CUT_AFTER, faults.ERROR_AFTER):
            answer()
        if fault.kind == faults.LATE:
            self._answer_late(fault.seconds, answer)
        if fault.kind in (faults.CUT_BEFORE, faults.CUT_AFTER, faults.LATE):
            raise faults.Cut
        if fault.kind in (faults.SERVER_ERROR, faults.ERROR_AFTER):
            return Reply(_refusal("internal_error"), HTTPStatus.INTERNAL_SERVER_ERROR)
        return Reply(_refusal(fault.kind))

    def _answer_late(self, seconds: float, answer: Callable[[], Reply]) -> None:
        def wait_and_answer() -> None:
            if not self._stopping.wait(seconds):
                answer()

        thread = threading.Thread(target=wait_and_answer, name="sandbox-late", daemon=True)
        self._late.append(thread)
        thread.start()

    def _answer(self, name: str, params: Json, token: str) -> Reply:
        headers = {"x-oauth-scopes": ",".join(sorted(self._desk.scopes))}
        try:
            body = self._call(name, params, token)
        except SlackError as error:
            return Reply(_refusal(error.code) | error.more, headers=headers)
        return Reply({"ok": True} | body, headers=headers)

    def _call(self, name: str, params: Json, token: str) -> Json:
        if name not in _METHODS:
            raise SlackError("unknown_method", req_method=name)
        method, scope = _METHODS[name]
        self._authenticate(name, token)
        if scope:
            self._desk.need(scope)
        return method(self._desk, params)

    def _authenticate(self, name: str, token: str) -> None:
        if name == _OPEN_METHOD:
            return
        if not token:
            raise SlackError("not_authed")
        wanted, other = self._desk.bot_token, self._desk.app_token
        if name == _APP_METHOD:
            wanted, other = other, wanted
        if token != wanted:
            raise SlackError("not_allowed_token_type" if token == other else "invalid_auth")


def _refusal(code: str) -> Json:
    return {"ok": False, "error": code}
