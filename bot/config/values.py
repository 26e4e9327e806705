"""Values that are more than text: each is checked, and a mistake is told in a sentence."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from bot.domain.address import trusted
from bot.domain.calendar import valid_zone, zones_like

_QUIET_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


def _zone(name: str) -> str:
    if not valid_zone(name):
        near = ", ".join(zones_like(name))
        raise ValueError(
            f"no such time zone {name!r}" + (f"; did you mean {near}?" if near else "")
        )
    return name


def _address(text: str) -> str:
    trusted(text)
    return text


def with_slash(address: str) -> str:
    """The address of a folder, whether or not it was written as one."""
    return address if address.endswith("/") else f"{address}/"


def _manager(id_: str) -> str:
    if not re.fullmatch(r"[UWS][A-Z0-9]+", id_):
        raise ValueError(
            f"{id_!r} is no Slack member id (U...) and no id of a user group (S...); "
            "copy it from a profile, or from the group's page"
        )
    return id_


def _channel(name: str) -> str:
    if not name.strip("# "):
        raise ValueError("a channel needs a name, such as #posters, or an id")
    return name.strip()


def _channel_or_none(name: str) -> str:
    return name and _channel(name)


def _interface(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        raise ValueError(f"{host!r} is no address of a machine, such as 0.0.0.0") from None


def _web_address(url: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(url.get_secret_value())
        possible = parts.scheme in {"https", "http"} and bool(parts.hostname)
    except ValueError:
        possible = False
    if not possible:
        raise ValueError("must be an address such as https://host/path")
    return url


def _quiet_hours(text: str) -> str:
    if text and not _QUIET_HOURS.fullmatch(text):
        raise ValueError(f"{text!r} is no span of the day; write it like '22:00-07:00', or ''")
    return text


Zone = Annotated[str, AfterValidator(_zone)]
Manager = Annotated[str, AfterValidator(_manager)]
Channel = Annotated[str, AfterValidator(_channel)]
Address = Annotated[str, AfterValidator(_address)]
ChannelOrNone = Annotated[str, AfterValidator(_channel_or_none)]
Interface = Annotated[str, AfterValidator(_interface)]
WebAddress = Annotated[SecretStr, AfterValidator(_web_address)]
QuietHours = Annotated[str, AfterValidator(_quiet_hours)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
