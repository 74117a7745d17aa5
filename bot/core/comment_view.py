"""What a session's status comment is made from, and which stage of its life it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.core.addresses import Addresses
from bot.core.continuing import attempts_left
from bot.core.dispatches import Dispatches
from bot.core.gate.verdict import Verdict
from bot.core.mission import AgentSpec
from bot.core.records import AgentRecord
from bot.core.remembered import itself, remembered
from bot.core.session import SessionData
from bot.core.state import BlockerNote, SessionState

Stage = Literal[
    "launched",
    "running",
    "continued",
    "complete",
    "ready",
    "postponed",
    "waiting",
    "refused",
    "held",
    "stopped",
    "broken",
    "overdue",
    "merged",
]
"""launched, running: no agent, some agents are recorded. continued: the rest goes on in another run. complete: all
are recorded, no verdict yet. ready: the gate passed. postponed: it passed, and the forge waits for something.
waiting, refused: the gate does not know yet, or says no. held: a person stopped it. stopped: nobody works on it.
broken: the circuit breaker is open. overdue: over its time."""
AT_WORK: tuple[Stage, ...] = ("launched", "running", "continued")
"""Those in which agents without a record are at work or queued."""


TOLD = 3
"""How many failures and how many blockers a comment tells at length."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why something stands still, and what to do about it."""

    reason: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a person's command: the line as it was written, and what is said to it, a part each; code in
    them stands between backticks."""

    asked: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AtWork:
    """An attempt that nothing is recorded of yet: its number, when it was handed out, which backup agent does it
    (empty: the agent itself). Whether its job has begun is not known."""

    attempt: int
    since: datetime
    by: str = ""


def at_work(known: Dispatches, records: Mapping[str, AgentRecord]) -> dict[str, AtWork]:
    """Of each agent the attempt that was handed out and is not recorded."""
    recorded = {agent: record.attempt for agent, record in records.items()}
    return {
        one.agent: AtWork(one.attempt, one.time, one.by)
        for one in known.dispatches
        if one.attempt > recorded.get(one.agent, 0)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentView:
    """A session at one moment. `commit` is what all of it is true at; `run` is a workflow run's id, `pull` the
    address of the pull request; empty where there is none.

    `verdict` is the gate's at `commit`, asked when no agent was at work any more. `postponed` says what the forge
    waits for after a pass, `manual` that a person merges here, `continued` that another run was started for what
    is left, `stopped` that no run works on it, `held` that a person said so, `broken` that too much failed in a
    row. `others` are the issue's other sessions that are open. `at_work` are the attempts that are not recorded
    yet, as far as that is known. `next_step` replaces the sentence that says what comes next. `answer` is to a
    person's command; it stands until the comment is written again.
    """

    data: SessionData
    state: SessionState
    now: datetime
    addresses: Addresses
    commit: str
    run: str = ""
    pull: str = ""
    verdict: Verdict | None = None
    postponed: Hold | None = None
    held: Hold | None = None
    stopped: Hold | None = None
    broken: Hold | None = None
    continued: bool = False
    manual: bool = False
    others: tuple[str, ...] = ()
    next_step: str = ""
    at_work: Mapping[str, AtWork] = field(default_factory=dict)
    answer: Answer | None = None


# Each line and each cell of a comment asks the same of its view.
@remembered(1, itself)
def stage(view: CommentView) -> Stage:
    """The one word for how a session stands; facts first, then what was decided, then the clock."""
    if view.state.phase == "merged":
        return "merged"
    if decided := _decided(view):
        return decided
    if view.verdict:
        return _judged(view, view.verdict)
    if view.state.overdue:
        return "overdue"
    return "running" if retries(view) else view.state.phase


def _decided(view: CommentView) -> Stage | None:
    """What a person, or a run that is over, has decided."""
    decisions: tuple[tuple[Stage, object], ...] = (
        ("held", view.held),
        ("stopped", view.stopped),
        ("broken", view.broken),
        ("continued", view.continued),
    )
    return next((name for name, decision in decisions if decision), None)


@remembered(1, itself)
def working(view: CommentView) -> Mapping[str, AtWork]:
    """The attempts at work, as far as they are known; none once the gate or a decision says that nobody is."""
    idle = view.state.phase == "merged" or _decided(view) or view.verdict
    return {} if idle else view.at_work


def _judged(view: CommentView, verdict: Verdict) -> Stage:
    if verdict.state == "pass":
        return "postponed" if view.postponed else "ready"
    return "refused" if verdict.state == "fail" else "waiting"


def has_retry(view: CommentView, agent: AgentSpec) -> bool:
    """Whether an agent that is recorded is all the same tried again: it failed, or a person wants it."""
    record = view.data.records[agent.id]
    return agent.id in working(view) or bool(attempts_left(view.data.launch, agent, record))


@remembered(1, itself)
def retries(view: CommentView) -> tuple[str, ...]:
    """The agents that are recorded and tried again, in the mission's order."""
    recorded = (agent for agent in view.data.mission.agents if agent.id in view.data.records)
    return tuple(agent.id for agent in recorded if has_retry(view, agent))


def failures(view: CommentView) -> tuple[AgentSpec, ...]:
    """The agents whose last attempt failed, in the mission's order; not those whose next one is at work."""
    failed = set(view.state.agents.failed) - set(working(view))
    return tuple(agent for agent in view.data.mission.agents if agent.id in failed)


def blockers(view: CommentView) -> tuple[BlockerNote, ...]:
    """What agents recorded as blockers; that an agent failed is told as a failure and not twice."""
    failed = set(view.state.agents.failed)
    return tuple(note for note in view.state.blockers if note.agent not in failed)


def quiet(verdict: Verdict | None) -> bool:
    """Whether what agents wrote had better not be repeated: the gate found a secret in it, or could not look."""
    return verdict is not None and any(
        result.id == "no-secrets" and result.state in ("fail", "waiting") for result in verdict.criteria
    )


def told(view: CommentView) -> frozenset[str]:
    """The agents whose failure or blocker is told at length, so that a table need not; after the merge, the
    deliverable tells all of them."""
    if stage(view) == "merged":
        return frozenset(view.data.records)
    failed = (agent.id for agent in failures(view)[:TOLD])
    return frozenset([*failed, *(note.agent for note in blockers(view)[:TOLD])])
