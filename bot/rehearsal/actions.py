"""GitHub Actions on the virtual clock: runs of workflows, their queues, and the event that one is over.

As documented of concurrency groups without cancel-in-progress: one run of a group at a time, one waits, and a
later one takes the place of the one that waits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from random import Random

from bot.adapters.memory.runs import MemoryRun, MemoryRuns
from bot.core.events import SESSION_WORKFLOW, STATUS_WORKFLOW, ContinueSession, Intent, RefreshStatus, queue_of
from bot.rehearsal.faults import Faults
from bot.rehearsal.scheduler import Process, Scheduler

BOT = "github-actions[bot]"
STATUS_QUEUE = "status"
LATE = (60.0, 3 * 3600.0)
"""Seconds by which an event may be late."""


@dataclass
class Job:
    """What a run has to do, and the queue that it waits in. `processes` end when it is cancelled."""

    run: MemoryRun
    queue: str
    intent: Intent
    processes: list[Process] = field(default_factory=list)

    @property
    def cancelled(self) -> bool:
        return self.run.conclusion == "cancelled"


class Actions(MemoryRuns):
    """`Runs`, and what carries them out: `work` is what a run does from its beginning to its end."""

    def __init__(self, scheduler: Scheduler, chance: Random, faults: Faults, say: Callable[[str], None]) -> None:
        super().__init__(scheduler)
        self.scheduler = scheduler
        self.chance = chance
        self.faults = faults
        self.say = say
        self.work: Callable[[Job], None] = lambda job: None
        self._jobs: dict[str, Job] = {}
        self._at_work: dict[str, Job] = {}
        self._waiting: dict[str, Job] = {}

    # --- the port ---

    def start(self, workflow: str, inputs: Mapping[str, str]) -> None:
        queue = queue_of(inputs["issue"], inputs["mission"])
        intent = ContinueSession(inputs["session"], BOT, queue)
        self.trigger(PurePosixPath(workflow).name, f"{inputs['session']} goes on", queue, intent)

    def cancel(self, run: str) -> None:
        job = self._jobs[run]
        if job.run.conclusion:
            return
        super().cancel(run)
        self.say(f"run {run} is cancelled")
        if self._waiting.get(job.queue) is job:
            del self._waiting[job.queue]
            self._tell(job)
        for process in job.processes:
            self.scheduler.kill(process)

    # --- what happens by itself ---

    def trigger(self, workflow: str, title: str, queue: str, intent: Intent) -> None:
        """A run comes up: it begins, or waits for the one of its queue that is at work."""
        job = Job(self.begin(workflow, title), queue, intent)
        self._jobs[job.run.id] = job
        if queue not in self._at_work:
            self._carry_out(job)
            return
        replaced, self._waiting[queue] = self._waiting.get(queue), job
        if replaced:
            self.end(replaced.run.id, "cancelled")
            self._tell(replaced)

    def _carry_out(self, job: Job) -> None:
        self._at_work[job.queue] = job

        def whole() -> None:
            self.work(job)
            self.end(job.run.id)
            del self._at_work[job.queue]
            if after := self._waiting.pop(job.queue, None):
                self._carry_out(after)
            self._tell(job)

        self.scheduler.start(whole, self.chance.uniform(2, 20))

    def _tell(self, job: Job) -> None:
        """The event that a session's run is over: it may be lost, come twice, or late."""
        if job.run.workflow != SESSION_WORKFLOW:
            return

        def refresh() -> None:
            self.trigger(STATUS_WORKFLOW, "Swarm status", STATUS_QUEUE, RefreshStatus(job.run.title))

        fault = self.faults.of_event()
        if fault:
            self.say(f"the event that run {job.run.id} is over is {fault}")
        for _ in range({"lost": 0, "doubled": 2}.get(fault or "", 1)):
            delay = self.chance.uniform(*LATE) if fault == "late" else self.chance.uniform(1, 10)
            self.scheduler.start(refresh, delay)
