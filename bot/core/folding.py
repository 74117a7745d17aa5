"""Which pending records go into a session's branch (G13, G14)."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.session import RECORDS


@dataclass(frozen=True, slots=True)
class Pending:
    """A record that lies on its own ref and not yet on the session's branch."""

    agent: str
    attempt: int
    commit: str


def pending(refs: Mapping[str, str], session: str, recorded: Mapping[str, int]) -> tuple[Pending, ...]:
    """The newest record of each agent that the branch does not have yet.

    `refs` are the record refs, `recorded` the attempt of each agent's record on the branch. An attempt that is
    not newer than what is recorded is fenced off.
    """
    newest: dict[str, Pending] = {}
    prefix = f"{RECORDS}{session}/"
    for ref, commit in refs.items():
        agent, _, attempt = ref.removeprefix(prefix).partition("/")
        if not ref.startswith(prefix) or not attempt.isdecimal():
            continue
        found = Pending(agent, int(attempt), commit)
        if found.attempt > max(recorded.get(agent, 0), newest[agent].attempt if agent in newest else 0):
            newest[agent] = found
    return tuple(newest[agent] for agent in sorted(newest))
