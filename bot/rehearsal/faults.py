"""What goes wrong in a rehearsal: as a file says, or as chance has it."""

from collections.abc import Iterator
from random import Random
from typing import Annotated, Literal, Protocol

from pydantic import Field as Constraint

from bot.core.ids import Id
from bot.core.loading import bounded, validated
from bot.core.models import Model
from bot.core.yaml_reader import read
from bot.errors import InvalidInput

AgentFault = Literal["never-starts", "crashes", "vanishes", "hangs", "garbage", "lies", "overspends", "late"]
"""never-starts: no machine is found for it. crashes: its process ends without a result. vanishes: so does the
record job. hangs: until its time is over. garbage: what it leaves cannot be read. lies: it quotes what no source
says. overspends: it says that it has used more than it had. late: its machine sleeps, and comes back hours on."""
JobKind = Literal["launch", "record", "close", "status"]
EventFault = Literal["lost", "doubled", "late"]
Meddling = Literal["base-moves", "deliverable-edited", "label-again"]
AGENT_FAULTS: tuple[AgentFault, ...] = (
    "never-starts",
    "crashes",
    "vanishes",
    "hangs",
    "garbage",
    "lies",
    "overspends",
    "late",
)
JOBS: tuple[JobKind, ...] = ("launch", "record", "close", "status")
EVENTS: tuple[EventFault, ...] = ("lost", "doubled", "late")
MEDDLING: tuple[Meddling, ...] = ("base-moves", "deliverable-edited", "label-again")
Count = Annotated[int, Constraint(ge=1, le=100_000)]


class OfAgent(Model):
    """What befalls one attempt of an agent; `attempt` None: every one."""

    agent: Id
    fault: AgentFault
    attempt: Count | None = None


class OfJob(Model):
    """The nth job of a kind dies: after so many changes to the repository or the forge."""

    job: JobKind
    nth: Count = 1
    dies_after: Annotated[int, Constraint(ge=0, le=1_000)]


class OfEvent(Model):
    """What becomes of the nth event that a run is over."""

    completed: Count
    fault: EventFault


class OfPerson(Model):
    """Somebody does something, so many minutes after the beginning."""

    minute: Annotated[float, Constraint(ge=0, le=100_000)]
    does: Meddling


class FaultFile(Model):
    """A file of faults. `schedule`: whether the workflow that repairs is started every half hour as well."""

    agents: tuple[OfAgent, ...] = ()
    jobs: tuple[OfJob, ...] = ()
    events: tuple[OfEvent, ...] = ()
    people: tuple[OfPerson, ...] = ()
    slow_calls: Annotated[float, Constraint(ge=0, le=1)] = 0
    """How many of all calls are refused for a minute (429), as a share."""
    schedule: bool = True


def load_faults(content: bytes, file: str) -> "Faults":
    """The faults of a file. Raises InvalidInput with everything that is wrong in it."""
    tree = read(content, file)
    found = validated(FaultFile, tree, file)
    if tree.problems or found is None:
        raise InvalidInput(problems=bounded(tuple(tree.problems), file))
    return Scripted(found)


class Faults(Protocol):
    """What goes wrong, asked at each occasion once."""

    schedule: bool

    def of_agent(self, agent: str, attempt: int) -> AgentFault | None: ...

    def dies_after(self, job: JobKind) -> int | None:
        """After how many changes this job dies; None: it does not."""
        ...

    def of_event(self) -> EventFault | None: ...

    def is_slow(self) -> bool:
        """Whether a call is refused for a minute."""
        ...

    def people(self) -> Iterator[tuple[float, Meddling]]:
        """After how many minutes somebody does what."""
        ...


class Scripted:
    """Faults as a file says."""

    def __init__(self, file: FaultFile, chance: Random | None = None) -> None:
        self.file = file
        self.schedule = file.schedule
        self._chance = chance or Random(0)  # noqa: S311  nothing secret
        self._jobs = dict.fromkeys(JOBS, 0)
        self._events = 0

    def of_agent(self, agent: str, attempt: int) -> AgentFault | None:
        found = (one for one in self.file.agents if one.agent == agent and one.attempt in (None, attempt))
        return next((one.fault for one in found), None)

    def dies_after(self, job: JobKind) -> int | None:
        self._jobs[job] += 1
        found = (one for one in self.file.jobs if (one.job, one.nth) == (job, self._jobs[job]))
        return next((one.dies_after for one in found), None)

    def of_event(self) -> EventFault | None:
        self._events += 1
        return next((one.fault for one in self.file.events if one.completed == self._events), None)

    def is_slow(self) -> bool:
        return self.file.slow_calls > 0 and self._chance.random() < self.file.slow_calls

    def people(self) -> Iterator[tuple[float, Meddling]]:
        return ((one.minute, one.does) for one in self.file.people)


class Chance:
    """Faults at random, the same for the same seed. `rate`: the share of occasions at which something goes wrong.

    Without a schedule nothing is there to find what an event that is lost would have found, so none is then.
    """

    def __init__(self, chance: Random, rate: float = 0.1) -> None:
        self.chance = chance
        self.rate = rate
        self.schedule = chance.random() < 0.8

    def of_agent(self, agent: str, attempt: int) -> AgentFault | None:
        return self.chance.choice(AGENT_FAULTS) if self._strikes() else None

    def dies_after(self, job: JobKind) -> int | None:
        spared = job == "status" and not self.schedule
        return self.chance.randrange(8) if self._strikes() and not spared else None

    def of_event(self) -> EventFault | None:
        return self.chance.choice(EVENTS) if self._strikes() and self.schedule else None

    def is_slow(self) -> bool:
        return self.chance.random() < self.rate / 10

    def people(self) -> Iterator[tuple[float, Meddling]]:
        while self._strikes():
            yield self.chance.uniform(0, 60), self.chance.choice(MEDDLING)

    def _strikes(self) -> bool:
        return self.chance.random() < self.rate
