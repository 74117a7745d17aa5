"""Which attempts were handed out, and which of them are lost."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.continuing import Turn
from bot.core.dispatches import Dispatch, Dispatches, handed_out, lost
from tests.builders import NOW, agent, mission, subject
from tests.sessions import record

PLAN = mission(agent("a-1", subject("A")), agent("a-2", subject("B")))
NONE = Dispatches(session="cloud-1")
BOTH = handed_out(NONE, [Turn("a-1", 1, 70), Turn("a-2", 1, 70)], "77/1", NOW)


def names(dispatches: tuple[Dispatch, ...]) -> list[str]:
    return [f"{dispatch.agent}/{dispatch.attempt}" for dispatch in dispatches]


def test_g23_what_another_run_was_given_and_left_no_record_of_is_lost() -> None:
    assert names(lost(BOTH, PLAN, {}, "78/1")) == ["a-1/1", "a-2/1"]
    assert names(lost(BOTH, PLAN, {"a-1": record("cloud-1", "a-1")}, "78/1")) == ["a-2/1"]


def test_g23_a_run_that_is_run_again_is_another_one() -> None:
    assert names(lost(BOTH, PLAN, {}, "77/2")) == ["a-1/1", "a-2/1"]


def test_what_this_very_run_was_given_is_not_lost() -> None:
    assert lost(BOTH, PLAN, {}, "77/1") == ()


def test_the_record_of_an_older_attempt_does_not_help_a_newer_one() -> None:
    known = handed_out(BOTH, [Turn("a-1", 2, 70)], "78/1", NOW)
    records = {name: record("cloud-1", name, "failed") for name in ("a-1", "a-2")}
    assert names(lost(known, PLAN, records, "79/1")) == ["a-1/2"]


def test_an_agent_that_the_mission_does_not_have_is_nobody() -> None:
    assert lost(handed_out(NONE, [Turn("a-9", 1, 70)], "77/1", NOW), PLAN, {}, "78/1") == ()


def test_told_again_nothing_changes() -> None:
    assert handed_out(BOTH, [Turn("a-2", 1, 70)], "77/1", NOW + timedelta(hours=1)) == BOTH


TURNS = st.lists(st.builds(Turn, st.sampled_from(["a-1", "a-2"]), st.integers(1, 10), st.just(70)), max_size=4)


@given(st.lists(st.tuples(TURNS, st.sampled_from(["77/1", "77/2", "78/1"]))))
def test_each_agent_is_told_once_with_what_it_was_given_last(given_out: list[tuple[list[Turn], str]]) -> None:
    known, latest = NONE, dict[str, tuple[int, str]]()
    for turns, run in given_out:
        known = handed_out(known, turns, run, NOW)
        latest |= {turn.agent: (turn.attempt, run) for turn in turns}
    assert {one.agent: (one.attempt, one.run) for one in known.dispatches} == latest
    assert len(known.dispatches) == len(latest)
