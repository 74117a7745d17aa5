"""Every rule on requests, broken once, and what is answered."""

from collections.abc import Callable
from typing import Any

import anthropic
import pytest

from tests.messages.replies import Use, say
from tests.messages.server import KEY
from tests.messages.talking import MODEL, TOOLS, Talk, asked, marked, result, talking, tool
from tests.messages.web import Json

FINISH = [tool("finish")]
USE = {"type": "tool_use", "id": "toolu_1", "name": "finish", "input": {}}


def spoke(*content: Json) -> Json:
    return {"role": "assistant", "content": list(content)}


def told(*content: Json) -> Json:
    return {"role": "user", "content": list(content)}


def refused(talk: Talk, *messages: Json, **more: Any) -> str:
    """The message with which a request is refused as invalid."""
    with pytest.raises(anthropic.BadRequestError) as refusal:
        talk.create(*messages, **more)
    error = refusal.value
    assert (error.status_code, error.type, error.request_id) == (
        400,
        "invalid_request_error",
        talk.server.calls[-1].request_id,
    )
    assert error.body == {
        "type": "error",
        "error": {"type": error.type, "message": error.api_message},
        "request_id": error.request_id,
    }
    assert talk.server.ledger == [], "what is refused is not billed"
    return error.api_message or ""


SHAPES: list[tuple[Json, str]] = [
    ({"extra_body": {"surprise": 1}}, "surprise: Extra inputs are not permitted"),
    ({"extra_body": {"betas": ["x"]}}, "betas: Extra inputs are not permitted"),
    ({"extra_body": {"temperature": 0.5}}, "temperature: Extra inputs are not permitted"),
    ({"extra_body": {"top_p": 0.5}}, "top_p: Extra inputs are not permitted"),
    ({"extra_body": {"top_k": 5}}, "top_k: Extra inputs are not permitted"),
    ({"extra_body": {"max_tokens": "5"}}, "max_tokens: Input should be a valid integer"),
    ({"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
    (
        {"messages": [told({"type": "text", "text": "x", "colour": 1})]},
        "messages.0.content.0.colour: Extra inputs",
    ),
    ({"messages": [told({"type": "text"})]}, "messages.0.content.0.text: Field required"),
    ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role: Input should be"),
    ({"messages": [told({"type": "poem", "text": "x"})]}, "messages.0.content: Input should be"),
    ({"tools": [{"name": "x"}]}, "tools.0.input_schema: Field required"),
    ({"system": 7}, "system"),
    ({"context_management": {"edits": []}}, "context_management: Extra inputs are not permitted"),
    ({"tool_choice": {"type": "auto", "name": "finish"}}, "tool_choice.name: Extra inputs are not permitted"),
]


@pytest.mark.parametrize(("more", "message"), SHAPES, ids=[message for _more, message in SHAPES])
def test_a_request_has_the_shape_of_the_sdks_types(more: Json, message: str) -> None:
    with talking(lambda _body: say("Hi")) as talk:
        assert message in refused(talk, asked(), **more)


RULES: list[tuple[Json, str]] = [
    ({"max_tokens": 0}, "max_tokens: must be greater than or equal to 1"),
    ({"max_tokens": 128_001}, "max_tokens: 128001 > 128000"),
    ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "thinking.type.enabled"),
    ({"messages": []}, "at least one message"),
    ({"messages": [spoke({"type": "text", "text": "x"}), asked()]}, 'must use the "user" role'),
    ({"messages": [asked(), spoke({"type": "text", "text": "It is"})]}, "must end with a user message"),
    ({"messages": [asked(), spoke(), asked()]}, "messages.1: all messages must have non-empty content"),
    ({"messages": [asked("  ")]}, "messages.0: text content blocks must contain non-whitespace"),
    ({"messages": [asked(), spoke(USE), asked()]}, "without `tool_result` blocks"),
    (
        {"messages": [asked(), spoke(USE), {"role": "system", "content": "Go on."}, told(result("toolu_1"))]},
        "messages.1: `tool_use` ids were found without `tool_result` blocks",
    ),
    ({"messages": [asked(), {"role": "system", "content": "Go on."}]}, "must end with a user message"),
    ({"messages": [asked(), spoke(USE), told(result("toolu_2"))]}, "unexpected `tool_use_id`"),
    ({"messages": [asked(), told(result("toolu_1"))]}, "unexpected `tool_use_id`"),
    ({"messages": [asked(), spoke(USE), told(result("toolu_1"), result("toolu_1"))]}, "a single result"),
    ({"messages": [asked(), spoke(USE, USE), told(result("toolu_1"))]}, "`tool_use` ids must be unique"),
    (
        {"messages": [asked(), spoke(USE), told({"type": "text", "text": "x"}, result("toolu_1"))]},
        "`tool_result` blocks must come first",
    ),
    ({"messages": [asked(), spoke(USE), told(result("toolu_1"))], "tools": []}, "must define tools"),
    ({"tools": [*FINISH, *FINISH]}, "Tool names must be unique"),
    ({"messages": [told(*[marked(f"{n}") for n in range(5)])]}, "A maximum of 4 blocks with cache_control"),
    (
        {"messages": [asked(), spoke(USE), told(result("toolu_1") | {"content": [marked("x")] * 5})]},
        "A maximum of 4 blocks",
    ),
    ({"system": [marked("x")] * 4, "cache_control": {"type": "ephemeral"}}, "A maximum of 4 blocks"),
    (
        {"system": [marked("x") | {"cache_control": {"type": "ephemeral", "ttl": "1h"}}]},
        "entries of 5 minutes only",
    ),
    ({"system": [marked("")]}, "cache_control cannot be set for empty text blocks"),
    (
        {"max_tokens": 128_000, "messages": [asked("abcdefg" * 450_000)]},
        "prompt is too long: 900397 tokens > 872000",
    ),
]


@pytest.mark.parametrize(("more", "message"), RULES, ids=[message for _more, message in RULES])
def test_a_documented_rule_is_enforced(more: Json, message: str) -> None:
    with talking(lambda _body: say("Hi")) as talk:
        assert message in refused(talk, asked(), **{"tools": FINISH, "timeout": 60} | more)


ALLOWED: list[Json] = [
    {"messages": [asked(), asked("Again")]},
    {"messages": [asked(), spoke(USE), told(result("toolu_1"), {"type": "text", "text": "And now?"})]},
    {"messages": [asked(), spoke(USE), told(result("toolu_1")), asked("And now?")]},
    {"messages": [asked(), spoke(USE), told({"type": "tool_result", "tool_use_id": "toolu_1"})]},
    {"system": [marked("a"), marked("b")], "cache_control": {"type": "ephemeral"}},
    {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}, "metadata": {"user_id": "x"}},
    {"model": "claude-haiku-4-5", "thinking": {"type": "enabled", "budget_tokens": 1024}},
]


