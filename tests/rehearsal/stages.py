"""Missions and faults for rehearsals in tests."""

from random import Random

from bot.adapters.prices import ListedPrices
from bot.rehearsal.faults import Chance, FaultFile, Faults, Scripted
from bot.rehearsal.rehearse import Rehearsal, rehearse
from tests.clocks import StillClock

HEAD = """\
mission: widgets
session: 1
phase: {number: 1, name: Widgets}
title: Widget services
domain: WIDGET
deliverable: INTEGRATIONS-WIDGETS.md
agent: {backend: claude, max_usd: 0.10, timeout_minutes: 30, attempts: 2, backups: [backup-1]}
limits: {max_usd: 2.00, max_parallel: 10}
criteria: {required_field_gaps: 1000, blocked_subjects: 0}
fields:
  - {id: authentication, title: Authentication, section: Authentication, required: true}
  - {id: rate-limits, title: Rate limits, section: Integration details}
teams:
  - id: 1
    name: Everybody
    agents:
"""


def widgets(agents: int = 3, **changes: str) -> bytes:
    """A mission of so many agents with a subject each; `changes` replace parts of its text."""
    text = HEAD + "".join(
        f'      - {{id: agent-{n}, subjects: [{{name: Widget {n}, sources: ["https://example.com/{n}"]}}]}}\n'
        for n in range(1, agents + 1)
    )
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def play(faults: Faults | FaultFile | None = None, *, mission: bytes | None = None, seed: int = 1) -> Rehearsal:
    """One rehearsal."""
    chance = Random(seed)
    wrong = Scripted(faults or FaultFile()) if isinstance(faults, FaultFile | None) else faults
    return rehearse([(mission or widgets(), "widgets.yml")], ListedPrices(StillClock()), wrong, chance, seed)


def at_random(seed: int, rate: float = 0.1, mission: bytes | None = None) -> Rehearsal:
    """One rehearsal with faults as chance has them."""
    chance = Random(seed)
    prices = ListedPrices(StillClock())
    return rehearse([(mission or widgets(), "widgets.yml")], prices, Chance(chance, rate), chance, seed)


def ended(one: Rehearsal) -> str:
    """How its only session ended."""
    [session] = one.sessions
    return session.ended


def said(one: Rehearsal) -> list[str]:
    return [line.text for line in one.lines]
