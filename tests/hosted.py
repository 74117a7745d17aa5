"""The jobs of a session, as the workflows would start them, in this process: real commands, git and HTTP.

Each job gets its own folder and token, and may be cut off after any side effect on the server.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path

from bot.adapters.clock import SystemClock
from bot.adapters.github.client import Client, T
from bot.adapters.model_access import Access
from bot.adapters.remote import RemoteRepository
from bot.cli.places import templates
from bot.commands.outcome import Outcome
from bot.core.events import SESSION_WORKFLOW, STATUS_WORKFLOW, queue_of
from bot.core.redaction import Redactor, secrets_in
from bot.hosting import Hosted, Job
from bot.ports import Clock, RefUpdate
from bot.render.workflows import workflows
from tests.github.direct import DirectRepository
from tests.github.server import GitHub
from tests.github.state import Actor, Level, Run
from tests.github.world import Event, World
from tests.repos import git
from tests.workshop import GUIDE, MISSION, Killed

FORM = "### Mission\n\nwidgets\n\n### Budget (US dollars)\n\n_No response_\n\n### Backend\n\n_No response_\n"
MAY: dict[str, dict[str, Level]] = {
    "launch": {"contents": "write", "issues": "write"},
    "record": {"contents": "write", "issues": "write"},
    "close": {
        "contents": "write",
        "issues": "write",
        "pull_requests": "write",
        "statuses": "write",
        "actions": "write",
        "checks": "read",
    },
    "status": {"contents": "write", "issues": "write", "actions": "write"},
    "gate": {"contents": "read", "statuses": "write", "checks": "read"},
    "chatops": {"contents": "write", "issues": "write", "actions": "write"},
}
FOLDER = ".github/workflows/"
ACTION = f"acme/swarm@{'0' * 40}"


@dataclass
class Lifetime:
    """Kills after so many side effects on the server; None: never."""

    github: GitHub
    left: int | None = None
    start: int = 0
    dead: bool = False

    def begin(self, left: int | None) -> None:
        self.left, self.start, self.dead = left, self.effects(), False

    def effects(self) -> int:
        """What has been changed on the server: accepted pushes, and calls that write."""
        calls = sum(call.method != "GET" and call.status < 400 for call in self.github.calls)
        return calls + len(self.github.pushes)

    def alive(self) -> None:
        if self.dead:
            raise Killed

    def check(self) -> None:
        if self.left is not None and self.effects() - self.start >= self.left:
            self.dead = True
            raise Killed


class MortalClient(Client):
    """A client on a machine that dies."""

    lifetime: Lifetime

    def _made(self, call: Callable[[], T], doing: str, find: Callable[[], T | None] | None) -> T:
        self.lifetime.alive()
        result = super()._made(call, doing, find)
        self.lifetime.check()
        return result


class MortalRemote(RemoteRepository):
    """A repository that is reached from a machine that dies."""

    lifetime: Lifetime

    def update(self, updates: Sequence[RefUpdate]) -> None:
        self.lifetime.alive()
        super().update(updates)
        self.lifetime.check()


class MortalDirect(MortalRemote, DirectRepository):
    """The same in GitHub's own folder."""


@dataclass(frozen=True)
class Here(Hosted):
    """A job in this process, by a clock on which waiting takes no time."""

    lifetime: Lifetime = field(kw_only=True)
    time: Clock = field(kw_only=True)
    world: World | None = field(kw_only=True)
    """GitHub itself, where git is not to go over HTTP."""

    @cached_property
    def clock(self) -> Clock:
        return self.time

    @cached_property
    def client(self) -> MortalClient:
        job = self.job
        made = MortalClient(
            job.api, job.repository, job.token, self._agent, self.clock, paced=False, redactor=self.redactor
        )
        made.lifetime = self.lifetime
        return made

    def _remote(self, depth: int | None) -> MortalRemote:
        clock, known = self.clock, self.redactor.known
        made: MortalRemote
        if self.world:
            made = MortalDirect(self.world, self.job.token, self._agent, clock=clock, known=known)
        else:
            folder = self.job.temp / ("git" if depth is None else "tips")
            url = f"{self.addresses.home}.git"
            made = MortalRemote(folder, url, self.job.token, self._agent, depth, clock=clock, known=known)
        made.lifetime = self.lifetime
        return made


