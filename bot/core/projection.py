"""What a session will have cost in the end, as far as its records tell."""

from collections.abc import Mapping

from bot.core.mission import Backend, Mission
from bot.core.records import AgentRecord


def projected(mission: Mission, records: Mapping[str, AgentRecord]) -> int | None:
    """What is spent, and for each agent that is still to come the mean of the recorded ones of its backend; in
    millionths of a US dollar, and never above the cap, since nothing is spent beyond it.

    None when it cannot be known: nobody is recorded of a backend that costs money and has agents to come.
    """
    recorded: dict[Backend, list[int]] = {}
    to_come: list[Backend] = []
    for agent in mission.agents:
        backend = agent.backend or mission.agent.backend
        if record := records.get(agent.id):
            recorded.setdefault(backend, []).append(record.spent)
        else:
            to_come.append(backend)
    if "claude" in to_come and "claude" not in recorded:
        return None
    spent = sum(map(sum, recorded.values()))
    more = sum(_mean(recorded.get(backend, [])) for backend in to_come)
    return max(spent, min(spent + more, mission.limits.max_usd))


def _mean(amounts: list[int]) -> int:
    return sum(amounts) // len(amounts) if amounts else 0
