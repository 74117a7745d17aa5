"""What comes from within this machine: a disk that is full, a bug, somebody who presses Ctrl-C."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.adapters.agents.claude import refuse_without_key
from bot.adapters.agents.claude.agent import models_of
from bot.adapters.model_access import Access
from bot.adapters.sources.library import Library
from bot.core.evidence import Evidence
from bot.errors import MachineError, Refused
from tests.adapters.agents.claude.scene import scene
from tests.clocks import StillClock
from tests.messages.models import Diligent


class Stopped(BaseException):
    """Somebody pressed Ctrl-C."""


def breaking(error: Exception) -> Callable[..., Evidence]:
    def evidence(*_: object) -> Evidence:
        raise error

    return evidence


def test_a_disk_that_is_full_is_no_failure_of_the_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Library, "open", breaking(MachineError("cannot write the cache", "make room")))
    with scene(tmp_path, Diligent()) as stage, pytest.raises(MachineError, match="make room"):
        stage.run()


def test_a_bug_in_a_tool_costs_a_call_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.agents.claude.reading.Reading.search", breaking(KeyError("secret-4711")))
    with scene(tmp_path, Diligent()) as stage:
        result = stage.run()
        assert len(result.gaps) == 10
        results = str([entry.blocks for entry in stage.transcript])
        assert "it could not be carried out: KeyError" in results
        assert "secret-4711" not in results


def test_a_full_disk_within_a_tool_is_one_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = MachineError("cannot write the cache", "make room")
    monkeypatch.setattr("bot.adapters.agents.claude.reading.Reading.search", breaking(error))
    with scene(tmp_path, Diligent()) as stage, pytest.raises(MachineError):
        stage.run()


def test_a_bug_of_ours_keeps_what_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scene(tmp_path, Diligent()) as stage:
        monkeypatch.setattr(Library, "evidence", breaking(ZeroDivisionError("division by zero")))
        result = stage.run()
        assert result.unfinished == "ZeroDivisionError: division by zero"
        assert result.usage.micro_usd == stage.billed > 0


def test_g23_whoever_stops_it_within_a_call_has_paid_for_the_call(tmp_path: Path) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise Stopped

    with scene(tmp_path, Diligent()) as stage:
        with pytest.MonkeyPatch.context() as patch, pytest.raises(Stopped):
            patch.setattr("bot.adapters.agents.claude.client._reply", stopped)
            stage.run()
        kept = stage.journal.kept(stage.brief)
        assert kept is not None
        assert kept.usage.micro_usd > stage.billed > 0
        assert stage.run().usage.micro_usd > kept.usage.micro_usd


def test_a_missing_key_is_refused_before_anything_is_started() -> None:
    models = models_of(Access(bedrock_key="k", region="eu"), StillClock())
    refuse_without_key(models, [("bedrock", "a-model")])
    with pytest.raises(Refused, match=r"ANTHROPIC_API_KEY is not set.*nothing was started"):
        refuse_without_key(models, [("bedrock", "a-model"), ("anthropic", "claude-haiku-5-5")])
