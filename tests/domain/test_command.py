import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.command import CommandError, Filters, Question, Verb, parse
from bot.domain.lexer import Kind, quote, tokens
from bot.domain.period import parse as period

from .clocks import at, instants, zones

BERLIN = "Europe/Berlin"
NOW = at("2026-11-24 14:05", BERLIN)  # a Tuesday


def ask(
    verb: str, span: str = "last 7 days", n: int = 10, subject: str | None = None, **filters: str
) -> Question:
    return Question(Verb(verb), period(span, NOW, BERLIN), n, subject, Filters(**filters))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ask("help")),
        ("help me", ask("help")),
        ("status", ask("status")),
        ("mutes", ask("mutes")),
        ("muted", ask("mutes")),
        ("alerts", ask("alerts")),
        ("top", ask("top")),
        ("TOP 5", ask("top", n=5)),
        ("top 5 posters yesterday", ask("top", "yesterday", 5)),
        ("top 5 on 2012-03-16", ask("top", "2012-03-16", 5)),
        ("top 7 days", ask("top")),
        ("top 3 7 days", ask("top", n=3)),
        ("top yesterday 3", ask("top", "yesterday", 3)),
        ("top 10 in november 2026", ask("top", "november 2026")),
        ("today", ask("top", "today")),
        ("since monday", ask("top", "since monday")),
        ("program:x", ask("top", program="x")),
        ("board 3 last week", ask("leaderboard", "last week", 3)),
        ("ambassadors", ask("leaderboard")),
        ("trend", ask("trend", "last 30 days")),
        ("trend ambassador: maya", ask("trend", "last 30 days", ambassador="maya")),
        ("poster gym today", ask("poster", "today", subject="gym")),
        ("poster today gym", ask("poster", "today", subject="gym")),
        ("poster today hall yesterday", ask("poster", "yesterday", subject="today hall")),
        ("poster Friday Market", ask("poster", subject="Friday Market")),
        ("poster market friday", ask("poster", "friday", subject="market")),
        ('poster "market friday"', ask("poster", subject="market friday")),
        ("poster friday", ask("poster", subject="friday")),
        ("poster gym november", ask("poster", "november", subject="gym")),
        ("program autumn launch last month", ask("program", "last month", subject="autumn launch")),
        (
            "top 4 program:autumn launch last 7 days poster:gym",
            ask("top", n=4, program="autumn launch", poster="gym"),
        ),
        (
            "poster program:autumn launch today main library",
            ask("poster", "today", subject="main library", program="autumn launch"),
        ),
        ("top ambassador:April", ask("top", ambassador="April")),
        ("top ambassador:april june", ask("top", "june", ambassador="april")),
        ("top poster: “main hall”", ask("top", poster="main hall")),
        ("poster 'main hall' today", ask("poster", "today", subject="main hall")),
        ("poster maya's wall", ask("poster", subject="maya's wall")),
        ("poster AT&amp;T &lt;3", ask("poster", subject="AT&T <3")),
        ("poster &amp;lt;", ask("poster", subject="&lt;")),
        ("top ambassador:<@U123|maya>", ask("top", ambassador="maya")),
        ("top ambassador:<@U123>", ask("top", ambassador="U123")),
        ("poster <#C1|general>", ask("poster", subject="general")),
        ("poster https://example.org/x", ask("poster", subject="https://example.org/x")),
    ],
)
def test_words_mean(words: str, expected: Question) -> None:
    assert parse(words, NOW, BERLIN) == expected


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("program:autumn launch today leaderboard", "“leaderboard” means"),
        ("topp", "Did you mean “top”?"),
        ("lederboard 5", "Did you mean “leaderboard”?"),
        ("what is this", "Try “top”, “leaderboard”"),
        ("top yesteday", "Did you mean “top yesterday”?"),
        ("top 0", "1 to 50"),
        ("top 51", "1 to 50"),
        ("leaderboard -1", "1 to 50"),
        ("top " + "9" * 1000, "1 to 50"),
        ("top 5 5", "“5” means"),
        ("trend gym", "poster:"),
        ("status today", "stands alone"),
        ("mutes gym", "“mutes” stands alone"),
        ("alerts today", "“alerts” stands alone"),
        ("poster", "Which poster?"),
        ("poster today", "Which poster?"),
        ('program ""', "Which program?"),
        ("top program:", "Which program?"),
        ("top programme:x", "Did you mean “program:”?"),
        ("top campaign:x", "Did you mean “program:”?"),
        ("top zzz:x", "There are “program:”"),
        ("top program:a program:b", "twice"),
        ('poster "main library', "not closed"),
        ("top 2026-02-30", "no day 2026-02-30"),
        ("poster gym 2026-11-15..2026-11-01", "Did you mean “2026-11-01..2026-11-15”?"),
        ("poster " + "x" * 201, "too long"),
        ("x" * 4001, "too long"),
        ("x" * 4000, "I don't know"),
    ],
)
def test_mistakes_say_what_to_type(words: str, part: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse(words, NOW, BERLIN)
    assert part in str(caught.value)
    assert len(str(caught.value)) < 300


PIECES = st.sampled_from(
    [
        *Verb,
        "program:",
        "poster:",
        "ambassador:x",
        "place:",
        '"',
        "“",
        "”",
        "'",
        "«",
        "\\",
        "<@U1|a>",
        "&amp;",
        "&lt;",
        "<",
        ">",
        "today",
        "friday",
        "may",
        "last",
        "7",
        "days",
        "since",
        "..",
        "for",
    ]
)
texts = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=14).map(" ".join))


