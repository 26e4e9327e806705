"""Who is no person: user agents of programs, such as those that draw the preview of a link."""

from __future__ import annotations

import re
from functools import lru_cache

# Words that a browser held by a person does not use of itself. "cubot" is a maker of phones.
_PROGRAM = re.compile(
    r"(?<!cu)bot\b|bot[/\-_ ;]|crawl|spider|slurp|preview|linkexpand|unfurl|facebookexternalhit"
    r"|whatsapp/|telegram|discord|skypeuri|embedly|headless|phantom|lighthouse|pingdom|uptime"
    r"|monitor|scanner|validator|curl/|wget|python|aiohttp|httpx|okhttp|go-http|java/|libwww"
    r"|node-fetch|axios|postman|ruby|perl",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def is_program(agent: str) -> bool:
    """Whether this user agent is a program rather than a browser that somebody holds.

    Not being told of any agent says nothing.
    """
    return _PROGRAM.search(agent) is not None
