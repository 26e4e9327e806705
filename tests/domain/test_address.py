from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.address import is_here, is_private, trusted

ANY = st.text() | st.from_regex(r"https?://[a-z0-9:@\[\].%/?#-]*", fullmatch=True)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        *((host, True) for host in ("localhost", "127.0.0.1", "127.9.9.9", "::1")),
        *((host, False) for host in ("", "10.0.0.1", "localhost.example", "::2")),
    ],
)
def test_what_is_this_machine(host: str, *, here: bool) -> None:
    assert is_here(host) is here


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("https://hooks.slack.com/commands/T1/2/x?y=z", True),
        ("http://127.0.0.1:8420/response/x", True),
        ("http://hooks.slack.com/commands/T1/2/x", False),
        ("http://127.0.0.1@elsewhere.example/", False),
        ("file:///etc/passwd", False),
        ("ftp://127.0.0.1/", False),
        ("https://a\\@b.example", False),
        ("", False),
    ],
)
def test_what_nobody_can_read_on_the_way(address: str, *, private: bool) -> None:
    assert is_private(address) is private


@given(ANY)
def test_whoever_may_have_a_secret_gets_it_privately(address: str) -> None:
    try:
        parts = trusted(address)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - refusing is one of two right ends
        return
    assert is_private(address)
    assert parts.scheme == "https" or is_here(parts.hostname or "")
    assert parts.username is None
