"""The lines of a status comment below its figures: what is decided, what stands in the way, what comes next."""

from collections.abc import Callable, Iterator

from bot.core.comment_view import (
    TOLD,
    CommentView,
    Hold,
    Stage,
    blockers,
    failures,
    has_retry,
    quiet,
    retries,
    stage,
    working,
)
from bot.core.consolidate import Deliverable, consolidate
from bot.core.continuation import goes_on_in, parts
from bot.core.continuing import attempts_allowed
from bot.core.findings import Blocker
from bot.core.gate.verdict import CriterionResult, Verdict
from bot.core.neutral import code
from bot.core.quote import quote_of_launch
from bot.core.recording import TIME_OVER
from bot.render.engine import Markdown, counted
from bot.render.quote import quote_line
from bot.render.state_files import utc
from bot.render.words import alert_words, clip, dollars, duration, named, prose, sentence, to

NOTHING = Hold("", "")
QUIET = "What agents wrote is not repeated here before the gate has found no secret in it."
PART_MAX = 400
_TRIED_AGAIN: tuple[Stage, ...] = ("running", "continued", "waiting", "refused")
"""When a person may want one agent tried again, beside what happens without anybody."""


def lines(view: CommentView) -> list[Markdown]:
    """In the order of a reader's questions; each line begins with what it is about."""
    return [Markdown(line) for line in _lines(view)]


def _lines(view: CommentView) -> Iterator[str]:
    yield from _row(view)
    match stage(view):
        case "merged":
            yield from _merged(view)
        case "waiting" | "refused" | "ready" | "postponed":
            yield from _judged(view)
            yield from _failed(view)
        case "running" | "continued" | "overdue" | "held" | "stopped" | "broken":
            yield from _so_far(view)
            yield from _failed(view)
    yield from _given_up(view)
    if stage(view) in ("launched", "running"):
        yield from _quoted(view)
    if view.state.phase != "merged":
        yield from _alert(view)
        yield from _blockers(view)
    yield from _next(view)


def _row(view: CommentView) -> Iterator[str]:
    """The sessions before and after this one, where it is one of several in a row."""
    if before := view.data.launch.continues:
        yield f"**Goes on from** · {code(before.session)}, whose time was over: what it found is kept"
    if after := goes_on_in(view.data):
        subjects = sum(len(part.agent.subjects) for part in parts(view.data))
        yield f"**Goes on in** · {code(after)}: {counted(subjects, 'subject')} for which there was no time"
    if view.others:
        open_ones = named([Markdown(code(session)) for session in view.others])
        yield f"**Open** · {open_ones} {'is' if len(view.others) == 1 else 'are'} not merged yet"


# --- on the way ----------------------------------------------------------------------------------------------


def _so_far(view: CommentView) -> Iterator[str]:
    state = view.state
    if not state.agents.reported:
        return
    waiting, assigned = len(state.agents.pending) + len(retries(view)), len(state.subjects.assigned)
    agents = f"waiting for {waiting:,}" if waiting else "yes" if not state.agents.failed else "no"
    verified = "yes" if state.verified == state.findings else f"{state.verified:,} of {state.findings:,}"
    budget = "kept" if state.cost <= state.cap else "exceeded"
    parts = [
        f"all agents done: {agents}",
        f"every claim verified: {verified}",
        f"subjects covered: {len(state.subjects.covered):,} of {assigned:,}",
        f"budget: {budget}",
    ]
    yield f"**Gate, so far** · {' · '.join(parts)}"


def _quoted(view: CommentView) -> Iterator[str]:
    """What was to be expected, where money is involved."""
    if expected := quote_of_launch(view.data.launch):
        yield f"**Quote** · {quote_line(expected)}"


def _alert(view: CommentView) -> Iterator[str]:
    if view.state.alert:
        yield f"**Money** · {alert_words(view.state.alert)}"


