"""When the agents worked, as a Gantt diagram for Mermaid."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.core.mission import Mission, Team
from bot.core.records import AgentRecord
from bot.core.session import SessionData
from bot.render.engine import Markdown

SHOWN = 60
"""More agents make no diagram that anybody could read."""
_TAGS = {"done": "done", "blocked": "active", "failed": "crit"}
_NAME_MAX = 30


def timeline(data: SessionData) -> Markdown:
    """A fenced diagram of the recorded agents by team, in UTC; empty when nobody is recorded or too many are."""
    records = [data.records[agent.id] for agent in data.mission.agents if agent.id in data.records]
    if not records or len(records) > SHOWN:
        return Markdown("")
    margin = 20 + 7 * max(len(section_name(team)) for team in data.mission.teams)
    lines = [
        "```mermaid",
        f'%%{{init: {{"gantt": {{"leftPadding": {margin}}}}}}}%%',
        "gantt",
        "    dateFormat YYYY-MM-DD HH:mm:ss",
        f"    axisFormat {_axis(records)}",
        *(line for team in data.mission.teams for line in _team(data.mission, team, data)),
        "```",
    ]
    return Markdown("\n".join(lines))


def _axis(records: list[AgentRecord]) -> str:
    length = max(record.finished for record in records) - min(record.started for record in records)
    return "%H:%M:%S" if length < timedelta(minutes=10) else "%H:%M"


def _team(mission: Mission, team: Team, data: SessionData) -> Iterator[str]:
    records = [data.records[agent.id] for agent in team.agents if agent.id in data.records]
    if records:
        yield f"    section {section_name(team)}"
        yield from map(_task, records)


def section_name(team: Team) -> str:
    """A team's name of nothing but letters, digits, spaces and commas, since Mermaid can't escape any other."""
    words = " ".join(re.sub(r"[^\w,.-]|_", " ", team.name).split())
    return words[:_NAME_MAX].strip(" ,.-") or f"Team {team.id}"


def _task(record: AgentRecord) -> str:
    """The state comes first: an agent's id may be `title` or `2026-11-22`, which Mermaid takes for its own."""
    attempt = f", attempt {record.attempt}" if record.attempt > 1 else ""
    end = max(record.finished, record.started + timedelta(seconds=1))
    times = f"{_time(record.started)}, {_time(end)}"
    return f"    {record.state} {record.agent}{attempt} :{_TAGS[record.state]}, {times}"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
