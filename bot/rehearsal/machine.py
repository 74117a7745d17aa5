"""The machine of one job: it takes a while for each change that it makes, and may die after any of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from random import Random
from typing import ParamSpec, TypeVar

from bot.adapters.memory.repository import MemoryRepository
from bot.adapters.turns import Turns
from bot.core.gate.verdict import Verdict
from bot.core.runs import ActiveRun
from bot.ports import Conversation, Forge, Merged, Postponed, Proposal, Reaction, RefUpdate, Runs, Say
from bot.rehearsal.faults import Faults
from bot.rehearsal.scheduler import Killed, Scheduler

P = ParamSpec("P")
T = TypeVar("T")
REFUSED_FOR = 60.0
"""Seconds for which GitHub refuses calls that come too fast."""


class Machine:
    """A job's machine. `dies_after` so many changes; None: never."""

    def __init__(self, scheduler: Scheduler, chance: Random, faults: Faults, dies_after: int | None) -> None:
        self.scheduler = scheduler
        self.chance = chance
        self.faults = faults
        self.left = dies_after
        self.dead = False

    def change(self, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A change: others come in between before it, and the machine may be gone right after it."""
        self.alive()
        self.scheduler.sleep(self.chance.uniform(0.1, 1.5))
        if self.faults.is_slow():
            self.scheduler.sleep(REFUSED_FOR)
        made = make(*args, **kwargs)
        if self.left is not None:
            self.left -= 1
            self.alive()
        return made

    def alive(self) -> None:
        """Raises Killed when the machine is gone, also to whoever tidies up after that."""
        self.dead = self.dead or (self.left is not None and self.left <= 0)
        if self.dead:
            raise Killed


class JobRepository(MemoryRepository):
    """The repository as one machine reaches it."""

    def __init__(self, shared: MemoryRepository, machine: Machine) -> None:
        super().__init__(shared.store)
        self.machine = machine

    def update(self, updates: Sequence[RefUpdate]) -> None:
        if updates:
            self.machine.change(super().update, updates)


class JobForge:
    """The forge as one machine reaches it; turns are leases in the repository, as on GitHub."""

    def __init__(self, forge: Forge, repository: JobRepository, machine: Machine, owner: str) -> None:
        self.forge = forge
        self.repository = repository
        self.machine = machine
        self.turns = Turns(repository, machine.scheduler, owner, jitter=machine.chance.random)

    def turn(self, branch: str) -> AbstractContextManager[None]:
        return self.turns.turn(branch)

    def advance(self, branch: str, expected: str, new: str) -> None:
        self.repository.update([RefUpdate(f"refs/heads/{branch}", new, expected)])

    def delete(self, branch: str, expected: str) -> None:
        self.repository.update([RefUpdate(f"refs/heads/{branch}", None, expected)])

    def report(self, commit: str, verdict: Verdict) -> None:
        self.machine.change(self.forge.report, commit, verdict)

    def propose(self, proposal: Proposal) -> str:
        return self.machine.change(self.forge.propose, proposal)

    def merge(self, proposal: Proposal) -> Merged | Postponed:
        return self.machine.change(self.forge.merge, proposal)


class JobConversation:
    """The issues as one machine reaches them."""

    def __init__(self, conversation: Conversation, machine: Machine) -> None:
        self.conversation = conversation
        self.machine = machine

    def permission(self, login: str) -> str:
        return self.conversation.permission(login)

    def say(self, issue: int, kind: Say, body: str) -> int:
        return self.machine.change(self.conversation.say, issue, kind, body)

    def edit(self, comment: int, body: str) -> bool:
        return self.machine.change(self.conversation.edit, comment, body)

    def unlabel(self, issue: int, label: str) -> None:
        self.machine.change(self.conversation.unlabel, issue, label)

    def react(self, comment: int, reaction: Reaction) -> None:
        self.machine.change(self.conversation.react, comment, reaction)

    def close(self, issue: int) -> None:
        self.machine.change(self.conversation.close, issue)


class JobRuns:
    """The runs of workflows as one machine reaches them."""

    def __init__(self, runs: Runs, machine: Machine) -> None:
        self.runs = runs
        self.machine = machine

    def start(self, workflow: str, inputs: Mapping[str, str]) -> None:
        self.machine.change(self.runs.start, workflow, inputs)

    def active(self, workflow: str) -> tuple[ActiveRun, ...]:
        return self.runs.active(workflow)

    def cancel(self, run: str) -> None:
        self.machine.change(self.runs.cancel, run)
