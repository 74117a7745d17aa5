"""Builds the adapters for a job of GitHub Actions and hands them to the commands."""

import json
import random
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot import __version__
from bot.adapters.clock import SystemClock
from bot.adapters.git import GitRepository, open_repository
from bot.adapters.model_access import Access
from bot.adapters.prices import ListedPrices
from bot.adapters.remote import RemoteRepository
from bot.assembly import Backends, attempt_of, left, library, recorded
from bot.commands.outcome import Outcome
from bot.core.addresses import Addresses, addresses_of
from bot.core.configuration import PATH, Configuration, load_configuration
from bot.core.events import Ignored, Intent, intent
from bot.core.redaction import Redactor
from bot.core.separation import tokens_in
from bot.errors import Refused

if TYPE_CHECKING:
    from bot.adapters.github.client import Client
    from bot.adapters.github.forge import GitHubForge
    from bot.adapters.sources.library import Library
    from bot.commands.close import Closing
    from bot.commands.finish import Finishing
    from bot.commands.telling import Telling
    from bot.core.events import PullChanged
    from bot.ports import Clock


@dataclass(frozen=True, slots=True)
class Job:
    """What GitHub says about the job that this process runs in.

    `run_attempt` counts how often its run was started; `launched_by` is the start whose launch gave it its work.
    """

    token: str
    repository: str
    server: str
    api: str
    event: str
    payload: Path | None
    branch: str
    run: str
    run_attempt: str
    launched_by: str
    name: str
    workspace: Path
    temp: Path
    output: Path | None
    summary: Path | None
    tokens: tuple[str, ...]

    @property
    def whole_run(self) -> str:
        """The run and which attempt at it this is, as the ledger has it; empty where no run is known."""
        return f"{self.run}/{self.run_attempt}" if self.run else ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Job":
        """The job of a process. Raises Refused when it is none, naming what is missing."""
        missing = [name for name in ("GITHUB_REPOSITORY", "GITHUB_EVENT_NAME") if not environment.get(name)]
        if missing:
            raise Refused(
                f"{', '.join(missing)} is not set, so this is no job of GitHub Actions",
                "leave --forge github away, or run it there",
            )
        get = environment.get
        server = get("GITHUB_SERVER_URL") or "https://github.com"
        return cls(
            token=get("SWARM_TOKEN", ""),
            repository=environment["GITHUB_REPOSITORY"],
            server=server.rstrip("/"),
            api=(get("GITHUB_API_URL") or "https://api.github.com").rstrip("/"),
            event=environment["GITHUB_EVENT_NAME"],
            payload=_path(get("GITHUB_EVENT_PATH")),
            branch=get("GITHUB_REF_NAME", ""),
            run=get("GITHUB_RUN_ID", ""),
            run_attempt=get("GITHUB_RUN_ATTEMPT", ""),
            launched_by=get("SWARM_RUN_ATTEMPT", ""),
            name=get("GITHUB_JOB", ""),
            workspace=Path(get("GITHUB_WORKSPACE") or "."),
            temp=Path(get("RUNNER_TEMP") or "."),
            output=_path(get("GITHUB_OUTPUT")),
            summary=_path(get("GITHUB_STEP_SUMMARY")),
            tokens=tokens_in(environment),
        )


