"""Builds the adapters for one repository on this machine and hands them to the commands."""

import gc
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.clock import SystemClock
from bot.adapters.git import GitRepository, base_branch, open_repository
from bot.adapters.local_forge import LocalForge
from bot.adapters.model_access import Access
from bot.adapters.prices import ListedPrices
from bot.commands.outcome import Outcome
from bot.core.mission import Backend
from bot.core.redaction import Redactor
from bot.errors import Refused, SwarmError

if TYPE_CHECKING:
    from bot.adapters.agents.claude.agent import Journals, Models
    from bot.adapters.journal import Journal
    from bot.adapters.sources.library import Library
    from bot.commands.close import Closed, Closing
    from bot.commands.record import Handover
    from bot.core.chatops import Ordering
    from bot.core.configuration import Configuration
    from bot.core.mission import Mission, Provider
    from bot.core.plan import PlannedAgent
    from bot.core.records import AgentRecord
    from bot.core.session import SessionData
    from bot.ports import Agent, Brief, Clock
    from bot.vaults import Credentials

SCHEMES = {"all": None, "packages": frozenset({"pypi", "npm", "file"}), "files": frozenset({"file"})}


@dataclass(frozen=True, slots=True)
class Workplace:
    """One repository, its base branch, and where sources come from."""

    repo: GitRepository
    base: str
    clock: SystemClock
    only: str
    cache: Path | None
    access: Access = field(default_factory=Access)
    redactor: Redactor = field(default_factory=Redactor)

    @classmethod
    def at(
        cls,
        folder: Path,
        *,
        base: str = "",
        only: str = "all",
        cache: Path | None = None,
        access: Access | None = None,
        redactor: Redactor | None = None,
    ) -> "Workplace":
        """The workplace of the repository that a folder lies in. Raises SwarmError when it cannot be used."""
        gc.set_threshold(100_000, 20, 20)  # snapshots are large and full of objects that stay
        gc.enable()
        redactor = redactor or Redactor()
        repo = open_repository(folder.resolve(), redactor.known)
        return cls(repo, base or base_branch(repo), SystemClock(), only, cache, access or Access(), redactor)

    def run(self, mission: Path, *, backend: Backend | None, parallel: int, merge: bool) -> Outcome:
        """`swarm run`."""
        from bot.adapters.terminal import show
        from bot.commands.ending import ending
        from bot.commands.run import Running, run
        from bot.core.loading import load_mission

        began = time.monotonic()
        content = as_asked(mission, backend)
        loaded = load_mission(content, str(mission))
        forge, sources = LocalForge(self.repo.git.directory, self.clock), self._library()
        backends, prices = self._backends(sources), ListedPrices(self.clock)
        with forge.running(loaded.mission), show(loaded, sys.stderr) as display:
            parts = Running(
                self._closing(forge, sources), backends, prices, backends.check, display, parallel, self.redactor
            )
            closed = run(parts, mission=content, file=str(mission), by="local", merge=merge)
        return ending(closed, base=self.base, seconds=time.monotonic() - began, place=self._place(closed))

    def launch(self, mission: Path, by: str) -> Outcome:
        """`swarm launch`."""
        from bot.commands.launch import launch
        from bot.commands.trail import note_facts

        opened = launch(
            self.repo,
            self.clock,
            ListedPrices(self.clock),
            mission=mission.read_bytes(),
            file=str(mission),
            base=self.base,
            by=by,
        )
        if not opened.merged:
            note_facts(self.repo, self.clock, self._session(opened.session))
        branch = opened.branch.removeprefix("refs/heads/")
        state = "merged" if opened.merged else "launched" if opened.created else "open"
        return Outcome(
            {"session": opened.session, "branch": branch, "state": state},
            f"{opened.session} {state} on branch {branch}",
        )

    def agent(self, session: str, agent: str, attempt: int, output: Path) -> Outcome:
        """`swarm agent`: the artifact is written whole or not at all."""
        backends = self._backends(self._library())
        handed = attempt_of(backends, self.clock, self._session(session), agent, attempt)
        if handed.artifact is None:
            raise SwarmError(f"{agent} failed: {handed.failure}", "record the attempt without an artifact")
        return left(output, handed.artifact, agent)

    def record(
        self, session: str, agent: str, attempt: int, artifact: Path | None, comment: int | None = None
    ) -> Outcome:
        """`swarm record`: keeps the record on its own ref, then folds what is pending. Nobody comments here."""
        from bot.adapters.artifact import read_discreetly
        from bot.commands.record import fold, record
        from bot.commands.record_job import handed_over
        from bot.core.session import branch_ref

        data = self._session(session)
        content = read_discreetly(artifact, self.redactor) if artifact else None
        handed = handed_over(data, agent, attempt, content, self.clock)
        made = record(self.repo, self._library(), self.clock, data.mission, data.launch, handed)
        fold(self.repo, self.clock, branch_ref(data.mission, session), session)
        return recorded(made)

    def close(self, session: str, *, merge: bool) -> Outcome:
        """`swarm close`."""
        from bot.commands.close import close
        from bot.commands.ending import ending

        began = time.monotonic()
        forge = LocalForge(self.repo.git.directory, self.clock)
        closed = close(self._closing(forge, self._library()), session, merge=merge)
        return ending(closed, base=self.base, seconds=time.monotonic() - began, place=self._place(closed))

    def _place(self, closed: "Closed") -> str:
        """Where a person can open the deliverable: the file, where the base branch is checked out."""
        name = closed.data.mission.deliverable
        file = self.repo.git.directory / name
        if closed.merged and file.is_file():
            here = Path.cwd()
            return str(file.relative_to(here) if file.is_relative_to(here) else file)
        return f"git show {self.base}:{name}"

    def gate(self, session: str) -> Outcome:
        """`swarm gate`."""
        from bot.adapters.secrets import Scanner
        from bot.commands.gate import gate

        return gate(
            self.repo,
            self.clock,
            session=session,
            base=self.base,
            library=self._library(),
            scan=Scanner(self.redactor.known),
            state_branch=self._state_branch(),
        )

    def order(self, session: str, command: "Ordering") -> Outcome:
        """`swarm stop`, `resume`, `retry` and `budget`; `swarm merge` closes the session."""
        from bot.commands.order_here import order_here
        from bot.core.chatops import Merge
        from bot.core.commanding import check_merge

        if isinstance(command, Merge):
            check_merge(self._session(session))
            return self.close(session, merge=True)
        return order_here(self.repo, self.clock, session, command, self._configuration().max_usd)

    def explain(self, session: str, criterion: str) -> Outcome:
        """`swarm explain`: runs the gate."""
        from bot.adapters.secrets import Scanner
        from bot.commands.explain import explain

        return explain(
            self.repo,
            self.clock,
            session=session,
            criterion=criterion,
            base=self.base,
            library=self._library(),
            scan=Scanner(self.redactor.known),
            state_branch=self._state_branch(),
        )

    def status(self, session: str | None, *, write: bool) -> Outcome:
        """`swarm status`."""
        from bot.commands.status import status

        forge = LocalForge(self.repo.git.directory, self.clock)
        return status(
            self.repo,
            self.clock,
            base=self.base,
            write=write,
            session=session,
            advance=lambda expected, new: forge.advance(self.base, expected, new),
            state_branch=self._state_branch(),
        )

    def _closing(self, forge: LocalForge, sources: "Library") -> "Closing":
        from bot.adapters.secrets import Scanner
        from bot.commands.close import Closing

        scan = Scanner(self.redactor.known)
        return Closing(self.repo, forge, sources, self.clock, self.base, scan, self._state_branch())

    def _state_branch(self) -> str | None:
        return self._configuration().state_branch

    def _configuration(self) -> "Configuration":
        from bot.core.configuration import PATH, load_configuration

        ref = f"refs/heads/{self.base}"
        tip = self.repo.refs(ref).get(ref, "")
        return load_configuration(self.repo.read([(tip, PATH)]).get((tip, PATH)) if tip else None)

    def _library(self) -> "Library":
        return library(self.repo.git.directory, self.only, self.cache)

    def _backends(self, sources: "Library") -> "Backends":
        from bot.vaults import Credentials

        ref = f"refs/heads/{self.base}"
        credentials = Credentials(self.repo, lambda: self.repo.refs(ref).get(ref, ""), self.repo.git.directory)
        return Backends(sources, self.clock, self.access, self._journal, credentials, self.redactor)

    @property
    def _private(self) -> Path:
        """A folder beside the repository's own files, which no commit has."""
        return LocalForge(self.repo.git.directory, self.clock).common / "swarm"

    def _journal(self, brief: "Brief") -> "Journal":
        """Beside the repository's own files, named for the very launch: a session that is launched anew has the
        same id, and is another one."""
        from bot.adapters.journal import Journal

        session = f"{brief.session}-{brief.launched:%Y%m%dT%H%M%SZ}"
        folder = self._private / session / f"{brief.agent.id}-{brief.attempt}"
        return Journal(folder, redactor=self.redactor)

    def _session(self, session: str) -> "SessionData":
        from bot.commands.close import session_branch
        from bot.commands.load import load_session

        branch = session_branch(self.repo, session)
        return load_session(self.repo, self.repo.refs(branch)[branch], session)


