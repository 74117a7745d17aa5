"""The status comment of a session: one for an issue, edited in place."""

import re
from collections.abc import Sequence

from bot.core.comment_view import CommentView, Stage, stage
from bot.core.consolidate import consolidate
from bot.core.neutral import code
from bot.render.comment_lines import lines
from bot.render.comment_tables import agents_table, teams_table
from bot.render.deliverable_parts import headline
from bot.render.engine import Markdown, counted, render
from bot.render.state_files import utc
from bot.render.timeline import timeline
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
    "stopped": "stopped",
    "overdue": "overdue",
    "merged": "merged",
}
Fold = tuple[str, Markdown]


def status_comment(view: CommentView) -> str:
    """Markdown of at most 64,000 bytes; every figure in it is counted from facts at `view.commit`.

    What is too large for a comment is left out from the end: the timeline, then the agents one by one (G22).
    """
    said = {
        "session": view.state.session,
        "title": TITLES[stage(view)],
        "figures": _figures(view),
        "lines": lines(view),
        "footer": _footer(view),
    }
    texts = (render("comment.md.j2", **said, table=table, folds=folds) for table, folds in _layouts(view))
    return next(re.sub(r"\n{3,}", "\n\n", text) for text in texts if size(text) <= LIMIT)


def _layouts(view: CommentView) -> list[tuple[Markdown, Sequence[Fold]]]:
    """The table in sight and what can be opened, the best first; the last one is small whatever the session is."""
    many, merged = view.state.agents.total > TABLE_MAX, stage(view) == "merged"
    none, chart = Markdown(""), timeline(view.data)
    agents = agents_table(view) if view.state.agents.total <= LISTED_MAX else none
    opened = ("Timeline, in UTC", chart)
    in_full = (counted(view.state.agents.total, "agent"), agents)
    in_sight = none if merged else teams_table(view) if many else agents
    folds = [*[in_full] * (bool(agents) and (many or merged)), *[opened] * bool(chart)]
    return [(in_sight, folds[:kept]) for kept in range(len(folds), -1, -1)]


def _figures(view: CommentView) -> Markdown:
    """How far, how good, how much money, how long: on one line."""
    state = view.state
    if state.phase == "merged":
        document = _document(view)
        return Markdown(f"**{document}** · {headline(consolidate(view.data))}")
    findings = counted(state.findings, "finding") + _share_verified(state.verified, state.findings)
    money = f"{dollars(state.cost)} of {dollars(state.cap)} USD"
    figures = [findings, counted(state.gaps, "gap")] if state.agents.reported else []
    return Markdown(" · ".join([_progress(view), *figures, money, _time(view)]))


def _share_verified(verified: int, findings: int) -> str:
    if not findings:
        return ""
    return ", all verified" if verified == findings else f", {verified:,} verified"


def _progress(view: CommentView) -> str:
    agents = view.state.agents
    others = [
        f"{len(ids):,} {state}" for state, ids in (("blocked", agents.blocked), ("failed", agents.failed)) if ids
    ]
    total = counted(agents.total, "agent")
    if not others:
        return f"**{len(agents.done):,} of {total} done**"
    return f"**{agents.reported:,} of {total} recorded**: {', '.join([f'{len(agents.done):,} done', *others])}"


def _time(view: CommentView) -> str:
    """How long it has taken; how long it will, as long as somebody is at work and it can be estimated."""
    so_far = f"{duration(view.now - view.state.launched)} so far"
    eta = view.state.eta
    if eta is None or eta <= view.now or stage(view) not in ("launched", "running", "continued"):
        return so_far
    return f"{so_far}, about {duration(eta - view.now)} to go"


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
    return Markdown(" · ".join(places))
