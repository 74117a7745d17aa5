"""What the server answers when nothing is wrong, seen through the official client."""

import json
from concurrent.futures import ThreadPoolExecutor

import anthropic
import pytest
import requests

from tests.messages import shapes, web
from tests.messages.replies import Reply, Text, Thought, Use, say
from tests.messages.server import MessagesServer
from tests.messages.talking import JUDGE, MODEL, TOOLS, asked, result, talking, uses
from tests.messages.tokens import TOOLS as OVERHEAD
from tests.messages.tokens import tokens
from tests.messages.web import Json

INPUT = {"query": 'Gränzen "quoted" \\ \n', "source": "S1", "kind": "any"}


def model(_body: Json) -> Reply:
    return say("Ich süche, über alle Quellen hinweg.", Use("search_sources", INPUT), Use("finish", {}))


@pytest.mark.parametrize("betas", [[], ["context-management-2025-06-27"]], ids=["plain", "beta"])
def test_a_streamed_answer_is_the_same_as_a_whole_one(betas: list[str]) -> None:
    with talking(model) as talk:
        more = {"tools": TOOLS, **({"betas": betas} if betas else {})}
        whole, streamed = talk.create(asked(), **more), talk.stream(asked(), **more)
        assert [it[1:] for it in uses(whole)] == [("search_sources", INPUT), ("finish", {})]
        assert whole.content[0].to_dict() == streamed.content[0].to_dict()
        assert [it[1:] for it in uses(streamed)] == [it[1:] for it in uses(whole)]
        assert (whole.stop_reason, streamed.stop_reason) == ("tool_use", "tool_use")
        assert whole.usage.to_dict() == streamed.usage.to_dict()
        assert whole.to_dict()["model"] == MODEL


def test_the_events_of_a_stream_come_in_order_and_in_odd_pieces() -> None:
    def thinking(body: Json) -> Reply:
        return say(Thought("Where do I look?"), *model(body).content)

    with talking(thinking) as talk:
        events = list(talk.events(asked(), tools=TOOLS))
        deltas = [event.delta for event in events if event.type == "content_block_delta"]
        assert [it.type for it in deltas].count("signature_delta") == 1
        written = [it.partial_json for it in deltas if it.type == "input_json_delta"]
        assert json.loads("".join(written[:-2])) == INPUT
        assert len([it for it in deltas if it.type == "text_delta"]) > 3
        assert written[:3] == ["", "{", '"query"']
        start, end = events[0], events[-2]
        assert start.type == "message_start" and end.type == "message_delta"
        assert start.message.usage.output_tokens == 1 < end.usage.output_tokens
        assert start.message.usage.input_tokens == end.usage.input_tokens
        assert events[-1].type == "message_stop"


def test_a_conversation_goes_on_with_the_results_of_tools() -> None:
    with talking(lambda body: model(body) if len(body["messages"]) == 1 else say("Thanks.")) as talk:
        first = talk.stream(asked(), tools=TOOLS)
        answered = {"role": "user", "content": [result(id_) for id_, _name, _input in uses(first)]}
        spoken = {"role": "assistant", "content": [block.to_dict() for block in first.content]}
        assert talk.stream(asked(), spoken, answered, tools=TOOLS).stop_reason == "end_turn"
        assert talk.server.calls[1].body["messages"] == [asked(), spoken, answered]


def test_the_same_request_has_the_same_answer_but_for_its_number() -> None:
    with talking(model) as talk:
        first, second = talk.create(asked(), tools=TOOLS), talk.create(asked(), tools=TOOLS)
        assert first.content == second.content
        assert (first.id, second.id) == ("msg_00000000000000000001", "msg_00000000000000000002")
        assert talk.server.calls[0].raw == talk.server.calls[1].raw


def test_tokens_are_counted_as_they_are_billed() -> None:
    with talking(lambda _body: say("x" * 35)) as talk:
        counted = talk.client.beta.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "Hi"}])
        used = talk.create(asked("Hi")).usage
        assert (used.input_tokens, used.output_tokens) == (counted.input_tokens, 10)
        assert talk.create(asked("Hi"), tools=[JUDGE]).usage.input_tokens > counted.input_tokens + OVERHEAD
        assert [call.status for call in talk.server.calls] == [200, 200, 200]
        assert [it.call for it in talk.server.ledger] == [1, 2], "counting is free"


def test_there_are_never_more_tokens_than_bytes() -> None:
    assert [tokens(text) for text in ("", "a", "é", "abc", "abcd", "a" * 7000)] == [0, 1, 1, 1, 2, 2000]