@given(texts, instants, zones)
@example('top program:"\\', NOW, BERLIN)
@example("1 " * 1999, NOW, BERLIN)
def test_any_words_are_a_question_or_a_command_error(words: str, now: int, zone: str) -> None:
    try:
        found = parse(words, now, zone)
    except CommandError:
        return
    assert parse(found.words(), now, zone) == found


hostile = st.one_of(
    st.text(min_size=1, max_size=200),
    st.lists(PIECES, min_size=1, max_size=8).map(" ".join),
).map(lambda text: " ".join(text.split()))


@given(
    st.sampled_from([Verb.POSTER, Verb.PROGRAM]),
    hostile,
    st.one_of(st.none(), hostile),
    st.one_of(st.none(), hostile),
    st.sampled_from(["today", "last 7 days", "november 2025", "1-3 nov 2025", "since friday"]),
)
@example(Verb.POSTER, '&amp; &LT; <!channel> \\" \\', 'a"b', "“x”", "today")
@example(Verb.POSTER, "\\" * 200, '"' * 200, "<" * 200, "1-3 nov 2025")
def test_canonical_words_read_back(
    verb: Verb, subject: str, program: str | None, ambassador: str | None, span: str
) -> None:
    assume(subject and program != "" and ambassador != "")
    filters = Filters(program=program, ambassador=ambassador)
    question = Question(verb, period(span, NOW, BERLIN), subject=subject, filters=filters)
    assert parse(question.words(), NOW, BERLIN) == question


@given(st.sampled_from([Verb.TOP, Verb.LEADERBOARD]), st.integers(1, 50), instants, zones)
def test_numbers_and_months_keep_apart(verb: Verb, n: int, now: int, zone: str) -> None:
    for words in ("nov 2009", "last month", "on friday", "1-3 nov 2009", "all time", "last hour"):
        question = Question(verb, period(words, now, zone), n)
        assert parse(question.words(), now, zone) == question


def test_the_longest_question_reads_back() -> None:
    value = "<" * 200
    filters = Filters(value, value, value)
    question = Question(Verb.POSTER, period("today", NOW, BERLIN), subject=value, filters=filters)
    assert parse(question.words(), NOW, BERLIN) == question


@given(st.text().map(lambda text: " ".join(text.split())))
def test_a_quoted_text_is_one_token(text: str) -> None:
    (token,) = tokens(quote(text))
    assert (token.kind, token.text) == (Kind.QUOTED, text)
