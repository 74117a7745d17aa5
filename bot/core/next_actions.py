"""What the next orchestrator does first: computed from the overview, most urgent first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, assert_never

from bot.core.conflicts import needs_a_person
from bot.core.findings import Impact
from bot.core.overview import BlockerStatus, Overview
from bot.core.state import SessionState

Urgency = Literal["P0", "P1", "P2"]
SHOWN = 5


@dataclass(frozen=True, slots=True, order=True)
class Action:
    """One thing to do. P0: something stands still or is lost. P1: it waits for a decision. P2: it goes on."""

    urgency: Urgency
    session: str
    what: str


def next_actions(overview: Overview) -> tuple[Action, ...]:
    """All actions, by urgency and then by session."""
    found = [action for state in overview.sessions for action in _of_session(overview, state)]
    found += [_of_blocker(blocker) for blocker in overview.blockers if not blocker.resolved_by]
    found += [Action("P0", "", f"mend {problem}") for problem in overview.problems]
    found += [
        Action("P1", "", f"keep one of the sessions {', '.join(d.sessions)} for {d.subject.name}")
        for d in overview.duplicates
    ]
    return tuple(sorted(set(found)))


def next_step(state: SessionState) -> str:
    """What comes next in a session, in a few words."""
    match state.phase:
        case "launched":
            return f"{_agents(state.agents.pending)} to report for the first time"
        case "running":
            return f"{_agents(state.agents.pending)} to report"
        case "complete":
            return "write the deliverable" if not state.deliverable else "gate and merge"
        case "merged":
            return "nothing, it is merged"
        case _:
            assert_never(state.phase)


def _of_session(overview: Overview, state: SessionState) -> Iterator[Action]:
    if state.overdue:
        hours = f"{state.mission.limits.session_timeout_hours:g}"
        waiting = f"run it again; {_agents(state.agents.pending)} will be given up or go on elsewhere"
        yield Action("P0", state.session, f"it runs for more than {hours} hours: {waiting}")
    elif state.phase in ("launched", "running"):
        yield Action("P2", state.session, f"wait for {_agents(state.agents.pending)}")
    conflicting = overview.conflicts.get(state.session, ())
    places = _few(tuple(map(str, conflicting)))
    if needs_a_person(conflicting):
        todo = f"resolve the merge conflict in {places}, keep all findings; then swarm close"
        yield Action("P0", state.session, todo)
    elif state.phase == "complete":
        also = f", which resolves the conflict in {places}" if conflicting else ""
        yield Action("P1", state.session, f"{next_step(state)}: swarm close{also}")
    if state.phase == "merged":
        return
    if state.halted:
        yield Action("P0", state.session, f"mend the access to the model, then run again: {_few(state.halted)}")
    if failed := tuple(agent for agent in state.agents.failed if agent not in state.halted):
        yield Action("P1", state.session, f"run the failed agents again: {_few(failed)}")


def _of_blocker(blocker: BlockerStatus) -> Action:
    note = blocker.note
    todo = note.blocker.recommendation or "decide how to go on"
    return Action(_urgency(note.blocker.impact), note.session, f"{note.blocker.title}: {todo}")


def _urgency(impact: Impact) -> Urgency:
    match impact:
        case "Critical":
            return "P0"
        case "High":
            return "P1"
        case "Medium" | "Low":
            return "P2"
        case _:
            assert_never(impact)


def _agents(ids: tuple[str, ...]) -> str:
    return f"{len(ids)} agent{'s' * (len(ids) != 1)} ({_few(ids)})"


def _few(names: tuple[str, ...]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
