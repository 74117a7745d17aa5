"""Finds sessions that nobody is at work on, and runs that have fallen silent, and sets going what is missing.

From facts alone: records, what was handed out when, and which runs are not over. Called again, it finds that done
what is done (G14, G15, G20).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.commands.dispatching import FILE, note, parse_dispatches
from bot.commands.going_on import WORKFLOW, at_work_for, go_on, is_titled_for
from bot.commands.load import load_overview
from bot.commands.telling import More, Telling, standing
from bot.commands.trail import note_decided, note_facts, note_stand
from bot.core.comment_view import Hold
from bot.core.dispatches import Dispatches
from bot.core.orders import held
from bot.core.recovery import End, Situation, Stand, Step, Work, next_step
from bot.core.runs import ActiveRun
from bot.core.session import DISPATCHES, dispatch_ref
from bot.core.state import SessionFacts
from bot.errors import Problem, SwarmError
from bot.ports import Clock, Repository, Runs

ENDED = "it is ended, and what is left goes on in another one"


@dataclass(frozen=True, slots=True)
class Repairing:
    """What repairing works with. `completed`: the title of the run whose end is the occasion, empty otherwise.

    `run` is the workflow run that repairs.
    """

    repo: Repository
    runs: Runs
    telling: Telling
    clock: Clock
    base: str
    run: str = ""
    state_branch: str | None = None
    completed: str = ""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was done about one session."""

    session: str
    done: str


def repair(parts: Repairing) -> tuple[tuple[Repaired, ...], tuple[Problem, ...]]:
    """What was done about the open sessions, and what stood in the way; one session's trouble is no other's."""
    loaded = load_overview(parts.repo, parts.clock.now(), base=parts.base, state_branch=parts.state_branch)
    sessions = [facts for facts in loaded.facts.values() if facts.merge is None and facts.tip]
    if not sessions:
        return (), ()
    try:
        active = parts.runs.active(WORKFLOW)
    except SwarmError as error:  # nothing is repaired blindly, and all else goes on
        return (), error.problems
    done: list[Repaired] = []
    problems: list[Problem] = []
    for facts, known in _with_known(parts.repo, sessions, problems):
        try:
            if said := _mend(parts, facts, known, active):
                done.append(Repaired(facts.data.session, said))
        except SwarmError as error:
            problems += error.problems
    return tuple(done), tuple(problems)


def _with_known(
    repo: Repository, sessions: Iterable[SessionFacts], problems: list[Problem]
) -> Iterator[tuple[SessionFacts, Dispatches]]:
    """Each session with what was set going for it, read in one go."""
    refs = repo.refs(DISPATCHES)
    contents = repo.read([(commit, FILE) for commit in refs.values()])
    for facts in sessions:
        session = facts.data.session
        commit = refs.get(dispatch_ref(session))
        if commit is None:
            yield facts, Dispatches(session=session)
            continue
        try:
            yield facts, parse_dispatches(session, contents.get((commit, FILE), b""))
        except SwarmError as error:
            problems += error.problems


def _mend(parts: Repairing, facts: SessionFacts, known: Dispatches, active: Iterable[ActiveRun]) -> str:
    """What was done about a session; empty when nothing was to be done."""
    runs = at_work_for(active, facts.data, known)
    situation = Situation(facts.data, facts.tip or "", known, runs, parts.clock.now())
    return _apply(parts, facts, known, next_step(situation, completed=is_titled_for(parts.completed, facts.data)))


def _apply(parts: Repairing, facts: SessionFacts, known: Dispatches, step: Step) -> str:
    match step:
        case Work():
            counted = not step.again
            if not go_on(
                parts.repo, parts.clock, parts.runs, facts.data, known, step.why, parts.run, counted=counted
            ):
                return ""  # another one has, just now
            note_facts(parts.repo, parts.clock, facts.data)
            parts.telling.tell(parts.telling.view(facts, continued=True))
            return f"another run was started: {step.why}"
        case End():
            note_decided(parts.repo, parts.clock, facts.data, "cancelled", step.run, step.why, parts.run)
            parts.runs.cancel(step.run)
            stopped = held(facts.data.orders)
            more = standing(Stand("held", step.why)) if stopped else More(stopped=Hold(step.why, ENDED))
            parts.telling.tell(parts.telling.view(facts, **more))
            return f"run {step.run} is ended: {step.why}"
        case Stand():
            return _tell_once(parts, facts, known, step)


def _tell_once(parts: Repairing, facts: SessionFacts, known: Dispatches, stand: Stand) -> str:
    """Says in the issue why a session stands still, once: a hundred of them cost nothing each time (G18)."""
    hold: More = standing(stand)
    why = f"{stand.how}: {stand.why}"
    if not hold or known.told == why:
        return ""
    note_stand(parts.repo, parts.clock, facts.data, known, stand, parts.run)
    parts.telling.tell(parts.telling.view(facts, **hold))

    def edit(now: Dispatches) -> Dispatches:
        return now.model_copy(update={"told": why})

    note(parts.repo, parts.clock, facts.data.session, edit, f"Say why session {facts.data.session} stands still")
    return f"it stands still: {stand.why}"
