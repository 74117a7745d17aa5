from hypothesis import given
from hypothesis import strategies as st

from bot.core.purse import Purse


def test_what_is_set_aside_cannot_be_set_aside_again() -> None:
    purse = Purse(100).reserve(60)
    assert purse == Purse(100, reserved=60)
    assert purse.reserve(41) is None
    assert purse.reserve(40) == Purse(100, reserved=100)
    assert purse.settle(60, 10) == Purse(100, spent=10)


def test_a_call_under_way_counts_for_all_that_it_may_cost() -> None:
    purse = Purse(100, spent=10, reserved=30)
    assert (purse.counted, purse.left) == (40, 60)


def test_what_was_overspent_before_leaves_nothing() -> None:
    assert Purse(100, spent=150).left == 0
    assert Purse(100, spent=150).reserve(1) is None


steps = st.lists(st.tuples(st.integers(0, 2_000), st.floats(0, 1), st.booleans()), max_size=60)


@given(st.integers(0, 5_000), steps)
def test_g23_no_order_of_calls_and_answers_spends_more_than_there_is(
    cap: int, calls: list[tuple[int, float, bool]]
) -> None:
    """Calls overlap at will: each is begun if it is affordable, and answered now or after others."""
    purse, open_calls = Purse(cap), []
    for most, share, answer in calls:
        begun = purse.reserve(most)
        if begun:
            purse = begun
            open_calls.append((most, int(most * share)))
        if answer and open_calls:
            purse = purse.settle(*open_calls.pop(0))
        assert purse.spent <= purse.counted <= cap
    for reserved, used in open_calls:
        purse = purse.settle(reserved, used)
    assert (purse.reserved, purse.counted) == (0, purse.spent)
    assert purse.spent <= cap
