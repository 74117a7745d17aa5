"""The ledger: what was really paid, which is what tests of the budget go by."""

from contextlib import suppress
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.pricing import Prices, Tokens, cost
from tests.messages import faults
from tests.messages.faults import Fault
from tests.messages.replies import Reply, say
from tests.messages.talking import Talk, asked, marked, talking
from tests.messages.web import Json

PRICES = Prices.model_validate({"input": "0.1", "output": "0.5", "cache_read": "0.01", "cache_write": "0.125"})
LONG = "What everybody has to know. " * 100
FREE: list[Fault] = [
    faults.overloaded(),
    faults.rate_limited(),
    faults.server_error(),
    faults.hung_up(worked=False),
]
PAID: list[Fault] = [
    faults.server_error(503, worked=True),
    faults.hung_up(),
    faults.cut(),
    faults.cut(politely=True),
    faults.garbled(),
    faults.error_within(),
    faults.unaccounted(),
    faults.refusing(),
]


def model(body: Json) -> Reply:
    return say("word " * len(body["messages"]))


def test_a_call_is_billed_by_its_kinds_of_tokens() -> None:
    with talking(model) as talk:
        for _ in range(2):
            talk.stream(asked(), system=[marked(LONG)])
        first, second = talk.server.ledger
        assert second.tokens == Tokens(first.tokens.input, first.tokens.output, first.tokens.cache_write, 0)
        paid = cost(PRICES, first.tokens) + cost(PRICES, second.tokens)
        assert (talk.server.billed(PRICES), talk.server.billed(PRICES, regional=True) > paid) == (paid, True)
        assert (first.call, first.model) == (1, "claude-haiku-5-5")


@given(st.lists(st.sampled_from([None, *FREE, *PAID]), max_size=6))
@settings(max_examples=15, deadline=None)
def test_lost_answers_are_billed_as_if_they_had_come(plan: list[Fault | None]) -> None:
    paid = [number for number, fault in enumerate(plan, 1) if fault not in FREE]
    with talking(model) as talk, talking(model) as smooth:
        for number, fault in enumerate(plan, 1):
            if fault:
                talk.server.faults.on(number, fault)
            with suppress(Exception):
                asking(talk)
        for _ in paid:
            asking(smooth)
        assert [it.call for it in talk.server.ledger] == paid
        assert read(talk) == read(smooth)


def asking(talk: Talk) -> None:
    talk.stream(asked(), system=[marked(LONG)])


def read(talk: Talk) -> list[Tokens]:
    """What went in, call by call; a refusal says less than another answer."""
    return [replace(it.tokens, output=0) for it in talk.server.ledger]
