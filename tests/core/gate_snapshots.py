"""A session that passes the gate, for tests that break one thing of it."""

from dataclasses import replace

from bot.core.changes import Change
from bot.core.consolidate import consolidate
from bot.core.findings import Blocker, CheckedFinding, Gap, Usage
from bot.core.gate import CriterionResult, Document, GateSnapshot, PhaseFacts, Recheck, decide
from bot.core.mission import Criteria, Mission
from bot.core.records import AgentRecord, AgentState, FindingsFile, Launch
from bot.core.session import SessionData, agent_path, csv_path, findings_path, launch_path, mission_path
from bot.render.csv_table import render_csv
from bot.render.deliverable import render_deliverable
from tests.builders import NOW, agent, checked, mission, subject

SESSION = "cloud-providers-1"
BASE = "b" * 40
TRACKER = """# Integration progress

## Phase 1: Hosting

- Status: Pending (Session 1)
- APIs: 0/46 complete

## Phase 2: Cloud Providers

- Status: In Progress (Session 2)
- APIs: 2/3 complete
- ETA: unknown
"""


def rules(*, blocked_subjects: int = 1, required_field_gaps: int = 0, **changes: object) -> Mission:
    """Two agents, three subjects; one of them may be blocked."""
    tolerated = Criteria(blocked_subjects=blocked_subjects, required_field_gaps=required_field_gaps)
    second = agent("haiku-22", subject("Vultr"), subject("Wasabi"))
    values: dict[str, object] = {"criteria": tolerated, **changes}
    return mission(agent("haiku-21", subject("AWS EC2")), second).model_copy(update=values)


def findings_file(name: str, *items: CheckedFinding | Gap | Blocker) -> FindingsFile:
    return FindingsFile(
        agent=name,
        findings=tuple(i for i in items if isinstance(i, CheckedFinding)),
        gaps=tuple(i for i in items if isinstance(i, Gap)),
        blockers=tuple(i for i in items if isinstance(i, Blocker)),
    )


def answers(name: str) -> list[CheckedFinding]:
    """What answers the required fields of a subject."""
    return [
        checked(subject=name),
        checked("The source describes signatureVersion: v4.", subject=name, field="operations"),
    ]


def files_of(*, lost: str = "wasabi") -> dict[str, FindingsFile]:
    gone = Blocker(subject=lost, title="No readable source", impact="Medium", description="403 three times")
    return {
        "haiku-21": findings_file("haiku-21", *answers("aws-ec2"), Gap(subject="aws-ec2", field="pricing")),
        "haiku-22": findings_file("haiku-22", *answers("vultr"), gone),
    }


def record_of(file: FindingsFile, state: AgentState = "done") -> AgentRecord:
    return AgentRecord(
        session=SESSION,
        agent=file.agent,
        attempt=1,
        state=state,
        started=NOW,
        finished=NOW,
        recorded=NOW,
        usage=Usage(micro_usd=40_000),
        spent=40_000,
        findings=len(file.findings),
        verified=sum(finding.state == "verified" for finding in file.findings),
        gaps=len(file.gaps),
        blockers=len(file.blockers),
    )


def launch_of(plan: Mission) -> Launch:
    return Launch(
        session=SESSION,
        mission=plan,
        mission_sha256="0" * 64,
        launched=NOW,
        by="local",
        base="main",
        base_commit=BASE,
        caps={agent.id: 250_000 for agent in plan.agents},
    )


def snapshot(plan: Mission | None = None, files: dict[str, FindingsFile] | None = None) -> GateSnapshot:
    """A snapshot in which everything fits together; it passes unless `plan` or `files` are at odds."""
    plan, files = plan or rules(), files if files is not None else files_of()
    records = {name: record_of(file, "blocked" if file.blockers else "done") for name, file in files.items()}
    launch = launch_of(plan)
    made = consolidate(SessionData(SESSION, plan, launch, records, files))
    text, table = render_deliverable(made), render_csv(made)
    own = [mission_path(SESSION), launch_path(SESSION), plan.deliverable, csv_path(plan.deliverable)]
    paths = own + [path(SESSION, name) for name in files for path in (agent_path, findings_path)]
    verified = [f for file in files.values() for f in file.findings if f.state == "verified"]
    texts = dict.fromkeys(paths, "{}\n") | {plan.deliverable: text, csv_path(plan.deliverable): table}
    return GateSnapshot(
        session=SESSION,
        rules=plan,
        launch=launch,
        records=records,
        findings=files,
        consolidated=made,
        deliverable=Document(plan.deliverable, text, text),
        table=Document(csv_path(plan.deliverable), table, table),
        changes=tuple(Change(path, "added", "100644") for path in paths),
        texts=texts,
        tree=frozenset([*paths, "README.md"]),
        conflicts=(),
        reservations={subject.id: SESSION for subject in plan.subjects},
        secrets=(),
        rechecks=tuple(Recheck(f.subject, f.field, "verified") for f in verified),
        tracker=TRACKER,
        phase=PhaseFacts(2, "In Progress (Session 2)", 2, 3),
    )


def committed(base: GateSnapshot, text: str) -> GateSnapshot:
    """The snapshot with another text of the deliverable committed."""
    document = replace(base.deliverable, committed=text)
    return replace(base, deliverable=document, texts={**base.texts, document.path: text})


def criterion(of: GateSnapshot, name: str) -> CriterionResult:
    """One criterion's result."""
    return next(result for result in decide(of).criteria if result.id == name)
