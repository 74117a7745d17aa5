"""`request`: what somebody asks for in an issue becomes a session, or a refusal that says why (A1, A4 to A8).

Nothing is started or spent before everything has been checked. Asked again, it goes on where it was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.commands.close import session_branch
from bot.commands.discovery import Place, find_sessions
from bot.commands.dispatching import Standing, end_work, hand_out, take_stock
from bot.commands.launch import Unconfirmed, launch
from bot.commands.load import load_session
from bot.commands.ordering import give
from bot.commands.outcome import Outcome
from bot.commands.telling import More, Telling, standing
from bot.commands.trail import note_facts
from bot.core.asking import CONFIRM, LAUNCH, Request, check, confirms, from_dispatch, from_issue, meant
from bot.core.comment_view import at_work
from bot.core.configuration import PATH, Configuration, load_configuration
from bot.core.continuing import Turn, matrix_json, max_parallel
from bot.core.dispatches import Dispatches, handed_out
from bot.core.events import PREFIX, ContinueSession, LaunchAsked, LaunchDispatched, queue_of
from bot.core.launching import number
from bot.core.loading import load_mission
from bot.core.mission_edit import edited
from bot.core.orders import Order, moment
from bot.core.permission import WRITERS, may_launch, may_start
from bot.core.recovery import Stand, Work, breaker, next_work
from bot.core.session import launch_path
from bot.core.state import Merge, SessionFacts
from bot.errors import InvalidInput, Problem, Refused
from bot.ports import Clock, Conversation, PriceList, Repository
from bot.render.quote import confirmation_comment, quote_data
from bot.render.refusal import refusal_comment
from bot.render.summary import run_summary

Template = Callable[[str], bytes | None]
"""The text of a mission that comes with this package; None when there is none of that name."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where requests come in."""

    repo: Repository
    conversation: Conversation
    clock: Clock
    base: str
    template: Template
    telling: Telling
    prices: PriceList
    run: str
    run_attempt: str
    """This workflow run's id, and which attempt at it this is."""

    @property
    def whole_run(self) -> str:
        """What tells this run from every other one: one that is run again may not share its attempts."""
        return f"{self.run}/{self.run_attempt}"


def request(desk: Desk, asked: LaunchAsked | LaunchDispatched | ContinueSession) -> Outcome:
    """Opens a session or goes on with one; its outputs say which agents run next.

    A request in an issue that cannot be met is answered there, and the label is taken off; one whose cost a person
    has to confirm waits there. Elsewhere it raises InvalidInput or Refused.
    """
    with desk.repo.still():
        return _requested(desk, asked)


def _requested(desk: Desk, asked: LaunchAsked | LaunchDispatched | ContinueSession) -> Outcome:
    if not isinstance(asked, LaunchAsked):
        _let_in(desk, asked.sender)
    match asked:
        case ContinueSession():
            return _session(desk, asked.session, asked.queue, by=_person(asked.sender))
        case LaunchDispatched():
            by = f"{asked.sender} by hand" if asked.issue is None else f"issue #{asked.issue}"
            return _opened(
                desk, from_dispatch(asked), asked.issue, by, asked.queue, confirmed=True, sender=asked.sender
            )
        case LaunchAsked():
            return _asked(desk, asked)


def _let_in(desk: Desk, sender: str) -> None:
    """GitHub has asked for write permission; the runs that start one another are nobody's (A7)."""
    allow = _configuration(desk)[1].allow if _person(sender) else WRITERS
    if allow == WRITERS:
        return
    if reason := may_start(sender, desk.conversation.permission(sender), allow):
        raise Refused(reason, "ask somebody who may launch sessions here to start it")


def _asked(desk: Desk, asked: LaunchAsked) -> Outcome:
    try:
        permission = desk.conversation.permission(asked.sender)
        reason = may_launch(permission, asked.sender_is_bot)
        # Whoever may not write is not told what is wrong with a configuration.
        reason = reason or may_launch(permission, asked.sender_is_bot, _configuration(desk)[1].allow, asked.sender)
        if reason:
            raise Refused(reason, "ask somebody to set the label who may write here and launch sessions")
        request = meant(asked)
    except (InvalidInput, Refused) as error:
        return _refused(desk, asked, error.problems)
    outcome = _answered(desk, request, confirmed=confirms(asked.label))
    if confirms(asked.label):  # it is used up
        desk.conversation.unlabel(asked.issue, asked.label)
    return outcome


def _answered(desk: Desk, asked: LaunchAsked, *, confirmed: bool) -> Outcome:
    try:
        request, by = from_issue(asked), f"issue #{asked.issue}"
        queue = queue_of(asked.issue, "")
        return _others_refused(
            desk, asked, _opened(desk, request, asked.issue, by, queue, confirmed=confirmed, sender=asked.sender)
        )
    except Unconfirmed as unconfirmed:
        return _unconfirmed(desk, asked, unconfirmed)
    except (InvalidInput, Refused) as error:
        return _refused(desk, asked, error.problems)


