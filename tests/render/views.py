"""Sessions as their status comment sees them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.core.addresses import Addresses
from bot.core.comment_view import CommentView
from bot.core.findings import Blocker
from bot.core.gate.verdict import CriterionResult, CriterionState, Verdict, combine
from bot.core.mission import AgentSpec, Mission, Subject, Team
from bot.core.records import AgentRecord, FindingsFile
from bot.core.state import Merge, SessionFacts, reduce
from tests.builders import NOW, mission
from tests.sessions import LAUNCHED, data, findings, record

ADDRESSES = Addresses("https://github.com", "acme/integrations")
TIP = "a1b2c3d" + "0" * 33
MERGE = "4eebd5b" + "0" * 33
PULL = "https://github.com/acme/integrations/pull/12"


def spec(id: str, *subjects: str) -> AgentSpec:
    return AgentSpec(id=id, subjects=tuple(Subject(name=s, sources=("file:docs/api.md",)) for s in subjects))


def plan(teams: Mapping[str, tuple[AgentSpec, ...]] | None = None, **changes: object) -> Mission:
    """Two teams, three agents, four subjects, unless others are given."""
    found = teams or {
        "Cloud Compute": (spec("haiku-21", "AWS EC2"), spec("haiku-22", "Vultr", "Linode")),
        "Cloud Storage & CDN": (spec("haiku-30", "Wasabi"),),
    }
    made = tuple(Team(id=n, name=name, agents=agents) for n, (name, agents) in enumerate(found.items(), start=6))
    return mission().model_copy(update={"teams": made, **changes})


def view(
    *records: AgentRecord,
    of: Mission | None = None,
    files: tuple[FindingsFile, ...] = (),
    merge: Merge | None = None,
    now: datetime = NOW,
    **more: Any,
) -> CommentView:
    """The view of a session half an hour after its launch."""
    known = data(of or plan(), *records, files=files)
    tip = None if merge else TIP
    values: dict[str, Any] = {
        "data": known,
        "state": reduce(SessionFacts(known, tip, merge, merge is not None), now),
        "now": now,
        "addresses": ADDRESSES,
        "commit": merge.commit if merge else TIP,
        "run": "77",
    }
    return CommentView(**(values | more))


def done(agent: str, **changes: Any) -> AgentRecord:
    return record("cloud-1", agent, **{"findings": 2, "verified": 2, "gaps": 1, **changes})


def failed(agent: str, **changes: Any) -> AgentRecord:
    return record("cloud-1", agent, "failed", **{"findings": 0, "verified": 0, "gaps": 0, **changes})


def blocked(agent: str) -> AgentRecord:
    return record("cloud-1", agent, "blocked", findings=0, verified=0, gaps=0)


def blocker(subject: str | None = "wasabi", title: str = "Wasabi: no readable source") -> Blocker:
    return Blocker(
        subject=subject,
        title=title,
        impact="High",
        description="1 source answered 403 three times",
        recommendation="Add a source to the mission.",
    )


ALL = (done("haiku-21"), done("haiku-22"), blocked("haiku-30"))
FILES = (
    findings("haiku-21", "aws-ec2"),
    findings("haiku-22", "vultr", "linode"),
    FindingsFile(agent="haiku-30", blockers=(blocker(),)),
)
MERGED = Merge(MERGE, LAUNCHED + timedelta(minutes=20))


def verdict(
    *states: CriterionState, measured: str = "2 of 3", action: str = "run `swarm status --write`"
) -> Verdict:
    results = tuple(
        CriterionResult(f"c{n}", f"criterion {n}", state, measured, "" if state in ("pass", "skipped") else action)
        for n, state in enumerate(states)
    )
    return Verdict(combine(results), results)


LEAK = Verdict("fail", (CriterionResult("no-secrets", "no secrets", "fail", "1: a key", "take it out"),))
FAILING: tuple[CriterionState, ...] = ("fail",) * 14