def _failed(view: CommentView) -> Iterator[str]:
    if quiet(view.verdict):
        return
    found = failures(view)
    for agent in found[:TOLD]:
        record = view.data.records[agent.id]
        reason = sentence(record.reason, PART_MAX) or "No reason is known."
        most = attempts_allowed(view.data.launch, agent, record)
        again = "" if has_retry(view, agent) else _retry(view, agent.id)
        yield f"**Failed** · {code(agent.id)}, attempt {record.attempt} of {most}: {reason}{again}"
    if len(found) > TOLD:
        yield f"**Failed** · {counted(len(found) - TOLD, 'more agent')}"


def _given_up(view: CommentView) -> Iterator[str]:
    if given_up := view.state.given_up:
        who = named([Markdown(code(one.agent)) for one in given_up])
        yield f"**Given up** · {who}: {TIME_OVER}; what was found is kept."


def _blockers(view: CommentView) -> Iterator[str]:
    if quiet(view.verdict):
        yield f"**Not shown** · {QUIET}"
        return
    found = blockers(view)
    for at, note in enumerate(found[:TOLD]):
        again = "" if note.agent in {other.agent for other in found[:at]} else _retry(view, note.agent)
        yield f"**Blocker ({note.blocker.impact})** · {_blocker(note.blocker)}{again}"
    if len(found) > TOLD:
        yield f"**Blockers** · {len(found) - TOLD:,} more"


def _retry(view: CommentView, agent: str) -> str:
    """What gives an agent another attempt, as long as it has none of its own."""
    if stage(view) not in _TRIED_AGAIN or agent in working(view):
        return ""
    return f" {code(f'/swarm retry {agent}')} tries again."


def _blocker(blocker: Blocker) -> str:
    why = sentence(blocker.description, PART_MAX)
    todo = sentence(blocker.recommendation, PART_MAX)
    return " ".join(part for part in (sentence(blocker.title, PART_MAX), why, todo) if part)


# --- at the gate ---------------------------------------------------------------------------------------------


def _judged(view: CommentView) -> Iterator[str]:
    verdict = view.verdict
    assert verdict is not None
    yield f"**Gate: {verdict.state}** · {passing(verdict)}"
    for result in verdict.criteria:
        if result.state in ("fail", "waiting"):
            yield f"**{'Fails' if result.state == 'fail' else 'Waits'}** · {_criterion(result)}"


def passing(verdict: Verdict) -> str:
    """`12 of 13 criteria pass`; what the mission doesn't ask for isn't counted."""
    passed = sum(result.state == "pass" for result in verdict.criteria)
    asked = sum(result.state != "skipped" for result in verdict.criteria)
    return f"{passed} of {counted(asked, 'criterion', 'criteria')} pass{'es' * (asked == 1)}"


def _criterion(result: CriterionResult) -> str:
    todo = f" To do: {sentence(result.action, PART_MAX, prose)}" if result.action else ""
    return f"{result.title}: {sentence(result.measured, PART_MAX)}{todo}"


# --- when it is over -----------------------------------------------------------------------------------------


def _merged(view: CommentView) -> Iterator[str]:
    merge, state = view.state.merge, view.state
    base = code(view.data.launch.base)
    where = f"into {base}"
    if merge and merge.commit:
        where = f"as {to(code(merge.commit[:7]), view.addresses.commit(merge.commit))} {where}"
    when = f", {duration(merge.time - state.launched)} after the launch" if merge and merge.time else ""
    gate = f"; {passing(view.verdict)}" if view.verdict else ""
    yield f"**Merged** · {where}{when}{gate}"
    yield from _missing(consolidate(view.data))
    yield f"**Cost** · {dollars(state.cost)} of {dollars(state.cap)} USD, {counted(state.agents.total, 'agent')}"


def _missing(deliverable: Deliverable) -> Iterator[str]:
    totals, subjects = deliverable.totals, deliverable.subjects
    blocked = [clip(subject.name, 80) for subject in subjects if subject.blockers or not subject.researched]
    parts = [f"blocked: {named(blocked)}"] if blocked else []
    if totals.gaps:
        with_gaps = sum(bool(subject.gaps) for subject in subjects)
        parts.append(f"{counted(totals.gaps, 'gap')} in {counted(with_gaps, 'subject')}")
    if totals.unverified:
        parts.append(f"{counted(totals.unverified, 'finding')} left out, not verified")
    yield f"**Missing** · {' · '.join(parts) or 'nothing: every field of every subject is answered'}"