@pytest.mark.parametrize("more", ALLOWED)
def test_what_the_rules_allow_is_answered(more: Json) -> None:
    with talking(lambda _body: say("Hi")) as talk:
        assert talk.create(asked(), **{"tools": FINISH} | more).stop_reason == "end_turn"


def test_keys_models_paths_and_sizes_that_are_refused() -> None:
    with talking(lambda _body: say("Hi")) as talk:
        for headers in ({"Authorization": "Bearer other"}, {"X-Api-Key": "other"}):
            with pytest.raises(anthropic.AuthenticationError, match="invalid x-api-key"):
                talk.create(asked(), extra_headers=headers)
        assert talk.create(asked(), extra_headers={"X-Api-Key": KEY, "Authorization": ""})
        with pytest.raises(anthropic.BadRequestError, match="anthropic-version: header is required"):
            talk.create(asked(), extra_headers={"anthropic-version": ""})
        with pytest.raises(anthropic.NotFoundError, match="model: claude-9") as unknown:
            talk.create(asked(), model="claude-9")
        assert unknown.value.type == "not_found_error"
        with pytest.raises(anthropic.NotFoundError, match="Not found: /v1/complete"):
            talk.client.post("/v1/complete", body={}, cast_to=object)
        with pytest.raises(anthropic.ContentTooLargeError, match="request_too_large"):
            talk.create(asked("x" * 33 * 1024 * 1024))
        assert [call.status for call in talk.server.calls] == [401, 401, 200, 400, 404, 404, 413]


def test_a_request_that_is_no_json_is_refused() -> None:
    with talking(lambda _body: say("Hi")) as talk:
        for body in (b"{", b"[]", b""):
            with pytest.raises(anthropic.BadRequestError, match="not valid JSON"):
                talk.client.post("/v1/messages", content=body, cast_to=object)


