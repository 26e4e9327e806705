"""The methods of people, their views, and the app: ``users.*``, ``views.*``, ``auth.test``, ..."""

from types import MappingProxyType
from typing import Any

from .desk import Desk, SlackError, number, parsed, user_named
from .workspace import APP_ID, BOT, BOT_ID, TEAM_ID, YOU, name_parts

Json = dict[str, Any]


def api_test(_desk: Desk, params: Json) -> Json:
    """``api.test``."""
    if "error" in params:
        raise SlackError(str(params["error"]))
    return {"args": params}


def auth_test(desk: Desk, _params: Json) -> Json:
    """``auth.test``."""
    return {
        "url": desk.root,
        "team": "Sandbox",
        "team_id": TEAM_ID,
        "user": desk.workspace.users[BOT].name,
        "user_id": BOT,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": False,
    }


def open_connection(desk: Desk, _params: Json) -> Json:
    """``apps.connections.open``: the address of one WebSocket."""
    ticket = desk.socket.ticket()
    if ticket is None:
        raise SlackError("too_many_websockets")
    return {"url": f"{desk.root.replace('http', 'ws', 1)}link/?ticket={ticket}&app_id={APP_ID}"}


def user_info(desk: Desk, params: Json) -> Json:
    """``users.info``."""
    user = desk.workspace.users[user_named(desk, params.get("user"))]
    return {"user": user.wire(with_email=_sees_email(desk))}


def list_users(desk: Desk, params: Json) -> Json:
    """``users.list``: always one page."""
    number(params, "limit", 100, 1000)
    members = [user.wire(with_email=_sees_email(desk)) for user in desk.workspace.users.values()]
    return {"members": members, "response_metadata": {"next_cursor": ""}}


def user_by_email(desk: Desk, params: Json) -> Json:
    """``users.lookupByEmail``."""
    wanted = str(params.get("email") or "").lower()
    for user in desk.workspace.users.values():
        if wanted and user.email.lower() == wanted:
            return {"user": user.wire(with_email=True)}
    raise SlackError("users_not_found")


def list_members(desk: Desk, params: Json) -> Json:
    """``usergroups.users.list``."""
    group = str(params.get("usergroup"))
    if group not in desk.workspace.groups:
        raise SlackError("no_such_subteam")
    return {"users": desk.workspace.groups[group]}


def open_view(desk: Desk, params: Json) -> Json:
    """``views.open``: a modal, shown to the person whose trigger it was."""
    if not str(params.get("trigger_id") or "").startswith("trigger."):
        raise SlackError("invalid_trigger_id")
    view = _view(desk, params)
    return {"view": desk.interactions.show(desk.workspace.unique("V"), view)}


def update_view(desk: Desk, params: Json) -> Json:
    """``views.update``."""
    view_id = str(params.get("view_id"))
    if view_id not in desk.workspace.views:
        raise SlackError("not_found")
    return {"view": desk.interactions.show(view_id, _view(desk, params))}


def publish_view(desk: Desk, params: Json) -> Json:
    """``views.publish``: the Home tab of one user."""
    user = user_named(desk, params.get("user_id"))
    old = desk.workspace.homes.get(user)
    view_id = old["id"] if old else desk.workspace.unique("V")
    view = _view(desk, params) | {"id": view_id, "app_id": APP_ID, "team_id": TEAM_ID}
    desk.workspace.homes[user] = view
    if user == YOU:
        desk.workspace.tell({"type": "home", "view": view})
    return {"view": view}


def _view(desk: Desk, params: Json) -> Json:
    view = parsed(params, "view")
    desk.check_view(view)
    name_parts(view["blocks"])
    return dict(view)


def _sees_email(desk: Desk) -> bool:
    return "users:read.email" in desk.scopes


METHODS = MappingProxyType(
    {
        "api.test": (api_test, None),
        "apps.connections.open": (open_connection, None),
        "auth.test": (auth_test, None),
        "usergroups.users.list": (list_members, "usergroups:read"),
        "users.info": (user_info, "users:read"),
        "users.list": (list_users, "users:read"),
        "users.lookupByEmail": (user_by_email, "users:read.email"),
        "views.open": (open_view, None),
        "views.publish": (publish_view, None),
        "views.update": (update_view, None),
    }
)
