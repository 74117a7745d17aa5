"""`close` where other machines do the work: starts the next run while agents are left, or closes the session.

Called again, it goes on where it was: what is merged stays merged, and the issue is told the same.
"""

from dataclasses import dataclass

from bot.commands.close import Closed, Closing, close, session_branch
from bot.commands.continuation import still_open
from bot.commands.discovery import find_sessions
from bot.commands.dispatching import Standing, end_work, note, read_dispatches
from bot.commands.going_on import go_on
from bot.commands.load import load_session
from bot.commands.outcome import Exit, Outcome
from bot.commands.record import fold
from bot.commands.telling import Telling, standing
from bot.commands.trail import note_facts, note_stand
from bot.core.comment_view import Hold
from bot.core.dispatches import Dispatches, Judged
from bot.core.gate.verdict import names
from bot.core.orders import merge_wanted
from bot.core.recovery import Stand, Work, breaker, next_work
from bot.core.session import RECORDS, launch_path
from bot.core.state import Merge, SessionFacts
from bot.errors import Refused, SwarmError
from bot.ports import Repository, Runs
from bot.render.summary import close_summary, run_summary


@dataclass(frozen=True, slots=True)
class Finishing:
    """What finishing works with. `manual`: the configuration leaves merging to people; one who orders it in a
    comment has it merged all the same."""

    closing: Closing
    telling: Telling
    runs: Runs
    merge: bool
    manual: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """How a session was closed, and the same for the job's page."""

    closed: Closed
    summary: str


def finish(parts: Finishing, session: str) -> Finished | Outcome:
    """How the session was closed; an Outcome when another run goes on with it, or nobody does.

    Raises what `close` raises, after saying so in the session's issue.
    """
    with parts.closing.repo.still():
        now = _open(parts, session)
        if now and (outcome := _unfinished(parts, now)):
            return outcome
    merge = parts.merge and (not parts.manual or _wanted(now))
    try:
        closed = close(parts.closing, session, merge=merge)
    except SwarmError as error:
        if now:
            problem = error.problems[0]
            facts = SessionFacts(now.data, now.commit)
            parts.telling.tell(parts.telling.view(facts, stopped=Hold(problem.what, problem.todo)))
        raise
    if now and not closed.merged:
        _remember(parts, closed)
    return Finished(closed, _tell(parts, closed, manual=not merge))


def _wanted(now: Standing | None) -> bool:
    return now is not None and merge_wanted(now.data.orders, now.data.records.values())


def _unfinished(parts: Finishing, now: Standing) -> Outcome | None:
    """What is done about a session that is not to be closed yet; None when it is."""
    clock = parts.closing.clock
    step = next_work(now.data, now.commit, now.known, clock.now())
    if isinstance(step, Stand) and step.how != "judged":
        return _stand(parts, now, step)
    if isinstance(step, Work) and step.over:
        branch = session_branch(parts.closing.repo, now.data.session)
        end_work(parts.closing.repo, clock, branch, now.data.session)
    elif isinstance(step, Work) and step.turns:
        return _continue(parts, now, [turn.agent for turn in step.turns])
    return None


def leftovers(repo: Repository, base: str) -> list[str]:
    """Sessions that auto-merge or a person has merged and nobody has finished: their refs are still there."""
    refs = repo.refs("refs/")
    tip = refs.get(f"refs/heads/{base}")
    places, _ = find_sessions(repo, refs, tip, repo.paths(tip)) if tip else ([], [])
    recorded = {ref.removeprefix(RECORDS).partition("/")[0] for ref in refs if ref.startswith(RECORDS)}
    return [place.session for place in places if place.merged and (place.tip or place.session in recorded)]


def _open(parts: Finishing, session: str) -> Standing | None:
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
    return Standing(load_session(repo, commit, session), commit, read_dispatches(repo, session)[0])


def _continue(parts: Finishing, now: Standing, agents: list[str]) -> Outcome:
    data = now.data
    if broken := breaker(data, now.known):
        return _stand(parts, now, broken)
    closing = parts.closing
    why = f"not done yet: {names(agents)}"
    go_on(closing.repo, closing.clock, parts.runs, data, now.known, why, closing.run)
    note_facts(closing.repo, closing.clock, data)
    view = parts.telling.view(SessionFacts(data, now.commit), continued=True)
    parts.telling.tell(view)
    text = f"{data.session} goes on in another run: {len(agents)} agents have attempts left"
    report = {"session": data.session, "state": "continued", "agents": agents}
    return Outcome(report, text, summary=run_summary(view))


def _stand(parts: Finishing, now: Standing, stand: Stand) -> Outcome:
    """Nobody is tried again before a person acts, and nothing is lost (G16)."""
    session, hold = now.data.session, standing(stand)
    note_stand(parts.closing.repo, parts.closing.clock, now.data, now.known, stand, parts.closing.run)
    view = parts.telling.view(SessionFacts(now.data, now.commit), **hold)
    parts.telling.tell(view)
    report = {"session": session, "state": stand.how, "reason": stand.why}
    return Outcome(report, f"{session} stands still: {stand.why}", Exit.ACT, summary=run_summary(view))


def _remember(parts: Finishing, closed: Closed) -> None:
    """Writes down what the gate said, so that nobody asks it the same again and again."""
    clock, session = parts.closing.clock, closed.data.session
    verdict = closed.verdict.state
    settled = verdict == "fail" or (verdict == "pass" and closed.postponed is None)

    def edit(known: Dispatches) -> Dispatches:
        same = known.judged if known.judged and known.judged.tip == closed.tip else None
        times = same.times + 1 if same else 1
        judged = Judged(tip=closed.tip, verdict=verdict, settled=settled, times=times, time=clock.now())
        return known.model_copy(update={"judged": judged})

    note(parts.closing.repo, clock, session, edit, f"The gate says {verdict} of session {session}")


def _tell(parts: Finishing, closed: Closed, *, manual: bool) -> str:
    repo, merged = parts.closing.repo, closed.merged
    merge = Merge(merged, repo.log(merged, since=closed.tip)[0].time) if merged else None
    tip = None if merge else repo.refs(closed.branch).get(closed.branch)
    held = closed.postponed
    others = still_open(repo, closed.data)
    view = parts.telling.view(
        SessionFacts(closed.data, tip, merge, deliverable=merge is not None),
        pull=closed.pull,
        verdict=closed.verdict,
        postponed=Hold(held.reason, held.todo) if held else None,
        manual=manual,
        others=others,
    )
    parts.telling.tell(view)
    if merge and not others and (issue := closed.data.launch.issue):
        parts.telling.conversation.close(issue)
    return close_summary(view)
