"""`close` where other machines do the work: starts the next run while agents are left, or closes the session.

Called again, it goes on where it was: what is merged stays merged, and the issue is told the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands.close import Closed, Closing, close, session_branch
from bot.commands.discovery import find_sessions
from bot.commands.load import load_session
from bot.commands.outcome import Exit, Outcome
from bot.commands.record import fold
from bot.commands.telling import Telling
from bot.commands.trail import note_decided
from bot.core.comment_view import Hold
from bot.core.continuing import halted, may_continue, next_agents
from bot.core.records import AgentRecord
from bot.core.session import RECORDS, launch_path
from bot.core.state import Merge, SessionFacts
from bot.core.trail import Kind
from bot.errors import Refused, SwarmError
from bot.ports import Repository, Runs
from bot.render.summary import close_summary, run_summary

WORKFLOW = "swarm-session.yml"
MEND = (
    "mend the access to the model (its key, what it may do, its credit), then set the label again, or start the "
    "workflow again by hand as it was started; what is recorded is kept"
)


@dataclass(frozen=True, slots=True)
class Finishing:
    """What finishing works with. `depth` counts the runs of this session that were started by one another."""

    closing: Closing
    telling: Telling
    runs: Runs
    depth: int
    merge: bool


@dataclass(frozen=True, slots=True)
class Finished:
    """How a session was closed, and the same for the job's page."""

    closed: Closed
    summary: str


def finish(parts: Finishing, session: str) -> Finished | Outcome:
    """How the session was closed; an Outcome when another run goes on with it.

    Raises what `close` raises, after saying so in the session's issue.
    """
    with parts.closing.repo.still():
        facts = _open(parts, session)
    if facts:
        if refused := halted(facts.data.mission, facts.data.records):
            return _stop(parts, facts, refused)
        turns = next_agents(facts.data.mission, facts.data.records)
        if turns and may_continue(facts.data.mission, parts.depth):
            return _continue(parts, facts, [turn.agent for turn in turns])
    try:
        closed = close(parts.closing, session, merge=parts.merge)
    except SwarmError as error:
        if facts:
            problem = error.problems[0]
            parts.telling.tell(parts.telling.view(facts, stopped=Hold(problem.what, problem.todo)))
        raise
    return Finished(closed, _tell(parts, closed))


def leftovers(repo: Repository, base: str) -> list[str]:
    """Sessions that auto-merge or a person has merged and nobody has finished: their refs are still there."""
    refs = repo.refs("refs/")
    tip = refs.get(f"refs/heads/{base}")
    places, _ = find_sessions(repo, refs, tip, repo.paths(tip)) if tip else ([], [])
    recorded = {ref.removeprefix(RECORDS).partition("/")[0] for ref in refs if ref.startswith(RECORDS)}
    return [place.session for place in places if place.merged and (place.tip or place.session in recorded)]


def _open(parts: Finishing, session: str) -> SessionFacts | None:
    """The session with everything folded that is pending; None when it is merged."""
    repo, base = parts.closing.repo, f"refs/heads/{parts.closing.base}"
    tip = repo.refs(base).get(base)
    if tip is None:
        raise Refused(f"the branch {parts.closing.base} has no commit", "make a first commit on it")
    if repo.read([(tip, launch_path(session))]):
        return None
    branch = session_branch(repo, session)
    fold(repo, parts.closing.clock, branch, session)
    commit = repo.refs(branch)[branch]
    return SessionFacts(load_session(repo, commit, session), commit)


def _continue(parts: Finishing, facts: SessionFacts, agents: list[str]) -> Outcome:
    session = facts.data.session
    # Mission and issue put the run into the same queue as every other one of this session.
    issue, mission = str(facts.data.launch.issue or ""), facts.data.mission.mission
    inputs = {"session": session, "depth": str(parts.depth + 1), "issue": issue, "mission": mission}
    parts.runs.start(WORKFLOW, inputs)
    text = f"{session} goes on in another run: {len(agents)} agents have attempts left"
    _note(parts, facts, "started", parts.closing.run, text)
    view = parts.telling.view(facts, continued=True)
    parts.telling.tell(view)
    return Outcome({"session": session, "state": "continued", "agents": agents}, text, summary=run_summary(view))


def _stop(parts: Finishing, facts: SessionFacts, refused: Sequence[AgentRecord]) -> Outcome:
    """Nobody is tried again while the model refuses access: a person acts first, and nothing is lost (G16)."""
    session, agents = facts.data.session, [record.agent for record in refused]
    reason = f"{agents[0]} was refused access to its model: {refused[0].reason}"
    _note(parts, facts, "stopped", f"{agents[0]}/{refused[0].attempt}", reason)
    view = parts.telling.view(facts, stopped=Hold(reason, MEND))
    parts.telling.tell(view)
    text = f"{session} is stopped: {reason}\n{MEND}"
    return Outcome(
        {"session": session, "state": "stopped", "agents": agents}, text, Exit.ACT, summary=run_summary(view)
    )


def _note(parts: Finishing, facts: SessionFacts, kind: Kind, what: str, reason: str) -> None:
    closing = parts.closing
    note_decided(closing.repo, closing.clock, facts.data, kind, what, reason, closing.run)


def _tell(parts: Finishing, closed: Closed) -> str:
    repo, merged = parts.closing.repo, closed.merged
    merge = Merge(merged, repo.log(merged, since=f"{merged}^1")[0].time) if merged else None
    tip = None if merge else repo.refs(closed.branch).get(closed.branch)
    held = closed.postponed
    view = parts.telling.view(
        SessionFacts(closed.data, tip, merge, deliverable=merge is not None),
        pull=closed.pull,
        verdict=closed.verdict,
        postponed=Hold(held.reason, held.todo) if held else None,
        manual=not parts.merge,
    )
    parts.telling.tell(view)
    if merge and (issue := closed.data.launch.issue):
        parts.telling.conversation.close(issue)
    return close_summary(view)
