"""Which pending records go into a session's branch, and when a recorder takes them in (G13, G14)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.core.session import RECORDS

PUSHES = 2
"""How often a recorder tries to move the session's branch. Two are enough: see `next_step`."""
UNIT = 0.25
"""Seconds by which the recorders of a session spread for each record that is pending."""
LONGEST = 30.0
"""Seconds that they spread over at most: a machine that waits is paid for."""
LOOKS = (2.0, 4.0, 8.0, 16.0, 32.0)
"""Seconds between the looks of a recorder that has lost all of its pushes, each multiplied by 0.5 to 1.5."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A record that lies on its own ref and not yet on the session's branch."""

    agent: str
    attempt: int
    commit: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again after so many seconds."""

    seconds: float


Step = Wait | Literal["fold", "leave"]
"""fold: take in all that is pending with one commit, and push it.
leave: the record stays on its own ref, where it is safe; whoever comes next takes it in."""


def next_step(*, waiting: int, lost: int, waits: int, chance: float) -> Step:
    """What a recorder does that has looked at the branch, where its record is not, and then at the records.

    `waiting`: how many records are pending. `lost`: how many pushes of its own came too late. `waits`: how often
    it has waited since the last of them. `chance` is from [0, 1).

    A recorder that is alone folds at once. Where many come together each waits for a moment of its own, so that
    few meet and most find their record taken in. Two pushes are enough, however many meet: whoever wins against
    the second has looked at the records after the first was lost, so it takes this record in too. Only another
    kind of commit (a person's, the deliverable's) can come in between twice.
    """
    if lost >= PUSHES:
        return Wait(LOOKS[waits] * (0.5 + chance)) if waits < len(LOOKS) else "leave"
    if waits or (waiting <= 1 and not lost):
        return "fold"
    return Wait(chance * min(LONGEST, UNIT * max(waiting, 4)) * (1 + lost))


def pending(refs: Mapping[str, str], session: str, recorded: Mapping[str, int]) -> tuple[Pending, ...]:
    """The newest record of each agent that the branch does not have yet.

    `refs` are the record refs, `recorded` the attempt of each agent's record on the branch. An attempt that is
    not newer than what is recorded is fenced off.
    """
    newest: dict[str, Pending] = {}
    prefix = f"{RECORDS}{session}/"
    for ref, commit in refs.items():
        if not ref.startswith(prefix):
            continue
        agent, _, attempt = ref[len(prefix) :].partition("/")
        if not attempt.isdecimal() or int(attempt) <= recorded.get(agent, 0):
            continue
        if agent not in newest or int(attempt) > newest[agent].attempt:
            newest[agent] = Pending(agent, int(attempt), commit)
    return tuple(newest[agent] for agent in sorted(newest))
