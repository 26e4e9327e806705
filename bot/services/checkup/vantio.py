"""Vantio: whether it answers, takes the key, and has scans to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.checkup.finding import Checked, ok, warning, wrong
from bot.vantio.errors import Limited, Unauthorized, Unavailable, VantioError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.services.checkup.finding import Finding
    from bot.vantio.client import Vantio

SUBJECT, SCANS = "Vantio", "Scans"

# Of any other error, the message says what to do.
_REMEDIES: dict[type[VantioError], str] = {
    Unauthorized: "Copy the secret key (sk_...) of the account again into VANTIO_API_KEY.",
    Limited: "Wait, then check again; a bot that runs waits by itself.",
    Unavailable: "Check the network and VANTIO_BASE_URL; if Vantio is down, try again later.",
}


def vantio(client: Vantio, host: str, programs: Sequence[str]) -> Checked:
    """Ask the account once, then each of the chosen programs."""
    try:
        probe = client.probe()
    except VantioError as error:
        return Checked([_failure(SUBJECT, error)])
    latency = f"{probe.latency * 1000:,.0f} ms"
    answered = ok(SUBJECT, f"{host} takes the key; it answered in {latency}")
    return Checked([answered, *_scans(client, programs)], probe.clock_skew)


def _scans(client: Vantio, programs: Sequence[str]) -> Iterator[Finding]:
    """Whether there is anything to read, in the whole account or program by program."""
    asked: Sequence[str | None] = programs or [None]
    silent = []
    for program in asked:
        try:
            if not client.impressions(program=program, limit=1).size:
                silent.append(program)
        except VantioError as error:
            yield _failure(f"{SCANS} of {program}" if program else SCANS, error)
            if not error.permanent:
                return  # the other programs would wait for the same trouble
    if silent == [None]:
        yield warning(SCANS, "there are none yet", "Scan a poster, and there will be.")
    elif silent:
        named = ", ".join(map(str, silent))
        yield warning(SCANS, f"there are none yet of {named}", "Are these ids the right ones?")
    else:
        yield ok(SCANS, "there are scans to read")


def _failure(subject: str, error: VantioError) -> Finding:
    remedy = next((text for kind, text in _REMEDIES.items() if isinstance(error, kind)), "")
    text = str(error)
    if isinstance(error, Unauthorized):
        text, _, _ = text.partition(": check")  # the remedy says it better
    return wrong(subject, text, remedy)
