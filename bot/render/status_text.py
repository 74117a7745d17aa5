"""How all sessions stand, for a terminal and for a machine."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bot.core.cross_session import cross_criteria
from bot.core.findings import utc_seconds
from bot.core.metrics import Metrics, metrics
from bot.core.money import usd
from bot.core.neutral import visible
from bot.core.next_actions import next_actions, next_step
from bot.core.overview import Overview, phases
from bot.core.state import SessionState

SHOWN_SESSIONS = 50
COLUMNS = ("session", "state", "agents", "verified", "gaps", "blockers", "USD", "age", "next")


def status_data(overview: Overview) -> dict[str, object]:
    """What `swarm status --json` prints; documented in docs/state-files.md. Money in dollars, times in UTC."""
    return {
        "true_at": _time(overview.now),
        "base": overview.base,
        "commit": overview.commit,
        "sessions": [_session(state) for state in overview.sessions],
        "phases": [
            {
                "number": phase.number,
                "name": phase.name,
                "status": phase.status,
                "session": phase.session.session,
                "covered": phase.covered,
                "assigned": phase.assigned,
                "commit": phase.commit,
            }
            for phase in phases(overview.sessions)
        ],
        "metrics": _metrics(metrics(overview)),
        "criteria": [
            {
                "id": one.id,
                "title": one.title,
                "state": one.state,
                "done": one.done,
                "of": one.of,
                "measured": one.measured,
                "action": one.action,
            }
            for one in cross_criteria(overview)
        ],
        "actions": [{"urgency": a.urgency, "session": a.session, "what": a.what} for a in next_actions(overview)],
        "problems": [{"file": p.file, "what": p.what, "todo": p.todo} for p in overview.problems],
    }


def _session(state: SessionState) -> dict[str, object]:
    return {
        "session": state.session,
        "mission": state.mission.mission,
        "number": state.mission.session,
        "state": state.phase,
        "branch": state.branch,
        "tip": state.tip,
        "agents": {
            "total": state.agents.total,
            "done": list(state.agents.done),
            "blocked": list(state.agents.blocked),
            "failed": list(state.agents.failed),
            "pending": list(state.agents.pending),
        },
        "subjects": {
            "assigned": len(state.subjects.assigned),
            "covered": [subject.id for subject in state.subjects.covered],
            "blocked": [subject.id for subject in state.subjects.blocked],
        },
        "findings": state.findings,
        "verified": state.verified,
        "gaps": state.gaps,
        "blockers": state.blocker_count,
        "cost_usd": float(usd(state.cost)),
        "cap_usd": float(usd(state.cap)),
        "projected_usd": None if state.projected is None else float(usd(state.projected)),
        "launched": _time(state.launched),
        "last_activity": _time(state.last_activity),
        "eta": _time(state.eta),
        "overdue": state.overdue,
        "deliverable": state.mission.deliverable if state.deliverable else None,
        "merged": state.merge.commit if state.merge else None,
        "next": next_step(state),
    }


def _metrics(figures: Metrics) -> dict[str, object]:
    return {
        "sessions": figures.sessions,
        "merged": figures.merged,
        "agents": figures.agents,
        "reported": figures.reported,
        "findings": figures.findings,
        "verified": figures.verified,
        "gaps": figures.gaps,
        "blockers": figures.blockers,
        "resolved": figures.resolved,
        "cost_usd": float(usd(figures.cost)),
        "estimated_completion": _time(figures.estimated),
        "last_activity": _time(figures.last_activity),
    }


def _time(moment: datetime | None) -> str | None:
    return utc_seconds(moment.astimezone(UTC)) if moment else None


def status_text(overview: Overview) -> str:
    """The overview for a person: a line a session, then what is wrong and what comes next."""
    return "\n".join(_lines(overview))


def _lines(overview: Overview) -> Iterator[str]:
    figures = metrics(overview)
    if not overview.sessions:
        yield f"no session on {overview.base} or on a branch of its own; open one with swarm run MISSION"
    else:
        yield (
            f"sessions {figures.sessions}, {figures.merged} merged · "
            f"agents {figures.agents}, {figures.reported} reported · "
            f"findings {figures.findings}, {figures.verified} verified · "
            f"gaps {figures.gaps} · blockers {figures.blockers} · {usd(figures.cost)} USD"
        )
    shown = _most_urgent(overview)
    yield from _table([COLUMNS, *(_row(state, overview.now) for state in shown)] if shown else [])
    if len(shown) < len(overview.sessions):
        yield f"and {len(overview.sessions) - len(shown)} more: swarm status --json has all of them"
    for criterion in cross_criteria(overview) if overview.sessions else ():
        todo = f"; {criterion.action}" if criterion.state == "not met" and criterion.action else ""
        yield f"{criterion.state:<8} {criterion.title}: {criterion.measured}{todo}"
    for problem in overview.problems:
        yield visible(f"unreadable: {problem}")


def _most_urgent(overview: Overview) -> list[SessionState]:
    """Those that are shown: open sessions before merged ones, the newest first when there are many."""
    if len(overview.sessions) <= SHOWN_SESSIONS:
        return list(overview.sessions)
    newest = sorted(overview.sessions, key=lambda state: state.last_activity, reverse=True)
    return sorted(newest, key=lambda state: state.phase == "merged")[:SHOWN_SESSIONS]


def _row(state: SessionState, now: datetime) -> tuple[str, ...]:
    return (
        state.session,
        "overdue" if state.overdue else state.phase,
        f"{state.agents.reported}/{state.agents.total}",
        f"{state.verified}/{state.findings}",
        str(state.gaps),
        str(state.blocker_count),
        f"{usd(state.cost)}/{usd(state.cap)}",
        age(state.last_activity, now),
        next_step(state),
    )


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def age(since: datetime, now: datetime) -> str:
    """How long ago: `3 min`, `2 h`, `5 days`; what is ahead of this clock was just now."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
