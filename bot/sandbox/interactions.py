"""What people do in Slack that an app hears of: commands, buttons, modals, the Home tab."""

import json
import time
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

from .response_urls import ResponseUrls
from .socket_mode import NoAnswerError
from .workspace import APP_ID, SLACKBOT, TEAM_ID, YOU, Channel, Message, Workspace

Json = dict[str, Any]
Deliver = Callable[[str, Json], Json]

_NO_APP = "dispatch_failed"
_CHOICES = MappingProxyType(
    {
        "channels_select": "selected_channel",
        "conversations_select": "selected_conversation",
        "datepicker": "selected_date",
        "timepicker": "selected_time",
        "users_select": "selected_user",
    }
)


class Interactions:
    """Turns what a person does into the payload that Slack makes of it, and delivers that."""

    def __init__(
        self, workspace: Workspace, responses: ResponseUrls, deliver: Deliver, root: str
    ) -> None:
        self._workspace = workspace
        self._responses = responses
        self._deliver = deliver
        self._root = root

    def slash(
        self, text: str, command: str = "/posters", channel: str = "general", user: str = YOU
    ) -> None:
        """Type a command; returns when the app has acknowledged it.

        Raises:
            NoAnswerError: it did not; what Slackbot then tells the person is in the channel.
        """
        place = self._workspace.channel(channel)
        payload = self._someone(user) | _place(place) | {"command": command, "text": text}
        payload["response_url"] = self._response_url(place, user)
        try:
            answer = self._deliver("slash_commands", payload)
        except NoAnswerError as error:
            self._excuse(command, place, user, str(error))
            raise
        if answer.get("text") or answer.get("blocks"):
            self._responses.post(answer, place.id, user)

    def press(
        self,
        message: Message,
        action_id: str,
        block_id: str | None = None,
        *,
        user: str = YOU,
        option: str | None = None,
    ) -> None:
        """Press a button of ``message``, or choose an ``option`` by its value, date or id.

        Args:
            message: where it is.
            action_id: which button or menu; one id may come once in every block.
            block_id: in which block; the first that has it if None.
            user: who does.
            option: what is chosen.

        Raises:
            LookupError: the message has no such element.
            NoAnswerError: the app did not acknowledge.
        """
        block, element = _find(message.blocks, action_id, block_id)
        place = self._workspace.channel(message.channel)
        private = message.only_for is not None
        payload = self._person(user) | {
            "type": "block_actions",
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": place.id,
                "is_ephemeral": private,
            },
            "channel": {"id": place.id, "name": _told_name(place)},
            "response_url": self._response_url(place, user, message.ts),
            "state": {"values": {}},
            "actions": [_action(block, element, option)],
        }
        if not private:
            payload["message"] = message.wire(with_metadata=True)
        self._deliver("interactive", payload)

    def press_in_view(
        self,
        view_id: str,
        action_id: str,
        block_id: str | None = None,
        *,
        user: str = YOU,
        option: str | None = None,
    ) -> None:
        """The same in an open modal or in a Home tab."""
        view = self._view(view_id)
        block, element = _find(view["blocks"], action_id, block_id)
        payload = self._person(user) | {
            "type": "block_actions",
            "container": {"type": "view", "view_id": view_id},
            "view": view,
            "actions": [_action(block, element, option)],
        }
        self._deliver("interactive", payload)

    def submit(self, view_id: str, values: Json, user: str = YOU) -> dict[str, str]:
        """Send a modal off.

        Args:
            view_id: the modal.
            values: what was entered, as in ``view.state.values``.
            user: who did.

        Returns:
            The app's complaints by block id; where there are none, the modal is closed.
        """
        view = self._view(view_id) | {"state": {"values": values}}
        payload = self._person(user) | {"type": "view_submission", "view": view}
        answer = self._deliver("interactive", payload | {"response_urls": []})
        if answer.get("response_action") == "errors":
            return dict(answer["errors"])
        if answer.get("response_action") in ("update", "push"):
            self.show(view_id, answer["view"], user)
        else:
            self.close(view_id)
        return {}

    def show(self, view_id: str, view: Json, user: str = YOU) -> Json:
        """Draw ``view`` as the modal ``view_id``, in place of what it showed; returns it."""
        shown = view | {"id": view_id, "app_id": APP_ID, "team_id": TEAM_ID}
        self._workspace.views[view_id] = shown
        self._workspace.tell({"type": "view", "view": shown, "user": user})
        return shown

    def close(self, view_id: str) -> None:
        """Close a modal, without a word to the app."""
        self._workspace.views.pop(view_id, None)
        self._workspace.tell({"type": "view", "view": None})

    def open_home(self, user: str = YOU) -> None:
        """Look at the app's Home tab."""
        event = {
            "type": "app_home_opened",
            "user": user,
            "channel": self._workspace.dm(user).id,
            "tab": "home",
            "event_ts": str(time.time()),
        }
        payload = {
            "type": "event_callback",
            "team_id": TEAM_ID,
            "api_app_id": APP_ID,
            "event": event,
            "event_id": self._workspace.unique("Ev"),
            "event_time": int(time.time()),
            "authorizations": [],
        }
        self._deliver("events_api", payload)

    def _view(self, view_id: str) -> Json:
        homes = self._workspace.homes.values()
        known: dict[str, Json] = self._workspace.views | {home["id"]: home for home in homes}
        if view_id not in known:
            raise LookupError(f"no view {view_id!r}")
        return known[view_id]

    def _someone(self, user: str) -> Json:
        return {
            "user_id": user,
            "user_name": self._workspace.users[user].name,
            "team_id": TEAM_ID,
            "team_domain": "sandbox",
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "token": "verification-token",
            "trigger_id": self._workspace.unique("trigger."),
        }

    def _person(self, user: str) -> Json:
        name = self._workspace.users[user].name
        return {
            "user": {"id": user, "username": name, "name": name, "team_id": TEAM_ID},
            "team": {"id": TEAM_ID, "domain": "sandbox"},
            "api_app_id": APP_ID,
            "is_enterprise_install": False,
            "enterprise": None,
            "token": "verification-token",
            "trigger_id": self._workspace.unique("trigger."),
        }

    def _response_url(self, channel: Channel, user: str, ts: str | None = None) -> str:
        return f"{self._root}response/{self._responses.issue(channel.id, user, ts)}"

    def _excuse(self, command: str, channel: Channel, user: str, reason: str) -> None:
        why = "is not connected" if reason == _NO_APP else "did not respond"
        text = f"`{command}` failed because the app {why} (`{reason}`)."
        self._workspace.post(channel, SLACKBOT, text, only_for=user)


