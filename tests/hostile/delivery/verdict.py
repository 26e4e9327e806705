"""What came of a run: what stands in the channels against what was to be told."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.hostile.delivery.script import Step
    from tests.hostile.delivery.slack import Post, Slack

PACE = 1.0  # seconds from one message of a channel to the next


@dataclass
class Verdict:
    """Intents that went wrong, and how.

    `doubled` stood twice for a while. `late` came after one that was made later. `astray` stands in
    another channel or thread. `stale` is without its last revision. `strange` was never to be told.
    `hasty` came less than a second after another one, `early` within a pause that Slack asked for.
    """

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    hasty: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether something went wrong."""
        return any(vars(self).values())

    def __str__(self) -> str:
        parts = {name: found for name, found in vars(self).items() if found}
        told = [f"{len(found)} {name} ({'; '.join(found[:4])})" for name, found in parts.items()]
        return ", ".join(told) or "each message once, in order"


def judge(steps: list[Step], slack: Slack, tolerance: float = 0.0) -> Verdict:
    """Compare; `tolerance` is by how many seconds (of the clock) two messages may be too near."""
    verdict = Verdict()
    made = [step for step in steps if not step.revises]
    last = {step.intent: step.text for step in steps}
    ids = {f"#{name}": id_ for id_, name in slack.names.items()} | {id_: id_ for id_ in slack.names}
    posts: dict[str, list[Post]] = defaultdict(list)
    for post in slack.posts:
        posts[post.key].append(post)
    standing = {key: [p for p in found if p.gone is None] for key, found in posts.items()}
    verdict.strange = sorted(posts.keys() - last.keys())
    order: dict[str, dict[str, float]] = defaultdict(dict)
    for step in made:
        found = standing.get(step.intent, [])
        if not found:
            verdict.lost.append(step.intent)
            continue
        verdict.twice += [step.intent] * (len(found) > 1)
        verdict.doubled += [step.intent] * (len(found) == 1 < len(posts[step.intent]))
        above = standing.get(step.thread_of, []) if step.thread_of else []
        order[ids[step.channel]][step.intent] = float(found[0].ts)
        place = ids[step.channel], above[0].ts if above else None
        verdict.astray += [step.intent] * ((found[0].channel, found[0].thread_ts) != place)
        verdict.stale += [step.intent] * (found[0].text != last[step.intent])
    verdict.late = _late(order)
    verdict.hasty = [f"{gap:.2f} s" for gap in slack.gaps() if gap < PACE - tolerance]
    verdict.early = [*slack.early]
    return verdict


def _late(found: dict[str, dict[str, float]]) -> list[str]:
    """What stands below a message of its channel that was made later, made first coming first."""
    late: list[str] = []
    for times in found.values():
        soonest, below = math.inf, list[str]()
        for intent, ts in reversed(times.items()):
            below += [intent] * (ts > soonest)
            soonest = min(soonest, ts)
        late += below[::-1]
    return late
