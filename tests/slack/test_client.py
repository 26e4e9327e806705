from __future__ import annotations

import pytest

from bot.slack.sender import make_client
from tests.slack.stand_in import TOKEN


@pytest.mark.parametrize(
    "url",
    [
        "http://slack.example/api/",
        "http://127.0.0.1@slack.example/api/",
        "https://slack.example/api",
        "slack.example/api/",
        "ftp://127.0.0.1/",
        "",
    ],
)
def test_an_address_that_would_leak_the_token_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="The Slack address") as caught:
        make_client(TOKEN, url)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://localhost:1/", "http://[::1]:1/", "https://slack.example/"]
)
def test_a_safe_address_is_taken(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:1")
    client = make_client(TOKEN, url)
    assert client.base_url == url
    assert client.retry_handlers == []
    assert (client.proxy is None) is url.startswith("http://")


@pytest.mark.parametrize("token", ["", "xoxb-1\nx", "xoxb 1", "xoxb-ü"])
def test_a_token_that_would_end_up_in_an_error_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="characters that no token has") as caught:
        make_client(token)
    assert not token or token not in str(caught.value)