class Hurried(SystemClock):
    """The machine's clock, on which nobody waits long."""

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.02))


@dataclass
class Started:
    """The run that an event has started, and how often."""

    event: Event
    run: Run
    attempt: int = 0


class Swarm:
    """A repository on the test GitHub, and the jobs that its events start."""

    def __init__(
        self,
        github: GitHub,
        folder: Path,
        mission: str = MISSION,
        clock: Clock | None = None,
        *,
        over_http: bool = False,
    ) -> None:
        """`clock` is what the jobs go by, and GitHub with them; without one it is the machine's.

        `over_http`: git asks GitHub as it does from a real job, which takes three times as long.
        """
        self.github = github
        self.world = None if over_http else github.world
        self.folder = folder
        self.clock = clock or Hurried()
        if clock:
            github.clock = clock
        self.lifetime = Lifetime(github)
        self.counter = count(1)
        self.started: list[Started] = []
        self.access = Access()
        """What the jobs of agents, and no others, reach a model with."""
        self.made: dict[str, Here] = {}
        github.jobs_may.update(MAY)
        github.seed({"docs/guide.md": GUIDE, "missions/widgets.yml": mission} | workflows(ACTION))

    def ask(self, *, label: str = "swarm:launch", body: str = FORM, login: str = "ann") -> Event:
        """Somebody opens an issue and labels it; the event."""
        issue = self.github.open_issue("Widgets, please", body, login)
        return self.label(issue.number, label, login)

    def label(self, issue: int, label: str, login: str = "ann") -> Event:
        self.github.label(issue, label, login)
        return self.github.events[-1]

    def command(self, text: str, *, issue: int = 1, login: str = "ann") -> Outcome:
        """Somebody comments, and the job that answers."""
        self.github.comment(issue, text, login)
        return self.job("chatops", self.github.events[-1]).auto()

    # --- runs ---

    def of(self, event: Event) -> Started:
        """The run of an event."""
        for known in self.started:
            if known.event is event:
                return known
        found = Started(event, self.github.run_for(FOLDER + _file(event), event))
        self.started.append(found)
        return found

    def begin(self, event: Event) -> Started:
        """A run of the session's workflow begins, or begins again: those before it in its queue are over."""
        this = self.of(event)
        for other in self.started:
            if other is not this and _queue(other.event) == _queue(event):
                self.end(other.event)
        this.attempt += 1
        this.run.status, this.run.conclusion = "in_progress", None
        return this

    def end(self, event: Event, conclusion: str = "success") -> Event:
        """A run is over; the event that says so. One that was over already is not over twice."""
        run = self.of(event).run
        if run.status != "completed":
            self.github.complete_run(run.id, conclusion)
        told = (it for it in reversed(self.github.events) if it.name == "workflow_run")
        return next(it for it in told if it.payload["workflow_run"]["id"] == run.id)

    # --- jobs ---

    def job(
        self, name: str, event: Event, *, commit: str = "main", token: bool = True, launched_by: str = ""
    ) -> Here:
        """A job of a run that an event started, on a machine of its own."""
        home = self.folder / f"job-{next(self.counter)}"
        workspace = home / "workspace"
        home.mkdir()
        git(home, "clone", "--quiet", str(self.github.bare), str(workspace))
        if commit != "main":
            git(workspace, "checkout", "--quiet", commit)
        payload = home / "event.json"
        payload.write_text(json.dumps(event.payload))
        of = self.of(event)
        environment = {
            "GITHUB_REPOSITORY": self.github.repository,
            "GITHUB_SERVER_URL": self.github.url,
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_EVENT_NAME": event.name,
            "GITHUB_EVENT_PATH": str(payload),
            "GITHUB_REF_NAME": "main",
            "GITHUB_RUN_ID": str(of.run.id),
            "GITHUB_RUN_ATTEMPT": str(of.attempt),
            "SWARM_RUN_ATTEMPT": launched_by,
            "GITHUB_JOB": name,
            "GITHUB_WORKSPACE": str(workspace),
            "RUNNER_TEMP": str(home),
        } | ({"SWARM_TOKEN": self.github.token()} if token else {})
        access = Access() if token else self.access
        return Here(
            Job.from_environment(environment),
            "all",
            self.folder / "cache",
            templates(),
            access=access,
            redactor=Redactor([*secrets_in(environment), *access.secrets]),
            lifetime=self.lifetime,
            time=self.clock,
            world=self.world,
        )

    def launch(self, event: Event) -> Outcome:
        """The first job of a run that begins, or begins again."""
        self.begin(event)
        return self.job("launch", event).auto()

    def research(self, event: Event, launched: Outcome) -> None:
        """The matrix, one after the other."""
        for turn in json.loads(launched.outputs["agents"] or "[]"):
            self.attempt(event, launched, turn["agent"], turn["attempt"])

    def attempt(self, event: Event, launched: Outcome, agent: str, attempt: int) -> None:
        """Both jobs of an attempt."""
        artifact = self.folder / f"{launched.outputs['session']}-{agent}-{attempt}.json"
        self.run_agent(event, launched, agent, attempt, artifact)
        self.record(event, launched, agent, attempt, artifact)

    def run_agent(self, event: Event, launched: Outcome, agent: str, attempt: int, artifact: Path) -> None:
        told = launched.outputs
        run = self.job("run", event, commit=told["commit"], token=False, launched_by=told["run-attempt"])
        run.agent(told["session"], agent, attempt, artifact)

    def record(self, event: Event, launched: Outcome, agent: str, attempt: int, artifact: Path | None) -> None:
        told = launched.outputs
        self.job("record", event).record(told["session"], agent, attempt, artifact, int(told["comment"] or 0))

    def close(self, event: Event, launched: Outcome) -> Outcome:
        return self.job("close", event).close(launched.outputs["session"], merge=True)

    def run(self, event: Event) -> Outcome:
        """One run of the session's workflow, from label or dispatch to its end."""
        launched = outcome = self.launch(event)
        if launched.outputs.get("session"):
            self.research(event, launched)
            outcome = self.close(event, launched)
        self.end(event)
        return outcome

    def status(self, event: Event | None = None) -> Outcome:
        """The job that repairs and refreshes: after the run whose end the event tells, or because it is time."""
        return self.job("status", event or scheduled()).auto()

    def status_comment(self, issue: int = 1) -> str:
        return self.github.comments(issue)[0].body


def scheduled() -> Event:
    """The time of the status workflow has come."""
    return Event("schedule", {"schedule": "7,37 * * * *"}, Actor("github"))


def _file(event: Event) -> str:
    """The workflow file that runs because of an event."""
    match event.name:
        case "issues":
            return SESSION_WORKFLOW
        case "workflow_dispatch":
            return str(event.payload["workflow"]).rpartition("/")[2]
        case "pull_request" | "pull_request_review":
            return "swarm-gate.yml"
        case _:
            return STATUS_WORKFLOW


def _queue(event: Event) -> str:
    """The queue of a run (`concurrency`), by what its event says; of no other workflow than the session's."""
    if _file(event) != SESSION_WORKFLOW:
        return ""
    inputs = event.payload.get("inputs", {})
    issue = event.payload["issue"]["number"] if event.name == "issues" else inputs.get("issue")
    return queue_of(issue, inputs.get("mission", ""))
