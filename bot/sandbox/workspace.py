"""What the simulated workspace remembers: people, channels, messages and open views.

Every change is announced to whoever watches (the page) and wakes whoever waits (a test).
"""

import itertools
import queue
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

YOU = "U0YOU"
BOT = "U0POSTERPULSE"
SLACKBOT = "USLACKBOT"
TEAM_ID = "T_SANDBOX"
APP_ID = "A_SANDBOX"
BOT_ID = "B_SANDBOX"


@dataclass
class User:
    """A person or a bot of the workspace."""

    id: str
    name: str
    real_name: str
    email: str = ""
    is_bot: bool = False

    def wire(self, *, with_email: bool) -> Json:
        """The user as ``users.info`` tells it; the address only to apps that may read it."""
        profile = {"real_name": self.real_name, "display_name": self.name}
        if with_email and self.email:
            profile["email"] = self.email
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": False,
            "is_bot": self.is_bot,
            "is_admin": False,
            "tz": "Europe/Stockholm",
            "profile": profile,
        }


@dataclass
class Message:
    """One message; with ``only_for`` it is ephemeral and nobody else ever sees it.

    ``edited`` is the timestamp of its last edit.
    """

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    only_for: str | None = None
    edited: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)

    def wire(self, *, with_metadata: bool = False) -> Json:
        """The message as the Web API tells it."""
        told: Json = {"type": "message", "ts": self.ts, "user": self.user, "text": self.text}
        if self.user == BOT:
            told |= {"bot_id": BOT_ID, "app_id": APP_ID, "team": TEAM_ID}
        if self.blocks:
            told["blocks"] = self.blocks
        if self.thread_ts:
            told["thread_ts"] = self.thread_ts
        if self.edited:
            told["edited"] = {"user": self.user, "ts": self.edited}
        if self.reactions:
            told["reactions"] = [
                {"name": name, "users": users, "count": len(users)}
                for name, users in self.reactions.items()
            ]
        if with_metadata and self.metadata:
            told["metadata"] = self.metadata
        return told


@dataclass
class Channel:
    """A channel, or with ``user`` the direct messages between that user and the bot."""

    id: str
    name: str
    is_member: bool = True
    is_private: bool = False
    is_archived: bool = False
    user: str | None = None
    messages: list[Message] = field(default_factory=list)

    def wire(self) -> Json:
        """The channel as ``conversations.info`` tells it."""
        if self.user:
            return {"id": self.id, "is_im": True, "user": self.user, "is_archived": False}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_archived": self.is_archived,
            "is_member": self.is_member,
            "is_general": self.name == "general",
            "num_members": 4,
        }


def _people() -> list[User]:
    return [
        User(YOU, "you", "You", "you@campus.example"),
        User("U0MAYA", "maya", "Maya Lindqvist", "maya@campus.example"),
        User("U0TOMAS", "tomas", "Tomas Okafor", "tomas@campus.example"),
        User(BOT, "posterpulse", "Posterpulse", is_bot=True),
        User(SLACKBOT, "slackbot", "Slackbot", is_bot=True),
    ]


