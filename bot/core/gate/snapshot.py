"""Everything that the gate looks at, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.changes import Change
from bot.core.conflicts import Conflict
from bot.core.consolidate import Deliverable
from bot.core.continuation import handed_on
from bot.core.findings import CheckedFinding, CitationState
from bot.core.mission import Mission
from bot.core.records import AgentRecord, FindingsFile, Launch
from bot.core.secrets import SecretHit

EXCERPT = 80


@dataclass(frozen=True, slots=True)
class Document:
    """A rendered file: as it is committed (None: it is not) and as the findings say it must be."""

    path: str
    committed: str | None
    expected: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """What a source says now about a finding that was recorded as verified."""

    subject: str
    field: str
    state: CitationState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PhaseFacts:
    """What the tracker has to say of a session's phase."""

    number: int
    status: str
    covered: int
    assigned: int


@dataclass(frozen=True, slots=True)
class GateSnapshot:
    """One session at one commit of its branch, seen from one commit of the base branch.

    `rules` and `launch` are those of the launch commit, never the branch's own (G2). None says that a thing
    is not known (`conflicts`, `secrets`) or was not asked for (`rechecks`).
    """

    session: str
    rules: Mission
    launch: Launch
    records: Mapping[str, AgentRecord]
    findings: Mapping[str, FindingsFile]
    consolidated: Deliverable
    """What the findings make of the deliverable."""
    deliverable: Document
    table: Document
    changes: tuple[Change, ...]
    merged: bool = False
    """Whether the commit lies in the base branch already: who holds what now does not matter then."""
    problems: tuple[str, ...] = ()
    """Files of the session that cannot be read, and why."""
    edited: tuple[str, ...] = ()
    """Files of the launch commit that the branch has changed since."""
    unrecorded: tuple[str, ...] = ()
    """Agents whose files on the branch are not those that their record job kept on its own ref (A13)."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What the session wrote: path to text."""
    tree: frozenset[str] = frozenset()
    """Every path that is there once the session is merged."""
    conflicts: tuple[Conflict, ...] | None = None
    reservations: Mapping[str, str] = field(default_factory=dict)
    """Subject to the session that reserved it."""
    handed_over: Mapping[str, str] = field(default_factory=dict)
    """Subject to the later session of the mission, open or merged, that has its reservation now."""
    secrets: tuple[SecretHit, ...] | None = None
    rechecks: tuple[Recheck, ...] | None = None
    tracker: str | None = None
    phase: PhaseFacts | None = None

    @property
    def assigned(self) -> dict[str, str]:
        """Every subject of the mission as launched, by id, with the agent that it is assigned to."""
        return {subject.id: agent.id for agent in self.rules.agents for subject in agent.subjects}

    @property
    def goes_on(self) -> dict[str, str]:
        """The subjects that this session has given up, by id, with the session that goes on with each: what its
        findings say of it counts only where the reservation says so too."""
        if not self.handed_over:
            return {}
        return {
            subject.id: self.handed_over[subject.id]
            for agent in self.rules.agents
            for subject in handed_on(agent, self.findings.get(agent.id))
            if subject.id in self.handed_over
        }

    @property
    def all_goes_on(self) -> bool:
        """Whether nothing is left that this session itself would deliver."""
        return self.goes_on.keys() == self.assigned.keys()

    def verified(self) -> list[CheckedFinding]:
        """The findings that the deliverable may rest on."""
        return [f for file in self.findings.values() for f in file.findings if f.state == "verified"]

    def excerpt(self, text: str) -> str:
        """A few words of what was written, for a verdict; none when secrets are in it, or may be (G25)."""
        return text[:EXCERPT] if self.secrets == () else "(not shown)"

    def unrendered(self) -> dict[str, str]:
        """What was written and not rendered from other files that were: a rendering holds nothing of its own."""
        rendered = {document.path: document.expected for document in (self.deliverable, self.table)}
        return {path: text for path, text in self.texts.items() if text != rendered.get(path)}