@dataclass(frozen=True)
class Backends:
    """Builds an agent's backend."""

    library: "Library"
    clock: "Clock"
    access: Access
    journals: "Journals"
    credentials: "Credentials"
    redactor: Redactor

    @cached_property
    def _models(self) -> "Models":
        from bot.adapters.agents.claude import models_of

        return models_of(self.access, self.clock)

    def _reach(self, credential: str | None) -> "Models":
        """How an agent reaches its model, with what is kept secret from now on. What cannot be opened halts it."""
        from bot.adapters.agents.claude import models_of, unreachable

        if credential is None:
            return self._models
        try:
            access = self.credentials.access(self.access, credential)
        except Refused as error:
            return unreachable(str(error))
        self.redactor.learn(access.secrets)
        return models_of(access, self.clock)

    def __call__(self, agent: "PlannedAgent") -> "Agent":
        match agent.backend:
            case "extractive":
                from bot.adapters.agents.extractive import Extractive

                return Extractive(self.library, self.clock)
            case "simulated":
                from bot.adapters.agents.simulated import Simulated

                return Simulated(self.library, self.clock)
            case "claude":
                from bot.adapters.agents.claude import Claude
                from bot.render import prompts

                models = self._reach(agent.credential)
                return Claude(self.library, self.clock, prompts, models, self.journals, self.redactor)

    def check(self, mission: "Mission") -> None:
        """Raises Refused when an agent of a mission has no access to its model."""
        from bot.core.plan import make_plan

        models: dict[str | None, set[tuple[Provider, str]]] = {}
        for agent in make_plan(mission).agents:
            if agent.backend == "claude":
                models.setdefault(agent.credential, set()).add((agent.provider, agent.model))
        for credential, wanted in models.items():
            from bot.adapters.agents.claude import refuse_without_key

            refuse_without_key(self._reach(credential), wanted)


