"""What a run will cost and take: the arithmetic of its conversations."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.conversation import LIKELY, LOW, PREFIX, REVIEW, conversation, subject_calls, total, turn_by_turn
from bot.core.mission import Limits, Mission, Team
from bot.core.pricing import LongRates, Prices, Tokens, cost
from bot.core.quote import FREE_SECONDS, quote, quote_of_launch
from tests.builders import agent, mission, subject
from tests.sessions import launch

RATES = {"input": "0.10", "output": "0.50", "cache_read": "0.01", "cache_write": "0.125"}
HAIKU = Prices.model_validate(RATES)
PRICES = {"anthropic:claude-haiku-5-5": HAIKU}
COUNTS = st.integers(1, 5_000)


def claude(*subjects: int, max_usd: str = "2.50", parallel: int = 20, hours: float = 6, **each: object) -> Mission:
    """A mission with one agent for each number of subjects."""
    agents = tuple(
        agent(f"agent-{n}", *(subject(f"S {n} {i}") for i in range(count))).model_copy(update=each)
        for n, count in enumerate(subjects)
    )
    return mission(
        agent={"backend": "claude", "timeout_minutes": 30},
        limits=Limits(max_usd=max_usd, max_parallel=parallel, session_timeout_hours=hours),
        teams=(Team(id=1, name="All", agents=agents),),
    )


@given(st.integers(1, 60), COUNTS, COUNTS, COUNTS)
def test_a_conversation_has_the_tokens_that_its_formula_says(turns: int, prefix: int, new: int, out: int) -> None:
    sums = conversation(turns, prefix, new, out)
    assert sums.prompt == turns * prefix + new * turns * (turns + 1) // 2 + out * turns * (turns - 1) // 2
    assert sums.cache_write == prefix + turns * new + (turns - 1) * out
    assert (sums.input, sums.output) == (0, turns * out)


@given(st.integers(1, 60), COUNTS, COUNTS, COUNTS)
def test_each_turn_reads_the_prompt_before_it_and_writes_the_rest(
    turns: int, prefix: int, new: int, out: int
) -> None:
    calls = turn_by_turn(turns, prefix, new, out)
    assert [call.cache_read for call in calls] == [0, *(call.prompt for call in calls[:-1])]
    assert calls[0].cache_write == prefix + new
    assert all(call.cache_write == new + out for call in calls[1:])
    assert total(calls) == conversation(turns, prefix, new, out)


def test_a_subject_costs_its_conversation_and_its_review() -> None:
    talk = conversation(9, 4_000, 1_500, 450)
    assert talk == Tokens(output=4_050, cache_read=98_600, cache_write=21_100)
    made = quote(claude(1), PRICES)
    assert (made.likely.calls, made.likely.seconds) == (10, 10 * LIKELY.seconds)
    assert made.likely.tokens == total([talk, REVIEW])
    assert made.likely.cost == sum(cost(HAIKU, call) for call in subject_calls(LIKELY, review=True))
    assert made.likely.cost == pytest.approx((98_600 * 0.01 + 21_100 * 0.125 + 4_000 * 0.1 + 4_850 * 0.5), abs=15)
    assert made.low.cost < made.likely.cost < made.cap == 250_000


def test_without_a_review_its_call_is_not_reckoned() -> None:
    made = quote(claude(2, review=False), PRICES)
    assert (made.low.calls, made.likely.calls) == (2 * LOW.turns, 2 * LIKELY.turns)
    assert made.likely.tokens.input == 0


def test_dearer_long_prompts_are_reckoned_call_by_call() -> None:
    step = PREFIX + 2 * LIKELY.new + LIKELY.output  # the second turn's prompt is the last cheap one
    dear = Prices.model_validate(
        RATES | {"long": LongRates(input="1", output="5", cache_read="0.1", cache_write="1.25", above=step)}
    )
    calls = subject_calls(LIKELY, review=True)
    expected = [cost(HAIKU, call) * (10 if call.prompt > step else 1) for call in calls]
    made = quote(claude(1), {"anthropic:claude-haiku-5-5": dear})
    assert made.likely.cost == pytest.approx(sum(expected), abs=10 * len(calls))


@given(
    st.lists(st.integers(1, 20), min_size=1, max_size=8), st.integers(1, 400_000), st.integers(1, 4), st.booleans()
)
def test_g23_no_estimate_is_above_its_bound(subjects: list[int], micro: int, parallel: int, review: bool) -> None:
    made = quote(claude(*subjects, max_usd=f"{micro / 1e6:.6f}", parallel=parallel, review=review), PRICES)
    for one in made.agents:
        assert one.low.cost <= one.likely.cost <= one.cap
        assert one.held == (sum(cost(HAIKU, call) for call in subject_calls(LIKELY, review=review))
                            * len(one.agent.subjects) > one.cap)  # fmt: skip
    assert made.low.cost <= made.likely.cost <= made.cap <= micro
    assert made.likely.cost == sum(one.likely.cost for one in made.agents)


def test_an_agent_that_stops_at_its_cap_has_done_a_part() -> None:
    made = quote(claude(2, max_usd="0.010"), PRICES)
    assert (made.likely.cost, made.agents[0].held) == (10_000, True)
    assert 0 < made.likely.calls < 20
    assert 0 < made.likely.seconds < 20 * LIKELY.seconds


def test_so_many_agents_work_at_once() -> None:
    second = (LIKELY.turns + 1) * LIKELY.seconds
    assert quote(claude(1, 1, 1, 1), PRICES).likely.seconds == second
    assert quote(claude(1, 1, 1, 1, parallel=2), PRICES).likely.seconds == 2 * second
    assert quote(claude(3, 1, 1, 1, parallel=2), PRICES).likely.seconds == 3 * second
    assert quote(claude(1, 1, 3, parallel=2), PRICES).likely.seconds == 4 * second


def test_the_longest_time_is_all_attempts_or_the_session_s() -> None:
    assert quote(claude(1, 1), PRICES).longest == 2 * 30 * 60
    assert quote(claude(1, 1, 1, parallel=2), PRICES).longest == 2 * 2 * 30 * 60
    assert quote(claude(1, 1, 1, parallel=1, hours=2.5), PRICES).longest == 9_000


def test_batches_of_a_matrix_come_one_after_the_other() -> None:
    many = quote(claude(*[1] * 257, parallel=256, hours=35, max_usd="100"), PRICES)
    assert many.likely.seconds == 2 * (LIKELY.turns + 1) * LIKELY.seconds
    assert many.longest == 2 * 3_600
    assert ceil(many.likely.cost / 257) == quote(claude(1), PRICES).likely.cost


def test_agents_without_a_model_cost_nothing() -> None:
    made = quote(mission(agent("a", subject("A"), subject("B"))), {})
    assert (made.cap, made.likely.cost, made.likely.calls) == (0, 0, 0)
    assert made.likely.seconds == 2 * FREE_SECONDS


def test_a_launch_has_a_quote_where_it_has_all_prices() -> None:
    made = launch("cloud-1", claude(1))
    assert quote_of_launch(made) is None
    assert quote_of_launch(made.model_copy(update={"prices": PRICES})) == quote(claude(1), PRICES)
    assert quote_of_launch(launch("cloud-1", mission())) is None
