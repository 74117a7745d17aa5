"""The simulated backend on a real library."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.agents.simulated import Simulated
from bot.adapters.sources.library import Library
from bot.core.citations import check
from bot.core.findings import AgentResult
from bot.core.mission import Mission
from bot.ports import Brief
from tests.builders import NOW, agent, mission, subject
from tests.clocks import StillClock
from tests.workshop import widgets


def research(tmp_path: Path, plan: Mission, cap: int = 250_000) -> tuple[AgentResult, Library]:
    library = Library(tmp_path / "cache", widgets(tmp_path / "repo"), StillClock())
    brief = Brief(plan, "cloud-providers-1", NOW, plan.agents[0], 1, cap, NOW + timedelta(hours=1))
    return Simulated(library, StillClock()).research(brief, lambda _: None), library


def test_it_quotes_what_is_there_and_says_what_is_not(tmp_path: Path) -> None:
    plan = mission(agent("a-1", subject("Widgets", "file:missing.md", "file:docs/guide.md")))
    result, library = research(tmp_path, plan)
    assert len(result.findings) == 4
    for finding in result.findings:
        citation = finding.citation
        evidence = library.evidence(citation.source, citation.locator, citation.method)
        assert check(finding, evidence).state == "verified"
    answered = {finding.field for finding in result.findings} | {gap.field for gap in result.gaps}
    assert answered == {f.id for f in plan.fields if f.kind == "claim"}
    assert result.blockers == ()


def test_a_subject_without_a_readable_source_is_a_blocker(tmp_path: Path) -> None:
    result, _ = research(tmp_path, mission(agent("a-1", subject("Widgets", "file:missing.md"))))
    assert (result.findings, [b.title for b in result.blockers]) == ((), ["Widgets has no readable source"])


@pytest.mark.parametrize(("cap", "spent"), [(250_000, 1_000), (300, 300), (0, 0)])
def test_g23_it_never_spends_more_than_its_cap(tmp_path: Path, cap: int, spent: int) -> None:
    result, _ = research(tmp_path, mission(agent("a-1", subject("Widgets", "file:docs/guide.md"))), cap)
    assert result.usage.micro_usd == spent
