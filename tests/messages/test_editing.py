"""Context management: what is cleared, counted and told."""

from typing import Any

import anthropic
import pytest

from tests.messages.editing import edited
from tests.messages.prompts import size
from tests.messages.replies import say
from tests.messages.talking import MODEL, TOOLS, asked, result, talking
from tests.messages.web import Json

BETAS = ["context-management-2025-06-27"]
LONG = "The text of a passage. " * 100


def worked(count: int) -> list[Json]:
    """A conversation in which so many tools were used, search_sources and read_passage in turn."""
    messages = [asked("Research.")]
    for n in range(count):
        name, given = (("search_sources", {"query": f"{n}"}), ("read_passage", {"passage": f"P{n}"}))[n % 2]
        use = {"type": "tool_use", "id": f"toolu_{n}", "name": name, "input": given}
        messages += [
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [result(f"toolu_{n}", LONG)]},
        ]
    return messages


def managed(**edit: Any) -> Json:
    return {"edits": [{"type": "clear_tool_uses_20250919", **edit}]}


def tokens(value: int) -> Json:
    return {"type": "input_tokens", "value": value}


def count(value: int) -> Json:
    return {"type": "tool_uses", "value": value}


CLEARED: list[tuple[Json, int]] = [
    ({}, 0),
    ({"trigger": tokens(1000)}, 7),
    ({"trigger": tokens(9000)}, 0),
    ({"trigger": count(9)}, 7),
    ({"trigger": count(10)}, 0),
    ({"trigger": tokens(1000), "keep": count(0)}, 10),
    ({"trigger": tokens(1000), "keep": count(10)}, 0),
    ({"trigger": tokens(1000), "exclude_tools": ["read_passage"]}, 2),
    ({"trigger": tokens(1000), "clear_at_least": tokens(4000)}, 7),
    ({"trigger": tokens(1000), "clear_at_least": tokens(5000)}, 0),
]


@pytest.mark.parametrize(("edit", "cleared"), CLEARED, ids=[str(it[0]) for it in CLEARED])
def test_old_results_are_cleared_and_no_longer_counted(edit: Json, cleared: int) -> None:
    with talking(lambda _body: say("Fine.")) as talk:
        whole = size({"tools": TOOLS, "messages": worked(10)})
        more: Json = {"tools": TOOLS, "betas": BETAS, "context_management": managed(**edit)}
        for said in (talk.create(*worked(10), **more), talk.stream(*worked(10), **more)):
            assert said.context_management
            applied = said.context_management.applied_edits
            gone = whole - said.usage.input_tokens
            told = [it.to_dict() for it in applied]
            edits = [
                {"type": "clear_tool_uses_20250919", "cleared_tool_uses": cleared, "cleared_input_tokens": gone}
            ]
            assert told == (edits if cleared else [])
            assert talk.server.ledger[-1].tokens.input == whole - gone
        parameters: Json = {"model": MODEL, "messages": worked(10)} | more
        counted = talk.client.beta.messages.count_tokens(**parameters)
        assert counted.input_tokens == whole - gone
        assert counted.context_management and counted.context_management.original_input_tokens == whole


def test_what_is_cleared_is_the_oldest_and_inputs_only_when_asked_for() -> None:
    body: Json = {"messages": worked(4), "context_management": managed(trigger=tokens(1), keep=count(2))}
    plain, _applied = edited(body)
    contents = [
        it["content"][0].get("content")
        for it in plain["messages"]
        if it["role"] == "user" and it is not plain["messages"][0]
    ]
    assert contents == ["[cleared]", "[cleared]", LONG, LONG]
    for wanted, inputs in ((True, [{}, {}]), (["read_passage"], [{"query": "0"}, {}]), (False, None)):
        edit = managed(trigger=tokens(1), keep=count(2), clear_tool_inputs=wanted)
        made, _applied = edited(body | {"context_management": edit})
        given = [it["content"][0]["input"] for it in made["messages"] if it["role"] == "assistant"]
        assert given == (inputs or [{"query": "0"}, {"passage": "P1"}]) + [{"query": "2"}, {"passage": "P3"}]
    assert body["messages"] == worked(4), "the request itself stays as it is"


def test_clearing_ends_what_can_be_read_from_the_cache() -> None:
    with talking(lambda _body: say("Fine.")) as talk:
        more: Json = {"tools": TOOLS, "betas": BETAS, "cache_control": {"type": "ephemeral"}}
        talk.stream(*worked(4), **more)
        kept = talk.stream(*worked(5), **more).usage
        cleared = talk.stream(*worked(6), **more, context_management=managed(trigger=tokens(1))).usage
        assert kept.cache_read_input_tokens and not cleared.cache_read_input_tokens


def test_other_edits_and_a_missing_beta_are_refused() -> None:
    with talking(lambda _body: say("Fine.")) as talk:
        other = {"edits": [{"type": "clear_thinking_20251015"}]}
        with pytest.raises(anthropic.BadRequestError, match="does not know clear_thinking"):
            talk.create(asked(), betas=BETAS, context_management=other)
        with pytest.raises(anthropic.BadRequestError, match="context_management: Extra inputs"):
            talk.create(asked(), betas=["token-counting-2024-11-01"], context_management=managed())
