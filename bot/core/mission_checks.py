"""What the form of a mission cannot say: what stands in it twice, does not add up, or can never work."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.core.characters import lookalikes
from bot.core.ids import ID_MAX, slug
from bot.core.mission import MAX_AGENTS, AgentSpec, Mission
from bot.core.money import usd
from bot.core.outline import Named, Outline
from bot.core.yaml_tree import Path, Tree
from bot.errors import Problem

_PINNED = {
    "pypi": re.compile(
        r"pypi:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?==[0-9][A-Za-z0-9.!+_-]{0,80}(?:#\S+)?"
    ),
    "npm": re.compile(
        r"npm:(?:@[a-z0-9~-][a-z0-9._~-]{0,98}/)?[A-Za-z0-9~][A-Za-z0-9._~-]{0,98}@[0-9][A-Za-z0-9.!+_-]{0,80}(?:#\S+)?"
    ),
}
_PIN = {
    "pypi": "pin it: pypi:NAME==VERSION, such as pypi:botocore==1.44.5",
    "npm": "pin it: npm:NAME@VERSION, such as npm:postmark@5.1.0",
}


@dataclass(frozen=True, slots=True)
class _Report:
    """Makes problems at places of one file."""

    tree: Tree
    file: str

    def __call__(self, path: Path, what: str, todo: str, level: str = "error") -> Problem:
        place = self.tree.place(path)
        return Problem(self.file, place.line, place.column, what, todo, level)


def check_outline(outline: Outline, tree: Tree, file: str) -> list[Problem]:
    """What can be said of any mission, valid or not."""
    report = _Report(tree, file)
    return [
        *_names(outline, report),
        *_twice(outline.team_ids, report, "the team id", str),
        *_twice(outline.teams, report, "the team name", slug),
        *_twice(outline.fields, report, "the field id", str),
        *_twice((*outline.agents, *outline.backups), report, "the agent id", str.lower),
        *_assigned_twice(outline.subjects, report),
        *_sources(outline.sources, report),
        *_too_many(outline, report),
    ]


def check_mission(mission: Mission, tree: Tree, file: str) -> list[Problem]:
    """What can be said of a valid mission only."""
    report = _Report(tree, file)
    return [
        *_fields(mission, report),
        *_money(mission, report),
        *_time(mission, report),
        *_figures(mission, report),
    ]


def _names(outline: Outline, report: _Report) -> Iterator[Problem]:
    for kind, names in (("team name", outline.teams), ("subject", outline.subjects)):
        for named in names:
            if named.name is None:
                continue
            if reason := lookalikes(named.name):
                yield report(named.path, f"{kind} {_quoted(named.name)}: {reason}", "write it in one script")
            elif not slug(named.name):
                todo = "use at least one Latin letter or digit"
                yield report(named.path, f"no id can be made of the {kind} {_quoted(named.name)}", todo)
            elif kind == "subject" and _shortened(named.name):
                what = f"the id of {_quoted(named.name)} is cut to {ID_MAX} characters"
                yield report(named.path, what, "shorten the name")


def _shortened(name: str) -> bool:
    """Two long names could otherwise share one reservation without being seen to."""
    return len(slug(name)) < len(slug_of_any_length(name))


def slug_of_any_length(name: str) -> str:
    """The id of a name before it is cut."""
    return "-".join(
        part for word in re.split(r"[\W_]+", name.replace("'", "").replace("’", "")) if (part := slug(word))
    )


def _twice(names: Iterable[Named], report: _Report, kind: str, fold: Callable[[str], str]) -> Iterator[Problem]:
    first: dict[str, Named] = {}
    for named in names:
        if named.name is None or not fold(named.name):
            continue
        before = first.setdefault(fold(named.name), named)
        if before is not named:
            differs = "" if before.name == named.name else f" (as {_quoted(before.name or '')})"
            line = report.tree.place(before.path).line
            what = f"{kind} {_quoted(named.name)} stands in line {line} already{differs}"
            yield report(named.path, what, "give it another one")


def _assigned_twice(subjects: Iterable[Named], report: _Report) -> Iterator[Problem]:
    first: dict[str, Named] = {}
    for named in subjects:
        if named.name is None or not slug(named.name):
            continue
        before = first.setdefault(slug(named.name), named)
        if before is not named:
            spelled = "" if before.name == named.name else f" (there {_quoted(before.name or '')})"
            whom = (
                f"to {before.within} and to {named.within}"
                if before.within != named.within
                else f"to {named.within} twice"
            )
            yield report(named.path, f"subject {_quoted(named.name)} is assigned {whom}{spelled}", "remove one")


def _sources(sources: Iterable[Named], report: _Report) -> Iterator[Problem]:
    for named in sources:
        scheme, _, rest = (named.name or "").partition(":")
        what = f"the source {_quoted(named.name or '')}"
        if scheme in _PINNED and not _PINNED[scheme].fullmatch(named.name or ""):
            yield report(named.path, f"{what} names no package with a version", _PIN[scheme])
        elif scheme == "file" and (rest.startswith(("/", "~")) or "\\" in rest or ".." in rest.split("/")):
            yield report(named.path, f"{what} leads out of the repository", "write a path relative to its root")
        elif scheme == "https" and re.match(r"//[^/?#]*@", rest):
            yield report(named.path, "the source carries a user name or a password", "write it without")


def _too_many(outline: Outline, report: _Report) -> Iterator[Problem]:
    count = len(outline.agents)
    if count > MAX_AGENTS:
        what = f"the mission has {count:,} agents; a session can have at most {MAX_AGENTS:,}"
        yield report(("teams",), what, "split it into several missions")


def _fields(mission: Mission, report: _Report) -> Iterator[Problem]:
    if not any(field.required for field in mission.fields):
        todo = "mark those that every subject needs with `required: true`"
        yield report(("fields",), "no field is required, so that an empty deliverable would pass", todo)


def _money(mission: Mission, report: _Report) -> Iterator[Problem]:
    wanted = sum(cap_of(mission, agent) for agent in mission.agents)
    if wanted > mission.limits.max_usd:
        what = f"the agents may spend {usd(wanted)} USD together, the session {usd(mission.limits.max_usd)}"
        todo = "the session's limit holds: every agent gets proportionally less"
        yield report(("limits", "max_usd"), what, todo, "advice")
    for agent in mission.agents:
        backend = agent.backend or mission.agent.backend
        if backend == "claude" and not min(cap_of(mission, agent), mission.limits.max_usd):
            yield report(("limits", "max_usd"), f"{agent.id} asks a model but has no money", "raise max_usd")


def cap_of(mission: Mission, agent: AgentSpec) -> int:
    """What an agent asks for, in millionths of a US dollar."""
    return mission.agent.max_usd if agent.max_usd is None else agent.max_usd


def _time(mission: Mission, report: _Report) -> Iterator[Problem]:
    session = mission.limits.session_timeout_hours * 60
    longest = max(mission.agents, key=lambda agent: agent.timeout_minutes or mission.agent.timeout_minutes)
    minutes = longest.timeout_minutes or mission.agent.timeout_minutes
    if minutes > session:
        what = f"{longest.id} may take {minutes} minutes, the whole session {session:g}"
        yield report(
            ("limits", "session_timeout_hours"), what, "lower timeout_minutes or allow more hours", "advice"
        )


def _figures(mission: Mission, report: _Report) -> Iterator[Problem]:
    subjects, agents = len(mission.subjects), len(mission.agents)
    target, expected = mission.target_subjects, mission.expected_agents
    if target is not None and target != subjects:
        what = f"the mission targets {_count(target, 'subject')} and assigns {subjects}"
        todo = "assign the others, or lower target_subjects" if target > subjects else "raise target_subjects"
        yield report(("target_subjects",), what, todo, "advice")
    if expected is not None and expected != agents:
        what = f"the mission states {_count(expected, 'agent')} and has {agents}"
        yield report(("expected_agents",), what, "correct expected_agents or the teams", "advice")
    if mission.criteria.blocked_subjects >= subjects:
        what = f"{mission.criteria.blocked_subjects} blocked subjects are tolerated, of {subjects}"
        yield report(
            ("criteria", "blocked_subjects"), what, "tolerate fewer, or nothing needs to be found", "advice"
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _quoted(name: str) -> str:
    return f'"{name}"' if len(name) <= 60 else f'"{name[:50]}…"'
