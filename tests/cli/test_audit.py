from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.fake_vantio import FakeVantio

if TYPE_CHECKING:
    import pytest

    from bot.sandbox.campus import Campus
    from tests.cli.conftest import Terminal

ROW = {
    "id": "imp_late",
    "poster_id": "poster_1",
    "program_id": "prog_spring",
    "student_id": "user_1",
    "scanned_at": "2026-01-02T10:00:00Z",
}


def test_an_audit_says_what_it_mended(terminal: Terminal, api: FakeVantio, campus: Campus) -> None:
    assert terminal.run("sync") == 0
    gone = str(campus.impressions[len(campus.impressions) // 2]["id"])
    api.add(ROW)
    api.remove(gone)
    found = terminal.json("audit", "--json")
    assert set(found) == {"missing", "deleted", "repaired", "requests", "complete"}
    assert (found["missing"], found["deleted"], found["repaired"]) == (1, 1, 2)
    assert found["complete"] is True
    assert terminal.run("audit") == 0
    assert terminal.out.startswith("Scans: 0 missing, 0 deleted upstream, in ")
    assert terminal.out.endswith("requests. Nothing else differs.\n")


def test_an_audit_that_proves_nothing_fails(terminal: Terminal, api: FakeVantio) -> None:
    assert terminal.run("sync") == 0
    api.fault("empty", times=1000)
    assert terminal.run("audit") == 1
    assert terminal.out.endswith("so that this proves nothing yet; try again.\n")


def test_a_list_without_order_is_read_whole_and_that_is_said(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [ROW | {"id": f"imp_{n}", "scanned_at": 1_790_000_000 + n} for n in range(250)]
    with FakeVantio(rows, order="shuffled") as api:
        monkeypatch.setenv("VANTIO_BASE_URL", api.url)
        assert terminal.run("sync") == 0
        assert terminal.run("audit") == 0
    assert "The list has no order, so that all of it was read." in terminal.out
