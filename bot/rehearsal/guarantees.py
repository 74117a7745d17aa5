"""Whether the guarantees held in a rehearsal: looked up in what it left behind, not in what the bot says of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.citations import check
from bot.core.cross_session import cross_criteria
from bot.core.overview import Overview
from bot.core.records import AgentRecord
from bot.core.session import SessionData
from bot.ports import SourceLibrary

A_MINUTE, AN_HOUR = (timedelta(minutes=1), 80), (timedelta(hours=1), 500)
"""How much GitHub lets be written in so much time."""


@dataclass(frozen=True, slots=True)
class Handed:
    """An attempt that a run was given: of which session's agent, which one, which run's, when it was begun."""

    session: str
    agent: str
    attempt: int
    run: str
    begun: datetime


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a session left behind. Money is in millionths of a US dollar; `why`: why it stands still when it is not
    merged, empty when it does not say; `runs`: those that the bot has started for it by itself."""

    data: SessionData
    merged: bool
    why: str
    spent: dict[str, int]
    made: Sequence[AgentRecord]
    handed: Sequence[Handed]
    pulls: int
    merges: int
    comments: int
    runs: int
    committed: dict[str, bytes] = field(default_factory=dict)
    expected: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """A guarantee, what it says, and what broke it; nothing when it held."""

    id: str
    promise: str
    broken: str = ""


Checks = tuple[tuple[str, str, Callable[[], Iterable[str]]], ...]


def held(after: Aftermath, library: SourceLibrary) -> tuple[Held, ...]:
    """Each guarantee of one session that a rehearsal can put to the test."""
    checks: Checks = (
        ("G10", "one pull request, one merge, one comment", lambda: _once(after)),
        ("G12", "no attempt is given to two runs", lambda: _given_twice(after)),
        ("G13", "no record and no finding is lost", lambda: _lost(after)),
        ("G14", "the newest attempt stands", lambda: _outdated(after)),
        ("G19", "the session ends, or says why not", lambda: _unended(after)),
        ("G23", "the budget is a hard bound", lambda: _overspent(after)),
        ("G27", "verified is what its source says", lambda: _unverified(after, library)),
        ("G28", "the deliverable is what the findings say", lambda: _differing(after)),
        ("A24", "nothing is started over and over", lambda: _too_many_runs(after)),
    )
    return _looked_at(checks)


def together(
    overview: Overview,
    writes: Sequence[datetime],
    bugs: Sequence[BaseException],
    never: Sequence[str],
    *,
    all_merged: bool,
) -> tuple[Held, ...]:
    """What is to hold over all sessions. `never`: the missions of which no session was ever opened."""
    criteria = {one.id: one for one in cross_criteria(overview)}
    unmet = [criteria["no-duplicates"]] * (criteria["no-duplicates"].state == "not met")
    unmet += [
        criteria[name] for name in ("no-conflicts", "compiled") if all_merged and criteria[name].state != "met"
    ]
    checks: Checks = (
        ("G18", "GitHub's limits are respected", lambda: _too_fast(writes)),
        ("G21", "no label is lost", lambda: (f"no session was opened of {mission}" for mission in never)),
        ("G30", "no work is done twice, one roadmap", lambda: (f"{c.title}: {c.measured}" for c in unmet)),
        ("exit", "no command ends with a bug", lambda: (f"{type(bug).__name__}: {bug}" for bug in bugs)),
    )
    return _looked_at(checks)


def _looked_at(checks: Checks) -> tuple[Held, ...]:
    return tuple(Held(name, promise, next(iter(broken()), "")) for name, promise, broken in checks)


def _once(after: Aftermath) -> Iterator[str]:
    if after.pulls > 1 or after.merges > 1 or after.comments > 1:
        yield f"{after.pulls} pull requests, {after.merges} merges, {after.comments} comments"


def _given_twice(after: Aftermath) -> Iterator[str]:
    seen: dict[tuple[str, int], str] = {}
    for one in after.handed:
        other = seen.setdefault((one.agent, one.attempt), one.run)
        if other != one.run:
            yield f"{one.agent}/{one.attempt} was given to the runs {other} and {one.run}"


def _lost(after: Aftermath) -> Iterator[str]:
    records = after.data.records
    for made in after.made:
        kept = records.get(made.agent)
        if kept is None:
            yield f"the record of {made.agent} is gone"
        elif kept.verified < made.verified:
            yield f"{made.agent} had {made.verified} verified findings, and {kept.verified} are left"


def _outdated(after: Aftermath) -> Iterator[str]:
    records = after.data.records
    for made in after.made:
        if made.agent in records and records[made.agent].attempt < made.attempt:
            yield f"{made.agent}: attempt {records[made.agent].attempt} stands in place of {made.attempt}"


def _too_fast(writes: Iterable[datetime]) -> Iterator[str]:
    times = sorted(writes)
    for span, most in (A_MINUTE, AN_HOUR):
        first = 0
        for last, moment in enumerate(times):
            while moment - times[first] >= span:
                first += 1
            if last - first + 1 > most:
                yield f"{last - first + 1} writes within {span}"


def _unended(after: Aftermath) -> Iterator[str]:
    if not after.merged and not after.why:
        left = [spec.id for spec in after.data.mission.agents if spec.id not in after.data.records]
        yield f"nobody is at work, and nothing says why: {', '.join(left) or 'all agents are recorded'}"
    elif after.merged and (missing := {spec.id for spec in after.data.mission.agents} - after.data.records.keys()):
        yield f"merged without a record of {', '.join(sorted(missing))}"


def _overspent(after: Aftermath) -> Iterator[str]:
    total, cap = sum(after.spent.values()), after.data.mission.limits.max_usd
    if total > cap:
        yield f"{total} of {cap} millionths were spent"
    for agent, spent in after.spent.items():
        if spent > after.data.launch.caps.get(agent, 0):
            yield f"{agent} spent {spent} of {after.data.launch.caps.get(agent, 0)} millionths"


def _unverified(after: Aftermath, library: SourceLibrary) -> Iterator[str]:
    for file in after.data.findings.values():
        for finding in file.findings:
            citation = finding.citation
            now = check(finding, library.evidence(citation.source, citation.locator, citation.method))
            if finding.state == "verified" and now.state != "verified":
                yield f"{file.agent}: {now.reason}"


def _differing(after: Aftermath) -> Iterator[str]:
    if after.merged and after.committed != after.expected:
        yield ", ".join(path for path in after.expected if after.committed.get(path) != after.expected[path])


def _too_many_runs(after: Aftermath) -> Iterator[str]:
    """Three that bring nothing after each thing that is brought; how often the gate is asked again is bounded by
    the time, which a fortnight of a rehearsal makes 40 at most."""
    agents = len(after.data.mission.agents)
    most = 3 * (agents + 1) + 40
    if after.runs > most:
        yield f"{after.runs} runs, at most {most}"
