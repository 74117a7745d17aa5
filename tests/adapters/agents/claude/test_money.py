"""G23: whatever happens, the provider never charges more than an attempt may spend, and no more than it says."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.journal import Journal
from bot.core.findings import AgentResult
from tests.adapters.agents.claude.scene import scene
from tests.messages import faults
from tests.messages.models import Diligent, Looping, Malicious, Thinking, Verbose
from tests.messages.replies import Model

MODELS: list[Model] = [Diligent(), Thinking(Diligent()), Verbose(), Malicious(), Looping(), Diligent(parallel=12)]
FAULTS = [
    faults.hung_up(),
    faults.hung_up(worked=False),
    faults.cut(),
    faults.cut(politely=True),
    faults.garbled(),
    faults.error_within(),
    faults.unaccounted(),
    faults.rate_limited(3),
    faults.overloaded(),
    faults.server_error(500, worked=True),
    faults.server_error(504),
]


class Killed(BaseException):
    """The process is gone."""


@dataclass(frozen=True)
class MortalJournal(Journal):
    """Dies at one of its writes, before or after it is on the disk; after that nothing is written any more."""

    dies_at: int = 0
    written: bool = False
    count: list[None] = field(default_factory=list)

    @property
    def writes(self) -> int:
        return len(self.count)

    def keep(self, result: AgentResult) -> None:
        self.count.append(None)
        if self.writes == self.dies_at and self.written:
            super().keep(result)
        if self.dies_at and self.writes >= self.dies_at:
            raise Killed
        super().keep(result)


def test_g23_what_is_said_to_be_spent_is_what_is_charged(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        result = stage.run()
        usage = result.usage
        assert usage.micro_usd == stage.billed > 0
        billed = [one.tokens for one in stage.server.ledger]
        assert usage.output_tokens == sum(tokens.output for tokens in billed)
        assert usage.cache_read_tokens == sum(tokens.cache_read for tokens in billed)
        assert usage.cache_write_tokens == sum(tokens.cache_write for tokens in billed)
        assert (usage.input_tokens, usage.calls) == (sum(tokens.input for tokens in billed), len(billed))


@settings(max_examples=30, deadline=None)
@given(
    cap=st.integers(0, 60_000),
    model=st.sampled_from(MODELS),
    seed=st.integers(0, 1_000_000),
    rate=st.floats(0, 0.7),
    last=st.booleans(),
)
def test_g23_no_reply_and_no_fault_spends_more_than_there_is(
    cap: int, model: Model, seed: int, rate: float, last: bool
) -> None:
    with TemporaryDirectory() as folder, scene(Path(folder), model, "Widget Store", "Widget Lab") as stage:
        stage.cap, stage.last = cap, last
        stage.server.faults.randomly(seed=seed, rate=rate, faults=FAULTS)
        result = stage.run()
        assert stage.billed <= result.usage.micro_usd <= cap


def test_g23_a_reply_without_usage_counts_for_all_that_was_set_aside(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.server.faults.on(2, faults.unaccounted())
        result = stage.run()
        assert len(result.findings) == 5
        billed = [one.tokens for one in stage.server.ledger]
        assert len(billed) == result.usage.calls == 10  # asked again
        assert result.usage.output_tokens == sum(tokens.output for tokens in billed) - billed[1].output
        assert result.usage.micro_usd > stage.billed + 4_000  # 8,000 tokens of output may have come


def test_g23_without_money_nothing_is_asked(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.cap = 1_000
        result = stage.run()
        assert stage.server.calls == []
        assert [blocker.description for blocker in result.blockers] == ["The agent stopped: its money was gone."]
        assert result.unfinished == ""


def test_g23_with_little_money_answers_are_shorter_and_what_was_found_counts(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.cap = 5_000
        result = stage.run()
        assert {call.body["max_tokens"] for call in stage.server.calls} <= {4_000, 2_000}
        assert stage.server.calls[0].body["max_tokens"] == 4_000
        assert stage.billed == result.usage.micro_usd <= 5_000
        assert {gap.reason for gap in result.gaps} <= {"", "its money was gone"}


def test_money_that_is_gone_is_left_to_the_next_attempt_where_there_is_one(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.cap, stage.last = 1_500, False
        assert stage.run().unfinished == "its money was gone"


def facts(result: AgentResult) -> set[tuple[str, str]]:
    return {(finding.field, finding.claim) for finding in result.findings}


def test_g10_an_attempt_that_is_killed_anywhere_goes_on_with_its_money_and_its_findings(tmp_path: Path) -> None:
    """Killed before and after every single write of the journal, which is where calls begin and end."""
    model = Diligent(parallel=12)
    with scene(tmp_path / "whole", model) as stage:
        stage.journal = counting = MortalJournal(tmp_path / "journal")
        whole = stage.run()
    assert counting.writes >= 10
    for number in range(1, counting.writes + 1):
        for written in (False, True):
            with scene(tmp_path / f"{number}-{written}", model) as stage:
                stage.journal = MortalJournal(stage.journal.folder, dies_at=number, written=written)
                with pytest.raises(Killed):
                    stage.run()
                stage.journal = Journal(stage.journal.folder)
                kept = stage.journal.kept(stage.brief)
                assert (kept.usage.micro_usd if kept else 0) >= stage.billed
                assert kept is None or kept.unfinished or number == counting.writes
                result = stage.run()
                assert stage.billed <= result.usage.micro_usd <= stage.cap
                assert result.unfinished == ""
                assert facts(result) >= (facts(kept) if kept else set())
                assert {field for field, _ in facts(result)} == {field for field, _ in facts(whole)}