class Workspace:
    """The state of one simulated workspace; every public method is safe in any thread."""

    def __init__(self, channels: Sequence[str] = ("general", "posters")) -> None:
        self.users = {user.id: user for user in _people()}
        self.groups: dict[str, list[str]] = {}
        self.views: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self._channels: dict[str, Channel] = {}
        self._changed = threading.Condition(threading.RLock())
        self._watchers: list[queue.Queue[Json | None]] = []
        self._counter = itertools.count(1)
        self._last_ts = 0
        for name in channels:
            self.add_channel(name)

    @property
    def channels(self) -> list[Channel]:
        """Every channel that is not a direct message, in the order of creation."""
        with self._changed:
            return [channel for channel in self._channels.values() if not channel.user]

    @property
    def dms(self) -> dict[str, Channel]:
        """The direct messages with the bot, by user id."""
        with self._changed:
            return {channel.user: channel for channel in self._channels.values() if channel.user}

    def add_channel(self, name: str, *, is_private: bool = False) -> Channel:
        """A new channel, of which the bot is a member."""
        with self._changed:
            slug = re.sub(r"[^A-Z0-9]", "", name.upper())
            channel = Channel(f"C{len(self._channels):02d}{slug}", name, is_private=is_private)
            self._channels[channel.id] = channel
        self.tell({"type": "channel"})
        return channel

    def find(self, ref: str) -> Channel | None:
        """The channel with this id, ``#name`` or ``name``; None where there is none."""
        name = ref.removeprefix("#")
        with self._changed:
            by_name = (channel for channel in self._channels.values() if channel.name == name)
            return self._channels.get(ref) or next(by_name, None)

    def channel(self, ref: str) -> Channel:
        """Like :meth:`find`, but raises LookupError where there is none."""
        found = self.find(ref)
        if found is None:
            raise LookupError(f"no channel {ref!r}")
        return found

    def dm(self, user: str) -> Channel:
        """The direct messages with ``user``, opened where needed."""
        with self._changed:
            known = self.dms.get(user)
            if known is None:
                known = Channel(f"D{len(self._channels):02d}{user}", "", user=user)
                self._channels[known.id] = known
                self.tell({"type": "channel"})
            return known

    def messages(self, channel: str, user: str | None = None) -> list[Message]:
        """What everyone sees in a channel, oldest first; with ``user``, also what only they see."""
        with self._changed:
            return [m for m in self.channel(channel).messages if m.only_for in (None, user)]

    def message(self, channel: str, ts: str) -> Message | None:
        """The message with this timestamp, or None."""
        with self._changed:
            found = self.find(channel)
            return next((m for m in found.messages if m.ts == ts), None) if found else None

    def post(self, channel: Channel, user: str, text: str, **more: Any) -> Message:  # noqa: ANN401 - passed on to Message
        """A new message in ``channel``; ``more`` holds further fields of :class:`Message`."""
        with self._changed:
            message = Message(self._next_ts(), channel.id, user, text, **more)
            name_parts(message.blocks)
            channel.messages.append(message)
            self._tell_message(message)
        return message

    def edit(self, message: Message, text: str, blocks: list[Json]) -> None:
        """New content for ``message``; what is not given is gone, as in ``chat.update``."""
        with self._changed:
            name_parts(blocks)
            message.text, message.blocks, message.edited = text, blocks, self._next_ts()
            self._tell_message(message)

    def react(self, message: Message, user: str, name: str) -> bool:
        """Add a reaction; False where this user had already reacted so."""
        with self._changed:
            users = message.reactions.setdefault(name, [])
            if user in users:
                return False
            users.append(user)
            self._tell_message(message)
        return True

    def delete(self, message: Message) -> None:
        """Take ``message`` away."""
        with self._changed:
            self.channel(message.channel).messages.remove(message)
            self.tell({"type": "gone", "channel": message.channel, "ts": message.ts})

    def unique(self, prefix: str) -> str:
        """A new id."""
        return f"{prefix}{next(self._counter):06d}"

    def tell(self, event: Json) -> None:
        """Announce an event to every watcher, and wake everyone who waits."""
        with self._changed:
            for watcher in self._watchers:
                watcher.put(event)
            self._changed.notify_all()

    @contextmanager
    def watch(self) -> Iterator[queue.Queue[Json | None]]:
        """A queue of all events from now on; None in it means that the server stops."""
        mine: queue.Queue[Json | None] = queue.Queue()
        with self._changed:
            self._watchers.append(mine)
        try:
            yield mine
        finally:
            with self._changed:
                self._watchers.remove(mine)

    def dismiss_watchers(self) -> None:
        """Tell every watcher that nothing more will come."""
        with self._changed:
            for watcher in self._watchers:
                watcher.put(None)

    def wait_for(self, condition: Callable[[], object], seconds: float = 15) -> bool:
        """Wait until ``condition`` holds; False when time is up.

        It is looked at after every change here, and every 50 ms for what changes elsewhere.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, 0.05))
        return True

    def _next_ts(self) -> str:
        self._last_ts = max(self._last_ts + 1, time.time_ns() // 1000)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def _tell_message(self, message: Message) -> None:
        told = message.wire() | {"channel": message.channel, "only_for": message.only_for}
        self.tell({"type": "message", "message": told})


def name_parts(blocks: list[Json]) -> None:
    """Give every block and element the id that Slack makes up where the app gave none."""
    for index, block in enumerate(blocks):
        block.setdefault("block_id", f"b{index}")
        parts = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
        for place, part in enumerate(parts):
            if isinstance(part, dict) and block["type"] in ("actions", "section", "input"):
                part.setdefault("action_id", f"a{place}")
