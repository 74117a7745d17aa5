"""The status comment of a session: one for an issue, edited in place."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.core.comment_view import AT_WORK, CommentView, Stage, stage, working
from bot.core.consolidate import consolidate
from bot.core.neutral import code
from bot.core.remembered import each, remembered
from bot.render.answer import answer_block
from bot.render.comment_lines import lines, passing
from bot.render.comment_tables import agents_table, teams_table
from bot.render.deliverable_parts import headline
from bot.render.engine import Markdown, counted, render
from bot.render.state_files import utc
from bot.render.timeline import timeline
from bot.render.verdict import bounded, checklist
from bot.render.words import LIMIT, dollars, duration, size, to

TABLE_MAX = 30
"""More agents are shown by team, and one by one only to those who open the list."""
LISTED_MAX = 600
"""More don't fit into a comment in any case."""
TITLES: dict[Stage, str] = {
    "launched": "launched",
    "running": "running",
    "continued": "running, goes on in another run",
    "complete": "all agents recorded",
    "ready": "passed the gate",
    "postponed": "passed the gate, not merged yet",
    "waiting": "waits at the gate",
    "refused": "held back by the gate",
    "held": "stopped by a person",
    "stopped": "stopped",
    "broken": "stopped by its circuit breaker",
    "overdue": "overdue",
    "merged": "merged",
}
Fold = tuple[str, Markdown]


def status_comment(view: CommentView, *, gate: bool = True) -> str:
    """Markdown of at most 64,000 bytes; every figure in it is counted from facts at `view.commit`.

    What is too large for a comment is left out from the end: the gate's checklist (if `gate`), then the timeline,
    then the agents one by one (G22).
    """
    return _made((view, gate))


@remembered(1, each)  # what is told in the issue is shown on the job's page as well
def _made(of: tuple[CommentView, bool]) -> str:
    view, gate = of
    said = {
        "session": view.state.session,
        "title": TITLES[stage(view)],
        "figures": _figures(view),
        "lines": lines(view),
        "answer": answer_block(view.answer) if view.answer else Markdown(""),
        "footer": _footer(view),
    }
    texts = (render("comment.md.j2", **said, table=table, folds=folds) for table, folds in _layouts(view, gate))
    return next(
        re.sub(r"\n{3,}", "\n\n", text) if "\n\n\n" in text else text for text in texts if size(text) <= LIMIT
    )


def _layouts(view: CommentView, gate: bool) -> list[tuple[Markdown, Sequence[Fold]]]:
    """The table in sight and what can be opened, the best first; the last one is small whatever the session is."""
    many, merged = view.state.agents.total > TABLE_MAX, stage(view) == "merged"
    none, chart = Markdown(""), timeline(view)
    agents = agents_table(view) if view.state.agents.total <= LISTED_MAX else none
    in_sight = none if merged else teams_table(view) if many else agents
    folds: list[Fold] = []
    if agents and (many or merged):
        folds.append((counted(view.state.agents.total, "agent"), agents))
    if chart:
        folds.append(("Timeline, in UTC", chart))
    if gate and view.verdict:
        folds.append((f"Gate: {passing(view.verdict)}", Markdown(checklist(bounded(view.verdict)))))
    return [(in_sight, folds[:kept]) for kept in range(len(folds), -1, -1)]


def _figures(view: CommentView) -> Markdown:
    """How far, how good, how much money, how long: on one line."""
    state = view.state
    if state.phase == "merged":
        document = _document(view)
        return Markdown(f"**{document}** · {headline(consolidate(view.data))}")
    findings = counted(state.findings, "finding") + _share_verified(state.verified, state.findings)
    figures = [findings, counted(state.gaps, "gap")] if state.agents.reported else []
    return Markdown(" · ".join([_progress(view), *figures, _money(view), _time(view)]))


def _share_verified(verified: int, findings: int) -> str:
    if not findings:
        return ""
    return ", all verified" if verified == findings else f", {verified:,} verified"


def _progress(view: CommentView) -> str:
    """How many agents are done, or through and how; one that is at work again is not."""
    agents, busy = view.state.agents, working(view)
    done, blocked, failed = (
        sum(agent not in busy for agent in ids) for ids in (agents.done, agents.blocked, agents.failed)
    )
    total = counted(agents.total, "agent")
    if not blocked + failed:
        return f"**{done:,} of {total} done**"
    others = [f"{number:,} {state}" for number, state in ((blocked, "blocked"), (failed, "failed")) if number]
    return f"**{done + blocked + failed:,} of {total} recorded**: {', '.join([f'{done:,} done', *others])}"


def _money(view: CommentView) -> str:
    """What is spent of the cap; what it will be in the end, as long as somebody is at work and it can be known."""
    state = view.state
    spent = f"{dollars(state.cost)} of {dollars(state.cap)} USD"
    in_the_end = dollars(state.projected or 0)
    if stage(view) not in AT_WORK or in_the_end in (dollars(0), dollars(state.cost)):
        return spent
    return f"{spent}, about {in_the_end} in the end"


def _time(view: CommentView) -> str:
    """How long it has taken; as long as somebody is at work, how long it will, and when its time ends if that is
    near or nothing else is known."""
    state, now = view.state, view.now
    parts = [f"{duration(now - state.launched)} so far"]
    if stage(view) not in AT_WORK or state.deadline <= now:
        return parts[0]
    if ahead := state.eta is not None and state.eta > now:
        parts.append(f"about {duration(state.eta - now)} to go")
    if not ahead or (state.deadline - now) * 3 < state.deadline - state.launched:
        parts.append(f"at most until {_until(state.deadline, now)}")
    return ", ".join(parts)


def _until(moment: datetime, now: datetime) -> str:
    """A moment, without its date when that is today's."""
    then, today = moment.astimezone(UTC), now.astimezone(UTC)
    return f"{then:%H:%M} UTC" if then.date() == today.date() else utc(then)


def _document(view: CommentView) -> str:
    name = view.data.mission.deliverable
    merge = view.state.merge
    commit = (merge.commit if merge else None) or view.commit
    return to(name, view.addresses.file(commit, name))


def _footer(view: CommentView) -> Markdown:
    """How old this is, and where to look: the last line of all."""
    true_at = f"True at {utc(view.now)}"
    if view.commit:
        true_at += f", from commit {to(code(view.commit[:7]), view.addresses.commit(view.commit))}"
    places = [true_at]
    if view.run:
        places.append(to("run", view.addresses.run(view.run)))
    if view.state.tip and view.state.phase != "merged":
        places.append(to("branch", view.addresses.branch(view.state.branch)))
    if view.pull:
        places.append(to("pull request", view.pull))
    if view.state.phase != "merged":
        places.append(code("/swarm help"))
    return Markdown(" · ".join(places))