def changed(change: Callable[[Json], None]) -> Json:
    """A strict tool whose schema is changed."""
    made = tool("record", "text", part={"type": "integer"}, parts={"type": "array", "items": {"type": "string"}})
    change(made["input_schema"])
    return made


def within(name: str, **more: Any) -> Callable[[Json], None]:
    return lambda schema: schema["properties"][name].update(more)


SCHEMAS: list[tuple[Callable[[Json], None], str]] = [
    (lambda it: it.pop("additionalProperties"), "'additionalProperties' must be explicitly set to false"),
    (lambda it: it.update(additionalProperties=True), "'additionalProperties' must be explicitly set to false"),
    (within("text", minLength=1), "property 'minLength' is not supported"),
    (within("text", maxLength=9), "property 'maxLength' is not supported"),
    (within("text", pattern="^x$"), "property 'pattern' is not supported"),
    (within("text", format="colour"), "format 'colour' is not supported"),
    (within("text", type="text"), "type 'text' is not supported"),
    (within("text", enum=[{"a": 1}]), "'enum' takes strings"),
    (within("part", minimum=1), "property 'minimum' is not supported"),
    (within("part", multipleOf=2), "property 'multipleOf' is not supported"),
    (within("parts", maxItems=3), "property 'maxItems' is not supported"),
    (within("parts", minItems=2), "'minItems' may be 0 or 1"),
    (within("parts", items={"type": "object"}), "tools.record.properties.parts.items: for 'object' type"),
    (within("parts", items={"anyOf": [{"type": "string", "maxLength": 1}]}), "'maxLength' is not supported"),
    (within("parts", items={"$ref": "#"}), "is not in this schema"),
    (within("parts", items={"$ref": "https://example.com/x"}), "is not in this schema"),
    (lambda it: it["required"].append("more"), "'more' is required but not a property"),
]


@pytest.mark.parametrize(("change", "message"), SCHEMAS, ids=[message for _change, message in SCHEMAS])
def test_strict_tools_have_simple_schemas(change: Callable[[Json], None], message: str) -> None:
    with talking(lambda _body: say("Hi")) as talk:
        assert message in refused(talk, asked(), tools=[changed(change)])
        lenient = changed(change) | {"strict": False}
        assert talk.create(asked(), tools=[lenient]).stop_reason == "end_turn"


def test_recursive_schemas_are_refused_and_others_may_be_referred_to() -> None:
    node = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    loop = node | {"properties": {"next": {"$ref": "#/$defs/node"}}}
    with talking(lambda _body: say("Hi")) as talk:
        for definition, fine in ((node, True), (loop, False)):
            recursive = tool("record", "text")
            recursive["input_schema"]["$defs"] = {"node": definition}
            recursive["input_schema"]["properties"]["text"] = {"$ref": "#/$defs/node"}
            if fine:
                assert talk.create(asked(), tools=[recursive])
                talk.server.ledger.clear()
            else:
                assert "recursive schemas are not supported" in refused(talk, asked(), tools=[recursive])


def test_schemas_are_not_too_complex_together() -> None:
    optional = tool("optional", **{f"p{n}": {"type": "string"} for n in range(25)})
    optional["input_schema"]["required"] = []
    unions = tool("unions", **{f"p{n}": {"type": ["string", "null"]} for n in range(17)})
    with talking(lambda _body: say("Hi")) as talk:
        assert "25 optional, at most 24" in refused(talk, asked(), tools=[optional])
        assert "17 unions, at most 16" in refused(talk, asked(), tools=[unions])
        assert "21 strict tools, at most 20" in refused(talk, asked(), tools=[tool(f"t{n}") for n in range(21)])
        assert talk.create(asked(), tools=TOOLS).stop_reason == "end_turn"


def test_the_uses_of_one_turn_are_all_answered() -> None:
    with talking(lambda _body: say(Use("finish", {}), Use("finish", {}))) as talk:
        said = talk.create(asked(), tools=FINISH)
        first, second = (block.to_dict() for block in said.content)
        talk.server.ledger.clear()
        half = told(result(str(first["id"])))
        message = refused(talk, asked(), spoke(first, second), half, tools=FINISH)
        assert str(second["id"]) in message and str(first["id"]) not in message
        assert talk.client.beta.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "x"}])
