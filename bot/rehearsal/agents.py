"""The agent of a rehearsal: simulated, at a made-up price, with whatever befalls it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from bot.adapters.agents.simulated import Simulated
from bot.core.findings import AgentResult, Usage
from bot.ports import Brief
from bot.rehearsal.faults import AgentFault
from bot.rehearsal.scheduler import Scheduler
from bot.rehearsal.sources import MadeUpSources

GARBAGE = (b"", b"{", b"[]", b"\x00\xff", b'{"session": "another-1"}', b'{"findings": ' + b"[" * 5_000)


@dataclass
class Ledger:
    """What agents have really spent, in millionths of a US dollar, by session and agent, whatever came of it."""

    spent: dict[tuple[str, str], int] = field(default_factory=dict)

    def spend(self, session: str, agent: str, amount: int) -> None:
        key = session, agent
        self.spent[key] = self.spent.get(key, 0) + amount


@dataclass(frozen=True)
class Rehearsed:
    """`Agent` that spends what it likes within its cap, where its backend costs money."""

    library: MadeUpSources
    scheduler: Scheduler
    chance: Random
    ledger: Ledger
    fault: AgentFault | None

    def research(self, brief: Brief, progress: Callable[[str], None]) -> AgentResult:
        result = Simulated(self.library, self.scheduler).research(brief, progress)
        spent = self.chance.randint(0, brief.cap) if brief.prices else 0
        self.ledger.spend(brief.session, brief.agent.id, spent)
        told = brief.cap + 1 if self.fault == "overspends" else spent
        made = result.model_copy(update={"usage": Usage(calls=1, micro_usd=told)})
        return _lying(made) if self.fault == "lies" else made


def _lying(result: AgentResult) -> AgentResult:
    """With quotes that no source has."""
    false = tuple(
        finding.model_copy(
            update={"citation": finding.citation.model_copy(update={"quote": f"{finding.claim} And it is free."})}
        )
        for finding in result.findings
    )
    return result.model_copy(update={"findings": false})
