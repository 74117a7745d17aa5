"""When the money runs out, it is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.alerts import STEPS, Alert, alert, step
from bot.core.findings import Usage
from tests.sessions import record


@pytest.mark.parametrize(
    ("spent", "expected"),
    [(0, 0), (50, 0), (51, 50), (75, 50), (76, 75), (90, 75), (91, 90), (99, 90), (100, 100), (101, 100)],
)
def test_a_step_is_passed_when_more_is_spent(spent: int, expected: int) -> None:
    assert step(spent, 100) == expected


def test_without_money_there_is_nothing_to_say() -> None:
    assert step(0, 0) == 0
    assert alert([record("cloud-1", "a", spent=0)], {"a": 0}, 0) is None


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_spent_never_alerts_less(cap: int, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert step(low, cap) <= step(high, cap)
    assert step(low, cap) in (0, *STEPS, 100)


def test_what_all_attempts_have_spent_counts() -> None:
    made = record("cloud-1", "a", spent=91, usage=Usage(micro_usd=4))
    assert alert([made], {"a": 100}, 100) == Alert(90, ("a",))


def test_agents_near_their_own_cap_are_named() -> None:
    records = [
        record("cloud-1", agent, spent=spent, usage=Usage()) for agent, spent in (("a", 90), ("b", 91), ("c", 1))
    ]
    caps = {"a": 100, "b": 100, "c": 100}
    assert alert(records, caps, 1_000) == Alert(0, ("b",))
    assert alert(records, caps, 200) == Alert(90, ("b",))
    assert alert(records[2:], caps, 1_000) is None
    assert alert(records, {}, 1_000) is None
