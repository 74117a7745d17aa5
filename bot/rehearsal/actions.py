"""GitHub Actions on the virtual clock: runs of workflows, their queues, and the event that one is over.

As documented of concurrency groups without cancel-in-progress: one run of a group at a time, one waits, and a later
one takes the place of the one that waits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from random import Random

from bot.core.events import SESSION_WORKFLOW, STATUS_WORKFLOW, ContinueSession, Intent, RefreshStatus, queue_of
from bot.core.runs import ActiveRun
from bot.rehearsal.faults import Faults
from bot.rehearsal.scheduler import Process, Scheduler

BOT = "github-actions[bot]"
STATUS_QUEUE = "status"
LATE = (60.0, 3 * 3600.0)
"""Seconds by which an event may be late."""


@dataclass
class Run:
    """A run of a workflow. `processes` are its jobs, which end when it is cancelled."""

    id: str
    workflow: str
    title: str
    queue: str
    intent: Intent
    created: datetime
    cancelled: bool = False
    over: bool = False
    processes: list[Process] = field(default_factory=list)


class Actions:
    """`Runs`, and what carries them out: `work` is what a run does from its beginning to its end."""

    def __init__(self, scheduler: Scheduler, chance: Random, faults: Faults, say: Callable[[str], None]) -> None:
        self.scheduler = scheduler
        self.chance = chance
        self.faults = faults
        self.say = say
        self.runs: list[Run] = []
        self.at_work: dict[str, Run] = {}
        self.waiting: dict[str, Run] = {}
        self.work: Callable[[Run], None] = lambda run: None

    # --- the port ---

    def start(self, workflow: str, inputs: Mapping[str, str]) -> None:
        session = inputs["session"]
        queue = queue_of(inputs["issue"], inputs["mission"])
        intent = ContinueSession(session, BOT, queue)
        self.trigger(PurePosixPath(workflow).name, f"{session} goes on", queue, intent)

    def active(self, workflow: str) -> tuple[ActiveRun, ...]:
        found = [run for run in self.runs if not run.over and run.workflow == workflow]
        return tuple(ActiveRun(run.id, run.title, run.created) for run in reversed(found))

    def cancel(self, run: str) -> None:
        for found in self.runs:
            if found.id == run and not found.over:
                found.cancelled = True
                self.say(f"run {run} is cancelled")
                if self.waiting.get(found.queue) is found:
                    del self.waiting[found.queue]
                    self._complete(found)
                for process in found.processes:
                    self.scheduler.kill(process)

    # --- what happens by itself ---

    def trigger(self, workflow: str, title: str, queue: str, intent: Intent) -> None:
        """A run begins, or waits for the one of its queue that is at work."""
        run = Run(str(len(self.runs) + 1), workflow, title, queue, intent, self.scheduler.now())
        self.runs.append(run)
        if queue not in self.at_work:
            self._begin(run)
            return
        replaced = self.waiting.get(queue)
        self.waiting[queue] = run
        if replaced:
            replaced.cancelled = True
            self._complete(replaced)

    def _begin(self, run: Run) -> None:
        self.at_work[run.queue] = run

        def whole() -> None:
            try:
                self.work(run)
            finally:
                self._complete(run)

        self.scheduler.start(whole, self.chance.uniform(2, 20))

    def _complete(self, run: Run) -> None:
        run.over = True
        if self.at_work.get(run.queue) is run:
            del self.at_work[run.queue]
            if after := self.waiting.pop(run.queue, None):
                self._begin(after)
        if run.workflow == SESSION_WORKFLOW:
            self._tell(run)

    def _tell(self, run: Run) -> None:
        """The event that a run is over: it may be lost, come twice, or late."""

        def refresh() -> None:
            self.trigger(STATUS_WORKFLOW, "Swarm status", STATUS_QUEUE, RefreshStatus(run.title))

        fault = self.faults.of_event()
        if fault:
            self.say(f"the event that run {run.id} is over is {fault}")
        for _ in range({"lost": 0, "doubled": 2}.get(fault or "", 1)):
            delay = self.chance.uniform(*LATE) if fault == "late" else self.chance.uniform(1, 10)
            self.scheduler.start(refresh, delay)
