"""What a session's status comment is made from, and which stage of its life it shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.core.addresses import Addresses
from bot.core.continuing import attempts_left
from bot.core.gate.verdict import Verdict
from bot.core.mission import AgentSpec
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
    "stopped",
    "overdue",
    "merged",
]
"""launched, running: no agent, some agents are recorded. continued: the rest goes on in another run. complete: all
are recorded, no verdict yet. ready: the gate passed. postponed: it passed, and the forge waits for something.
waiting, refused: the gate does not know yet, or says no. stopped: nobody works on it. overdue: over its time."""


TOLD = 3
"""How many failures and how many blockers a comment tells at length."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why something stands still, and what to do about it."""

    reason: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentView:
    """A session at one moment. `commit` is what all of it is true at; `run` is a workflow run's id, `pull` the
    address of the pull request; empty where there is none.

    `verdict` is the gate's at `commit`, asked when no agent was at work any more. `postponed` says what the forge
    waits for after a pass, `manual` that a person merges here, `continued` that another run was started for what
    is left, `stopped` that no run works on it. `next_step` replaces the sentence that says what comes next.
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
    stopped: Hold | None = None
    continued: bool = False
    manual: bool = False
    next_step: str = ""


def stage(view: CommentView) -> Stage:
    """The one word for how a session stands; facts first, then what was decided, then the clock."""
    if view.state.phase == "merged":
        return "merged"
    if view.stopped:
        return "stopped"
    if view.continued:
        return "continued"
    if view.verdict:
        return _judged(view, view.verdict)
    if view.state.overdue:
        return "overdue"
    return "running" if retries(view) else view.state.phase


def _judged(view: CommentView, verdict: Verdict) -> Stage:
    if verdict.state == "pass":
        return "postponed" if view.postponed else "ready"
    return "refused" if verdict.state == "fail" else "waiting"


def has_retry(view: CommentView, agent: AgentSpec) -> bool:
    """Whether an agent failed and has an attempt left."""
    record = view.data.records.get(agent.id)
    return record is not None and bool(attempts_left(view.data.launch, agent, record))


def retries(view: CommentView) -> tuple[str, ...]:
    """The agents that failed and have attempts left, in the mission's order."""
    return tuple(agent.id for agent in view.data.mission.agents if has_retry(view, agent))


def failures(view: CommentView) -> tuple[AgentSpec, ...]:
    """The agents whose last attempt failed, in the mission's order."""
    failed = set(view.state.agents.failed)
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
