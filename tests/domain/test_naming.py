import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Ambassador, Poster
from bot.domain.naming import UnknownNameError, ambassador_name, poster_name, resolve

PLACES = {
    "poster_1": "Main library",
    "poster_2": "Main hall",
    "poster_3": "Gym",
    "poster_4": "Cafeteria, north door",
    "poster_5": "Student union",
    "poster_6": "Student union",
    "gym": "Boathouse",
}

texts = st.text(max_size=80)
directories = st.dictionaries(st.text(min_size=1, max_size=12), texts, max_size=8)


@pytest.mark.parametrize(
    ("poster", "name"),
    [
        (Poster("p1", location=" Main library "), "Main library"),
        (Poster("p1", location="  "), "p1"),
        (Poster("p1"), "p1"),
    ],
)
def test_a_poster_is_called_by_its_place(poster: Poster, name: str) -> None:
    assert poster_name(poster) == name


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("Maya", "krüger", "Maya K."),
        (" Maya ", " ", "Maya"),
        (None, "Krüger", "a1"),
        ("", None, "a1"),
    ],
)
def test_a_person_is_called_by_first_name_and_initial(
    first: str | None, last: str | None, name: str
) -> None:
    assert ambassador_name(Ambassador("a1", "", first, last)) == name


@given(st.text(max_size=20), st.text(min_size=2, max_size=20).filter(lambda t: len(t.strip()) > 3))
def test_a_last_name_is_never_told_whole(first: str, last: str) -> None:
    told = ambassador_name(Ambassador("", "", first, last))
    assert last.strip() not in told.removeprefix(first.strip())


@pytest.mark.parametrize(
    ("words", "id_"),
    [
        ("poster_2", "poster_2"),
        ("POSTER_2", "poster_2"),
        ("  main HALL ", "poster_2"),
        ("library", "poster_1"),
        ("gym", "gym"),  # an id goes before a name
        ("cafetria north dor", "poster_4"),
        ("Mian libary", "poster_1"),
    ],
)
def test_words_find_the_one_that_is_meant(words: str, id_: str) -> None:
    assert resolve("poster", words, PLACES) == id_


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            "main",
            "“main” could be several posters: “Main library” (poster_1), “Main hall” (poster_2).",
        ),
        (
            "student union",
            "could be several posters: “Student union” (poster_5), “Student union” (poster_6).",
        ),
        (
            "north boat",
            "I know no poster “north boat”. Did you mean “Cafeteria, north door” (poster_4)?",
        ),
        ("xyzzy", "I know no poster “xyzzy”. “top all time” lists the posters."),
        ("", "I know no poster “”. “top all time” lists the posters."),
    ],
)
def test_words_that_mean_nobody_or_several_say_what_to_type(words: str, sentence: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        resolve("poster", words, PLACES)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(("Type more of it, or the id.", sentence))


def test_two_that_are_equally_near_are_both_offered() -> None:
    names = {"h1": "North hall", "h2": "Norths hall"}
    with pytest.raises(UnknownNameError, match=r"“North hall” \(h1\) or “Norths hall” \(h2\)\?"):
        resolve("poster", "nort hall", names)


def test_many_that_fit_are_counted_rather_than_listed() -> None:
    names = {f"p{n}": f"Hall {n}" for n in range(9)}
    with pytest.raises(UnknownNameError, match=r"“Hall 2” \(p2\) and 6 more\. Type more"):
        resolve("poster", "hall", names)


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("ambassador", "“leaderboard all time”"),
        ("program", "“status”"),
        ("poster", "“top all time”"),
    ],
)
def test_with_nothing_like_it_one_is_told_where_to_look(kind: str, where: str) -> None:
    with pytest.raises(UnknownNameError, match=where):
        resolve(kind, "anything", {})


@given(texts, directories)
def test_any_words_give_an_id_or_a_sentence_of_bearable_length(
    words: str, names: dict[str, str]
) -> None:
    try:
        assert resolve("poster", words, names) in names
    except UnknownNameError as error:
        assert len(str(error)) < 500  # noqa: PT017 - either is right


@given(directories.filter(bool), st.data())
def test_every_id_finds_itself(names: dict[str, str], data: st.DataObject) -> None:
    id_ = data.draw(st.sampled_from(sorted(names)))
    assert resolve("poster", id_, names) == id_
