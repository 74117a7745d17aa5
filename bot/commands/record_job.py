"""`record` where many recorders work side by side: keeps what one agent handed over, and tells the issue.

Only if nobody else will: one of many that come together edits the comment for all of them (G18).
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.commands.close import session_branch
from bot.commands.dispatching import read_dispatches
from bot.commands.load import load_findings, load_launch, load_session
from bot.commands.record import Handover, record, settle
from bot.commands.telling import Telling, is_worth_an_edit, tell_if_last
from bot.core.artifacts import Failure, failure_of
from bot.core.comment_view import at_work
from bot.core.mission import AgentSpec
from bot.core.records import AgentRecord, FindingsFile, Launch
from bot.core.session import SessionData, record_ref
from bot.core.state import SessionFacts
from bot.errors import Refused
from bot.ports import Clock, Repository, SourceLibrary
from bot.render.summary import agent_summary


@dataclass(frozen=True, slots=True)
class Recording:
    """What a recorder works with; `jitter` gives numbers from [0, 1), `run` is the workflow run that it is in."""

    repo: Repository
    library: SourceLibrary
    clock: Clock
    telling: Telling
    jitter: Callable[[], float]
    run: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded, and what a page about it is made of."""

    record: AgentRecord
    launch: Launch
    findings: FindingsFile | None

    def summary(self) -> str:
        """For the job's page."""
        return agent_summary(self.launch, self.record, self.findings)


def record_job(
    parts: Recording, session: str, agent: str, attempt: int, artifact: bytes | None, comment: int | None
) -> Recorded:
    """The record of one attempt, and the same for the job's page. `artifact`: what the agent left, None: nothing.

    Raises Refused when the session or the agent is not there, or a newer attempt is recorded already (G14).
    """
    repo, clock = parts.repo, parts.clock
    branch = session_branch(repo, session)
    data = load_launch(repo, repo.refs(branch)[branch], session)
    handed = handed_over(data, agent, attempt, artifact, clock, parts.run)
    made = record(repo, parts.library, clock, data.mission, data.launch, handed)
    folded = settle(repo, clock, parts.jitter, branch, session, agent, attempt)
    if comment and folded.commit and is_worth_an_edit(folded.before, folded.after, len(data.mission.agents)):
        facts = SessionFacts(load_session(repo, folded.commit, session), folded.commit)
        working = at_work(read_dispatches(repo, session)[0], facts.data.records)
        tell_if_last(parts.telling, repo, branch, folded.commit, comment, facts, at_work=working)
    ref = record_ref(session, agent, attempt)
    kept = load_findings(repo, repo.refs(ref).get(ref, folded.commit or ""), [(session, agent)])
    return Recorded(made, data.launch, kept.get((session, agent)))


def handed_over(
    data: SessionData, agent: str, attempt: int, artifact: bytes | None, clock: Clock, run: str = ""
) -> Handover:
    """What a job left behind: its artifact, or why there is none. `run` is the run that it is of."""
    spec = spec_of(data, agent)
    failure = failure_of(artifact) if artifact is not None else Failure("it left no artifact")
    if failure is None:
        return Handover(spec, attempt, clock.now(), artifact, run=run)
    halted = failure.reason if failure.halted else ""
    return Handover(spec, attempt, clock.now(), failure=failure.reason, halted=halted, run=run)


def spec_of(data: SessionData, agent: str) -> AgentSpec:
    """An agent of a session. Raises Refused when there is none of that name."""
    for spec in data.mission.agents:
        if spec.id == agent:
            return spec
    known = ", ".join(spec.id for spec in data.mission.agents)
    raise Refused(f"{data.session} has no agent {agent}", f"its agents are {known}")
