from hypothesis import given
from hypothesis import strategies as st

from bot.domain.leaderboard import rank

counts = st.dictionaries(st.text(max_size=4), st.integers(0, 9), max_size=20)


def entries(scans: dict[str, int]) -> list[tuple[str, str, int]]:
    return [(identity, identity.upper(), n) for identity, n in scans.items()]


def test_ties_share_a_rank_and_the_next_is_skipped() -> None:
    rows = rank([("1", "Zoe", 5), ("2", "ann", 7), ("3", "Bo", 5), ("4", "Cy", 1)], None, 10)
    assert [(row.rank, row.name) for row in rows] == [(1, "ann"), (2, "Bo"), (2, "Zoe"), (4, "Cy")]
    assert {(row.before, row.moved) for row in rows} == {(None, None)}


def test_movement_is_between_ranks_and_newcomers_have_none() -> None:
    rows = rank([("a", "A", 9), ("b", "B", 5), ("c", "C", 2)], {"b": 8, "a": 3, "c": 0, "x": 4}, 10)
    assert [(row.before, row.moved) for row in rows] == [(3, 2), (8, -1), (0, None)]


def test_a_tie_at_the_cut_is_kept_whole_up_to_three_more() -> None:
    tied = [(str(i), str(i), 1) for i in range(5)]
    assert len(rank(tied, None, 2)) == 5
    assert len(rank(tied, None, 1)) == 1
    assert len(rank([*tied, ("x", "x", 2)], None, 1)) == 1
    assert rank(tied, None, 0) == []


@given(counts)
def test_ranks_are_competition_ranks(scans: dict[str, int]) -> None:
    rows = rank(entries(scans), None, 50)
    assert {row.id for row in rows} == {identity for identity, n in scans.items() if n}
    for row in rows:
        assert row.rank == 1 + sum(n > row.scans for n in scans.values())


@given(counts, counts, st.integers(1, 25))
def test_the_cut_is_a_prefix(scans: dict[str, int], before: dict[str, int], n: int) -> None:
    whole, cut = rank(entries(scans), before, 50), rank(entries(scans), before, n)
    assert cut == whole[: len(cut)]
    assert min(n, len(whole)) <= len(cut) <= n + 3


@given(counts, counts)
def test_the_order_of_arrival_does_not_matter(
    scans: dict[str, int], before: dict[str, int]
) -> None:
    assert rank(entries(scans), before, 5) == rank(reversed(entries(scans)), before, 5)


@given(counts)
def test_nobody_moves_when_nothing_changes(scans: dict[str, int]) -> None:
    assert {row.moved for row in rank(entries(scans), scans, 50)} <= {0}
