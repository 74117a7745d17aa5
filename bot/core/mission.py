"""A mission: the plan of one session, as a person writes it (YAML, strict)."""

from typing import Annotated, Literal

from pydantic import Field as Constraint
from pydantic import StringConstraints, computed_field

from bot.core.fields import STANDARD_FIELDS, Field
from bot.core.ids import Id, slug
from bot.core.models import Model
from bot.core.money import Usd
from bot.core.pricing import Prices
from bot.core.remembered import itself, remembered

Backend = Literal["claude", "extractive", "simulated"]
Provider = Literal["anthropic", "bedrock", "vertex"]
"""Through whom a model is called: Anthropic directly, Amazon Bedrock, or Google Vertex."""
WhenOver = Literal["blockers", "continuation"]
"""What becomes of unfinished assignments when a session's time is over."""
MAX_AGENTS = 2_000
MissionId = Annotated[Id, StringConstraints(max_length=56)]
"""An id that leaves room for the number of a session: `cloud-providers-1`."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
LongText = Annotated[str, StringConstraints(max_length=20_000)]
SourceUri = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^(https://|file:|pypi:|npm:)\S+$")]
"""`https://...`, `file:path`, `pypi:NAME==VERSION#glob` or `npm:NAME@VERSION#glob`."""


class Phase(Model):
    """The phase of the tracker that this mission carries out."""

    number: Annotated[int, Constraint(ge=0, le=10_000)]
    name: Text


class Subject(Model):
    """An API or a vendor that one agent researches."""

    name: Text
    includes: tuple[Text, ...] = ()
    sources: Annotated[tuple[SourceUri, ...], Constraint(min_length=1, max_length=50)]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def id(self) -> str:
        """The subject's id, made from its name; also the name of its reservation."""
        return slug(self.name)


class AgentDefaults(Model):
    """What an agent runs with unless it says otherwise."""

    backend: Backend = "extractive"
    provider: Provider = "anthropic"
    model: Text = "claude-haiku-5-5"
    prices: Prices | None = None
    review: bool = True
    credential: Id | None = None
    max_usd: Usd = 250_000
    timeout_minutes: Annotated[int, Constraint(ge=1, le=350)] = 60
    attempts: Annotated[int, Constraint(ge=1, le=10)] = 2
    backups: tuple[Id, ...] = ()


class AgentSpec(Model):
    """One agent of a team with its assignment; what is None is taken from the mission's `agent`."""

    id: Id
    subjects: Annotated[tuple[Subject, ...], Constraint(min_length=1, max_length=100)]
    backend: Backend | None = None
    provider: Provider | None = None
    model: Text | None = None
    prices: Prices | None = None
    review: bool | None = None
    credential: Id | None = None
    max_usd: Usd | None = None
    timeout_minutes: Annotated[int, Constraint(ge=1, le=350)] | None = None
    attempts: Annotated[int, Constraint(ge=1, le=10)] | None = None


class Team(Model):
    """Agents with a common focus."""

    id: Annotated[int, Constraint(ge=0, le=100_000)]
    name: Text
    focus: tuple[Text, ...] = ()
    agents: Annotated[tuple[AgentSpec, ...], Constraint(min_length=1)]


class Limits(Model):
    """The bounds of a session."""

    max_usd: Usd
    max_parallel: Annotated[int, Constraint(ge=1, le=256)] = 20
    session_timeout_hours: Annotated[float, Constraint(gt=0, le=35)] = 6
    when_over: WhenOver = "blockers"


class Criteria(Model):
    """What the gate tolerates. Whatever is tolerated is still said in the deliverable."""

    blocked_subjects: Annotated[int, Constraint(ge=0)] = 0
    required_field_gaps: Annotated[int, Constraint(ge=0)] = 0


@remembered(4, itself)
def _agents(teams: tuple[Team, ...]) -> tuple[AgentSpec, ...]:
    return tuple(agent for team in teams for agent in team.agents)


class Mission(Model):
    """The plan of one session: teams of agents, their subjects and sources, limits and criteria."""

    mission: MissionId
    session: Annotated[int, Constraint(ge=1, le=100_000)]
    phase: Phase
    title: Text
    domain: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,15}$")]
    deliverable: Annotated[
        str, StringConstraints(pattern=r"^INTEGRATIONS-[A-Z0-9]+(?:-[A-Z0-9]+)*\.md$", max_length=100)
    ]
    branch: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9]+(?:[/-][A-Za-z0-9]+)*[/-]\{session\}$", max_length=120)
    ] = "swarm/{session}"
    refresh: bool = False
    target_subjects: Annotated[int, Constraint(ge=1)] | None = None
    expected_agents: Annotated[int, Constraint(ge=1)] | None = None
    planned_hours: Annotated[float, Constraint(gt=0)] | None = None
    agent: Annotated[AgentDefaults, Constraint(default_factory=AgentDefaults)]
    limits: Limits
    focus: tuple[Text, ...] = ()
    extra_output: tuple[Text, ...] = ()
    fields: tuple[Field, ...] = STANDARD_FIELDS
    criteria: Annotated[Criteria, Constraint(default_factory=Criteria)]
    allow_domains: tuple[Text, ...] = ()
    teams: Annotated[tuple[Team, ...], Constraint(min_length=1)]
    welcome: LongText = ""

    @property
    def agents(self) -> tuple[AgentSpec, ...]:
        """All agents, in the order of the file."""
        return _agents(self.teams)

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """All subjects, in the order of the file."""
        return tuple(subject for agent in self.agents for subject in agent.subjects)
