"""Cheap by design: what was sent once is sent again byte for byte, and found in the provider's cache."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.agents.claude.caller import CONTEXT
from bot.adapters.agents.claude.client import Reply
from bot.adapters.agents.claude.conversation import Conversation, text
from bot.adapters.agents.claude.tools import NAMES, schemas
from bot.core.findings import Searched
from bot.core.notes import MAX_FINDINGS, claim_fields
from bot.core.pricing import Tokens
from bot.render import prompts
from tests import builders
from tests.adapters.agents.claude.scene import scene
from tests.messages.calls import Call
from tests.messages.models import Diligent, Looping, Scripted, Thinking
from tests.messages.models.conversation import Conversation as Talk
from tests.messages.replies import Reply as Answer
from tests.messages.replies import say


def parts(call: Call) -> list[str]:
    """Everything of a request that the cache goes by, in its order, without the marks."""
    body = call.body
    blocks = [*body["tools"], *body["system"]]
    for message in body["messages"]:
        blocks += [{"role": message["role"]}, *message["content"]]
    return [json.dumps(unmarked(block)) for block in blocks]


def unmarked(block: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key != "cache_control"}


def test_each_turn_begins_with_all_of_the_turn_before(tmp_path: Path) -> None:
    with scene(tmp_path, Thinking(Diligent())) as stage:
        stage.run()
        turns = [parts(call) for call in stage.server.calls]
        assert len(turns) >= 8
        for before, after in pairwise(turns):
            assert after[: len(before)] == before
            assert len(after) > len(before)


def test_agents_of_a_team_share_tools_and_system_byte_for_byte(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent(), "Widget Store", "Widget Lab") as stage:
        stage.run()
        one, other = ({key: call.body[key] for key in ("tools", "system")} for call in stage.beginnings)
        assert json.dumps(one) == json.dumps(other)
        first = stage.server.ledger[stage.server.calls.index(stage.beginnings[1])].tokens
        assert first.cache_read > 0.8 * first.prompt  # the second conversation finds what the first has written


def test_from_the_third_turn_on_most_is_read_from_the_cache(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.run()
        later = [billed.tokens for billed in stage.server.ledger][2:]
        assert sum(tokens.cache_read for tokens in later) >= 0.8 * sum(tokens.prompt for tokens in later)


def test_no_request_has_more_marks_than_are_allowed(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.run()
        for call in stage.server.calls:
            assert call.raw.count(b'"cache_control"') <= 4
            assert call.body["system"][0]["cache_control"] == {"type": "ephemeral"}
            assert call.body["messages"][-1]["content"][-1]["cache_control"] == {"type": "ephemeral"}


LONG = "# Widgets\n\n" + "\n\n".join(
    f"## Part {n}\n\nThe widget of part {n} answers to number {n}, " + "and so on, " * 60 + f"until {n} is over."
    for n in range(40)
)


def searching(talk: Talk) -> Answer:
    """Searches for something else in each turn, and so fills the conversation up."""
    n = len(talk.exchanges)
    uses = [talk.use("search_sources", query=f"widget part {n + k}", source="", kind="any") for k in range(8)]
    return say(*uses)


def test_a_conversation_never_gets_so_long_that_it_becomes_dear(tmp_path: Path) -> None:
    with scene(tmp_path, Scripted((searching,) * 60, then=Looping()), guide=LONG) as stage:
        result = stage.run()
        prompts = [billed.tokens.prompt for billed in stage.server.ledger]
        assert max(prompts) < CONTEXT < 100_000
        assert len(stage.beginnings) > 1, "another conversation went on"
        assert stage.billed == result.usage.micro_usd <= stage.cap


def test_an_assignment_with_much_that_is_known_leaves_room_to_work(tmp_path: Path) -> None:
    """The longest welcome and as many findings as there may be: a conversation can still begin."""
    many = tuple(builders.finding("A long claim that was found before. " * 25) for _ in range(MAX_FINDINGS))
    subject = builders.subject("AWS EC2", *(f"file:docs/{n}/{'a' * 100}.md" for n in range(50)))
    mission = builders.mission(builders.agent("a-1", subject), welcome="Be careful. " * 1_600)
    sources = [Searched(source=uri, state="readable", documents=9, passages=999) for uri in subject.sources]
    system = [prompts.mission_prompt(mission), prompts.team_prompt(mission.teams[0])]
    conversation = Conversation(schemas(NAMES), system)
    named = [(f"S{n}", source) for n, source in enumerate(sources, 1)]
    conversation.tell(text(prompts.assignment_prompt(subject, named, [], many, claim_fields(mission))))
    assert conversation.most_tokens < CONTEXT


def bytes_of(value: object) -> int:
    """All texts of a request, in bytes."""
    match value:
        case str():
            return len(value.encode("utf-8", "surrogatepass"))
        case dict():
            return sum(bytes_of(item) for key, item in value.items() if key != "cache_control")
        case list() | tuple():
            return sum(map(bytes_of, value))
        case _:
            return 0


blocks = st.lists(st.builds(lambda words: {"type": "text", "text": words}, st.text(min_size=1)), min_size=1)


@given(st.lists(st.tuples(blocks, st.booleans()), min_size=1, max_size=8))
def test_g23_a_prompt_is_never_longer_than_was_reckoned(said: list[tuple[list[dict[str, Any]], bool]]) -> None:
    """Whatever is said, with a tokenizer to which each byte is a token; some answers do not say what they cost."""
    conversation = Conversation([{"name": "finish", "input_schema": {}}], ["You are an agent.", "Of a team."])
    for words, counted in said:
        conversation.tell(words)
        prompt = bytes_of(conversation.request())
        assert prompt <= conversation.most_tokens
        answer = text("Yes.")
        tokens = Tokens(input=prompt, output=bytes_of(answer)) if counted else None
        conversation.answered(Reply(tuple(answer), "end_turn", tokens, prompt if counted else None))
