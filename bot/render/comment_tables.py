"""The agents of a session as tables: one by one, or by team when they are many."""

from collections.abc import Iterable, Iterator, Sequence

from bot.core.comment_view import CommentView, Stage, attempts, retries, stage
from bot.core.mission import AgentSpec, Team
from bot.core.records import AgentRecord
from bot.render.engine import Markdown
from bot.render.words import clip, dollars

TEAMS_SHOWN = 40
TEAM_MAX = 80
ASSIGNMENT_MAX = 100
STATE_MAX = 140
_AT_WORK: tuple[Stage, ...] = ("launched", "running", "continued")


def agents_table(view: CommentView) -> Markdown:
    """A row for each agent; a team is named in its first row."""
    money = view.state.cost > 0
    header = ["team", "agent", "assignment", "state", "verified", "gaps", *["USD"] * money]
    at_work = stage(view) in _AT_WORK
    rows = [row for team in view.data.mission.teams for row in _agent_rows(view, team, at_work, money)]
    return _table(header, 4, rows)


def _agent_rows(view: CommentView, team: Team, at_work: bool, money: bool) -> Iterator[list[str]]:
    for number, agent in enumerate(team.agents):
        record = view.data.records.get(agent.id)
        row = ["" if number else clip(team.name, TEAM_MAX), agent.id, assignment(agent)]
        if record is None:
            yield [*row, "at work or queued" if at_work else "no record", "", "", *[""] * money]
        else:
            figures = [_verified([record]), f"{record.gaps:,}", *[dollars(record.usage.micro_usd)] * money]
            yield [*row, _state(view, agent, record), *figures]


def assignment(agent: AgentSpec) -> Markdown:
    """An agent's subjects, the first ones by name."""
    names = [subject.name for subject in agent.subjects]
    while len(names) > 1 and sum(map(len, names)) > ASSIGNMENT_MAX:
        names.pop()
    more = len(agent.subjects) - len(names)
    return Markdown(clip(", ".join(names), ASSIGNMENT_MAX) + (f" and {more} more" if more else ""))


def _state(view: CommentView, agent: AgentSpec, record: AgentRecord) -> str:
    """What is recorded of an agent, in words."""
    of = f"attempt {record.attempt} of {attempts(view, agent)}"
    match record.state:
        case "done":
            return "done" if record.attempt == 1 else f"done, {of}"
        case "failed":
            reason = clip(record.reason or "no reason is known", STATE_MAX)
            return f"{of} failed: {reason}" if agent.id in retries(view) else f"**failed**, {of}: {reason}"
        case "blocked":
            file = view.data.findings.get(agent.id)
            why = [clip(blocker.title, STATE_MAX) for blocker in (file.blockers if file else ())]
            more = f" and {len(why) - 1} more" if len(why) > 1 else ""
            return f"**blocked**: {why[0]}{more}" if why else "**blocked**"


def teams_table(view: CommentView) -> Markdown:
    """A row for each team, at most 40 of them; then how many more there are."""
    teams = view.data.mission.teams
    money = view.state.cost > 0
    header = ["team", "agents", "done", "blocked", "failed", "verified", "gaps", *["USD"] * money]
    table = _table(header, 1, [_team_row(view, team, money) for team in teams[:TEAMS_SHOWN]])
    more = len(teams) - TEAMS_SHOWN
    return Markdown(f"{table}\n\nand {more:,} more {'team' if more == 1 else 'teams'}") if more > 0 else table


def _team_row(view: CommentView, team: Team, money: bool) -> list[str]:
    records = [view.data.records[agent.id] for agent in team.agents if agent.id in view.data.records]
    states = [sum(record.state == state for record in records) for state in ("done", "blocked", "failed")]
    cost = [dollars(sum(record.usage.micro_usd for record in records))] * money
    figures = [_verified(records), f"{sum(record.gaps for record in records):,}", *cost]
    return [clip(team.name, TEAM_MAX), *(f"{number:,}" for number in (len(team.agents), *states)), *figures]


def _verified(records: Sequence[AgentRecord]) -> str:
    """`58 of 61` findings."""
    verified, all_of_them = sum(r.verified for r in records), sum(r.findings for r in records)
    return f"{verified:,} of {all_of_them:,}"


def _table(header: Sequence[str], left: int, rows: Iterable[Sequence[str]]) -> Markdown:
    """The first `left` columns hold words, the others figures."""
    rule = "".join("---|" if at < left else "---:|" for at in range(len(header)))
    lines = [f"| {' | '.join(header)} |", f"|{rule}", *(f"| {' | '.join(row)} |" for row in rows)]
    return Markdown("\n".join(lines))
