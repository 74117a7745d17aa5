"""`rehearse`: sessions, label to merge, on a virtual clock, with whatever goes wrong on the way."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.commands.close import rendered, session_branch
from bot.commands.load import Loaded, load_session
from bot.commands.record import fold
from bot.core.loading import load_mission
from bot.core.session import SessionData, branch_ref
from bot.core.state import SessionFacts
from bot.ports import PriceList
from bot.rehearsal.faults import Faults
from bot.rehearsal.guarantees import Aftermath, Handed, Held, held, together
from bot.rehearsal.stage import START, Line, Script, Stage
from bot.rehearsal.swarm import BASE


@dataclass(frozen=True, slots=True)
class Ended:
    """How a session ended: merged, or why not; money in millionths of a US dollar."""

    session: str
    ended: str
    agents: int
    spent: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a rehearsal went; `took` is time on the virtual clock."""

    seed: int
    sessions: tuple[Ended, ...]
    began: datetime
    took: timedelta
    runs: int
    lines: tuple[Line, ...]
    handed: tuple[Handed, ...]
    guarantees: tuple[Held, ...]

    @property
    def broken(self) -> tuple[Held, ...]:
        return tuple(one for one in self.guarantees if one.broken)


def rehearse(
    missions: Sequence[tuple[bytes, str]], prices: PriceList, faults: Faults, chance: Random, seed: int
) -> Rehearsal:
    """The missions (content and file), all at the same time. The same faults and seed give the same rehearsal.

    Raises InvalidInput for a bad mission.
    """
    scripts = [Script(content, load_mission(content, file)) for content, file in missions]
    with _seeded(seed):
        stage = Stage(scripts, prices, faults, chance)
        stage.play()
        return _told(stage, seed)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """What asks chance without being given one of its own asks the same."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


def _told(stage: Stage, seed: int) -> Rehearsal:
    loaded = stage.loaded()
    facts = sorted(loaded.facts.values(), key=lambda one: one.data.session)
    afters = [_aftermath(stage, one) for one in facts]
    asked = {one.data.launch.issue for one in facts}
    never = [plan.mission for issue, plan in stage.issues.items() if issue not in asked]
    return Rehearsal(
        seed,
        tuple(_ended(after) for after in afters),
        START,
        stage.scheduler.now() - START,
        len(stage.actions.runs),
        tuple(stage.lines),
        tuple(stage.swarm.handed),
        _guarantees(stage, afters, never, loaded),
    )


def _ended(after: Aftermath) -> Ended:
    data = after.data
    ended = "merged" if after.merged else after.why or "it stands still"
    return Ended(data.session, ended, len(data.mission.agents), sum(after.spent.values()))


def _guarantees(
    stage: Stage, afters: Sequence[Aftermath], never: Sequence[str], loaded: Loaded
) -> tuple[Held, ...]:
    """Of each guarantee the first session that broke it, and what is to hold over all of them."""
    found: dict[str, Held] = {}
    for after in afters:
        for one in held(after, stage.swarm.library):
            if one.id not in found or (one.broken and not found[one.id].broken):
                found[one.id] = one
    writes = [write.time for write in stage.conversation.writes]
    all_merged = all(after.merged for after in afters)
    return (*found.values(), *together(loaded.overview, writes, stage.swarm.bugs, never, all_merged=all_merged))


def _aftermath(stage: Stage, facts: SessionFacts) -> Aftermath:
    data, swarm = _whole(stage, facts), stage.swarm
    session, branch = data.session, branch_ref(data.mission, data.session).removeprefix("refs/heads/")
    pulls = [pull for pull in stage.hub.pulls if pull.branch == branch]
    expected = rendered(data) if facts.merge else {}
    commit = (facts.merge.commit if facts.merge else None) or ""
    committed = {path: text for (_, path), text in stage.repo.read([(commit, p) for p in expected]).items()}
    return Aftermath(
        data=data,
        merged=facts.merge is not None,
        why="" if facts.merge else stage.why(facts),
        spent={agent: spent for (of, agent), spent in swarm.ledger.spent.items() if of == session},
        made=[record for record in swarm.made if record.session == session],
        handed=[one for one in swarm.handed if one.session == session],
        pulls=len(pulls),
        merges=sum(bool(pull.commit) for pull in pulls),
        comments=len(stage.conversation.bodies(data.launch.issue or 0)),
        runs=sum(run.title == f"{session} goes on" for run in stage.actions.runs),
        committed=committed,
        expected=expected,
    )


def _whole(stage: Stage, facts: SessionFacts) -> SessionData:
    """The session with everything that was found; records that nobody has folded yet among them."""
    repo, session = stage.repo, facts.data.session
    base = f"refs/heads/{BASE}"
    if facts.merge:
        return load_session(repo, repo.refs(base)[base], session)
    branch = session_branch(repo, session)
    fold(repo, stage.scheduler, branch, session)
    return load_session(repo, repo.refs(branch)[branch], session)
