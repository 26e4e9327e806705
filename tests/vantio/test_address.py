from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vantio.address import Address
from bot.vantio.client import Vantio


@pytest.mark.parametrize(
    ("setting", "root", "host"),
    [
        ("https://vantio.app", "https://vantio.app/api/v1", "vantio.app"),
        (" https://vantio.app/\n", "https://vantio.app/api/v1", "vantio.app"),
        ("https://vantio.app/api/v1", "https://vantio.app/api/v1", "vantio.app"),
        ("HTTPS://vantio.app/api/v1/", "https://vantio.app/api/v1", "vantio.app"),
        ("https://gate.example/vantio/", "https://gate.example/vantio/api/v1", "gate.example"),
        ("https://gate.example/v/api/v1", "https://gate.example/v/api/v1", "gate.example"),
        ("http://localhost:3000", "http://localhost:3000/api/v1", "localhost:3000"),
        ("http://127.0.0.9:80", "http://127.0.0.9:80/api/v1", "127.0.0.9:80"),
        ("http://[::1]:3000/", "http://[::1]:3000/api/v1", "[::1]:3000"),
    ],
)
def test_an_address_is_understood(setting: str, root: str, host: str) -> None:
    address = Address.of(setting)

    assert (address.root, address.host) == (root, host)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("http://vantio.app", "in clear"),
        ("http://10.0.0.1", "in clear"),
        ("http://localhost.example", "in clear"),
        ("http://127.0.0.1.example", "in clear"),
        ("http://localhost@vantio.app", "in clear"),
        ("vantio.app", "https://"),
        ("localhost:3000", "https://"),
        ("ftp://vantio.app", "https://"),
        ("", "https://"),
        ("https://", "no possible host"),
        ("https://a..b", "no possible host"),
        (f"https://{'a' * 64}.example", "no possible host"),
        (f"https://{'a.' * 127}example", "no possible host"),
        ("https://%41.example", "no possible host"),
        ("https://me:hidden@vantio.app", "plain"),
        ("https://vantio.app?key=hidden", "plain"),
        ("https://vantio.app/#hidden", "plain"),
        ("https://vantio.app:99999", "not an address"),
        ("https://[::1", "not an address"),
        ("https://vantio.app\\@other.example", "characters"),
        ("https://vantio .app", "characters"),
        ("https://väntio.app", "characters"),
    ],
)
def test_an_address_that_may_not_have_the_key_is_refused(setting: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        Address.of(setting)

    assert "hidden" not in str(caught.value)


def test_a_host_that_decodes_to_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no possible host"):
        Vantio("https://xn--a.example", "sk_a")


@given(st.text() | st.from_regex(r"https?://[a-z0-9:@\[\].%/?#-]*", fullmatch=True))
def test_any_text_is_an_address_or_a_sentence(setting: str) -> None:
    try:
        address = Address.of(setting)
    except ValueError as error:
        assert str(error).startswith("VANTIO_BASE_URL ")  # noqa: PT017 - refusing is one of two right ends
        return
    assert address.loopback or address.root.startswith("https://")
    assert address.root.endswith("/api/v1")
    assert Address.of(address.root) == address
