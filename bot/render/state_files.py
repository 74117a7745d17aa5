"""The state files at the root of their branch: pure functions of the overview, in the protocol's formats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

from bot.core.conflict_blockers import conflict_blockers, conflict_note
from bot.core.conflicts import needs_a_person
from bot.core.cross_session import cross_criteria
from bot.core.gate.verdict import names
from bot.core.links import github_slug
from bot.core.metrics import metrics
from bot.core.money import usd
from bot.core.neutral import code, neutral
from bot.core.next_actions import next_actions, next_step
from bot.core.overview import Overview, PhaseProgress, phases
from bot.core.remembered import each, remembered
from bot.core.roadmap import Roadmap, RoadmapEntry
from bot.core.secrets import redacted
from bot.core.state import SessionState
from bot.render.engine import Markdown, render
from bot.render.words import alert_words

STATUS = "MULTI-SESSION-STATUS.md"
TRACKER = "INTEGRATION-PROGRESS-TRACKER.md"
HANDOVER = "SESSION-HANDOVER-PROTOCOL.md"
BLOCKERS = "BLOCKERS.md"
ROADMAP = "INTEGRATION-MASTER-ROADMAP.md"
STATE_FILES = (STATUS, TRACKER, HANDOVER, BLOCKERS, ROADMAP)
TRUE_AT = "True at "


def expected_state_files(overview: Overview, roadmap: Roadmap, base_files: str | None = "") -> dict[str, str]:
    """All state files by path. Same facts, same text, but for the one line that says when it was true.

    `base_files` is what a link to a file of the base branch begins with: nothing where the state files lie beside
    it, an address ending in a slash where they lie on a branch of their own; None: no link leads there.
    """
    # The roadmap holds what passed the gate. The others tell of sessions that no gate has scanned yet (G25).
    return {
        STATUS: redacted(status_text(overview, base_files)),
        TRACKER: redacted(tracker_text(overview)),
        HANDOVER: redacted(handover_text(overview)),
        BLOCKERS: redacted(blockers_text(overview)),
        ROADMAP: roadmap_text(overview, roadmap, base_files),
    }


def same_but_for_the_time(one: str, other: str) -> bool:
    """Whether two versions of a state file say the same; when and from which commit they say it does not count."""
    return _timeless(one) == _timeless(other)


def _timeless(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(TRUE_AT)]


def status_text(overview: Overview, base_files: str | None = "") -> str:
    """MULTI-SESSION-STATUS.md."""
    return _render("status.md.j2", overview, metrics=metrics(overview), base_files=base_files)


def tracker_text(overview: Overview) -> str:
    """INTEGRATION-PROGRESS-TRACKER.md."""
    entries = [phase_entry(phase) for phase in phases(overview.sessions)]
    return _render("tracker.md.j2", overview, entries=entries)


def phase_entry(phase: PhaseProgress) -> str:
    """One phase's section of the tracker, ending in a newline."""
    lines = [
        f"## Phase {phase.number}: {neutral(phase.name)}",
        "",
        f"- Status: {phase.status} (Session {phase.session.mission.session})",
        f"- APIs: {phase.covered}/{phase.assigned} complete",
    ]
    commit = f"- Commit: {phase.commit}" if phase.commit else "- Commit: unknown"
    lines.append(commit if phase.status == "Complete" else f"- ETA: {eta_text(phase.session)}")
    return "\n".join(lines) + "\n"


def handover_text(overview: Overview) -> str:
    """SESSION-HANDOVER-PROTOCOL.md."""
    actions = next_actions(overview)
    return _render(
        "handover.md.j2",
        overview,
        metrics=metrics(overview),
        criteria=cross_criteria(overview),
        blockers=[*conflict_blockers(overview), *(one for one in overview.blockers if not one.resolved_by)],
        actions={urgency: [a for a in actions if a.urgency == urgency] for urgency in ("P0", "P1", "P2")},
        failures=failure_modes(overview),
    )


def blockers_text(overview: Overview) -> str:
    """BLOCKERS.md."""
    return _render("blockers.md.j2", overview, blockers=[*conflict_blockers(overview), *overview.blockers])


def roadmap_text(overview: Overview, roadmap: Roadmap, base_files: str | None = "") -> str:
    """INTEGRATION-MASTER-ROADMAP.md."""
    present = {state.session for state in overview.sessions if state.deliverable and state.merge}
    places = {} if base_files is None else _places(roadmap.entries, present, base_files)
    rows = [_row((entry, places.get(entry.subject.id, ""))) for entry in roadmap.entries]
    return _render("roadmap.md.j2", overview, roadmap=roadmap, rows=rows)