@dataclass(frozen=True)
class Hosted:
    """The work of one job. It has the methods of `Workplace` that make sense there, and `auto`."""

    job: Job
    only: str
    cache: Path | None
    templates: Path
    chosen: str = ""
    access: Access = field(default_factory=Access)
    redactor: Redactor = field(default_factory=Redactor)

    # --- what the jobs do ---

    def auto(self) -> Outcome:
        """`swarm auto`: what the event asks for."""
        from bot.core.events import (
            CommandAsked,
            ContinueSession,
            LaunchAsked,
            LaunchDispatched,
            PullChanged,
            RefreshStatus,
        )

        match self.intent:
            case Ignored(reason):
                return Outcome({"state": "ignored", "reason": reason}, f"nothing to do: {reason}")
            case RefreshStatus(completed):
                from bot.commands.refresh import Refreshing, refresh

                return refresh(Refreshing(self._finishing(merge=False), completed))
            case PullChanged() as pull:
                return self._check(pull)
            case CommandAsked() as told:
                from bot.commands.chat import chat
                from bot.commands.looking import Chat

                return chat(Chat(self._finishing(merge=False), self.configuration), told)
            case LaunchAsked() | LaunchDispatched() | ContinueSession() as asked:
                from bot.adapters.github.conversation import Issues
                from bot.commands.request import Desk, request

                repo = self._remote(depth=1)
                issues = Issues(self.client)
                telling = self._telling()
                prices, run, again = ListedPrices(self.clock), self.job.run, self.job.run_attempt
                desk = Desk(repo, issues, self.clock, self.base, self._template, telling, prices, run, again)
                return request(desk, asked)

    def agent(self, session: str, agent: str, attempt: int, output: Path) -> Outcome:
        """`swarm agent`: reads the launch from the checkout, with no token in reach (G24)."""
        from bot.adapters.journal import Journal
        from bot.adapters.separation import look_around
        from bot.commands.files import json_bytes
        from bot.commands.load import load_session
        from bot.vaults import Credentials

        if found := look_around(self.job.workspace, self.job.tokens, self.access.secrets):
            raise Refused(problems=found)
        self._only_once()
        checkout = GitRepository(self.job.workspace)
        data = load_session(checkout, "HEAD", session)
        journal = Journal(output.parent, output.name, self.redactor)
        credentials = Credentials(checkout, lambda: "HEAD", None)
        library, access = self._library(), self.access
        backends = Backends(library, self.clock, access, lambda _: journal, credentials, self.redactor)
        handed = attempt_of(backends, self.clock, data, agent, attempt)
        # A failure is data: a job that failed could not be told from one that the machine has failed.
        halted = {"halted": True} if handed.halted else {}
        return left(output, handed.artifact or json_bytes({"failure": handed.failure, **halted}), agent)

    def _only_once(self) -> None:
        """Refuses a job that somebody has run again by itself: it would spend its attempt's allowance again (G23).

        It leaves no artifact, so that one that the first job has left can still be recorded.
        """
        if self.job.launched_by and self.job.launched_by != self.job.run_attempt:
            raise Refused(
                f"this attempt was handed out to attempt {self.job.launched_by} of the run, and this is attempt "
                f"{self.job.run_attempt}: it may have spent its allowance already",
                "set the label again, or run all jobs again: the launch then hands out the next attempt",
            )

    def record(
        self, session: str, agent: str, attempt: int, artifact: Path | None, comment: int | None = None
    ) -> Outcome:
        """`swarm record`: keeps the record, folds what is pending, and tells the issue if nobody else will."""
        from bot.adapters.artifact import read_discreetly
        from bot.commands.record_job import Recording, record_job

        repo, telling, run = self._remote(depth=1), self._telling(), self.job.whole_run
        parts = Recording(repo, self._library(), self.clock, telling, random.random, run)
        content = read_discreetly(artifact, self.redactor) if artifact else None
        made = record_job(parts, session, agent, attempt, content, comment)
        return replace(recorded(made.record), summary=made.summary())

    def close(self, session: str, *, merge: bool) -> Outcome:
        """`swarm close`: starts the next run, or gates and merges the session."""
        from bot.commands.ending import ending
        from bot.commands.finish import finish

        began = time.monotonic()
        finished = finish(self._finishing(merge=merge), session)
        if isinstance(finished, Outcome):
            return finished
        closed = finished.closed
        place = self.addresses.file(self.base if closed.merged else closed.branch, closed.data.mission.deliverable)
        outcome = ending(closed, base=self.base, seconds=time.monotonic() - began, place=place)
        return replace(outcome, summary=finished.summary)

    def status(self, session: str | None, *, write: bool) -> Outcome:
        """`swarm status`."""
        from bot.commands.status import status

        return status(
            self.repo,
            self.clock,
            base=self.base,
            write=write,
            session=session,
            advance=lambda expected, new: self.forge.advance(self.base, expected, new),
            state_branch=self.configuration.state_branch,
            base_files=self.addresses.file(self.base, ""),
        )

    def gate(self, session: str) -> Outcome:
        """`swarm gate`."""
        from bot.adapters.secrets import Scanner
        from bot.commands.gate import gate

        library = self._library()
        return gate(
            self.repo,
            self.clock,
            session=session,
            base=self.base,
            library=library,
            scan=Scanner(self.redactor.known),
            state_branch=self.configuration.state_branch,
        )

    def _check(self, pull: "PullChanged") -> Outcome:
        """The gate on a session's branch, the citation check on what other pull requests change."""
        from bot.adapters.secrets import Scanner
        from bot.commands.pull_gate import Gating, check_pull

        library, state, scan = self._library(), self.configuration.state_branch, Scanner(self.redactor.known)
        gating = Gating(self.repo, self.forge, self.clock, self.base, library, scan, state)
        return check_pull(gating, pull, self.configuration.audit)

    # --- what they do it with ---

    @cached_property
    def clock(self) -> "Clock":
        return SystemClock()

    @cached_property
    def intent(self) -> Intent:
        return intent(self.job.event, self._payload)

    @cached_property
    def _payload(self) -> object:
        if self.job.payload is None:
            return {}
        return json.loads(self.job.payload.read_bytes())

    @cached_property
    def base(self) -> str:
        """The branch that sessions are merged into: the default branch, whatever a pull request says."""
        payload = self._payload
        repository = payload.get("repository") if isinstance(payload, dict) else None
        named = repository.get("default_branch") if isinstance(repository, dict) else None
        return self.chosen or (named if isinstance(named, str) else "") or self.job.branch

    @cached_property
    def addresses(self) -> Addresses:
        return Addresses(self.job.server, self.job.repository)

    @cached_property
    def repo(self) -> RemoteRepository:
        return self._remote(depth=None)

    @cached_property
    def client(self) -> "Client":
        from bot.adapters.github.client import Client

        job, clock = self.job, self.clock
        return Client(job.api, job.repository, job.token, self._agent, clock, redactor=self.redactor)

    @cached_property
    def forge(self) -> "GitHubForge":
        from bot.adapters.github.forge import GitHubForge

        checks, run = self.configuration.required_checks, self.job.run
        details = self.addresses.run(run) if run else ""
        return GitHubForge(self.client, self.repo, self.clock, checks, owner=f"run {run}", details=details)

    @cached_property
    def configuration(self) -> Configuration:
        ref = f"refs/heads/{self.base}"
        tip = self.repo.refs(ref).get(ref)
        if tip is None:
            raise Refused(f"the branch {self.base} has no commit", "make a first commit on it")
        return load_configuration(self.repo.read([(tip, PATH)]).get((tip, PATH)))

    @property
    def _agent(self) -> str:
        return f"swarm-sessions/{__version__} ({self.job.name or 'no job'})"

    def _remote(self, depth: int | None) -> RemoteRepository:
        folder = self.job.temp / ("swarm-git" if depth is None else "swarm-git-tips")
        url, known = f"{self.addresses.home}.git", self.redactor.known
        return RemoteRepository(folder, url, self.job.token, self._agent, depth, known=known)

    def _library(self) -> "Library":
        """Reads what the checkout's configuration allows: an agent has nothing else to ask."""
        file = self.job.workspace / PATH
        allowed = load_configuration(file.read_bytes() if file.is_file() else None).sources
        return library(self.job.workspace, allowed if self.only == "all" else self.only, self.cache)

    def _closing(self) -> "Closing":
        from bot.adapters.secrets import Scanner
        from bot.commands.close import Closing

        return Closing(
            self.repo,
            self.forge,
            self._library(),
            self.clock,
            self.base,
            Scanner(self.redactor.known),
            self.configuration.state_branch,
            self.addresses.file(self.base, ""),
            self.job.whole_run,
        )

    def _finishing(self, *, merge: bool) -> "Finishing":
        from bot.adapters.github.runs import WorkflowRuns
        from bot.commands.finish import Finishing

        manual = self.configuration.merge == "manual"
        return Finishing(self._closing(), self._telling(), WorkflowRuns(self.client, self.base), merge, manual)

    def _telling(self) -> "Telling":
        from bot.adapters.github.conversation import Issues
        from bot.commands.continuation import later_open
        from bot.commands.telling import Telling

        return Telling(
            Issues(self.client), self.clock, self.addresses, self.job.run, lambda data: later_open(self.repo, data)
        )

    def _template(self, mission: str) -> bytes | None:
        file = self.templates / f"{mission}.yml"
        return file.read_bytes() if file.is_file() else None


