"""What models cost is known before anything is started, and every agent can pay for a first call."""

import pytest

from bot.core.affording import FIRST_CALL, hard_bound, session_prices
from bot.core.loading import load
from bot.core.mission import Provider
from bot.core.plan import make_plan
from bot.core.pricing import Prices, worst_case
from bot.errors import InvalidInput
from tests.core.mission_text import edited

HAIKU = Prices(input="0.10", output="0.50", cache_read="0.01", cache_write="0.125")
SONNET = Prices(input="2", output="10", cache_read="0.10", cache_write="2.50")
LISTED = {("anthropic", "claude-haiku-5-5"): HAIKU, ("bedrock", "claude-haiku-5-5"): SONNET}
CLAUDE = ("agent: {", "agent: {backend: claude, ")
OWN = "prices: {input: 1, output: 5, cache_read: 0.1, cache_write: 1.25}"
STATED = Prices(input="1", output="5", cache_read="0.1", cache_write="1.25")


def known(provider: Provider, model: str) -> Prices | None:
    return LISTED.get((provider, model))


def prices(*changes: tuple[str, str]) -> dict[str, Prices]:
    return session_prices(load(edited(*changes), "m.yml"), known)


def problems(*changes: tuple[str, str]) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        prices(*changes)
    return [str(problem) for problem in refused.value.problems]


def test_without_a_model_nothing_is_looked_up() -> None:
    def nobody(provider: Provider, model: str) -> Prices | None:
        raise AssertionError("nobody asks")

    assert session_prices(load(edited(), "m.yml"), nobody) == {}


def test_every_model_that_is_asked_has_its_price() -> None:
    second = ("id: haiku-22\n", "id: haiku-22\n        provider: bedrock\n")
    assert prices(CLAUDE) == {"anthropic:claude-haiku-5-5": HAIKU}
    assert prices(CLAUDE, second) == {"anthropic:claude-haiku-5-5": HAIKU, "bedrock:claude-haiku-5-5": SONNET}


def test_what_the_mission_states_comes_before_the_list() -> None:
    assert prices((CLAUDE[0], f"{CLAUDE[1]}{OWN}, ")) == {"anthropic:claude-haiku-5-5": STATED}
    assert prices((CLAUDE[0], f"{CLAUDE[1]}model: mine, {OWN}, ")) == {"anthropic:mine": STATED}
    one = ("id: haiku-22\n", f"id: haiku-22\n        model: claude-haiku-5-5\n        {OWN}\n")
    assert prices(CLAUDE, one) == {"anthropic:claude-haiku-5-5": STATED}


def test_g23_an_unknown_model_is_refused_with_what_to_write() -> None:
    assert problems((CLAUDE[0], f"{CLAUDE[1]}model: claude-next, ")) == [
        "m.yml:7:33: haiku-21 asks claude-next through anthropic, and it is not known what that costs; "
        "write beside the model what it costs, in US dollars for a million tokens, such as "
        "`prices: {input: 1.00, output: 5.00, cache_read: 0.10, cache_write: 1.25}`"
    ]
    own = problems(CLAUDE, ("id: haiku-22\n", "id: haiku-22\n        model: claude-next\n"))
    assert [problem.split(" and ")[0] for problem in own] == [
        "m.yml:18:16: haiku-22 asks claude-next through anthropic,"
    ]


def test_g23_two_prices_of_one_model_are_refused() -> None:
    other = OWN.replace("output: 5", "output: 6")
    both = [(f"id: haiku-{n}\n", f"id: haiku-{n}\n        {own}\n") for n, own in ((21, OWN), (22, other))]
    assert problems(CLAUDE, *both) == [
        "m.yml:19:17: haiku-22 has other prices for claude-haiku-5-5 through anthropic than an agent before it; "
        "a model has one price in a session: correct one of them"
    ]


def test_g23_an_agent_that_cannot_pay_for_its_first_call_is_refused_with_what_it_needs() -> None:
    assert worst_case(HAIKU, *FIRST_CALL) == 2_750
    poor = ("max_usd: 0.25", "max_usd: 0.005499")
    call = "for 2 attempts, and a first call of claude-haiku-5-5 may cost 0.00275"
    todo = "give it at least 0.0055 USD (`max_usd`, its own and that of `limits`)"
    assert problems(CLAUDE, poor) == [
        f"m.yml:7:35: {agent} has 0.005499 USD {call}; {todo}" for agent in ("haiku-21", "haiku-22")
    ]
    assert prices(CLAUDE, ("max_usd: 0.25", "max_usd: 0.0055"))
    assert problems(CLAUDE, ("limits: {max_usd: 2.50}", "limits: {max_usd: 0.005}"))


def test_g23_the_hard_bound_is_the_sum_of_the_caps_that_can_be_spent() -> None:
    one = ("id: haiku-22\n", "id: haiku-22\n        backend: claude\n        max_usd: 0.30\n")
    assert hard_bound(make_plan(load(edited(one), "m.yml").mission)) == 300_000
    assert hard_bound(make_plan(load(edited(CLAUDE), "m.yml").mission)) == 500_000
    assert hard_bound(make_plan(load(edited(), "m.yml").mission)) == 0
