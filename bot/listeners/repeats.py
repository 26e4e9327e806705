"""Slack delivers at least once: what comes a second time is acknowledged, and nothing more."""

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
    """Let no listener see the same deed of a person twice."""
    seen = _Seen()

    def once(body: dict[str, Any], next_: Callable[[], BoltResponse]) -> BoltResponse:
        trigger = body.get("trigger_id")
        if trigger and seen.before(str(trigger)):
            return BoltResponse(status=200)
        return next_()

    app.use(once)


class _Seen:
    """The ids of the last deeds; a repetition follows within minutes, if at all."""

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
