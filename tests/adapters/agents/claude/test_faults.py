"""What goes wrong on the way to the model: G16, G17 and A23."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.fields import STANDARD_FIELDS
from tests import builders
from tests.adapters.agents.claude.scene import scene
from tests.clocks import VirtualClock
from tests.messages import faults
from tests.messages.faults import Fault
from tests.messages.models import Diligent

FIELDS = {field.id for field in STANDARD_FIELDS if field.kind == "claim"}
TRANSIENT = {
    "429 with a time": faults.rate_limited(7),
    "429": faults.rate_limited(),
    "529": faults.overloaded(),
    "500": faults.server_error(500),
    "503": faults.server_error(503),
    "504 after the work": faults.server_error(504, worked=True),
    "no connection": faults.hung_up(worked=False),
    "no answer": faults.hung_up(),
    "cut at the beginning": faults.cut(0),
    "cut": faults.cut(),
    "ended too early": faults.cut(politely=True),
    "garbled": faults.garbled(),
    "an error within": faults.error_within(),
}
FATAL = [
    (faults.unauthorised(), "the key is not accepted"),
    (faults.forbidden(), "the key may not use this model"),
    (faults.no_credit(), "there is no credit"),
    (faults.credit_too_low(), "there is no credit"),
    (faults.not_found(), "there is no such model"),
]


@pytest.mark.parametrize("fault", TRANSIENT)
def test_g17_what_passes_is_waited_for_and_nothing_is_lost(tmp_path: Path, fault: str) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.server.faults.on(3, TRANSIENT[fault])
        result = stage.run()
        assert len(result.findings) == 5
        assert result.unfinished == ""
        assert len(stage.clock.slept) == 1
        assert stage.server.calls[2].raw == stage.server.calls[3].raw  # the very same question, asked again


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (
            faults.rate_limited(7),
            9.5,
        ),  # what was asked for, and up to five seconds more so that not all come at once
        (faults.rate_limited(), 62.5),
        (faults.overloaded(), 1.25),
    ],
    ids=["429 with a time", "429", "529"],
)
def test_g17_how_long_is_waited(tmp_path: Path, fault: Fault, seconds: float) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.server.faults.on(1, fault)
        stage.run()
        assert stage.clock.slept == [seconds]


def test_g17_waits_grow_and_patience_ends(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.server.faults.when(lambda _: True, faults.overloaded(), times=50)
        stage.last = False
        result = stage.run()
        assert stage.clock.slept == [1.25, 2.5, 5.0, 10.0, 20.0]
        assert len(stage.server.calls) == 6
        assert result.unfinished == "the model was asked 6 times in vain: status 529, Overloaded"
        assert (result.usage.micro_usd, stage.billed) == (0, 0)


def test_g17_no_wait_goes_beyond_the_deadline(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.deadline = builders.NOW + timedelta(seconds=60)
        stage.server.faults.on(2, faults.rate_limited(600))
        result = stage.run()
        assert stage.clock.slept == []
        assert {gap.reason for gap in result.gaps} == set()
        assert [blocker.subject for blocker in result.blockers] == ["widget-store"]


@pytest.mark.parametrize(("fault", "said"), FATAL, ids=[said for _, said in FATAL])
def test_g17_a_refused_access_ends_the_session_and_keeps_what_was_found(
    tmp_path: Path, fault: Fault, said: str
) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.server.faults.on(4, fault)
        result = stage.run()
        assert result.halted
        assert result.unfinished.startswith(said)
        assert len(stage.server.calls) == 4  # asked once, not again
        assert stage.clock.slept == []
        assert len(result.findings) >= 2
        assert result.usage.micro_usd == stage.billed


@pytest.mark.parametrize("fault", [faults.bad_request(), faults.too_large()], ids=["400", "413"])
def test_g17_a_call_that_is_wrong_is_not_repeated(tmp_path: Path, fault: Fault) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.server.faults.on(2, fault)
        result = stage.run()
        assert len(stage.server.calls) == 2
        assert not result.halted
        (blocker,) = result.blockers
        assert "asked once in vain: status 4" in blocker.description


@dataclass
class Ticking(VirtualClock):
    """Each look at it takes a while."""

    seconds: float

    def __post_init__(self) -> None:
        super().__init__()

    def now(self) -> datetime:
        self.moment += timedelta(seconds=self.seconds)
        return self.moment


@pytest.mark.parametrize("seconds", [1, 2, 4, 8, 16])
def test_g16_an_agent_whose_time_is_over_stops_and_what_it_found_counts(tmp_path: Path, seconds: float) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.clock = Ticking(seconds)
        stage.deadline = builders.NOW + timedelta(minutes=8)
        result = stage.run()
        assert 1 <= len(stage.server.calls) < 9
        assert "its time was over" in {gap.reason for gap in result.gaps} | {
            b.description[19:-1] for b in result.blockers
        }
        assert result.usage.micro_usd >= stage.billed > 0  # an answer that was left half-way counts in full
        assert result.unfinished == ""


def test_g16_time_that_is_over_is_left_to_the_next_attempt_where_there_is_one(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.deadline, stage.last = builders.NOW, False
        assert stage.run().unfinished == "its time was over"
        assert stage.server.calls == []


ODD = {
    "cut at the limit": faults.stopped("max_tokens"),
    "cut amid a call": faults.halved(),
    "empty": faults.empty(),
    "an unknown reason": faults.unknown_stop(),
}


@pytest.mark.parametrize("odd", ODD)
def test_a23_odd_answers_are_answered_and_the_work_goes_on(tmp_path: Path, odd: str) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.server.faults.on(2, ODD[odd])
        result = stage.run()
        assert {call.status for call in stage.server.calls} == {200}
        assert len(result.findings) >= 2
        assert {f.field for f in result.findings} | {gap.field for gap in result.gaps} == FIELDS
        assert result.usage.micro_usd == stage.billed


def test_a23_a_refusal_ends_the_subject_with_what_was_found(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.server.faults.on(5, faults.refusing())
        result = stage.run()
        assert len(stage.server.calls) == 5
        assert result.findings
        assert "the model refused to go on" in {gap.reason for gap in result.gaps}


def test_a23_a_context_that_is_full_is_begun_anew(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.server.faults.on(4, faults.stopped("model_context_window_exceeded"))
        result = stage.run()
        assert len(stage.beginnings) == 2
        assert len(result.findings) >= 5
        assert {call.status for call in stage.server.calls} == {200}
