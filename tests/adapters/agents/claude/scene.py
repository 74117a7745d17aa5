"""One attempt of the backend `claude` on real files, against the Messages API server."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from bot.adapters.agents.claude import Claude, models_of
from bot.adapters.agents.claude.agent import Models
from bot.adapters.journal import Journal
from bot.adapters.model_access import Access
from bot.adapters.sources.library import Library
from bot.core.evidence import Evidence
from bot.core.findings import AgentResult, CheckedFinding, Citation, Finding
from bot.core.mission import Mission
from bot.core.pricing import Prices
from bot.core.recording import check_all
from bot.core.records import FindingsFile
from bot.core.redaction import Redactor
from bot.core.transcripts import Entry, read_transcript
from bot.ports import Brief
from bot.render import prompts
from tests import builders
from tests.clocks import VirtualClock
from tests.messages.calls import Call
from tests.messages.replies import Model
from tests.messages.server import MessagesServer

HAIKU = Prices.model_validate(
    {
        "input": 0.10, "output": 0.50, "cache_read": 0.01, "cache_write": 0.125,
        "long": {"above": 100_000, "input": 0.50, "output": 2.50, "cache_read": 0.05, "cache_write": 0.625},
    }
)  # fmt: skip
GUIDE = """# Widget Store

The widget store keeps widgets for people who have too many of them at home.

## Authentication

Every request carries an API key in the header X-Api-Key, which the console shows once.

## Rate limits and quotas

The store answers at most 600 requests per minute for each key, and refuses the others.

## Operations

Widgets are listed, read, made and thrown away with four operations that the reference describes.

## SDKs

There are official libraries for Python and for TypeScript, which are generated from the description.

## Webhooks and events

When a widget changes, the store sends a signed message to the address that you have registered.

## Pricing

The first 100 widgets are stored for free, and each further one costs 0.02 USD a month.
"""


@dataclass
class Scene:
    """What an attempt works with; `run` is one process of it."""

    folder: Path
    server: MessagesServer
    mission: Mission
    clock: VirtualClock
    journal: Journal
    cap: int = 125_000
    attempt: int = 1
    last: bool = True
    earlier: FindingsFile | None = None
    deadline: datetime = builders.NOW + timedelta(hours=1)
    said: list[str] = field(default_factory=list)

    def run(self) -> AgentResult:
        redactor = Redactor([self.server.key])
        journals = lambda _: self.journal  # noqa: E731
        backend = Claude(self.library, self.clock, prompts, self.models, journals, redactor, jitter=lambda: 0.5)
        return backend.research(self.brief, self.said.append)

    @cached_property
    def models(self) -> Models:
        return models_of(Access(anthropic_key=self.server.key, url=self.server.url), self.clock)

    @property
    def library(self) -> Library:
        return Library(self.folder / "cache", self.folder / "repo", self.clock)

    @property
    def brief(self) -> Brief:
        return Brief(
            mission=self.mission,
            session="widgets-1",
            launched=builders.NOW,
            agent=self.mission.agents[0],
            attempt=self.attempt,
            cap=self.cap,
            deadline=self.deadline,
            prices=HAIKU,
            earlier=self.earlier,
            last=self.last,
        )

    @property
    def beginnings(self) -> list[Call]:
        """The first call of each conversation."""
        return [call for call in self.server.calls if len(call.body["messages"]) == 1]

    def checked(self, findings: Iterable[Finding]) -> tuple[CheckedFinding, ...]:
        """What `record` makes of findings."""
        library = self.library

        def lookup(citation: Citation) -> Evidence:
            return library.evidence(citation.source, citation.locator, citation.method)

        return check_all(findings, lookup)

    @property
    def transcript(self) -> tuple[Entry, ...]:
        file = self.journal.transcript
        return read_transcript(file.read_bytes(), file.name)

    @property
    def billed(self) -> int:
        """What the provider really charges, in millionths of a US dollar."""
        return self.server.billed(HAIKU)


@contextmanager
def scene(
    folder: Path, model: Model, *subjects: str, guide: str = GUIDE, agent: Mapping[str, object] | None = None
) -> Iterator[Scene]:
    """One agent whose subjects all have the guide as their source; `agent` is more of the mission's key."""
    docs = folder / "repo" / "docs"
    docs.mkdir(parents=True)
    (docs / "guide.md").write_text(guide)
    named = [builders.subject(name, "file:docs/guide.md") for name in subjects or ("Widget Store",)]
    mission = builders.mission(builders.agent("agent-1", *named), agent={"backend": "claude", **(agent or {})})
    clock = VirtualClock()
    with MessagesServer(model, clock=clock.now) as server:
        yield Scene(folder, server, mission, clock, Journal(folder / "journal"))