@remembered(1_024, each)  # most subjects are as they were when the roadmap was written last
def _row(of: tuple[RoadmapEntry, str]) -> Markdown:
    """A subject's row of the roadmap; `place` is where it stands in its deliverable, empty: nowhere."""
    entry, place = of
    name, made = neutral(entry.subject.name), entry.assessment
    found = (
        f"{neutral(made.priority)} | {made.hours:,} | {neutral(made.complexity)}" if made else "not assessed | |"
    )
    cells = [f"[{name}]({place})" if place else name, found, f"{entry.claims:,}", f"{entry.gaps:,}"]
    return Markdown(f"| {' | '.join(cells)} | {code(entry.session)} |")


def _places(entries: Sequence[RoadmapEntry], present: set[str], base_files: str) -> Mapping[str, str]:
    """Where each subject stands in its deliverable; none without the file."""
    return {
        entry.subject.id: f"{base_files}{entry.deliverable}#{github_slug(entry.subject.name)}"
        for entry in entries
        if entry.session in present and entry.claims
    }


@dataclass(frozen=True, slots=True)
class FailureMode:
    """A way in which sessions go wrong, where it is seen now, and what to do."""

    name: str
    seen: tuple[str, ...]
    todo: str


def failure_modes(overview: Overview) -> tuple[FailureMode, ...]:
    """The ways in which sessions are known to go wrong, with where each is seen now."""
    sessions = overview.sessions
    return (
        FailureMode(
            "a session over its time",
            tuple(_over_time(state) for state in sessions if state.overdue or state.given_up),
            "its next run gives up what is unfinished, or opens the session that goes on with it",
        ),
        FailureMode(
            "agents that failed",
            tuple(
                f"{s.session}/{agent}: {reason or 'no reason'}" for s in sessions for agent, reason in s.failures
            ),
            "they are tried again while they have attempts; then a person says retry",
        ),
        FailureMode(
            "a merge conflict",
            tuple(f"{s}: {', '.join(map(str, found))}" for s, found in overview.conflicts.items() if found),
            "swarm close resolves it in the session's own files; a person does elsewhere, see BLOCKERS.md",
        ),
        FailureMode(
            "money that is gone",
            tuple(state.session for state in sessions if state.cost >= state.cap > 0),
            "a person decides: raise the cap in a new mission, or leave it",
        ),
        FailureMode(
            "files that cannot be read",
            tuple(str(problem) for problem in overview.problems),
            "restore them from the history",
        ),
    )


def _over_time(state: SessionState) -> str:
    return (
        f"{state.session}: {names(one.agent for one in state.given_up)} given up"
        if state.given_up
        else state.session
    )


@lru_cache(maxsize=256)
def utc(moment: datetime) -> str:
    """A moment as `2026-11-22 16:40 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def eta_text(state: SessionState) -> str:
    """How long a session still takes from its last activity, as computed from facts; else `unknown`."""
    if state.eta is None:
        planned = state.mission.planned_hours
        if state.phase == "launched" and planned:
            return f"+{planned:g} hours after {utc(state.launched)} (planned)"
        return "unknown"
    hours = (state.eta - state.last_activity) / timedelta(hours=1)
    return f"+{hours:.1f} hours, {utc(state.eta)}"


def blockers_line(overview: Overview, state: SessionState) -> str:
    """A session's blockers in one line."""
    found = overview.conflicts.get(state.session, ())
    conflicts = [conflict_note(overview.base, state, found)] if needs_a_person(found) else []
    titles = [f"{neutral(note.blocker.title)} ({note.blocker.impact})" for note in [*conflicts, *state.blockers]]
    return "; ".join(titles) or ("none" if not state.blocker_count else f"{state.blocker_count}, not readable")


def true_at(overview: Overview) -> str:
    """The line that says how old a state file is."""
    return f"{TRUE_AT}{utc(overview.now)}, from commit `{overview.commit}` of `{overview.base}`."


def _render(template: str, overview: Overview, **values: object) -> str:
    return render(
        template,
        overview=overview,
        true_at=true_at(overview),
        utc=utc,
        usd=usd,
        alert_words=alert_words,
        eta=eta_text,
        next_step=next_step,
        blockers_line=partial(blockers_line, overview),
        **values,
    )
