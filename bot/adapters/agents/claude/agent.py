"""The backend `claude`: a model reads the sources of an assignment, subject by subject, and records findings."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock

from bot.adapters.agents.claude.account import Account
from bot.adapters.agents.claude.caller import Caller, Model
from bot.adapters.agents.claude.client import Client
from bot.adapters.agents.claude.endings import Ended, Halted
from bot.adapters.agents.claude.research import Assignment, investigate
from bot.adapters.agents.claude.transcript import Transcript, lines_to
from bot.adapters.journal import Journal
from bot.adapters.model_access import Access
from bot.core.findings import AgentResult, Finding, Usage
from bot.core.mission import Mission, Provider, Team
from bot.core.money import usd
from bot.core.notes import Notes, closed, is_done, result_of
from bot.core.plan import PlannedAgent, make_plan
from bot.core.pricing import Prices
from bot.core.records import FindingsFile
from bot.core.redaction import Redactor
from bot.errors import MachineError, Refused
from bot.ports import Brief, Clock, Prompts, SourceLibrary

Models = Callable[[Provider, str], Model]
"""Builds the client of a model; raises Halted when there is no key."""
Journals = Callable[[Brief], Journal]


def models_of(access: Access, clock: Clock) -> Models:
    """The real ones, one client for each model, whichever agents share it."""
    made: dict[tuple[Provider, str], Client] = {}
    lock = Lock()

    def model_of(provider: Provider, model: str) -> Model:
        with lock:
            if (provider, model) not in made:
                made[provider, model] = Client(access, provider, model, clock)
            return made[provider, model]

    return model_of


def unreachable(reason: str) -> Models:
    """Stands for models that cannot be reached at all."""

    def model_of(provider: Provider, model: str) -> Model:
        raise Halted(reason)

    return model_of


def refuse_without_key(models: Models, wanted: Iterable[tuple[Provider, str]]) -> None:
    """Raises Refused when one of the models cannot be reached with what there is of keys."""
    for provider, model in sorted(wanted):
        try:
            models(provider, model)
        except Halted as error:
            raise Refused(
                str(error), "mend that, or run with --backend extractive; nothing was started"
            ) from error


@dataclass
class Claude:
    """`Agent` with a model. What `redactor` takes out is kept out of the transcript."""

    library: SourceLibrary
    clock: Clock
    prompts: Prompts
    models: Models
    journals: Journals
    redactor: Redactor = field(default_factory=Redactor)
    jitter: Callable[[], float] = field(default=random.random)

    def research(self, brief: Brief, progress: Callable[[str], None]) -> AgentResult:
        """Goes on from what an earlier attempt, or an earlier process of this one, has found."""
        return _Attempt(self, brief, progress).run()


class _Attempt:
    """One attempt at work. `notes` are at any time what counts if it ends now."""

    def __init__(self, backend: Claude, brief: Brief, progress: Callable[[str], None]) -> None:
        self.brief, self.clock, self.progress = brief, backend.clock, progress
        self.journal = backend.journals(brief)
        kept = self.journal.kept(brief)
        self.started = kept.started if kept else backend.clock.now()
        self.notes = _kept_notes(kept) if kept else _earlier_notes(brief.earlier)
        self.account = Account(brief.cap, kept.usage if kept else Usage(), _prices(brief), self._keep)
        self.backend = backend

    def _assignment(self) -> Assignment:
        backend, brief, planned = self.backend, self.brief, _planned(self.brief)
        transcript = Transcript(lines_to(self.journal.transcript), backend.clock, backend.redactor)
        model = backend.models(planned.provider, planned.model)
        return Assignment(
            mission=brief.mission,
            team=_team(brief.mission, brief.agent.id),
            library=backend.library,
            prompts=backend.prompts,
            caller=Caller(model, self.account, backend.clock, backend.jitter, brief.deadline, transcript),
            review=planned.review,
            progress=self._tell,
            keep=self._noted,
        )

    def run(self) -> AgentResult:
        """Everything that was found, whatever happens; what stands in the way of this machine is raised."""
        unfinished, halted = "", False
        try:
            self._subjects()
        except Ended as error:
            unfinished = error.reason
        except Halted as error:
            unfinished, halted = str(error), True
        except MachineError:
            raise
        except Exception as error:
            unfinished = f"{type(error).__name__}: {error}"
        self._tell(unfinished or "finished")
        result = self._result(unfinished, halted=halted)
        self.journal.keep(result)
        return result

    def _subjects(self) -> None:
        """A subject that cannot be finished ends with what there is, unless another attempt may get further."""
        mission, assignment = self.brief.mission, self._assignment()
        for subject in self.brief.agent.subjects:
            if is_done(self.notes, mission, subject.id):
                continue
            reason = ""
            try:
                investigate(assignment, subject, self.notes)
            except Ended as error:
                if error.retry and not self.brief.last:
                    raise
                reason = error.reason
            searched = assignment.searched(subject)
            self._noted(closed(self.notes, mission, subject, searched, reason))

    def _noted(self, notes: Notes) -> None:
        self.notes = notes
        self._keep()

    def _keep(self) -> None:
        """What is on the disk if the process ends now: an unfinished result."""
        self.journal.keep(self._result("its process ended before it was done"))

    def _result(self, unfinished: str, *, halted: bool = False) -> AgentResult:
        return result_of(
            self.notes,
            session=self.brief.session,
            agent=self.brief.agent.id,
            attempt=self.brief.attempt,
            started=self.started,
            finished=max(self.clock.now(), self.started),
            usage=self.account.usage,
            unfinished=unfinished,
            halted=halted,
        )

    def _tell(self, what: str) -> None:
        self.progress(f"{what}, {usd(self.account.purse.counted)} USD")


def _planned(brief: Brief) -> PlannedAgent:
    return next(agent for agent in make_plan(brief.mission).agents if agent.id == brief.agent.id)


def _prices(brief: Brief) -> Prices:
    if brief.prices is None:
        raise Refused(
            f"the launch does not say what the model of {brief.agent.id} costs", "launch the mission anew"
        )
    return brief.prices


def _team(mission: Mission, agent: str) -> Team:
    return next(team for team in mission.teams if any(spec.id == agent for spec in team.agents))


def _kept_notes(kept: AgentResult) -> Notes:
    return Notes(kept.findings, kept.gaps, kept.blockers, kept.opinions)


def _earlier_notes(earlier: FindingsFile | None) -> Notes:
    """What holds of an earlier attempt: what is verified, and what was searched for in vain. Other gaps and the
    blockers are what this attempt is for."""
    if earlier is None:
        return Notes()
    verified = (finding for finding in earlier.findings if finding.state == "verified")
    findings = (Finding(**{name: getattr(f, name) for name in Finding.model_fields}) for f in verified)
    return Notes(tuple(findings), tuple(gap for gap in earlier.gaps if gap.searched and not gap.reason))
