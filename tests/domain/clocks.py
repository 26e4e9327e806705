"""Zones with awkward clocks, and instants around their changes."""

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Santiago",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/Nuuk",
    "America/St_Johns",
    "America/Havana",
)
zones = st.sampled_from(ZONES)
# From the middle of 2010, so that Apia's lost day and St. John's midnights are inside, to 2031.
instants = st.integers(1_277_000_000, 1_925_000_000)


def at(text: str, zone: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())
