"""Response URLs: five answers within half an hour to one command or press of a button."""

import secrets
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from .blocks import problems
from .workspace import BOT, Message, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]
Answer = tuple[str, HTTPStatus]

MOST_USES = 5
MOST_SECONDS = 30 * 60


@dataclass
class _Permit:
    channel: str
    user: str
    ts: str | None
    until: float
    uses: int = 0


class ResponseUrls:
    """The response URLs that were given out.

    Attributes:
        clock: seconds that never go back; a test may put its own here.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.clock: Callable[[], float] = time.monotonic
        self._workspace = workspace
        self._permits: dict[str, _Permit] = {}
        self._lock = threading.Lock()

    def issue(self, channel: str, user: str, ts: str | None = None) -> str:
        """The last part of a new URL; ``ts`` is the message that may be replaced through it."""
        key = secrets.token_urlsafe(12)
        with self._lock:
            self._permits[key] = _Permit(channel, user, ts, self.clock() + MOST_SECONDS)
        return key

    def use(self, key: str, body: Json) -> Answer:
        """Carry out one answer; returns the text and status that the app is told."""
        with self._lock:
            permit = self._permits.get(key)
            if permit is None or self.clock() > permit.until:
                return "expired_url", HTTPStatus.NOT_FOUND
            permit.uses += 1
            if permit.uses > MOST_USES:
                return "used_url", HTTPStatus.NOT_FOUND
        if body.get("delete_original"):
            return self._delete(permit)
        return self._answer(body, permit)

    def _answer(self, body: Json, permit: _Permit) -> Answer:
        """Post or replace the message in ``body``, if it is one."""
        text, blocks = str(body.get("text") or ""), body.get("blocks") or []
        if not text and not blocks:
            return "no_text", HTTPStatus.BAD_REQUEST
        if problems(blocks):
            return "invalid_blocks", HTTPStatus.BAD_REQUEST
        original = self._original(permit)
        if body.get("replace_original") and original:
            self._workspace.edit(original, text, blocks)
        else:
            self.post(body, permit.channel, permit.user)
        return "ok", HTTPStatus.OK

    def post(self, body: Json, channel: str, user: str) -> Message:
        """A new message, for ``user`` alone unless ``response_type`` says in_channel."""
        private = body.get("response_type") != "in_channel"
        return self._workspace.post(
            self._workspace.channel(channel),
            BOT,
            str(body.get("text") or ""),
            blocks=body.get("blocks") or [],
            only_for=user if private else None,
            thread_ts=body.get("thread_ts"),
        )

    def _original(self, permit: _Permit) -> Message | None:
        return self._workspace.message(permit.channel, permit.ts) if permit.ts else None

    def _delete(self, permit: _Permit) -> Answer:
        original = self._original(permit)
        if original is None:
            return "message_not_found", HTTPStatus.NOT_FOUND
        self._workspace.delete(original)
        return "ok", HTTPStatus.OK
