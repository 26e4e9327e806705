"""Vantio: whether it answers, takes the key, and has scans to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.checkup.finding import AGAIN, Checked, ok, warning, wrong
from bot.vantio.errors import Garbled, Limited, Unauthorized, Unavailable, VantioError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.services.checkup.finding import Finding
    from bot.vantio.client import Vantio

SUBJECT, SCANS = "Vantio", "Scans"

_REMEDIES: dict[type[VantioError], str] = {
    Unauthorized: "Copy the secret key (sk_...) of the account again into VANTIO_API_KEY.",
    Limited: "Wait, then check again; a bot that runs waits by itself.",
    Unavailable: "Check the network and VANTIO_BASE_URL; if Vantio is down, try again later.",
    Garbled: "Set VANTIO_BASE_URL to Vantio's address, such as https://vantio.app.",
}


def vantio(client: Vantio, host: str, programs: Sequence[str]) -> Checked:
    """Ask the account once, then each of the chosen programs."""
    try:
        probe = client.probe()
    except VantioError as error:
        return Checked([wrong(SUBJECT, str(error), _remedy(error))])
    answered = ok(SUBJECT, f"{host} takes the key; it answered in {probe.latency:.2f} s")
    return Checked([answered, *_scans(client, programs)], probe.clock_skew)


def _scans(client: Vantio, programs: Sequence[str]) -> Iterator[Finding]:
    """Whether there is anything to read, in the whole account or program by program."""
    silent = []
    for program in programs or [None]:
        try:
            if not client.impressions(program=program, limit=1).size:
                silent.append(program)
        except VantioError as error:
            about = f"program {program}: " if program else ""
            yield wrong(SCANS, f"{about}{error}", _remedy(error))
            if not error.permanent:
                return  # the other programs would wait for the same trouble
    if silent == [None]:
        yield warning(SCANS, "there are none yet", "Scan a poster, and there will be.")
    elif silent:
        named = ", ".join(map(str, silent))
        yield warning(SCANS, f"there are none yet of {named}", "Are these ids the right ones?")
    else:
        yield ok(SCANS, "there are scans to read")


def _remedy(error: VantioError) -> str:
    return next((text for kind, text in _REMEDIES.items() if isinstance(error, kind)), AGAIN)