def test_an_answer_is_cut_where_it_may_not_be_longer() -> None:
    much = "word " * 1000
    with talking(lambda _body: say("Short.", Use("search_sources", {"query": much}))) as talk:
        for said in (talk.create(asked(), tools=TOOLS), talk.stream(asked(), tools=TOOLS)):
            assert (said.stop_reason, said.usage.output_tokens) == ("max_tokens", 1000)
            assert said.content[0].type == "text"
            assert len(talk.server.ledger) and uses(said)[0][2] == {}, "the string was not finished"
        text = talk.create(asked(), max_tokens=1)
        assert (text.content[0].to_dict()["text"], text.usage.output_tokens) == ("Sho", 1)


def test_thinking_may_take_all_that_may_be_written() -> None:
    with talking(lambda _body: say(Thought("hm " * 2000), "Yes.")) as talk:
        said = talk.stream(asked(), max_tokens=100)
        assert (said.stop_reason, [block.type for block in said.content]) == ("max_tokens", ["thinking"])
        assert said.usage.output_tokens_details and said.usage.output_tokens_details.thinking_tokens == 100


def test_hidden_tokens_are_billed_and_told() -> None:
    with talking(lambda _body: Reply((Text("Yes."),), output_tokens=500)) as talk:
        used = talk.stream(asked()).usage
        assert used.output_tokens == 500 == talk.server.ledger[0].tokens.output
        assert used.output_tokens_details and used.output_tokens_details.thinking_tokens == 498
        assert talk.create(asked(), max_tokens=100).stop_reason == "max_tokens"


def test_a_request_is_logged_as_it_was_received() -> None:
    with talking(model) as talk:
        answer = talk.create(asked("Grüße"), tools=TOOLS)
        call = talk.server.calls[0]
        assert json.loads(call.raw) == call.body
        assert "Grüße".encode() in call.raw
        assert (call.number, call.path, call.status) == (1, "/v1/messages", 200)
        assert call.headers["authorization"] == f"Bearer {talk.server.key}"
        assert answer._request_id == call.request_id


def test_a_stream_goes_over_the_wire_as_server_sent_events() -> None:
    with talking(lambda _body: say("Yes.")) as talk:
        headers = {"x-api-key": talk.server.key, "anthropic-version": "2023-06-01"}
        body = {"model": MODEL, "max_tokens": 9, "messages": [asked()], "stream": True}
        answer = requests.post(f"{talk.server.url}/v1/messages?beta=true", json=body, headers=headers, timeout=60)
        *frames, end = answer.text.split("\n\n")
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert (frames[1], end) == ('event: ping\ndata: {"type":"ping"}', "")
        assert all(frame.startswith("event: ") and "\ndata: {" in frame for frame in frames)
        assert talk.server.calls[0].beta


def test_many_agents_call_at_once() -> None:
    with talking(model) as talk, ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda n: talk.stream(asked(f"I am number {n}."), tools=TOOLS), range(24)))
        assert sorted(it.call for it in talk.server.ledger) == list(range(1, 25))
        assert len({use_id for it in said for use_id, _name, _input in uses(it)}) == 48
        assert sum(it.usage.output_tokens for it in said) == sum(it.tokens.output for it in talk.server.ledger)


def test_a_model_that_says_nonsense_fails_the_test() -> None:
    nonsense = Reply((Text("x"),), "no_such_reason")
    with (
        pytest.raises(AssertionError, match=r"stop_reason: Input should be"),
        talking(lambda _body: nonsense) as talk,
    ):
        with pytest.raises(anthropic.InternalServerError):
            talk.create(asked())
        assert len(talk.server.ledger) == 1


def test_errors_have_the_documented_shape() -> None:
    for status in web.KINDS.keys() - {413}:  # of which the SDK's types do not know
        assert shapes.wrong("error", json.dumps(web.Refusal(status, "x").body("req_1")), beta=False) == ""
    assert "type" in shapes.wrong("error", json.dumps(web.error("strange", "x")), beta=False)


def test_the_server_is_gone_at_once_although_a_client_keeps_its_connection() -> None:
    with talking(model) as talk:
        server = MessagesServer(model)
        with server:
            there = talk.client.with_options(base_url=server.url)
            assert there.beta.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "Hi"}])
        with pytest.raises(anthropic.APIConnectionError):
            there.beta.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "Hi"}])
