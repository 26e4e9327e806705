"""What every method of the Web API has at hand: the workspace, the settings, the arguments."""

import json
from dataclasses import dataclass
from typing import Any

from .blocks import MESSAGE_CHARACTERS, NATIVE_CHARTS, characters, problems, view_problems
from .elements import trouble
from .interactions import Interactions
from .socket_mode import SocketMode
from .workspace import BOT, Channel, Message, Workspace

Json = dict[str, Any]


class SlackError(Exception):
    """An answer with ``ok: false``; ``more`` is told beside the error code."""

    def __init__(self, code: str, **more: object) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


@dataclass
class Desk:
    """Where calls are handled.

    Attributes:
        root: the address of the server, with a slash at its end.
        scopes: what the bot token may do.
        native_charts: whether the workspace knows native charts and data tables yet.
    """

    workspace: Workspace
    interactions: Interactions
    socket: SocketMode
    root: str
    bot_token: str
    app_token: str
    scopes: set[str]
    native_charts: bool = True

    def need(self, scope: str) -> None:
        """Refuse the call unless the bot token has ``scope``."""
        if scope not in self.scopes:
            provided = ",".join(sorted(self.scopes))
            raise SlackError("missing_scope", needed=scope, provided=provided)

    def channel(self, ref: object) -> Channel:
        """The channel with this id, as far as the bot can see it."""
        found = self.workspace.find(str(ref or "?"))
        if found is None or found.id != ref or (found.is_private and not found.is_member):
            raise SlackError("channel_not_found")
        return found

    def own_message(self, channel: Channel, ts: object, refusal: str) -> Message:
        """A message of the bot's that everyone sees."""
        message = self.workspace.message(channel.id, str(ts))
        if message is None or message.only_for:
            raise SlackError("message_not_found")
        if message.user != BOT:
            raise SlackError(refusal)
        return message

    def check_blocks(self, blocks: object) -> None:
        """Refuse a message's blocks as Slack would."""
        found = problems(blocks)
        self._refuse_charts(blocks, found)
        too_long = characters(blocks) > MESSAGE_CHARACTERS
        if too_long and len(found) == 1:
            raise SlackError("msg_blocks_too_long", response_metadata={"messages": _errors(found)})
        if found:
            raise SlackError("invalid_blocks", response_metadata={"messages": _errors(found)})

    def check_view(self, view: object) -> None:
        """Refuse a view as Slack would."""
        found = view_problems(view)
        if isinstance(view, dict):
            self._refuse_charts(view.get("blocks"), found)
        if found:
            raise SlackError("invalid_arguments", response_metadata={"messages": _errors(found)})

    def _refuse_charts(self, blocks: object, found: list[str]) -> None:
        if self.native_charts or not isinstance(blocks, list):
            return
        for index, block in enumerate(blocks):
            type_ = block.get("type") if isinstance(block, dict) else None
            if type_ in NATIVE_CHARTS:
                found.append(trouble(f"unsupported type: {type_}", f"/blocks/{index}/type"))


def truth(params: Json, key: str, *, otherwise: bool = False) -> bool:
    """A boolean argument, which a form sends as 1, 0, true or false."""
    value = params.get(key, otherwise)
    return value if isinstance(value, bool) else str(value).lower() in ("1", "true")


def number(params: Json, key: str, otherwise: int, most: int) -> int:
    """A whole number from 1 to ``most``."""
    try:
        value = int(params.get(key) or otherwise)
    except (TypeError, ValueError):
        raise SlackError("invalid_limit") from None
    return max(1, min(value, most))


def parsed(params: Json, key: str) -> Any:  # noqa: ANN401 - any JSON, checked by the method
    """An argument that a form sends as a text of JSON."""
    value = params.get(key)
    if not isinstance(value, str) or not value:
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SlackError(f"invalid_{key}_format" if key != "view" else "invalid_json") from None


def user_named(desk: Desk, ref: object) -> str:
    """The id of a known user; refuses any other."""
    if ref not in desk.workspace.users:
        raise SlackError("user_not_found")
    return str(ref)


def _errors(found: list[str]) -> list[str]:
    return [f"[ERROR] {problem}" for problem in found]
