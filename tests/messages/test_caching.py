"""The cache's accounting by the actual prefix."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.pricing import Tokens
from tests.clocks import VirtualClock
from tests.messages.caching import LOOKBACK, Cache
from tests.messages.catalogue import MODELS
from tests.messages.prompts import pieces, size, totals
from tests.messages.replies import say
from tests.messages.talking import MODEL, TOOLS, Talk, asked, marked, talking
from tests.messages.web import Json

LONG = "All that an agent has to know. " * 100
CARD = MODELS[MODEL]


def turn(talk: Talk, *messages: Json, **more: Any) -> Tokens:
    """What a call used; a breakpoint is on the system prompt and on the last message."""
    *before, last = messages
    parameters = {"system": [marked(LONG)], "tools": TOOLS} | more
    talk.stream(*before, {"role": last["role"], "content": [marked(last["content"])]}, **parameters)
    return talk.server.ledger[-1].tokens


def talked(turns: int) -> list[Json]:
    """A conversation in which the user spoke so many times."""
    spoken = [
        [asked(f"Question {n}: {LONG}"), {"role": "assistant", "content": f"Answer {n}."}] for n in range(turns)
    ]
    return [message for both in spoken for message in both][:-1]


def test_each_turn_reads_what_the_one_before_wrote_and_nothing_five_minutes_later() -> None:
    clock = VirtualClock()
    with talking(lambda _body: say("An answer."), clock=clock.now) as talk:
        first, second, third = (turn(talk, *talked(turns)) for turns in (1, 2, 3))
        assert (first.cache_read, first.input) == (0, 0)
        assert second.cache_read == first.cache_write
        assert third.cache_read == second.cache_read + second.cache_write
        clock.sleep(299)
        assert turn(talk, *talked(4)).cache_read == third.prompt
        clock.sleep(299)
        used = turn(talk, *talked(4))
        assert (used.cache_read, used.cache_write, used.input) == (used.prompt, 0, 0), "each use prolongs it"
        clock.sleep(300)
        late = turn(talk, *talked(4))
        assert (late.cache_read, late.cache_write) == (0, used.prompt)


def test_usage_tells_the_parts_of_the_prompt() -> None:
    with talking(lambda _body: say("An answer.")) as talk:
        for _ in range(2):
            usage = talk.stream(asked(LONG), system=[marked(LONG)]).usage
            used = talk.server.ledger[-1].tokens
            assert usage.cache_creation and usage.cache_creation.ephemeral_5m_input_tokens == used.cache_write
            assert (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (
                used.input,
                used.cache_read,
                used.cache_write,
            )
            assert used.input == size({"messages": [asked(LONG)]}), "what is behind the last breakpoint"


def test_agents_share_what_their_prompts_begin_with() -> None:
    with talking(lambda _body: say("An answer.")) as talk:
        first = turn(talk, asked(f"Mine is the first subject. {LONG}"))
        second = turn(talk, asked(f"Mine is the second subject. {LONG}"))
        shared = size({"tools": TOOLS, "system": [marked(LONG)], "messages": []})
        assert (first.cache_read, second.cache_read) == (0, shared)


CHANGES: list[tuple[str, Json, bool]] = [
    ("a tool", {"tools": TOOLS[:-1]}, False),
    ("the order of a tool's keys", {"tools": [dict(reversed(TOOLS[0].items())), *TOOLS[1:]]}, False),
    ("the system prompt", {"system": [marked(f"{LONG}!")]}, False),
    ("the model", {"model": "claude-haiku-4-5"}, False),
    ("the choice of tools, which is behind the system prompt", {"tool_choice": {"type": "any"}}, True),
    ("thinking, which is too", {"thinking": {"type": "adaptive"}}, True),
]


@pytest.mark.parametrize(("_what", "change", "system_stays"), CHANGES, ids=[it[0] for it in CHANGES])
def test_a_change_ends_what_can_be_read(_what: str, change: Json, system_stays: bool) -> None:
    with talking(lambda _body: say("An answer.")) as talk:
        turn(talk, *talked(1))
        shared = size({"tools": TOOLS, "system": [marked(LONG)], "messages": []})
        assert turn(talk, *talked(1), **change).cache_read == (shared if system_stays else 0)


def request(texts: list[str], breakpoints: set[int]) -> Json:
    """A request of one message with a block for each text."""
    content = [
        marked(text) if at in breakpoints else {"type": "text", "text": text} for at, text in enumerate(texts)
    ]
    return {"model": MODEL, "messages": [{"role": "user", "content": content}]}


def accounting() -> Callable[[list[str], set[int]], Tokens]:
    cache = Cache(VirtualClock().now)
    return lambda texts, breakpoints: cache.account(request(texts, breakpoints), CARD)


def test_a_short_prefix_is_not_cached() -> None:
    for letters, cached in ((1760, 0), (1770, 512)):  # with the block's own 27 bytes: 511 and 514 tokens
        account = accounting()
        written = account(["x" * letters], {0})
        assert (written.cache_write >= 512, written.prompt >= 512) == (bool(cached), bool(cached))
        assert account(["x" * letters], {0}).cache_read == written.cache_write


def test_without_breakpoints_nothing_is_cached() -> None:
    account = accounting()
    assert [account([LONG], set()).cache_write, account([LONG], {0}).cache_read] == [0, 0]


def test_a_breakpoint_may_stand_within_the_result_of_a_tool() -> None:
    use = {"type": "tool_use", "id": "toolu_1", "name": "finish", "input": {}}
    told: Json = {"type": "tool_result", "tool_use_id": "toolu_1"}
    within = told | {"content": [marked(LONG)]}
    beside = told | {"content": [{"type": "text", "text": LONG}], "cache_control": {"type": "ephemeral"}}
    with talking(lambda _body: say("An answer.")) as talk:
        for content in (within, beside):
            spoken = [{"role": "assistant", "content": [use]}, {"role": "user", "content": [content]}]
            talk.stream(asked(), *spoken, tools=TOOLS)
        first, second = (it.tokens for it in talk.server.ledger)
        assert first.cache_write == first.prompt == second.cache_read


def test_a_breakpoint_looks_back_over_twenty_blocks() -> None:
    texts = [LONG, *(f"Block {n}" for n in range(30))]
    for distance, found in ((LOOKBACK - 1, True), (LOOKBACK, False)):
        account = accounting()
        first = account(texts, {0})
        assert account(texts, {distance}).cache_read == (first.cache_write if found else 0)


@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(["a" * 900, "b" * 2400, "c"]), min_size=1, max_size=25), st.sets(
            st.integers(0, 24), max_size=4
        ), st.integers(0, 200)),
        max_size=8,
    )
)  # fmt: skip
def test_the_parts_are_the_prompt_and_only_what_was_there_before_is_read(
    requests: list[tuple[list[str], set[int], int]],
) -> None:
    clock = VirtualClock()
    cache, before = Cache(clock.now), list[list[str]]()
    for texts, breakpoints, pause in requests:
        clock.sleep(pause)
        body = request(texts, breakpoints)
        used = cache.account(body, CARD)
        assert used.prompt == size(body)
        assert min(used.input, used.cache_read, used.cache_write) >= 0
        upto = [0, *totals(body, pieces(body))]
        assert used.cache_read <= max((upto[common(texts, it)] for it in before), default=0)
        before.append(texts)


def common(one: list[str], other: list[str]) -> int:
    """With how many equal texts two lists begin."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
