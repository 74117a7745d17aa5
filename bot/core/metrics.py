"""The figures of the dashboard, counted over all sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.conflict_blockers import conflict_blockers
from bot.core.overview import Overview
from bot.core.remembered import itself, remembered
from bot.core.state import SessionState


@dataclass(frozen=True, slots=True)
class Metrics:
    """Sums over all sessions; `cost` in millionths of a US dollar. `estimated` None: nobody can know yet."""

    sessions: int
    merged: int
    agents: int
    done: int
    blocked: int
    failed: int
    findings: int
    verified: int
    gaps: int
    blockers: int
    resolved: int
    cost: int
    estimated: datetime | None
    last_activity: datetime | None

    @property
    def reported(self) -> int:
        return self.done + self.blocked + self.failed


@remembered(1, itself)  # several state files show them
def metrics(overview: Overview) -> Metrics:
    """All of it from facts: an estimate exists once every session with agents to come has one."""
    sessions = overview.sessions
    return Metrics(
        sessions=len(sessions),
        merged=sum(state.phase == "merged" for state in sessions),
        agents=sum(state.agents.total for state in sessions),
        done=sum(len(state.agents.done) for state in sessions),
        blocked=sum(len(state.agents.blocked) for state in sessions),
        failed=sum(len(state.agents.failed) for state in sessions),
        findings=sum(state.findings for state in sessions),
        verified=sum(state.verified for state in sessions),
        gaps=sum(state.gaps for state in sessions),
        blockers=sum(state.blocker_count for state in sessions) + len(conflict_blockers(overview)),
        resolved=sum(bool(blocker.resolved_by) for blocker in overview.blockers),
        cost=sum(state.cost for state in sessions),
        estimated=_estimated(sessions),
        last_activity=max((state.last_activity for state in sessions), default=None),
    )


def _estimated(sessions: Sequence[SessionState]) -> datetime | None:
    open_ones = [state.eta for state in sessions if state.phase in ("launched", "running")]
    known = [eta for eta in open_ones if eta is not None]
    return max(known) if known and len(known) == len(open_ones) else None