def _place(channel: Channel) -> Json:
    return {"channel_id": channel.id, "channel_name": _told_name(channel)}


def _told_name(channel: Channel) -> str:
    """The name of a channel as an app is told it: not that of a private one."""
    return "privategroup" if channel.is_private else channel.name or "directmessage"


def _elements(block: Json) -> Iterator[Json]:
    parts = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
    yield from (part for part in parts if part)


def _find(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    for block in blocks:
        for element in _elements(block) if block_id in {None, block["block_id"]} else ():
            if element.get("action_id") == action_id:
                return block, element
    raise LookupError(f"nothing to press is called {action_id!r} in {json.dumps(blocks)[:500]}")


def _action(block: Json, element: Json, choice: str | None) -> Json:
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": f"{time.time():.6f}",
    }
    if choice is not None:
        action |= _chosen(element, choice)
    return action | {key: element[key] for key in ("text", "value") if key in element}


def _chosen(element: Json, choice: str) -> Json:
    """What was chosen, under the name that an element of this type gives to it."""
    if element["type"] in _CHOICES:
        return {_CHOICES[element["type"]]: choice}
    for group in [element, *element.get("option_groups", ())]:
        for option in group.get("options", ()):
            if option["value"] == choice:
                return {"selected_option": option}
    raise LookupError(f"no option {choice!r} in {element['action_id']!r}")
