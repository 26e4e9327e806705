"""What the page of the simulated Slack asks for: its files, the state, live events, actions."""

import json
import queue
from collections.abc import Iterator
from http import HTTPStatus
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as BaseResponse

from .desk import Desk
from .socket_mode import NoAnswerError
from .workspace import APP_ID, BOT, YOU, Channel, Message

Json = dict[str, Any]

_FILES = Path(__file__).parent / "page"
_QUIET_SECONDS = 15
# No script, style or frame of anyone else: what a message says can never become code.
_POLICY = "default-src 'self'; img-src 'self' data: http: https:; frame-ancestors 'none'"


def page_routes(desk: Desk) -> Blueprint:
    """The routes of the page; everything in them happens in the name of the user ``U0YOU``."""
    page = Blueprint("page", __name__)
    page.get("/page/<name>")(_file)

    @page.get("/")
    def index() -> Response:
        return _file("index.html")

    @page.get("/archives/<channel>/<message>")
    def message(channel: str, message: str) -> BaseResponse:
        return redirect(f"/#{channel}/{message[1:-6]}.{message[-6:]}")

    @page.get("/page/state")
    def state() -> Json:
        return _state(desk)

    @page.get("/page/events")
    def events() -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Response(_stream(desk), mimetype="text/event-stream", headers=headers)

    @page.post("/page/<deed>")
    def act(deed: str) -> Json:
        # The page's own JSON only: another site cannot send it without asking the browser first.
        if deed not in _DEEDS or not request.is_json:
            raise BadRequest("unknown action")
        try:
            return {"ok": True} | _DEEDS[deed](desk, request.get_json())
        except NoAnswerError as error:
            return {"ok": False, "error": f"The app did not respond ({error})."}
        except LookupError:
            return {"ok": False, "error": "This is no longer there."}

    return page


def _file(name: str) -> Response:
    """A file of the page, read at once: one that is open stays so where a browser hangs up."""
    files = {each.name: each for each in _FILES.iterdir()}
    if name not in files:
        abort(HTTPStatus.NOT_FOUND)
    answer = Response(files[name].read_bytes(), mimetype=guess_type(name)[0])
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _state(desk: Desk) -> Json:
    workspace = desk.workspace
    yours = [*workspace.channels, workspace.dm(YOU)]
    return {
        "you": YOU,
        "bot": BOT,
        "app": APP_ID,
        "users": {user.id: user.wire(with_email=False) for user in workspace.users.values()},
        "channels": [_channel(channel) for channel in yours],
        "messages": [_message(m) for channel in yours for m in workspace.messages(channel.id, YOU)],
        "view": next(reversed(workspace.views.values()), None),
        "home": workspace.homes.get(YOU),
    }


def _channel(channel: Channel) -> Json:
    return channel.wire() | {"is_app": channel.user is not None}


def _message(message: Message) -> Json:
    return message.wire() | {"channel": message.channel, "only_for": message.only_for}


def _stream(desk: Desk) -> Iterator[str]:
    with desk.workspace.watch() as events:
        yield "event: ready\ndata: {}\n\n"
        while True:
            try:
                event = events.get(timeout=_QUIET_SECONDS)
            except queue.Empty:
                yield ": still here\n\n"
                continue
            if event is None:
                return
            if _concerns_you(event):
                yield f"data: {json.dumps(event)}\n\n"


def _concerns_you(event: Json) -> bool:
    return event.get("message", {}).get("only_for") in (None, YOU)


def _send(desk: Desk, body: Json) -> Json:
    channel, text = desk.workspace.channel(body["channel"]), str(body["text"]).strip()
    if not text.startswith("/"):
        desk.workspace.post(channel, YOU, _escaped(text))
        return {}
    command, _, words = text.partition(" ")
    try:
        desk.interactions.slash(words.strip(), command, channel.id)
    except NoAnswerError:
        return {}  # Slackbot has told the person already
    return {}


def _press(desk: Desk, body: Json) -> Json:
    action, block, option = body["action_id"], body.get("block_id"), body.get("option")
    if body.get("view"):
        desk.interactions.press_in_view(body["view"], action, block, option=option)
        return {}
    message = desk.workspace.message(body["channel"], body["ts"])
    if message is None:
        raise LookupError(body["ts"])
    desk.interactions.press(message, action, block, option=option)
    return {}


def _submit(desk: Desk, body: Json) -> Json:
    return {"errors": desk.interactions.submit(body["view"], body["values"])}


def _close(desk: Desk, body: Json) -> Json:
    desk.interactions.close(body["view"])
    return {}


def _open_home(desk: Desk, _body: Json) -> Json:
    desk.interactions.open_home()
    return {}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_DEEDS = {
    "send": _send,
    "press": _press,
    "submit": _submit,
    "close": _close,
    "home": _open_home,
}
