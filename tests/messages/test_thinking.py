"""Thinking comes back as it was handed out, or the request is refused."""

from copy import deepcopy

import anthropic
import pytest

from tests.messages.models import Thinking
from tests.messages.replies import Use, say
from tests.messages.talking import TOOLS, Talk, asked, result, talking
from tests.messages.thinking import CHANGED, ELSEWHERE, MISSING
from tests.messages.web import Json

MODEL = Thinking(lambda body: say("Enough.") if len(body["messages"]) > 4 else say(Use("finish", {})))


def turn(talk: Talk, messages: list[Json]) -> list[Json]:
    """The conversation with one more answer, and the result of its tool when it used one."""
    said = [block.to_dict() for block in talk.stream(*messages, tools=TOOLS).content]
    answered = [*messages, {"role": "assistant", "content": said}]
    used = [str(block["id"]) for block in said if block["type"] == "tool_use"]
    return [*answered, {"role": "user", "content": [result(it) for it in used]}] if used else answered


def refused(talk: Talk, messages: list[Json], **more: object) -> str:
    with pytest.raises(anthropic.BadRequestError) as refusal:
        talk.create(*messages, **({"tools": TOOLS} | more))
    return refusal.value.api_message or ""


def test_thinking_goes_back_and_forth_unchanged() -> None:
    with talking(MODEL) as talk:
        messages = turn(talk, turn(talk, turn(talk, [asked()])))
        kinds = [[block["type"] for block in it["content"]] for it in messages if it["role"] == "assistant"]
        assert kinds == [["thinking", "tool_use"], ["thinking", "tool_use"], ["thinking", "text"]]
        signatures = {it["content"][0]["signature"] for it in messages if it["role"] == "assistant"}
        assert len(signatures) == 3
        assert talk.create(*messages, asked("Thanks"), tools=TOOLS), "it also goes back after the loop"


def test_changed_thinking_is_refused() -> None:
    with talking(MODEL) as talk:
        messages = turn(talk, turn(talk, [asked()]))
        for key, value in (("thinking", "Something else."), ("signature", "c2lnbmF0dXJl")):
            changed = deepcopy(messages)
            changed[3]["content"][0][key] = value
            assert refused(talk, changed) == f"messages.3.content.0: {CHANGED}"


def test_thinking_is_bound_to_what_was_before_it() -> None:
    with talking(MODEL) as talk:
        messages = turn(talk, turn(talk, [asked()]))
        assert refused(talk, [asked("Another question"), *messages[1:]]) == f"messages.1.content.0: {ELSEWHERE}"
        assert refused(talk, messages, system="Another prompt").endswith(ELSEWHERE)
        assert refused(talk, messages, tools=TOOLS[1:]).endswith(ELSEWHERE)
        moved = deepcopy(messages)
        moved[1]["content"][0], moved[3]["content"][0] = moved[3]["content"][0], moved[1]["content"][0]
        assert refused(talk, moved).endswith(ELSEWHERE)


def test_breakpoints_of_the_cache_do_not_count_as_changes() -> None:
    with talking(MODEL) as talk:
        messages = turn(talk, turn(talk, [asked()]))
        messages[2]["content"][0]["cache_control"] = {"type": "ephemeral"}
        assert talk.create(*messages, tools=TOOLS, cache_control={"type": "ephemeral"}).content


def test_thinking_may_be_left_out_only_once_the_loop_is_over() -> None:
    with talking(MODEL) as talk:
        messages = turn(talk, turn(talk, [asked()]))
        for at in (1, 3):
            without = deepcopy(messages)
            del without[at]["content"][0]
            assert refused(talk, without).endswith((MISSING, ELSEWHERE))
        none = deepcopy(messages)
        del none[1]["content"][0], none[3]["content"][0]
        assert refused(talk, none) == f"messages.1.content.0.type: {MISSING}"
        assert talk.create(*none, asked("And now?"), tools=TOOLS).content


def test_hidden_thinking_has_a_signature_all_the_same() -> None:
    with talking(Thinking(lambda _body: say("Yes."), text="", hidden=400)) as talk:
        said = talk.stream(asked())
        block = said.content[0].to_dict()
        assert (block["thinking"], bool(block["signature"]), said.usage.output_tokens) == ("", True, 402)
