"""Carries out what people tell a session in a comment under its issue, and answers there (A7, A15, G10).

The order comes first, then what follows from it (runs that are ended or started), then the comment, then the
reaction. What is done already is found done, so that an event that comes twice, or after a crash, adds nothing.
"""

from typing import assert_never

from bot.commands.discovery import Place, find_sessions
from bot.commands.explain import READ_AGAIN, result_of
from bot.commands.looking import Chat, Seen, look, standing_of, verdict_of
from bot.commands.obeying import Told, obey
from bot.commands.outcome import Outcome
from bot.commands.telling import More
from bot.core.chatops import (
    HELP,
    AddBudget,
    AskStatus,
    Command,
    Explain,
    Help,
    Merge,
    NotUnderstood,
    Resume,
    Retry,
    Stop,
    parse,
)
from bot.core.comment_view import Answer
from bot.core.events import CommandAsked
from bot.core.gate.explaining import criterion_named, explained
from bot.core.permission import may_command
from bot.core.recovery import Work, next_work
from bot.errors import InvalidInput, Refused
from bot.render.answer import answer_comment
from bot.render.summary import run_summary

NO_SESSION = "this issue carries no session: set the label `swarm:launch`, or that of a mission, to start one"


def chat(parts: Chat, asked: CommandAsked) -> Outcome:
    """Carries out the command of a comment. Whoever may not write here gets a reaction and nothing else."""
    conversation = parts.finishing.telling.conversation
    if reason := may_command(
        conversation.permission(asked.sender), asked.sender_is_bot, parts.configuration.allow, asked.sender
    ):
        conversation.react(asked.comment, "confused")
        data = {"issue": asked.issue, "state": "refused", "reason": reason}
        return Outcome(data, f"nothing is done: {reason}", summary=f"Nothing was done: {reason}.\n")
    command = parse(asked.text)
    with parts.finishing.closing.repo.still():
        place = _place(parts, asked.issue)
        told, summary = _answered(parts, asked, command, place) if place else _alone(parts, asked, command)
    conversation.react(asked.comment, "+1" if told.done else "confused")
    session = place.session if place else ""
    report = {
        "issue": asked.issue,
        "session": session,
        "state": "done" if told.done else "refused",
        "said": list(told.said),
    }
    return Outcome(
        report, "\n".join([f"{session or 'no session'}: {told.said[0]}", *told.said[1:]]), summary=summary
    )


def _place(parts: Chat, issue: int) -> Place | None:
    """The session that an issue carries: the newest open one, or else the newest that is merged."""
    repo, base = parts.finishing.closing.repo, f"refs/heads/{parts.finishing.closing.base}"
    refs = repo.refs("refs/")
    tip = refs.get(base)
    if tip is None:
        return None
    places, _ = find_sessions(repo, refs, tip, repo.paths(tip))
    own = (place for place in places if place.launch.issue == issue)
    return max(own, key=lambda place: (not place.merged, place.launch.launched), default=None)


def _alone(parts: Chat, asked: CommandAsked, command: Command) -> tuple[Told, str]:
    """The answer where there is no session, and so no status comment."""
    told = _listed(command) if isinstance(command, Help | NotUnderstood) else Told(False, (NO_SESSION,))
    text = answer_comment(Answer(asked.text, told.said))
    parts.finishing.telling.conversation.say(asked.issue, "answer", text)
    return told, text


def _answered(parts: Chat, asked: CommandAsked, command: Command, place: Place) -> tuple[Told, str]:
    """What came of a command to a session, which its status comment says now; and that comment."""
    try:
        told = _carried_out(parts, asked, command, place)
    except (InvalidInput, Refused) as error:
        told = Told(False, tuple(f"not done: {problem}" for problem in error.problems))
    seen = look(parts, place)
    telling = parts.finishing.telling
    more: More = {**standing_of(parts, seen, started=told.started), "answer": Answer(asked.text, told.said)}
    view = telling.view(seen.facts, **more)
    telling.tell(view)
    return told, run_summary(view)


def _carried_out(parts: Chat, asked: CommandAsked, command: Command, place: Place) -> Told:
    match command:
        case AskStatus():
            return Told(True, (_how(parts, look(parts, place)),))
        case Help() | NotUnderstood():
            return _listed(command)
        case Explain(criterion):
            return Told(True, _explained(parts, look(parts, place), criterion))
        case Stop() | Resume() | Retry() | AddBudget() | Merge():
            if place.merged:
                raise Refused(f"session {place.session} is merged", "a new one is launched by its label")
            return obey(parts, asked, command, place)
        case _:
            assert_never(command)


# --- what only looks ---------------------------------------------------------------------------------------


def _listed(command: Help | NotUnderstood) -> Told:
    """The commands, below what was not understood."""
    if isinstance(command, NotUnderstood):
        return Told(False, (command.why, *HELP))
    return Told(True, ("people with write permission can say, at the beginning of a comment:", *HELP))


def _how(parts: Chat, seen: Seen) -> str:
    """One line about a session, besides all that the comment says."""
    if seen.facts.merge:
        return "it is merged, and this is how it ended"
    step = next_work(seen.data, seen.facts.tip or "", seen.known, parts.finishing.closing.clock.now())
    if isinstance(step, Work) and not seen.runs:
        return "this is how it stands; no run is at work on it, and `/swarm resume` starts one"
    return "this is how it stands"


def _explained(parts: Chat, seen: Seen, criterion: str) -> tuple[str, ...]:
    meant = criterion_named(criterion)
    if seen.facts.merge:
        return explained(meant, None)
    verdict = verdict_of(parts, seen, parts.finishing.closing.library if meant.id == READ_AGAIN else None)
    return explained(meant, result_of(verdict, meant.id))