def doctor(folder: Path, token: str, *, repository: str, base: str, templates: Path, fix: bool) -> Outcome:
    """`swarm doctor`, by a person's token; `repository` is owner/name, empty for what the folder was cloned from.

    Raises Refused when it is not known which repository is meant, or there is no token.
    """
    import tempfile

    from bot.adapters.github.client import Client
    from bot.adapters.github.settings import RepositorySettings
    from bot.commands.doctor import doctor

    place = _site(folder, repository)
    if not token:
        raise Refused("there is no token to ask GitHub with", "set GITHUB_TOKEN; `gh auth token` prints yours")
    clock, agent = SystemClock(), f"swarm-sessions/{__version__} (doctor)"
    client = Client(place.api, place.repository, token, agent, clock)
    base = base or client.read(lambda: client.repo.default_branch, "read the repository")
    missions = sorted(file.stem for file in templates.glob("*.yml") if file.stem != "blank")
    with tempfile.TemporaryDirectory() as store:
        repo = RemoteRepository(Path(store), f"{place.home}.git", token, agent, 1)
        outcome = doctor(repo, RepositorySettings(client), base=base, templates=missions, fix=fix)
    return replace(outcome, data={"repository": place.repository, **outcome.data})


def _site(folder: Path, repository: str) -> Addresses:
    if repository.startswith("http"):
        found = addresses_of(repository)
    elif repository:
        found = addresses_of(f"https://github.com/{repository}")
    else:
        found = addresses_of(open_repository(folder).git.text("remote", "get-url", "origin", ok=(0, 2, 128)))
    if not found:
        raise Refused(
            "which repository on GitHub is meant cannot be told from the remote origin",
            "name it with --repository OWNER/NAME",
        )
    return found


def publish(job: Job, outcome: Outcome, redactor: Redactor) -> None:
    """Hands the outcome to the runner: outputs, and what the job's page shows."""
    from bot.adapters.runner import Runner

    Runner(job.output, job.summary, lambda: uuid.uuid4().hex, redactor).publish(outcome.outputs, outcome.summary)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
