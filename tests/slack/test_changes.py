"""What managers read of changes, and what others are told."""

from __future__ import annotations

from bot.domain.change import SETTINGS, Change, Deed
from bot.domain.noise import Scope
from bot.slack import views
from tests.slack.reading import shown
from tests.slack.samples import HOUR, NOW, ZONE

MAYA, DAILY = "U0MAYA1", "daily at 09:00 (Europe/Berlin), program:x"
LAST = [
    (Change(NOW, MAYA, Deed.STOOD, "p", Scope.POSTER, detail="retired"), "Library"),
    (Change(NOW, MAYA, Deed.UNMUTED, "Gym", Scope.PLACE, "#alerts"), "Gym"),
    (Change(NOW, MAYA, Deed.MUTED, "p", Scope.POSTER, "#alerts", str(NOW + HOUR)), "Gym"),
    (Change(NOW, SETTINGS, Deed.SUBSCRIBED, "digest", channel="#a", detail=DAILY), "everything"),
    (Change(NOW, SETTINGS, Deed.SUBSCRIBED, "alert", channel="#a"), "everything"),
    (Change(NOW, SETTINGS, Deed.RESUBSCRIBED, "digest", channel="#a", detail=DAILY), "everything"),
    (Change(NOW, SETTINGS, Deed.UNSUBSCRIBED, "alert", channel="#a"), "everything"),
    (Change(NOW, SETTINGS, Deed.MANAGERS, detail="U0BOSS1 S0TEAM1"), "everything"),
    (Change(NOW, SETTINGS, Deed.MANAGERS), "everything"),
]
AT = "Mon 23 Nov 2026 09:00 · "


def test_the_last_changes() -> None:
    text = views.changes(LAST, ZONE).blocks[1]["text"]["text"]
    assert text.split("\n") == [
        f"{AT}<@{MAYA}> noted that *Library* is retired",
        f"{AT}<@{MAYA}> ended the mute of every poster at *Gym* in #alerts",
        f"{AT}<@{MAYA}> muted *Gym* in #alerts until Mon 23 Nov 2026 10:00",
        f"{AT}`config.toml` sends the digest to #a: {DAILY}",
        f"{AT}`config.toml` sends the alerts to #a",
        f"{AT}`config.toml` changed the digest in #a: {DAILY}",
        f"{AT}`config.toml` no longer sends the alerts to #a",
        f"{AT}`config.toml` names the managers: <@U0BOSS1>, the group S0TEAM1",
        f"{AT}`config.toml` names no managers any more: everyone may change things",
    ]
    whole = shown(views.changes(LAST, ZONE))
    assert whole.startswith("The last 9 changes, newest first.")
    assert whole.endswith("Times in Europe/Berlin.")
    assert shown(views.changes(LAST[:1], ZONE)).startswith("The last change.\n")
    assert shown(views.changes([], ZONE)).startswith("No changes yet.")


def test_many_managers_are_not_all_named() -> None:
    many = Change(NOW, SETTINGS, Deed.MANAGERS, detail=" ".join(f"U{n}" for n in range(9)))
    assert "@U4, 4 more" in shown(views.changes([(many, "")], ZONE))
