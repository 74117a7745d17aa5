"""A session as somebody finds it who comes by because of a comment: its facts, its runs, what its comment says."""

from dataclasses import dataclass, replace

from bot.commands.discovery import Place
from bot.commands.dispatching import read_dispatches
from bot.commands.finish import Finishing
from bot.commands.gate import judge
from bot.commands.going_on import WORKFLOW, at_work_for
from bot.commands.load import load_overview, load_session
from bot.commands.telling import More, standing
from bot.core.comment_view import Hold, at_work
from bot.core.configuration import Configuration
from bot.core.dispatches import Dispatches
from bot.core.gate import Verdict
from bot.core.recovery import Stand, Work, breaker, next_work
from bot.core.runs import ActiveRun
from bot.core.session import SessionData
from bot.core.state import SessionFacts
from bot.ports import SourceLibrary


@dataclass(frozen=True, slots=True)
class Chat:
    """What answering works with."""

    finishing: Finishing
    configuration: Configuration


@dataclass(frozen=True, slots=True)
class Seen:
    """A session as it stands, what was set going for it, and the runs at work for it."""

    facts: SessionFacts
    known: Dispatches
    runs: tuple[ActiveRun, ...]

    @property
    def data(self) -> SessionData:
        return self.facts.data


def look(parts: Chat, place: Place) -> Seen:
    """The session as it stands now."""
    facts, repo = facts_of(parts, place), parts.finishing.closing.repo
    if facts.merge:
        return Seen(facts, Dispatches(session=place.session), ())
    known = read_dispatches(repo, place.session)[0]
    return Seen(facts, known, at_work_for(parts.finishing.runs.active(WORKFLOW), facts.data, known))


def facts_of(parts: Chat, place: Place) -> SessionFacts:
    closing = parts.finishing.closing
    loaded = load_overview(
        closing.repo,
        closing.clock.now(),
        base=closing.base,
        session=place.session,
        state_branch=closing.state_branch,
    )
    facts = loaded.facts[place.session]
    if facts.merge:  # its comment is the summary, for which all findings are counted
        return replace(facts, data=load_session(closing.repo, place.commit, place.session))
    return facts


def standing_of(parts: Chat, seen: Seen, *, started: bool) -> More:
    """What the comment says of a session besides what lies in git."""
    if seen.facts.merge:
        return {}
    data, known = seen.data, seen.known
    step = next_work(data, seen.facts.tip or "", known, parts.finishing.closing.clock.now())
    if isinstance(step, Stand) and step.how == "held":
        return standing(step)
    if started:
        return {"continued": True}
    if seen.runs:
        return {"at_work": at_work(known, data.records)}
    if step.again if isinstance(step, Work) else step.how == "judged":
        return _judged(parts, seen)
    hold = step if isinstance(step, Stand) else breaker(data, known)
    return standing(hold) if hold else {}


def _judged(parts: Chat, seen: Seen) -> More:
    """The verdict, when the gate has spoken of the branch as it is: a comment without it would promise a merge."""
    verdict = verdict_of(parts, seen, parts.finishing.closing.library)
    judged = seen.known.judged
    more: More = {"verdict": verdict, "manual": parts.finishing.manual}
    if judged and judged.verdict == "pass" and not judged.settled:
        more["postponed"] = Hold("the base branch asks for more than the gate", "look at the pull request")
    return more


def verdict_of(parts: Chat, seen: Seen, library: SourceLibrary | None) -> Verdict:
    """What the gate says of the branch as it is."""
    closing = parts.finishing.closing
    return judge(
        closing.repo,
        session=seen.data.session,
        tip=seen.facts.tip or "",
        base_tip=closing.repo.refs(f"refs/heads/{closing.base}")[f"refs/heads/{closing.base}"],
        library=library,
        scan=closing.scan,
        clock=closing.clock,
        state_branch=closing.state_branch,
    )
