"""When the agents worked, as a Gantt diagram for Mermaid."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from bot.core.comment_view import AtWork, CommentView, working
from bot.core.mission import AgentSpec, Team
from bot.core.records import AgentRecord
from bot.core.remembered import itself, remembered
from bot.render.engine import Markdown

SHOWN = 60
"""More bars make no diagram that anybody could read."""
_TAGS = {"done": "done", "blocked": "crit, done", "failed": "crit"}
_NAME_MAX = 30


@dataclass(frozen=True, slots=True)
class _Bar:
    """One attempt of one agent, and its line in the diagram."""

    line: str
    start: datetime
    end: datetime


@remembered(1, itself)
def timeline(view: CommentView) -> Markdown:
    """A fenced diagram of the recorded attempts and of those at work, by team, in UTC; empty when nothing is
    recorded or there are too many."""
    if not view.data.records:
        return Markdown("")
    busy = working(view)
    teams = [(team, list(_bars(view, busy, team))) for team in view.data.mission.teams]
    bars = [bar for _, found in teams for bar in found]
    if len(bars) > SHOWN:
        return Markdown("")
    margin = 20 + 7 * max(len(section_name(team)) for team, _ in teams)
    lines = [
        "```mermaid",
        f'%%{{init: {{"gantt": {{"leftPadding": {margin}}}}}}}%%',
        "gantt",
        "    dateFormat YYYY-MM-DD HH:mm:ss",
        f"    axisFormat {_axis(bars)}",
        *(line for team, found in teams for line in _section(team, found)),
        "```",
    ]
    return Markdown("\n".join(lines))


def _axis(bars: list[_Bar]) -> str:
    length = max(bar.end for bar in bars) - min(bar.start for bar in bars)
    return "%H:%M:%S" if length < timedelta(minutes=10) else "%H:%M"


def _bars(view: CommentView, busy: Mapping[str, AtWork], team: Team) -> Iterator[_Bar]:
    for agent in team.agents:
        if record := view.data.records.get(agent.id):
            yield _recorded(record)
        if attempt := busy.get(agent.id):
            yield _at_work(agent, attempt, view.now)


@remembered(512, itself)  # a comment is written again for every few of a session's records
def _recorded(record: AgentRecord) -> _Bar:
    """The state comes first: an agent's id may be `title` or `2026-11-22`, which Mermaid takes for its own."""
    text = f"{record.state} {record.agent}{_attempt(record.attempt)}"
    return _bar(text, _TAGS[record.state], record.started, record.finished)


def _at_work(agent: AgentSpec, at: AtWork, now: datetime) -> _Bar:
    by = f" by {_plain(at.by)}" if at.by else ""
    return _bar(f"at work {agent.id}{_attempt(at.attempt)}{by}", "active", at.since, now)


def _bar(text: str, tags: str, start: datetime, end: datetime) -> _Bar:
    span, first, last = _span(start, end)
    return _Bar(f"    {text} :{tags}, {span}", first, last)


def _attempt(number: int) -> str:
    return f", attempt {number}" if number > 1 else ""


def _section(team: Team, bars: list[_Bar]) -> Iterator[str]:
    if bars:
        yield f"    section {section_name(team)}"
    for bar in bars:
        yield bar.line


@remembered(64, itself)
def section_name(team: Team) -> str:
    """A team's name in words that Mermaid takes for nothing else."""
    return _plain(team.name) or f"Team {team.id}"


def _plain(name: str) -> str:
    """Nothing but letters, digits, spaces and a few marks, since Mermaid can't escape any other."""
    words = " ".join(re.sub(r"[^\w,.-]|_", " ", name).split())
    return words[:_NAME_MAX].strip(" ,.-")


@lru_cache(maxsize=256)  # agents that are at work have mostly begun together, and end all of them now
def _span(start: datetime, end: datetime) -> tuple[str, datetime, datetime]:
    """From when to when, as the diagram has it, and in UTC."""
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    seen = max(last, first + timedelta(seconds=1))
    return f"{first:%Y-%m-%d %H:%M:%S}, {seen:%Y-%m-%d %H:%M:%S}", first, last
