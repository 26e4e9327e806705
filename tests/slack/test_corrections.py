from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.correction import Correction, Figures
from bot.domain.model import Row
from bot.domain.period import parse
from bot.slack import views
from tests.slack.reading import shown
from tests.slack.samples import NOW, ROWS, ZONE
from tests.slack.test_hostile import COUNT, ROW, fine, unhurried

YESTERDAY = parse("yesterday", NOW, ZONE)
TOLD = Figures(323, ROWS)
FIGURES = st.builds(Figures, COUNT, st.lists(ROW, max_size=6).map(tuple))


def said(now: Figures, told: Figures = TOLD, deleted: int = 0) -> str:
    return views.correction(Correction(told, now, deleted), YESTERDAY).text


def places(*rows: tuple[int, str, int]) -> tuple[Row, ...]:
    return tuple(Row(rank, name, name, scans) for rank, name, scans in rows)


def test_a_correction() -> None:
    now = Figures(341, (replace(ROWS[1], rank=1, scans=54), replace(ROWS[0], rank=2)))
    message = views.correction(Correction(TOLD, now), YESTERDAY)
    assert shown(message) == (
        "Correction: 341 scans, not 323. 18 came late. First is now\n"
        "Gym (54). Second is now Main Library, Entrance (41). Third\n"
        "place is empty now.\n\n"
        "Sun 22 Nov 2026 · Europe/Berlin"
    )
    assert "*Gym*" in message.blocks[0]["text"]["text"]


def test_what_came_and_went() -> None:
    assert said(Figures(322, ROWS), deleted=1) == (
        "Correction: 322 scans, not 323. 1 is gone from Vantio."
    )
    assert said(Figures(1341, ROWS), deleted=12) == (
        "Correction: 1,341 scans, not 323. 1,030 came late. 12 are gone from Vantio."
    )
    assert said(Figures(0, ROWS), deleted=323).startswith("Correction: no scans, not 323. 323 are")


def test_what_holds_after_all() -> None:
    assert said(TOLD) == "Correction: it is 323 scans after all, as first told."


def test_another_ranking_of_as_many() -> None:
    told, now = places((1, "Gym", 9), (2, "Lab", 8)), places((1, "Lab", 9), (2, "Gym", 8))
    assert said(Figures(17, now), Figures(17, told), 1) == (
        "Correction: still 17 scans, but not the same ones. 1 came late. 1 is gone from Vantio. "
        "First is now Lab (9). Second is now Gym (8)."
    )


def test_who_shares_a_place_is_named_once() -> None:
    told = Figures(20, places((1, "Gym", 9), (2, "Lab", 8), (3, "Hall", 3)))
    both = Figures(30, places((1, "Gym", 9), (2, "Dorm", 8), (2, "Café", 8)))
    assert said(both, told).endswith("Second are now Dorm and Café (8 each).")
    many = Figures(30, places((1, "Gym", 9), (2, "Dorm", 8), (2, "Café", 8), (2, "Pub", 8)))
    assert said(many, told).endswith("Second are now Dorm and 2 others (8 each).")


@unhurried
@given(FIGURES, FIGURES, st.integers(0, 10**9))
def test_corrections_with_any_names(told: Figures, now: Figures, deleted: int) -> None:
    fine(views.correction(Correction(told, now, deleted), YESTERDAY))
