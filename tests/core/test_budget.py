from hypothesis import given
from hypothesis import strategies as st

from bot.core.budget import divide

MONEY = st.integers(0, 10**12)
REQUESTS = st.dictionaries(st.text(max_size=4), MONEY, max_size=40)


@given(MONEY, REQUESTS)
def test_g23_the_caps_never_sum_to_more_than_the_session_has(cap: int, requests: dict[str, int]) -> None:
    caps = divide(cap, requests)
    assert sum(caps.values()) == min(cap, sum(requests.values()))
    assert list(caps) == list(requests)
    assert all(0 <= caps[agent] <= requests[agent] for agent in requests)


@given(MONEY, REQUESTS)
def test_g23_the_order_of_the_agents_changes_no_cap(cap: int, requests: dict[str, int]) -> None:
    backwards = dict(reversed(requests.items()))
    assert divide(cap, requests) == divide(cap, backwards)


@given(MONEY, st.lists(MONEY, min_size=2, max_size=20))
def test_equal_requests_differ_by_a_millionth_at_most(cap: int, amounts: list[int]) -> None:
    caps = divide(cap, {str(n): amounts[0] for n in range(len(amounts))}).values()
    assert max(caps) - min(caps) <= 1


def test_what_fits_is_granted_in_full() -> None:
    assert divide(10, {"a": 4, "b": 6}) == {"a": 4, "b": 6}
    assert divide(10, {}) == {}


def test_what_does_not_fit_is_cut_proportionally_and_the_rest_goes_to_the_most_cut() -> None:
    assert divide(10, {"b": 10, "a": 10, "c": 10}) == {"b": 3, "a": 4, "c": 3}
    assert divide(10, {"a": 30, "b": 10}) == {"a": 8, "b": 2}  # 7.5 and 2.5: the tie goes to the smaller id
    assert divide(0, {"a": 1, "b": 0}) == {"a": 0, "b": 0}