def _unconfirmed(desk: Desk, asked: LaunchAsked, why: Unconfirmed) -> Outcome:
    """Shows what it would cost and waits: the label stays. A confirming one that was there before says nothing."""
    text = confirmation_comment(why.quoted, why.mission.mission, why.above, asked.label)
    desk.conversation.say(asked.issue, "refusal", text)
    for label in filter(confirms, asked.labels):
        desk.conversation.unlabel(asked.issue, label)
    data = {"issue": asked.issue, "state": "unconfirmed", "quote": quote_data(why.quoted)}
    return Outcome(data, f"{why}\nit was asked for in issue #{asked.issue}", summary=text)


def _refused(desk: Desk, asked: LaunchAsked, problems: tuple[Problem, ...]) -> Outcome:
    """Says why, and takes the label off. An open session of this issue goes on: this run may have taken the place
    of the one that was to do that."""
    text = refusal_comment(problems, asked.label, asked.sender)
    desk.conversation.say(asked.issue, "refusal", text)
    desk.conversation.unlabel(asked.issue, asked.label)
    data = {"issue": asked.issue, "state": "refused", "problems": [problem.as_dict() for problem in problems]}
    lines = "\n".join(map(str, problems))
    refusal = Outcome(data, f"refused, and said so in issue #{asked.issue}\n{lines}", summary=text)
    carried = [place for place in _carried(desk, asked.issue) if not place.merged]
    if not carried:
        return refusal
    newest = max(carried, key=lambda place: (place.launch.launched, number(place.session)))
    session = _session(desk, newest.session, queue_of(asked.issue, ""))
    return replace(refusal, outputs=session.outputs, text=f"{refusal.text}\n{session.text}")


def _others_refused(desk: Desk, asked: LaunchAsked, outcome: Outcome) -> Outcome:
    """Labels of other missions, whose runs this one may have replaced, are answered too (G21).

    An issue carries the sessions of one mission: its one comment says how they stand.
    """
    mission = str(outcome.data["session"]).rpartition("-")[0]
    own = {asked.label.lower(), *(f"{PREFIX}{name}" for name in (LAUNCH, CONFIRM, mission))}
    others = [label for label in asked.labels if label.startswith(PREFIX) and label.lower() not in own]
    if others:
        what = f"{', '.join(others)}: this issue carries session {outcome.data['session']}"
        problem = Problem(what=what, todo="open an issue for each mission")
        desk.conversation.say(asked.issue, "refusal", refusal_comment([problem], ", ".join(others), asked.sender))
        for label in others:
            desk.conversation.unlabel(asked.issue, label)
    return outcome


def _opened(
    desk: Desk, asked: Request, issue: int | None, by: str, queue: str, *, confirmed: bool, sender: str
) -> Outcome:
    _in_queue(queue, issue, asked.mission)
    tip, configuration = _configuration(desk)
    content, file = _mission(desk, configuration, asked, tip)
    mission = edited(content, file, asked)
    loaded = load_mission(mission, file)
    check(asked, configuration, loaded)
    other = next((p for p in _carried(desk, issue) if p.launch.mission.mission != asked.mission), None)
    if other:
        raise Refused(f"this issue carries session {other.session} already", "open an issue for each mission")
    launched = launch(
        desk.repo,
        desk.clock,
        desk.prices,
        mission=mission,
        file=file,
        base=desk.base,
        by=by,
        asked=(asked.sender, desk.whole_run),
        issue=issue,
        confirm_above=None if confirmed else configuration.confirm_above_usd,
    )
    return _session(desk, launched.session, queue, by=_person(sender))


def _configuration(desk: Desk) -> tuple[str, Configuration]:
    """The tip of the base branch, and what it says; nothing that an issue or another branch brings counts."""
    tip = desk.repo.refs("refs/").get(f"refs/heads/{desk.base}")
    if tip is None:
        raise Refused(f"the branch {desk.base} has no commit", "make a first commit on it")
    return tip, load_configuration(desk.repo.read([(tip, PATH)]).get((tip, PATH)))


def _mission(desk: Desk, configuration: Configuration, asked: Request, tip: str) -> tuple[bytes, str]:
    """The mission's file: the repository's own, or else the template of that name."""
    path = f"{configuration.missions}/{asked.mission}.yml"
    own = desk.repo.read([(tip, path)]).get((tip, path))
    content = own if own is not None else desk.template(asked.mission)
    if content is None:
        raise Refused(
            f"there is no mission {asked.mission}: neither {path} on {desk.base} nor a template has that name",
            f"name another, or add the file (`swarm new blank {path}` writes one to start from)",
        )
    return content, path if own is not None else f"mission-templates/{asked.mission}.yml"


