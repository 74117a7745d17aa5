"""`plan`: what a mission would run, without running it."""

from collections import Counter
from pathlib import Path

from bot.commands.mission_file import problem_data, read_mission
from bot.commands.outcome import Outcome
from bot.core.loading import LoadedMission, load
from bot.core.mission import Mission
from bot.core.money import MICRO, usd
from bot.core.plan import Plan, PlannedAgent, make_plan


def plan(file: Path) -> Outcome:
    """Teams, agents, caps, sources, batches and tolerances. Raises InvalidInput for a bad mission."""
    loaded = load(read_mission(file), str(file))
    planned = make_plan(loaded.mission)
    return Outcome(data=_data(loaded, planned), text=_text(loaded, planned))


def _data(loaded: LoadedMission, planned: Plan) -> dict[str, object]:
    mission = loaded.mission
    return {
        "mission": mission.mission,
        "session": mission.session,
        "title": mission.title,
        "branch": _branch(mission),
        "deliverable": mission.deliverable,
        "agents": len(planned.agents),
        "subjects": len(mission.subjects),
        "sources": _schemes(mission),
        "budget_usd": planned.cap / MICRO,
        "divided_usd": sum(agent.cap for agent in planned.agents) / MICRO,
        "max_parallel": planned.max_parallel,
        "session_timeout_hours": mission.limits.session_timeout_hours,
        "batches": planned.batches,
        "tolerates": mission.criteria.model_dump(),
        "teams": [
            {
                "id": team.id,
                "name": team.name,
                "agents": [_agent(agent) for agent in planned.agents if agent.team == team.name],
            }
            for team in mission.teams
        ],
        "advice": [problem_data(problem) for problem in loaded.advice],
    }


def _agent(agent: PlannedAgent) -> dict[str, object]:
    return {
        "id": agent.id,
        "subjects": agent.subjects,
        "backend": agent.backend,
        "model": agent.model,
        "cap_usd": agent.cap / MICRO,
        "attempts": agent.attempts,
        "timeout_minutes": agent.timeout_minutes,
    }


def _text(loaded: LoadedMission, planned: Plan) -> str:
    mission = loaded.mission
    lines = [
        f"{mission.mission}: {mission.title} (session {mission.session}, phase {mission.phase.number})",
        f"{_count(len(planned.agents), 'agent')} in {_count(len(mission.teams), 'team')}, "
        f"{_count(len(mission.subjects), 'subject')}, {_sources(mission)}",
        *_teams(mission, planned),
        "",
        f"money        at most {usd(planned.cap)} USD, of which the agents get "
        f"{usd(sum(agent.cap for agent in planned.agents))}",
        f"runs         {_batches(planned)}, at most {mission.limits.session_timeout_hours:g} hours",
        f"branch       {_branch(mission)}",
        f"deliverable  {mission.deliverable}, and the same as .csv",
        f"tolerates    {_tolerates(mission)}",
        *(f"advice       {problem}" for problem in loaded.advice),
    ]
    return "\n".join(lines)


def _teams(mission: Mission, planned: Plan) -> list[str]:
    width = max(len(agent.id) for agent in planned.agents)
    lines: list[str] = []
    for team in mission.teams:
        lines += ["", team.name]
        for agent in planned.agents:
            if agent.team == team.name:
                lines.append(f"  {agent.id:<{width}}  {_terms(agent)}  {', '.join(agent.subjects)}")
    return lines


def _terms(agent: PlannedAgent) -> str:
    backend = f"claude ({agent.model})" if agent.backend == "claude" else agent.backend
    return f"{backend}, {usd(agent.cap)} USD, {agent.attempts} x {agent.timeout_minutes} min"


def _batches(planned: Plan) -> str:
    sizes = " + ".join(str(len(batch)) for batch in planned.batches)
    together = f"{planned.max_parallel} at the same time"
    return f"{_count(len(planned.batches), 'batch', 'batches')} ({sizes}), {together}"


def _tolerates(mission: Mission) -> str:
    blocked = _count(mission.criteria.blocked_subjects, "blocked subject")
    return f"{blocked}, {_count(mission.criteria.required_field_gaps, 'gap')} in required fields"


def _branch(mission: Mission) -> str:
    return mission.branch.replace("{session}", f"{mission.mission}-N")


def _schemes(mission: Mission) -> dict[str, int]:
    uris = (source for subject in mission.subjects for source in subject.sources)
    return dict(sorted(Counter(uri.partition(":")[0] for uri in uris).items()))


def _sources(mission: Mission) -> str:
    schemes = _schemes(mission)
    return f"{_count(sum(schemes.values()), 'source')} ({', '.join(f'{n} {s}' for s, n in schemes.items())})"


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"
