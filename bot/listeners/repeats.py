"""Slack delivers at least once: a button pressed once must not share an answer twice.

A command that comes twice is answered twice, privately, which does no harm.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any

from slack_bolt import BoltResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App

_REMEMBERED = 1000


def register(app: App) -> None:
    """Acknowledge the second delivery of a pressed button, and do nothing more."""
    seen = _Seen()

    def once(body: dict[str, Any], next_: Callable[[], BoltResponse]) -> BoltResponse:
        if body.get("type") == "block_actions" and seen.before(_press(body)):
            return BoltResponse(status=200)
        return next_()

    app.use(once)


def _press(body: dict[str, Any]) -> str:
    """What is the same for two deliveries of one press, and for no two presses."""
    when = [str(action.get("action_ts")) for action in body.get("actions", ())]
    return " ".join([str(body.get("trigger_id")), str(body.get("response_url")), *when])


class _Seen:
    """The last presses; a repetition follows within minutes, if at all."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def before(self, id_: str) -> bool:
        """Whether this one was asked about before."""
        with self._lock:
            if id_ in self._ids:
                return True
            self._ids[id_] = None
            if len(self._ids) > _REMEMBERED:
                self._ids.popitem(last=False)
        return False
