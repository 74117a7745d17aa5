"""What lies on a session's branch: the launch, and one record and one findings file for each agent."""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, StringConstraints
from pydantic import Field as Constraint

from bot.core.findings import Blocker, CheckedFinding, Gap, Opinion, Usage
from bot.core.ids import Id
from bot.core.mission import Mission
from bot.core.models import Model
from bot.core.pricing import Prices

AgentState = Literal["done", "blocked", "failed"]
"""done: every subject has findings or gaps. blocked: at least one subject could not be researched, said in a
blocker. failed: no attempt came to its end; what was found until then is kept."""

CommitId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}(?:[0-9a-f]{24})?$")]


class Continues(Model):
    """Which session a session goes on from, how many in a row that makes, and what was launched at first."""

    session: Id
    row: Annotated[int, Constraint(ge=1, le=100)]
    mission_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """Of the mission's file as a person has it: what this session was launched with was made from that."""


@lru_cache(maxsize=16)
def _the_same(mission: Mission) -> Mission:
    """Equal missions are one value, so that what is `remembered` of one holds for all its launches."""
    return mission


class Launch(Model):
    """sessions/<session>/launch.json: the checked mission, when, by whom, from which commit, the agents' caps.

    The mission lies beside it as a person wrote it (mission.yml); the session goes on by this one.
    """

    session: Id
    mission: Annotated[Mission, AfterValidator(_the_same)]
    mission_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    launched: AwareDatetime
    by: str
    actor: str = ""
    """The login of whoever asked for it, and `run` in which run; empty where it was launched by hand."""
    run: str = ""
    issue: Annotated[int, Constraint(ge=1)] | None = None
    """The issue that asked for the session, where its status stands."""
    continues: Continues | None = None
    """The session that had no time for what this one does; None where a person launched it."""
    base: str
    base_commit: CommitId
    caps: dict[Id, Annotated[int, Constraint(ge=0)]]
    """Millionths of a US dollar for each agent, over all its attempts; they sum to at most the session's cap."""
    again: dict[Id, Annotated[int, Constraint(ge=1, le=10)]] = Constraint(default_factory=dict)
    """Up to which attempt a person lets an agent go, whatever became of it: no part of the file, see `amended`."""
    prices: dict[str, Prices] = Constraint(default_factory=dict)
    """What the agents' models cost, by `pricing.key`: as it was known at launch, and it holds to the end."""

    @property
    def written_sha256(self) -> str:
        """Of the mission's file that a person wrote and launched."""
        return self.continues.mission_sha256 if self.continues else self.mission_sha256


class AgentRecord(Model):
    """sessions/<session>/agents/<agent>.json: what `record` found to be so. Nothing in it is self-reported."""

    session: Id
    agent: Id
    attempt: Annotated[int, Constraint(ge=1, le=10)]
    state: AgentState
    reason: str = ""
    started: AwareDatetime
    finished: AwareDatetime
    recorded: AwareDatetime
    usage: Usage = Usage()
    spent: Annotated[int, Constraint(ge=0)] = 0
    """What all attempts until now count for, in millionths of a US dollar; a lost one for all that it might have
    spent."""
    halted: bool = False
    """The access to the model was refused (key, permission, credit): nothing goes on before a person acts."""
    idle_since: AwareDatetime | None = None
    """Of an assignment that was given up: when something was recorded of it last, or else the launch."""
    goes_on_in: Id | None = None
    """Of an assignment that was given up: the session that goes on with its subjects, where one does."""
    halts: Annotated[int, Constraint(ge=0)] = 0
    """How many attempts until now ended so; they use up none of the mission's."""
    findings: Annotated[int, Constraint(ge=0)] = 0
    verified: Annotated[int, Constraint(ge=0)] = 0
    gaps: Annotated[int, Constraint(ge=0)] = 0
    blockers: Annotated[int, Constraint(ge=0)] = 0


class FindingsFile(Model):
    """sessions/<session>/findings/<agent>.json."""

    agent: Id
    findings: tuple[CheckedFinding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    opinions: tuple[Opinion, ...] = ()
