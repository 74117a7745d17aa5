"""How far a running session is: the figures of the live display, from events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.core.mission import Mission
from bot.core.records import AgentRecord


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of a run: records by agent, and what each running agent does now."""

    mission: Mission
    records: Mapping[str, AgentRecord] = field(default_factory=dict)
    doing: Mapping[str, str] = field(default_factory=dict)

    def with_doing(self, agent: str, what: str) -> "Progress":
        """The agent is at work on `what`."""
        return replace(self, doing={**self.doing, agent: what})

    def with_record(self, record: AgentRecord) -> "Progress":
        """The agent's record is on the branch."""
        doing = {agent: what for agent, what in self.doing.items() if agent != record.agent}
        return replace(self, records={**self.records, record.agent: record}, doing=doing)

    @property
    def micro_usd(self) -> int:
        return sum(record.spent for record in self.records.values())

    def total(self, figure: str) -> int:
        """The sum over all records of `findings`, `verified`, `gaps` or `blockers`."""
        return sum(int(getattr(record, figure)) for record in self.records.values())


@dataclass(frozen=True, slots=True)
class TeamProgress:
    """One line of the display: how many agents of a team are done, and what happens in it now."""

    name: str
    done: int
    agents: int
    now: str


def by_team(progress: Progress) -> tuple[TeamProgress, ...]:
    """The teams of the mission, in its order."""
    return tuple(
        _team(progress, team.name, [agent.id for agent in team.agents]) for team in progress.mission.teams
    )


def _team(progress: Progress, name: str, agents: list[str]) -> TeamProgress:
    done = [agent for agent in agents if agent in progress.records]
    working = [f"{agent} {progress.doing[agent]}" for agent in agents if agent in progress.doing]
    blocked = [
        f"{agent} {progress.records[agent].state}" for agent in done if progress.records[agent].state != "done"
    ]
    return TeamProgress(name, len(done), len(agents), (working or blocked or [""])[-1])
