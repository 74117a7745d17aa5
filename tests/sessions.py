"""Sessions in all states, as values and as files, for tests."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from bot.core.findings import Blocker, Gap, Impact, Usage
from bot.core.loading import load_mission
from bot.core.mission import Mission
from bot.core.records import AgentRecord, AgentState, FindingsFile, Launch
from bot.core.session import SessionData, agent_path, findings_path, launch_path, mission_path
from bot.core.state import Merge, SessionFacts, SessionState, reduce
from tests.builders import NOW, checked

LAUNCHED = NOW - timedelta(minutes=30)


def mission_yaml(
    mission: str = "cloud",
    number: int = 2,
    agents: Mapping[str, tuple[str, ...]] | None = None,
    *,
    phase: int | None = None,
    branch: str = "swarm/{session}",
    more: str = "",
) -> bytes:
    """A mission's file: agents with the names of their subjects."""
    lines = [
        f"mission: {mission}",
        f"session: {number}",
        f"phase: {{number: {number if phase is None else phase}, name: Phase of {mission}}}",
        f"title: The {mission} mission",
        "domain: CLOUD",
        f"deliverable: INTEGRATIONS-{mission.upper()}.md",
        f'branch: "{branch}"',
        "limits: {max_usd: 2.50}",
        *more.splitlines(),
        "teams:",
        "  - id: 1",
        "    name: A team",
        "    agents:",
    ]
    for agent, subjects in (agents or {"haiku-1": ("AWS EC2",), "haiku-2": ("Vultr", "Linode")}).items():
        lines += [f"      - id: {agent}", "        subjects:"]
        for subject in subjects:
            lines += [f"          - name: {subject}", '            sources: ["file:docs/api.md"]']
    return ("\n".join(lines) + "\n").encode()


def launch(
    session: str, mission: Mission, content: bytes = b"", *, at: datetime = LAUNCHED, base: str = "0" * 40
) -> Launch:
    return Launch(
        session=session,
        mission=mission,
        mission_sha256=sha256(content).hexdigest(),
        launched=at,
        by="someone",
        base="main",
        base_commit=base,
        caps={},
    )


def record(session: str, agent: str, state: AgentState = "done", **changes: object) -> AgentRecord:
    values: dict[str, object] = {
        "session": session,
        "agent": agent,
        "attempt": 1,
        "state": state,
        "reason": "it ran out of time" if state == "failed" else "",
        "started": LAUNCHED,
        "finished": LAUNCHED + timedelta(minutes=6),
        "recorded": LAUNCHED + timedelta(minutes=7),
        "usage": Usage(micro_usd=10_000),
        "spent": 10_000,
        "findings": 2,
        "verified": 1,
        "gaps": 1,
        "blockers": 0 if state == "done" else 1,
    }
    return AgentRecord.model_validate(values | changes)


def blocker(subject: str | None = "linode", impact: Impact = "High", **changes: object) -> Blocker:
    values: dict[str, object] = {
        "subject": subject,
        "title": f"{subject or 'everything'} has no readable source",
        "impact": impact,
        "description": "Its only source answered 403 three times.",
    }
    return Blocker.model_validate(values | changes)


def findings(agent: str, *subjects: str, blockers: tuple[Blocker, ...] = ()) -> FindingsFile:
    """A verified claim and a gap for each of the subjects."""
    return FindingsFile(
        agent=agent,
        findings=tuple(checked(subject=subject) for subject in subjects),
        gaps=tuple(Gap(subject=subject, field="pricing") for subject in subjects),
        blockers=blockers,
    )


def as_bytes(value: AgentRecord | FindingsFile | Launch) -> bytes:
    return (json.dumps(value.model_dump(mode="json", round_trip=True), indent=2) + "\n").encode()


def session_files(
    session: str,
    content: bytes,
    records: tuple[AgentRecord, ...] = (),
    files: tuple[FindingsFile, ...] = (),
    *,
    at: datetime = LAUNCHED,
    base: str = "0" * 40,
) -> dict[str, bytes]:
    """Everything below sessions/<session>/."""
    return {
        mission_path(session): content,
        launch_path(session): as_bytes(
            launch(session, load_mission(content, "mission.yml"), content, at=at, base=base)
        ),
        **{agent_path(session, one.agent): as_bytes(one) for one in records},
        **{findings_path(session, one.agent): as_bytes(one) for one in files},
    }


def data(
    mission: Mission,
    *records: AgentRecord,
    files: tuple[FindingsFile, ...] = (),
    session: str = "cloud-1",
    at: datetime = LAUNCHED,
) -> SessionData:
    return SessionData(
        session,
        mission,
        launch(session, mission, at=at),
        {one.agent: one for one in records},
        {one.agent: one for one in files},
    )


def state(
    mission: Mission,
    *records: AgentRecord,
    files: tuple[FindingsFile, ...] = (),
    session: str = "cloud-1",
    at: datetime = LAUNCHED,
    merge: Merge | None = None,
    tip: str | None = "a" * 40,
    deliverable: bool = False,
    now: datetime = NOW,
) -> SessionState:
    facts = SessionFacts(data(mission, *records, files=files, session=session, at=at), tip, merge, deliverable)
    return reduce(facts, now)