# --- what comes next -----------------------------------------------------------------------------------------


def _next(view: CommentView) -> Iterator[str]:
    if view.next_step:
        yield f"**Next** · {sentence(view.next_step, PART_MAX, prose)}"
    elif next_line := _NEXT.get(stage(view)):
        yield next_line(view)


def _last(view: CommentView) -> str:
    if view.manual:
        return "then the deliverable is written and gated, and a person merges it"
    return "then the deliverable is written, gated and merged without you"


def _launched(view: CommentView) -> str:
    pending, most = len(view.state.agents.pending), view.data.mission.limits.max_parallel
    together = f", at most {most} at a time" if pending > most else ""
    return f"**Next** · {_at_work(pending)}{together}; {_last(view)}."


def _running(view: CommentView) -> str:
    busy, again = working(view), retries(view)
    at_work = len(view.state.agents.pending) + sum(agent in busy for agent in again)
    later = [Markdown(code(agent)) for agent in again if agent not in busy]
    parts = [_at_work(at_work)] * bool(at_work)
    if later:
        parts.append(f"{named(later)} will be tried again")
    return f"**Next** · {', '.join(parts)}; {_last(view)}."


def _continued(view: CommentView) -> str:
    left = len(view.state.agents.pending) + len(retries(view))
    return f"**Next** · {counted(left, 'agent')} left for another run, which was started; {_last(view)}."


def _complete(view: CommentView) -> str:
    return f"**Next** · {_last(view).removeprefix('then ').capitalize()}."


def _ready(view: CommentView) -> str:
    pull = to("the pull request", view.pull) if view.pull else "it"
    return f"**Next** · {f'A person merges {pull}' if view.manual else 'It is merged without you'}."


def _waiting(view: CommentView) -> str:
    pending = len(view.state.agents.pending)
    if not pending:
        return "**Next** · Nothing is merged before the gate passes."
    what = f"{counted(pending, 'agent')} left no record and none is at work"
    return f"**Next** · {what}: `/swarm resume` runs {'it' if pending == 1 else 'them'}."


def _refused(view: CommentView) -> str:
    return "**Next** · Nothing is merged. When it is mended, `/swarm resume` goes on: what is recorded is kept."


def _held(view: CommentView) -> str:
    hold = view.held or NOTHING
    return _hold("Stopped", Hold(hold.reason, hold.todo or "`/swarm resume` goes on, what is recorded is kept"))


def _broken(view: CommentView) -> str:
    """Money helps only where some was spent."""
    hold, money = view.broken or NOTHING, ", `/swarm budget +5` adds money" * bool(view.state.cost)
    return _hold("Stopped", Hold(hold.reason, hold.todo or f"`/swarm resume` tries again{money}"))


def _overdue(view: CommentView) -> str:
    hours = f"{view.data.mission.limits.session_timeout_hours:g}"
    blockers = view.data.mission.limits.when_over == "blockers"
    after = (
        "what is unfinished becomes blockers" if blockers else "another session goes on with what is unfinished"
    )
    return (
        f"**Overdue** · it had {hours} {'hour' if hours == '1' else 'hours'}, until {utc(view.state.deadline)}. "
        f"What was found is kept; {after}."
    )


def _at_work(agents: int) -> str:
    return f"{counted(agents, 'agent')} {'is' if agents == 1 else 'are'} at work or queued"


def _hold(word: str, hold: Hold) -> str:
    todo = f"; {sentence(hold.todo, PART_MAX, prose)}" if hold.todo else ""
    return f"**{word}** · {clip(hold.reason, PART_MAX, prose)}{todo}"


_NEXT: dict[Stage, Callable[[CommentView], str]] = {
    "launched": _launched,
    "running": _running,
    "continued": _continued,
    "complete": _complete,
    "ready": _ready,
    "postponed": lambda view: _hold("Waits", view.postponed or NOTHING),
    "waiting": _waiting,
    "refused": _refused,
    "held": _held,
    "stopped": lambda view: _hold("Stopped", view.stopped or NOTHING),
    "broken": _broken,
    "overdue": _overdue,
}
