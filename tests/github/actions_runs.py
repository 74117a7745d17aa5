"""One run of a workflow, and how the test GitHub shows it."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tests.github import happenings, runs, state
from tests.github.actions_log import Conclusion, Job, Log
from tests.github.actions_turns import Turn
from tests.github.actions_workflows import FOLDER, Workflow
from tests.github.state import Actor, Json
from tests.github.world import REPOSITORY, World


@dataclass
class Run:
    """One run of one workflow file."""

    id: int
    number: int
    workflow: Workflow
    event: str
    payload: Json
    actor: str
    ref: str
    sha: str
    depth: int
    turns: Sequence[Turn] = ()
    status: Literal["queued", "in_progress", "completed"] = "queued"
    conclusion: Conclusion = ""
    why: str = ""
    seconds: float = 0.0
    log: Log = field(default_factory=Log)
    skipped: Sequence[str] = ()
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def file(self) -> str:
        """The name of the workflow file, without its folder."""
        return self.workflow.path.removeprefix(FOLDER)

    @property
    def jobs(self) -> list[Job]:
        return list(self.log.jobs.values())

    def job(self, id: str) -> Job:
        """The only job with this id. Raises LookupError, with the log, when there is not exactly one."""
        found = [job for job in self.jobs if job.id == id]
        if len(found) != 1:
            raise LookupError(f"{len(found)} jobs are called {id}\n{self.report()}")
        return found[0]

    def report(self) -> str:
        head = (
            f"=== run {self.id}: {self.file} on {self.event}: {self.conclusion or self.status} {self.why}".rstrip()
        )
        return f"{head} ({self.seconds:.1f} s)\n{self.log.text()}\n"


def contexts(run: Run, variables: Mapping[str, str]) -> dict[str, object]:
    """What an expression outside of jobs can see."""
    github = {
        "event": run.payload,
        "event_name": run.event,
        "run_id": run.id,
        "run_number": run.number,
        "ref": run.ref,
        "ref_name": run.ref.removeprefix("refs/heads/"),
        "sha": run.sha,
        "actor": run.actor,
        "workflow": run.workflow.name,
        "repository": REPOSITORY,
        "head_ref": run.payload.get("pull_request", {}).get("head", {}).get("ref", ""),
    }
    return {"github": github, "inputs": run.payload.get("inputs") or {}, "vars": variables}


def completed(run: Run, world: World) -> Json:
    """The payload of the event that says that the run is over."""
    shown = runs.show(world, world.state.runs[run.id])
    described = shown | {"name": run.workflow.name, "run_number": run.number}
    workflow = runs.show_workflow(world, run.workflow.path)
    about = {"workflow_run": described, "workflow": workflow}
    return happenings.about(world, Actor(run.actor), "completed", **about)


def show(run: Run, world: World) -> None:
    """Lists the run, as it is now, where the interface finds it."""
    shown = world.state.runs.get(run.id)
    if shown is None:
        branch = run.ref.removeprefix("refs/heads/")
        shown = state.Run(run.id, run.workflow.path, run.event, run.sha, branch, run.actor, world.now())
        document, inputs = run.workflow.document, run.payload.get("inputs") or {}
        shown.title = runs.titled(run.workflow.path, document, run.event, run.payload, inputs)
        world.state.runs[run.id] = shown
    shown.status, shown.conclusion = run.status, run.conclusion or None


def show_job(run: Run, job: Job, world: World) -> None:
    """Lists one job of the run, as it is now."""
    for shown in world.state.jobs:
        if (shown.run, shown.name) == (run.id, job.name):
            break
    else:
        shown = state.Job(next(world.state.ids), run.id, job.name, "in_progress", None)
        world.state.jobs.append(shown)
    if job.conclusion:
        shown.status, shown.conclusion = "completed", job.conclusion
