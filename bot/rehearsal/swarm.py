"""What the jobs of a rehearsal do: the commands that do it on GitHub, each on a machine of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TypeVar

from bot.adapters.memory.forge import Hub, MemoryForge
from bot.adapters.secrets import scan
from bot.commands.agent import agent as research
from bot.commands.close import Closing
from bot.commands.continuation import later_open
from bot.commands.files import json_bytes
from bot.commands.finish import Finishing, finish
from bot.commands.load import load_session
from bot.commands.outcome import Outcome
from bot.commands.record_job import Recording, record_job, spec_of
from bot.commands.refresh import Refreshing, refresh
from bot.commands.request import Desk, request
from bot.commands.telling import Telling
from bot.core.addresses import Addresses
from bot.core.events import ContinueSession, LaunchAsked, LaunchDispatched, RefreshStatus
from bot.core.records import AgentRecord
from bot.errors import SwarmError
from bot.ports import Conversation, PriceList
from bot.rehearsal.actions import Actions, Job
from bot.rehearsal.agents import GARBAGE, Ledger, Rehearsed
from bot.rehearsal.faults import AgentFault, Faults, JobKind
from bot.rehearsal.guarantees import Handed
from bot.rehearsal.machine import JobConversation, JobForge, JobRepository, JobRuns, Machine
from bot.rehearsal.scheduler import Killed, Process, Scheduler
from bot.rehearsal.sources import MadeUpSources

T = TypeVar("T")
BASE = "main"
RUN_ATTEMPT = "1"
ADDRESSES = Addresses("https://github.com", "example/rehearsal")
RESEARCH = (60.0, 900.0)
"""Seconds that an agent takes."""
QUEUED = 24 * 3600.0
"""Seconds after which GitHub gives up a job for which no machine is found."""
ASLEEP = (1_800.0, 36_000.0)


@dataclass
class Swarm:
    """The jobs of all sessions of one repository in memory."""

    scheduler: Scheduler
    chance: Random
    faults: Faults
    hub: Hub
    conversation: Conversation
    actions: Actions
    prices: PriceList
    say: Callable[[str], None]
    ledger: Ledger = field(default_factory=Ledger)
    bugs: list[BaseException] = field(default_factory=list)
    made: list[AgentRecord] = field(default_factory=list)
    handed: list[Handed] = field(default_factory=list)
    asleep: list[Process] = field(default_factory=list)
    """Attempts that come back after everybody has given them up."""

    def __post_init__(self) -> None:
        self.library = MadeUpSources(self.scheduler.now())

    # --- runs ---

    def work(self, job: Job) -> None:
        """Carries out one run of a workflow."""
        match job.intent:
            case RefreshStatus(completed):
                self._job(job, "status", lambda machine: self._refresh(machine, job, completed))
            case LaunchAsked() | LaunchDispatched() | ContinueSession():
                self._session(job, job.intent)
            case _:
                raise AssertionError(f"no workflow is for {job.intent}")

    def _session(self, job: Job, asked: LaunchAsked | LaunchDispatched | ContinueSession) -> None:
        launched = self._job(job, "launch", lambda machine: request(self._desk(machine, job), asked))
        if launched is None or job.cancelled or not launched.outputs.get("session"):
            return
        if launched.outputs["agents"]:
            self._matrix(job, launched)
        if not job.cancelled:
            session = launched.outputs["session"]
            self._job(job, "close", lambda machine: finish(self._finishing(machine, job, merge=True), session))

    def _matrix(self, job: Job, launched: Outcome) -> None:
        turns = json.loads(launched.outputs["agents"])
        legs = iter([partial(self._leg, job, launched, turn["agent"], turn["attempt"]) for turn in turns])

        def slot() -> None:
            for leg in legs:
                if not job.cancelled:
                    process = self.scheduler.start(leg)
                    job.processes.append(process)
                    self.scheduler.wait([process])

        slots = min(len(turns), int(launched.outputs["max-parallel"]))
        self.scheduler.wait([self.scheduler.start(slot) for _ in range(slots)])

    def _leg(self, job: Job, launched: Outcome, agent: str, attempt: int) -> None:
        """The two jobs of one attempt."""
        self.handed.append(Handed(launched.outputs["session"], agent, attempt, job.run.id, self.scheduler.now()))
        fault = self.faults.of_agent(agent, attempt)
        if fault:
            self.say(f"{agent}/{attempt} {fault}")
        if fault == "never-starts":
            self.scheduler.sleep(QUEUED)
            return
        self.scheduler.sleep(self.chance.uniform(5, 40))
        artifact = self._researched(launched, agent, attempt, fault)
        if fault == "vanishes":
            self.say(f"the machine of {agent}/{attempt} is lost")
            return
        told = launched.outputs
        comment = int(told["comment"] or 0)

        def recorded(machine: Machine) -> None:
            repo, telling = self._repo(machine), self._telling(machine, job)
            parts = Recording(
                repo, self.library, self.scheduler, telling, self.chance.random, f"{job.run.id}/{RUN_ATTEMPT}"
            )
            made = record_job(parts, told["session"], agent, attempt, artifact, comment).record
            self.made.append(made)
            self.say(f"{agent}/{attempt} {made.state}")

        if fault == "late":  # its machine sleeps, and nobody can end what sleeps
            delay = self.chance.uniform(*ASLEEP)
            self.asleep.append(self.scheduler.start(lambda: self._tried("record", recorded), delay))
        else:
            self._job(job, "record", recorded)

    def _researched(self, launched: Outcome, agent: str, attempt: int, fault: AgentFault | None) -> bytes | None:
        """What an agent leaves behind; None: nothing."""
        told = launched.outputs
        data = load_session(self.hub.repository, told["commit"], told["session"])
        spec = spec_of(data, agent)
        backend = Rehearsed(self.library, self.scheduler, self.chance, self.ledger, fault)
        handed = research(lambda _: backend, self.scheduler, data, spec, attempt, lambda _: None)
        if fault == "hangs":
            minutes = next(t["minutes"] for t in json.loads(told["agents"]) if t["agent"] == agent)
            self.scheduler.sleep(minutes * 60)
        else:
            self.scheduler.sleep(self.chance.uniform(*RESEARCH))
        if fault in ("crashes", "hangs", "vanishes"):
            return None
        if fault == "garbage":
            return self.chance.choice(GARBAGE)
        return handed.artifact or json_bytes({"failure": handed.failure})

    def _refresh(self, machine: Machine, job: Job, completed: str) -> Outcome:
        done = refresh(Refreshing(self._finishing(machine, job, merge=False), completed))
        repaired = done.data["repaired"]
        assert isinstance(repaired, list)
        for one in repaired:
            self.say(f"{one['session']}: {one['done']}")
        return done

    # --- jobs ---

    def _job(self, job: Job, kind: JobKind, work: Callable[[Machine], T]) -> T | None:
        """A job on its own machine; None when it failed or its machine was lost."""
        made: list[T] = []
        self.scheduler.sleep(self.chance.uniform(2, 15))
        process = self.scheduler.start(lambda: made.extend(self._tried(kind, work)))
        job.processes.append(process)
        self.scheduler.wait([process])
        return made[0] if made else None

    def _tried(self, kind: JobKind, work: Callable[[Machine], T]) -> list[T]:
        machine = self._machine(self.faults.dies_after(kind))
        try:
            return [work(machine)]
        except SwarmError as error:
            self.say(f"{kind} failed: {error.problems[0]}")
        except Killed:
            self.say(f"the machine of {kind} is lost")
            raise
        except Exception as error:
            self.bugs.append(error)
            self.say(f"{kind} ended with a bug: {type(error).__name__}: {error}")
        return []

    def _machine(self, dies_after: int | None) -> Machine:
        return Machine(self.scheduler, self.chance, self.faults, dies_after)

    def _repo(self, machine: Machine) -> JobRepository:
        return JobRepository(self.hub.repository, machine)

    def _telling(self, machine: Machine, job: Job) -> Telling:
        conversation, repo = JobConversation(self.conversation, machine), self._repo(machine)
        return Telling(conversation, self.scheduler, ADDRESSES, job.run.id, lambda data: later_open(repo, data))

    def _desk(self, machine: Machine, job: Job) -> Desk:
        return Desk(
            self._repo(machine),
            JobConversation(self.conversation, machine),
            self.scheduler,
            BASE,
            lambda _: None,
            self._telling(machine, job),
            self.prices,
            job.run.id,
            RUN_ATTEMPT,
        )

    def _finishing(self, machine: Machine, job: Job, *, merge: bool) -> Finishing:
        repo = self._repo(machine)
        forge = JobForge(MemoryForge(self.hub, repo, self.scheduler), repo, machine, f"run {job.run.id}")
        run = f"{job.run.id}/{RUN_ATTEMPT}"
        closing = Closing(repo, forge, self.library, self.scheduler, BASE, scan, run=run)
        return Finishing(closing, self._telling(machine, job), JobRuns(self.actions, machine), merge)
