"""One session in a rehearsal: what its jobs do, with the commands that do it on GitHub, each on its own machine."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import TypeVar

from bot.adapters.memory.repository import Store
from bot.adapters.secrets import scan
from bot.commands.agent import agent as research
from bot.commands.close import Closing
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
from bot.errors import SwarmError
from bot.ports import Conversation, Forge, PriceList
from bot.rehearsal.actions import Actions, Run
from bot.rehearsal.agents import GARBAGE, Ledger, Rehearsed
from bot.rehearsal.faults import AgentFault, Faults, JobKind
from bot.rehearsal.machine import JobConversation, JobForge, JobRepository, JobRuns, Machine
from bot.rehearsal.scheduler import Killed, Process, Scheduler
from bot.rehearsal.sources import MadeUpSources

T = TypeVar("T")
BASE = "main"
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
    store: Store
    forge: Forge
    conversation: Conversation
    actions: Actions
    prices: PriceList
    say: Callable[[str], None]
    ledger: Ledger
    bugs: list[BaseException]

    @cached_property
    def library(self) -> MadeUpSources:
        return MadeUpSources(self.scheduler.now())

    # --- runs ---

    def work(self, run: Run) -> None:
        """Carries out one run of a workflow."""
        match run.intent:
            case RefreshStatus(completed):
                self._job(run, "status", lambda machine: self._refresh(machine, run, completed))
            case LaunchAsked() | LaunchDispatched() | ContinueSession():
                self._session(run, run.intent)
            case _:
                raise AssertionError(f"no workflow is for {run.intent}")

    def _session(self, run: Run, asked: LaunchAsked | LaunchDispatched | ContinueSession) -> None:
        launched = self._job(run, "launch", lambda machine: request(self._desk(machine, run), asked))
        if launched is None or run.cancelled or not launched.outputs.get("session"):
            return
        if launched.outputs["agents"]:
            self._matrix(run, launched)
        if not run.cancelled:
            session = launched.outputs["session"]
            self._job(run, "close", lambda machine: finish(self._finishing(machine, run, merge=True), session))

    def _matrix(self, run: Run, launched: Outcome) -> None:
        turns = list(reversed(json.loads(launched.outputs["agents"])))

        def slot() -> None:
            while turns and not run.cancelled:
                turn = turns.pop()
                leg = self.scheduler.start(lambda: self._leg(run, launched, turn["agent"], turn["attempt"]))
                run.processes.append(leg)
                self.scheduler.wait([leg])

        slots = min(len(turns), int(launched.outputs["max-parallel"]))
        self.scheduler.wait([self.scheduler.start(slot) for _ in range(slots)])

    def _leg(self, run: Run, launched: Outcome, agent: str, attempt: int) -> None:
        """The two jobs of one attempt."""
        fault = self.faults.of_agent(agent, attempt)
        if fault:
            self.say(f"{agent}/{attempt} {fault}")
        if fault == "never-starts":
            self.scheduler.sleep(QUEUED)
            return
        self.scheduler.sleep(self.chance.uniform(5, 40))
        artifact = self._researched(launched, agent, attempt, fault)
        if fault == "vanishes":
            return
        told = launched.outputs
        comment = int(told["comment"] or 0)

        def recorded(machine: Machine) -> None:
            parts = Recording(
                self._repo(machine), self.library, self.scheduler, self._telling(machine, run), self.chance.random
            )
            made, _ = record_job(parts, told["session"], agent, attempt, artifact, comment)
            self.say(f"{agent}/{attempt} {made.state}")

        if fault == "late":  # its machine sleeps, and nobody can end what sleeps
            self.scheduler.start(lambda: self._tried("record", recorded), self.chance.uniform(*ASLEEP))
        else:
            self._job(run, "record", recorded)

    def _researched(self, launched: Outcome, agent: str, attempt: int, fault: AgentFault | None) -> bytes | None:
        """What an agent leaves behind; None: nothing."""
        told = launched.outputs
        data = load_session(JobRepository(self.store, self._machine(None)), told["commit"], told["session"])
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

    def _refresh(self, machine: Machine, run: Run, completed: str) -> Outcome:
        done = refresh(Refreshing(self._finishing(machine, run, merge=False), completed))
        repaired = done.data["repaired"]
        assert isinstance(repaired, list)
        for one in repaired:
            self.say(f"{one['session']}: {one['done']}")
        return done

    # --- jobs ---

    def _job(self, run: Run, kind: JobKind, work: Callable[[Machine], T]) -> T | None:
        """A job on its own machine; None when it failed or its machine was lost."""
        made: list[T] = []
        self.scheduler.sleep(self.chance.uniform(2, 15))
        process = self.scheduler.start(lambda: made.extend(self._tried(kind, work)))
        run.processes.append(process)
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
        return JobRepository(self.store, machine)

    def _telling(self, machine: Machine, run: Run) -> Telling:
        return Telling(JobConversation(self.conversation, machine), self.scheduler, ADDRESSES, run.id)

    def _desk(self, machine: Machine, run: Run) -> Desk:
        return Desk(
            self._repo(machine),
            JobConversation(self.conversation, machine),
            self.scheduler,
            BASE,
            lambda _: None,
            self._telling(machine, run),
            self.prices,
            run.id,
            "1",
        )

    def _finishing(self, machine: Machine, run: Run, *, merge: bool) -> Finishing:
        repo = self._repo(machine)
        forge = JobForge(self.forge, repo, machine, f"run {run.id}")
        closing = Closing(repo, forge, self.library, self.scheduler, BASE, scan)
        return Finishing(closing, self._telling(machine, run), JobRuns(self.actions, machine), merge)


Processes = list[Process]
