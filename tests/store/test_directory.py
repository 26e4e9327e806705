from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Ambassador, Poster
from bot.store import counts, directory, impressions

from .samples import START, emptied, modest, no_hash, scan

if TYPE_CHECKING:
    from bot.store.database import Database

text = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20
) | st.sampled_from(["%", "%s", ":id", "%(id)s", "'", '"', "\\", "?", "$1", "a::b", "--"])
times = st.none() | st.integers(0, 2**33)
posters = st.lists(
    st.builds(Poster, text, st.just("") | text, st.just("") | text, st.none() | text, times),
    max_size=6,
    unique_by=lambda each: each.id,
)
people = st.lists(
    st.builds(Ambassador, text, st.just("") | text, *[st.none() | text] * 3, times),
    max_size=6,
    unique_by=lambda each: each.id,
)


@given(posters, people)
@modest(max_examples=25)
def test_what_is_kept_comes_back(
    database: Database, papers: list[Poster], persons: list[Ambassador]
) -> None:
    emptied(database)
    with database.write() as tx:
        for _ in range(2):
            directory.save_posters(tx, papers)
            directory.save_ambassadors(tx, persons)
        in_order = sorted(papers, key=lambda each: each.id)
        assert directory.posters(tx) == in_order
        assert directory.posters(tx, [each.id for each in papers]) == in_order
        assert directory.ambassadors(tx) == sorted(persons, key=lambda each: each.id)
        assert directory.programs(tx) == sorted({each.program for each in papers} - {""})


def test_a_scan_names_what_nobody_has_described(database: Database) -> None:
    with database.write() as tx:
        impressions.add(tx, [scan(1)], no_hash)
        assert directory.posters(tx) == [Poster("poster_a", "prog_1", "user_1")]
        assert directory.ambassadors(tx) == [Ambassador("user_1")]
        assert directory.programs(tx) == ["prog_1"]


def test_a_refresh_keeps_the_scans_of_what_it_describes(database: Database) -> None:
    known = Poster("poster_a", "prog_1", "user_1", "Library", 50)
    with database.write() as tx:
        impressions.add(tx, [scan(1), scan(2, poster="poster_b")], no_hash)
        directory.save_posters(tx, [known])
        directory.save_ambassadors(tx, [Ambassador("user_1", "prog_1", "Maya")])
        assert directory.posters(tx) == [known, Poster("poster_b", "prog_1", "user_1")]
        impressions.add(tx, [scan(3)], no_hash)
        assert directory.posters(tx, ["poster_a"]) == [known]
        assert counts.by(tx, "poster", START, START + 1) == {"poster_a": 2, "poster_b": 1}


def test_a_refresh_replaces_what_was_said_before(database: Database) -> None:
    with database.write() as tx:
        directory.save_posters(tx, [Poster("poster_a", "prog_1", "user_1", "Library", 50)])
        directory.save_posters(tx, [Poster("poster_a", "prog_2")])
        assert directory.posters(tx) == [Poster("poster_a", "prog_2")]


def test_nobody_is_no_ambassador(database: Database) -> None:
    with database.write() as tx:
        nobody = scan(1)
        impressions.add(tx, [type(nobody)("imp_1", "poster_a", "", "", START)], no_hash)
        assert directory.ambassadors(tx) == []
        assert directory.ambassadors(tx, [""]) == []
        assert directory.programs(tx) == []


def test_asking_for_some(database: Database) -> None:
    with database.write() as tx:
        directory.save_posters(tx, [Poster(id_) for id_ in "bca"])
        assert directory.posters(tx, []) == []
        assert directory.posters(tx, ["c", "unheard of", "a"]) == [Poster("a"), Poster("c")]


def test_asking_for_very_many(database: Database) -> None:
    ids = [f"poster_{number}" for number in range(70_000)]
    with database.write() as tx:
        directory.save_posters(tx, [Poster(ids[0]), Poster(ids[-1])])
        assert directory.posters(tx, ids) == [Poster(ids[0]), Poster(ids[-1])]