def as_asked(mission: Path, backend: Backend | None) -> bytes:
    """A mission's file, every agent on one backend if that is asked for: what is launched says what runs."""
    from bot.commands.mission_file import read_mission
    from bot.core.mission_edit import with_backend

    content = read_mission(mission)
    return with_backend(content, str(mission), backend) if backend else content


def quote(mission: Path, backend: Backend | None) -> Outcome:
    """`swarm quote`: needs no repository."""
    from bot.commands.quote import quote

    return quote(as_asked(mission, backend), str(mission), ListedPrices(SystemClock()))


def rehearse(
    missions: Sequence[Path], faults: str, seed: int, seeds: int | None, rate: float, backend: Backend | None
) -> Outcome:
    """`swarm rehearse`: needs no repository, no key and no network."""
    from bot.rehearsal.many import Rehearsing, rehearse_all
    from bot.rehearsal.telling import told, told_all

    file = None if faults in ("", "random") else _faults(Path(faults))
    contents = tuple((as_asked(mission, backend), str(mission)) for mission in missions)
    script = Rehearsing(contents, file, faults, rate if faults == "random" else 0)
    return (
        told(script.rehearse(seed)) if seeds is None else told_all(rehearse_all(script, range(seed, seed + seeds)))
    )


def _faults(file: Path) -> bytes:
    if not file.is_file():
        raise SwarmError(f"there is no file {file}", "name a file of faults, or write --faults random")
    return file.read_bytes()


def library(root: Path, only: str, cache: Path | None) -> "Library":
    """The sources: kept in the user's cache folder unless told otherwise."""
    from platformdirs import user_cache_path

    from bot.adapters.sources.library import Library

    return Library(cache or user_cache_path("swarm-sessions"), root, SystemClock(), only=SCHEMES[only])


def verify(target: str, folder: Path, only: str, cache: Path | None) -> Outcome:
    """`swarm verify`: needs no repository, only a folder that `file:` sources lie in."""
    from bot.commands.verify import verify

    return verify(target, lambda path: Path(path).read_bytes(), library(folder.resolve(), only, cache))


def log(folder: Path, session: str, *, jsonl: bool) -> Outcome:
    """`swarm log`: needs no branch that is checked out."""
    from bot.commands.log import log

    return log(open_repository(folder.resolve()), session, jsonl=jsonl)


def attempt_of(backends: Backends, clock: "Clock", data: "SessionData", agent: str, attempt: int) -> "Handover":
    """One attempt of one agent."""
    from bot.commands.agent import agent as work
    from bot.commands.record_job import spec_of
    from bot.core.neutral import inert, visible

    def progress(what: str) -> None:  # with names and addresses that anybody may have written
        print(inert(visible(f"{agent} {what}")), file=sys.stderr)

    return work(backends, clock, data, spec_of(data, agent), attempt, progress, backends.redactor)


def left(output: Path, content: bytes, agent: str) -> Outcome:
    """Writes what an agent leaves behind, whole or not at all."""
    draft = output.with_name(output.name + ".part")
    draft.write_bytes(content)
    draft.replace(output)
    return Outcome({"artifact": str(output)}, f"{agent} left its result in {output}")


def recorded(made: "AgentRecord") -> Outcome:
    """How a record is told."""
    why = f": {made.reason}" if made.reason else ""
    counts = f"{made.verified} of {made.findings} findings verified, {made.gaps} gaps"
    return Outcome(made.model_dump(mode="json"), f"{made.agent} {made.state}: {counts}{why}")


def hosts(file: Path, environment: Mapping[str, str]) -> Outcome:
    """`swarm hosts`: of this machine's settings, those that say where GitHub, a model and packages are."""
    from bot.adapters.model_access import take_access
    from bot.adapters.sources.indexes import indexes
    from bot.commands.hosts import hosts

    github = environment.get("GITHUB_SERVER_URL"), environment.get("GITHUB_API_URL")
    addresses = (github[0] or "https://github.com", github[1] or "https://api.github.com")
    access = take_access(dict(environment))
    return hosts(file, addresses, indexes, access.region, access.url or "")
