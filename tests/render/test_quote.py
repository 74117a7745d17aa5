"""A quote as people read it: every line of its arithmetic can be checked by hand."""

import json
import re
from typing import Any

import pytest

from bot.core.conversation import LIKELY, subject_calls, total
from bot.core.loading import load_mission
from bot.core.mission import Mission
from bot.core.pricing import LongRates, Prices
from bot.core.quote import Quote, quote
from bot.render.quote import confirmation_comment, quote_data, quote_line
from bot.render.quote_text import quote_text
from tests.core.mission_text import edited
from tests.render.inactive import assert_inactive

RATES = {"input": "0.10", "output": "0.50", "cache_read": "0.01", "cache_write": "0.125"}
PRICES = {"anthropic:claude-haiku-5-5": Prices.model_validate(RATES)}
CLAUDE = ("agent: {", "agent: {backend: claude, ")


def quoted(*changes: tuple[str, str], prices: dict[str, Prices] = PRICES) -> tuple[Mission, Quote]:
    mission = load_mission(edited(*changes), "m.yml")
    return mission, quote(mission, prices)


def text(*changes: tuple[str, str], prices: dict[str, Prices] = PRICES) -> str:
    return quote_text(*quoted(*changes, prices=prices))


def test_a_quote_is_read_at_one_glance() -> None:
    assert text(CLAUDE) == "\n".join([
        "cloud: Cloud providers",
        "2 agents, 2 subjects, claude (claude-haiku-5-5), 20 at the same time",
        "",
        "                      low   likely  at most",
        "US dollars          0.007    0.013    0.500",
        "time                 35 s    1 min      2 h",
        "calls to a model       14       20",
        "tokens in         107,000  247,400",
        "  from the cache      71%      80%",
        "tokens out          5,200    9,700",
        "",
        "            calls  tokens in  cached    out    low  likely  at most   time",
        "Compute",
        "  haiku-21     10    123,700     80%  4,850  0.004   0.006    0.250  1 min  AWS EC2",
        "  haiku-22     10    123,700     80%  4,850  0.004   0.006    0.250  1 min  Vultr",
        "",
        "likely, for one subject (low: 6 turns, 1,000 new tokens, 300 out)",
        "  turns    9, each with 4,000 tokens of instructions, all that was said before, and 1,500 that are new",
        "  in       9 × 4,000 + 1,500 × 9 × 10 / 2 + 450 × 9 × 8 / 2 = 119,700 tokens",
        "  written  4,000 + 9 × 1,500 + 8 × 450 = 21,100 of them into the cache;"
        " the other 98,600 are read from it",
        "  out      9 × 450 = 4,050 tokens",
        "  review   one more call, 4,000 tokens in and 800 out",
        "  dollars  (98,600 × 0.01 + 21,100 × 0.125 + 4,000 × 0.10 + 4,850 × 0.50) / 1,000,000 = 0.0065,"
        " claude-haiku-5-5 through anthropic",
        "  time     10 calls of 8 s = 1 min",
        "at most: the agents' caps; no call is made whose worst case does not fit into what is left",
        "time: at most all attempts at their timeout, or the session's own; starting machines comes on top",
    ])  # fmt: skip


def test_the_arithmetic_that_is_shown_is_right() -> None:
    shown = re.findall(r"^  \w+ +(\(?[\d,.][\d ×+/,.()]*) = (\d[\d,.]*\d)", text(CLAUDE), re.MULTILINE)
    assert len(shown) == 4
    for sum_, result in shown:
        value = eval(sum_.replace(",", "").replace("×", "*"))
        assert value == pytest.approx(float(result.replace(",", "")), abs=0.0001)


def test_without_a_model_it_costs_nothing() -> None:
    shown = text(prices={})
    assert shown.splitlines()[3] == "costs nothing: no agent asks a model"
    assert "dollars" not in shown
    assert "an agent without a model takes about 10 s for a subject" in shown


def test_agents_without_a_model_stand_beside_the_others() -> None:
    shown = text(CLAUDE, ("id: haiku-22\n", "id: haiku-22\n        backend: extractive\n"))
    assert "claude (claude-haiku-5-5), extractive" in shown
    row = next(line for line in shown.splitlines() if "haiku-22" in line)
    assert row.split() == ["haiku-22", "free", "10", "s", "Vultr"]


def test_an_agent_that_likely_stops_at_its_cap_is_named() -> None:
    assert "stop at its cap" not in text(CLAUDE)
    assert "before its work is done: haiku-21, haiku-22; raise max_usd" in text(CLAUDE, ("0.25", "0.006"))


def test_prices_and_reviews_are_told_apart() -> None:
    prices = PRICES | {"bedrock:claude-haiku-5-5": Prices.model_validate(RATES | {"output": "5"})}
    second = ("id: haiku-22\n", "id: haiku-22\n        provider: bedrock\n        review: false\n")
    shown = text(CLAUDE, second, prices=prices)
    assert "= 0.0065, claude-haiku-5-5 through anthropic\n" in shown
    assert "4,050 × 5.00) / 1,000,000 = 0.0239, claude-haiku-5-5 through bedrock, no review\n" in shown
    assert "review" not in text((CLAUDE[0], CLAUDE[1] + "review: false, ")).replace("no review", "")


def test_where_long_prompts_are_dearer_no_simple_sum_is_shown() -> None:
    long = LongRates(input="1", output="5", cache_read="0.1", cache_write="1.25", above=20_000)
    prices = {"anthropic:claude-haiku-5-5": Prices.model_validate(RATES | {"long": long})}
    assert ", each call at the rates for its length, claude-haiku-5-5" in text(CLAUDE, prices=prices)


def test_a_machine_reads_the_same() -> None:
    second = ("id: haiku-22\n", "id: haiku-22\n        backend: extractive\n")
    data: dict[str, Any] = json.loads(json.dumps(quote_data(quoted(CLAUDE, second)[1])))
    tokens = total(subject_calls(LIKELY, review=True))
    likely = {
        "calls": 10,
        "input_tokens": tokens.prompt,
        "cached_share": 0.797,
        "output_tokens": 4_850,
        "usd": 0.006453,
        "minutes": 1.3,
    }
    assert data["likely"] == likely
    assert data["at_most"] == {"usd": 0.25, "minutes": 120.0}
    assert data["prices"]["anthropic:claude-haiku-5-5"]["cache_write"] == 0.125
    first, free = data["agents"]
    assert (first["likely"], first["model"], first["stops_at_cap"]) == (likely, "claude-haiku-5-5", False)
    assert (free["model"], free["likely"]["cached_share"], free["at_most"]["usd"]) == (None, 0.0, 0.0)


def test_an_issue_is_told_in_a_line() -> None:
    assert quote_line(quoted(CLAUDE)[1]) == "likely 0.01 USD, at most 0.50 USD · about 1 min, at most 2 h"


def test_a_confirmation_says_what_it_costs_and_what_to_do() -> None:
    shown = confirmation_comment(quoted(CLAUDE)[1], "cloud", 400_000, "swarm:`@ann`")
    assert_inactive(shown)
    assert "A session of `cloud` with 2 agents: likely 0.01 USD, at most 0.50 USD · about 1 min" in shown
    assert "may cost more than 0.40 USD (`confirm_above_usd` in `.github/swarm.yml`)" in shown
    assert "somebody who may write here sets the label `swarm:confirm`" in shown
    assert "Nothing was started and nothing was spent" in shown