def _carried(desk: Desk, issue: int | None) -> list[Place]:
    """The sessions that an issue asked for."""
    if issue is None:
        return []
    refs = desk.repo.refs("refs/")
    tip = refs[f"refs/heads/{desk.base}"]
    places, _ = find_sessions(desk.repo, refs, tip, desk.repo.paths(tip))
    return [place for place in places if place.launch.issue == issue]


def _person(login: str) -> str:
    """A login that is a person's; empty for the runs that start one another."""
    return "" if login.endswith("[bot]") else login


def _session(desk: Desk, session: str, queue: str, *, by: str = "") -> Outcome:
    """Goes on with a session. `by`: who wants it to, empty where no person has said so."""
    now, merged = _load(desk, session, queue, by)
    data, commit = now.data, now.commit
    step = Work((), "") if merged else next_work(data, commit, now.known, desk.clock.now())
    turns = step.turns if isinstance(step, Work) else ()
    hold = standing(step) if isinstance(step, Stand) else More()
    facts = SessionFacts(data, commit, Merge(commit) if merged else None, deliverable=merged)
    given = handed_out(now.known, turns, desk.whole_run, desk.clock.now())
    more: More = {**hold, "at_work": at_work(given, data.records)}
    view = desk.telling.view(facts, **more)
    comment = None if merged else desk.telling.tell(view)  # what is merged is told when it is closed again
    state = "merged" if merged else "running" if turns else "stopped" if hold else "complete"
    if not merged:  # before the ledger forgets what was handed out last
        note_facts(desk.repo, desk.clock, data)
    if turns:  # the last thing that is done: nothing may go wrong between here and the matrix
        hand_out(desk.repo, desk.clock, session, turns, desk.whole_run)
    outputs = {
        "session": session,
        "commit": commit,
        "agents": matrix_json(turns) if turns else "",
        "max-parallel": str(max_parallel(data.mission)),
        "comment": str(comment) if comment else "",
        "run-attempt": desk.run_attempt,
    }
    report = {"session": session, "state": state, "agents": [turn.agent for turn in turns]}
    return Outcome(report, _said(session, turns, state), outputs=outputs, summary=run_summary(view))


def _load(desk: Desk, session: str, queue: str, by: str) -> tuple[Standing, bool]:
    """The session as it stands, and whether that is on the base branch."""
    base = f"refs/heads/{desk.base}"
    tip = desk.repo.refs("refs/")[base]
    if desk.repo.read([(tip, launch_path(session))]):
        return Standing(load_session(desk.repo, tip, session), tip, Dispatches(session=session)), True
    branch = session_branch(desk.repo, session)
    launch = load_session(desk.repo, desk.repo.refs(branch)[branch], session).launch
    _in_queue(queue, launch.issue, launch.mission.mission)
    now = take_stock(desk.repo, desk.clock, branch, session, desk.whole_run)
    if by and (order := _going_on(desk, now, by)):
        give(desk.repo, desk.clock, branch, session, order)
        now = take_stock(desk.repo, desk.clock, branch, session, desk.whole_run)
    step = next_work(now.data, now.commit, now.known, desk.clock.now())
    if isinstance(step, Work) and step.over:
        now = end_work(desk.repo, desk.clock, branch, session)
    return now, False


def _going_on(desk: Desk, now: Standing, by: str) -> Order | None:
    """The order that a person has given by asking for a session that stands still; None where none is needed."""
    step = next_work(now.data, now.commit, now.known, desk.clock.now())
    waits = step.over if isinstance(step, Work) else step.how in ("held", "halted", "broken")
    if not waits and not breaker(now.data, now.known):
        return None
    time = moment(desk.clock.now(), now.data.records.values())
    return Order(id=f"run-{desk.run}-{desk.run_attempt}", kind="resume", by=by, time=time)


def _in_queue(queue: str, issue: int | None, mission: str) -> None:
    """Raises Refused when a run does not wait for the others of its session: were two at work at once, each would
    take the attempts of the other for lost (G23)."""
    if queue != queue_of(issue, mission):
        inputs = f"the input issue {issue}" if issue else f"the input mission {mission} and no issue"
        raise Refused(
            "this run does not wait for those of the same session, and one of them may be at work",
            f"start the workflow with {inputs}, written just so",
        )


def _said(session: str, turns: tuple[Turn, ...], state: str) -> str:
    if turns:
        return f"{session}: {len(turns)} agents run next"
    match state:
        case "merged":
            return f"{session} is merged"
        case "stopped":
            return f"{session} stands still"
        case _:
            return f"every agent of {session} is recorded"
