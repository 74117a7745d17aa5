"""The agents of a session as tables: one by one, or by team when they are many."""

from collections.abc import Sequence
from typing import assert_never

from bot.core.comment_view import AT_WORK, AtWork, CommentView, has_retry, quiet, stage, told, working
from bot.core.continuing import attempts_allowed
from bot.core.mission import AgentSpec, Team
from bot.core.records import AgentRecord
from bot.core.remembered import each, itself, remembered
from bot.render.engine import Markdown, counted
from bot.render.words import clip, dollars, duration, table

TEAMS_SHOWN = 40
TEAM_MAX = 80
ASSIGNMENT_MAX = 100
STATE_MAX = 80
REASON_MAX = 60


@remembered(1, itself)
def agents_table(view: CommentView) -> Markdown:
    """A row for each agent; a team is named in its first row. Columns without a figure are left out."""
    figures, briefly, busy = _columns(view), told(view), working(view)
    rows = [
        [*who, *_how(view, agent, busy.get(agent.id), agent.id in briefly, figures)]
        for team in view.data.mission.teams
        for agent, who in _who(team)
    ]
    return table(["team", "agent", "assignment", "state", *figures], 4, rows)


def _columns(view: CommentView) -> Sequence[str]:
    """The figures that there are: none before the first record, no money when none was spent."""
    if not view.state.agents.reported:
        return ()
    return ("findings", "gaps", "USD") if view.state.cost else ("findings", "gaps")


@remembered(64, itself)
def _who(team: Team) -> list[tuple[AgentSpec, list[str]]]:
    names = [clip(team.name, TEAM_MAX), *[""] * (len(team.agents) - 1)]
    return [(a, [name, a.id, _assignment(a)]) for name, a in zip(names, team.agents, strict=True)]


def _how(
    view: CommentView, agent: AgentSpec, attempt: AtWork | None, brief: bool, figures: Sequence[str]
) -> list[str]:
    record = view.data.records.get(agent.id)
    shown = _figures_of((record, figures)) if record else [""] * len(figures)
    if attempt:
        return [_at_work(view, attempt, record), *shown]
    if record is None:
        return ["at work or queued" if stage(view) in AT_WORK else "no record", *shown]
    why = "" if brief or quiet(view.verdict) else _why(view, record)
    return [f"{_state(view, agent, record)}{f': {why}' if why else ''}", *shown]


def _at_work(view: CommentView, at: AtWork, record: AgentRecord | None) -> str:
    """Since when an attempt is at work or queued; which one it is and why, when it is not the agent's first."""
    time = duration(view.now - at.since)
    if at.attempt == 1 and not at.by:
        return f"at work or queued, {time}"
    by = f" by {clip(at.by, TEAM_MAX)}" if at.by else ""
    if record is None:
        return f"**attempt {at.attempt}**{by}, {time}"
    before = "the first one" if record.attempt == 1 else "the last one"
    return f"**attempt {at.attempt}**{by}, {time} ({before}: {clip(record.reason, REASON_MAX) or record.state})"


def _assignment(agent: AgentSpec) -> Markdown:
    """An agent's subjects, the first ones by name."""
    names = [subject.name for subject in agent.subjects]
    while len(names) > 1 and sum(map(len, names)) > ASSIGNMENT_MAX:
        names.pop()
    more = len(agent.subjects) - len(names)
    return Markdown(clip(", ".join(names), ASSIGNMENT_MAX) + (f" and {more} more" if more else ""))


def _state(view: CommentView, agent: AgentSpec, record: AgentRecord) -> str:
    """What is recorded of an agent, in words."""
    if record.state == "done" and record.attempt == 1:
        return "done"
    of = f"attempt {record.attempt} of {attempts_allowed(view.data.launch, agent, record)}"
    match record.state:
        case "done":
            return f"done, {of}"
        case "failed":
            return f"{of} failed" if has_retry(view, agent) else f"**failed**, {of}"
        case "blocked":
            return "**blocked**"
        case _:
            assert_never(record.state)


def _why(view: CommentView, record: AgentRecord) -> str:
    """Why an agent is not done, in a few words."""
    match record.state:
        case "failed":
            return clip(record.reason, STATE_MAX)
        case "blocked" if file := view.data.findings.get(record.agent):
            titles = [blocker.title for blocker in file.blockers]
            more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
            return "".join(clip(title, STATE_MAX) + more for title in titles[:1])
        case _:
            return ""


def teams_table(view: CommentView) -> Markdown:
    """A row for each team, at most 40 of them; then how many more there are."""
    teams, figures = view.data.mission.teams, _columns(view)
    header = ["team", "agents", "done", "blocked", "failed", *figures]
    made = table(header, 1, [_team_row(view, team, figures) for team in teams[:TEAMS_SHOWN]])
    more = len(teams) - TEAMS_SHOWN
    return Markdown(f"{made}\n\nand {counted(more, 'more team')}") if more > 0 else made


def _team_row(view: CommentView, team: Team, figures: Sequence[str]) -> list[str]:
    records = [view.data.records[agent.id] for agent in team.agents if agent.id in view.data.records]
    states = [sum(record.state == state for record in records) for state in ("done", "blocked", "failed")]
    numbers = [f"{number:,}" for number in (len(team.agents), *states)]
    return [clip(team.name, TEAM_MAX), *numbers, *_figures(records, figures)]


@remembered(512, each)
def _figures_of(of: tuple[AgentRecord, Sequence[str]]) -> Sequence[str]:
    """The same of one agent."""
    record, wanted = of
    return _figures([record], wanted)


def _figures(records: Sequence[AgentRecord], wanted: Sequence[str]) -> list[str]:
    """`61`, or `61 (58 verified)`; the gaps; the money."""
    verified, findings = sum(r.verified for r in records), sum(r.findings for r in records)
    of_these = f" ({verified:,} verified)" if verified < findings else ""
    gaps, cost = sum(r.gaps for r in records), sum(r.spent for r in records)
    return [f"{findings:,}{of_these}", f"{gaps:,}", dollars(cost)][: len(wanted)]
