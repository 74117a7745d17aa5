"""Every fault, as the official client tells it; and what was billed all the same."""

import json
from collections.abc import Callable

import anthropic
import httpx2
import pytest

from tests.messages import faults
from tests.messages.calls import Call
from tests.messages.faults import Fault
from tests.messages.replies import Reply, Text, Thought, Use, say
from tests.messages.talking import MODEL, TOOLS, Talk, asked, talking, uses
from tests.messages.web import Json

INPUT = {"query": "limits and quotas", "source": "S1", "kind": "any"}


def model(_body: Json) -> Reply:
    return say(Thought("Where?"), "I search.", Use("search_sources", INPUT))


def called(talk: Talk, *, streaming: bool, timeout: float = 60) -> object:
    how = talk.stream if streaming else talk.create
    return how(asked(), tools=TOOLS, timeout=timeout)


STATUSES: list[tuple[Fault, type[anthropic.APIStatusError], int, str]] = [
    (faults.bad_request(), anthropic.BadRequestError, 400, "invalid_request_error"),
    (faults.credit_too_low(), anthropic.BadRequestError, 400, "invalid_request_error"),
    (faults.unauthorised(), anthropic.AuthenticationError, 401, "authentication_error"),
    (faults.no_credit(), anthropic.PaymentRequiredError, 402, "billing_error"),
    (faults.forbidden(), anthropic.PermissionDeniedError, 403, "permission_error"),
    (faults.not_found(), anthropic.NotFoundError, 404, "not_found_error"),
    (faults.too_large(), anthropic.ContentTooLargeError, 413, "request_too_large"),
    (faults.rate_limited(7), anthropic.RateLimitError, 429, "rate_limit_error"),
    (faults.server_error(), anthropic.InternalServerError, 500, "api_error"),
    (faults.server_error(503), anthropic.ServiceUnavailableError, 503, "api_error"),
    (faults.server_error(504), anthropic.GatewayTimeoutError, 504, "timeout_error"),
    (faults.overloaded(), anthropic.OverloadedError, 529, "overloaded_error"),
]


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(("fault", "error", "status", "kind"), STATUSES, ids=[str(it[2]) for it in STATUSES])
def test_a_status_is_a_typed_error(
    fault: Fault, error: type[anthropic.APIStatusError], status: int, kind: str, streaming: bool
) -> None:
    with talking(model) as talk:
        talk.server.faults.on(1, fault)
        with pytest.raises(error) as told:
            called(talk, streaming=streaming)
        assert (told.value.status_code, told.value.type) == (status, kind)
        assert told.value.request_id == talk.server.calls[0].request_id
        assert talk.server.ledger == []
        assert called(talk, streaming=streaming), "the next call is fine"


def test_how_long_to_wait_is_told_in_seconds_or_not_at_all() -> None:
    with talking(model) as talk:
        for number, seconds in ((1, 7), (2, None)):
            talk.server.faults.on(number, faults.rate_limited(seconds))
            with pytest.raises(anthropic.RateLimitError) as told:
                called(talk, streaming=True)
            assert told.value.response.headers.get("retry-after") == (None if seconds is None else str(seconds))


@pytest.mark.parametrize("status", [500, 503, 504])
def test_the_work_may_have_been_done_before_a_server_failed(status: int) -> None:
    with talking(model) as talk:
        talk.server.faults.on(1, faults.server_error(status, worked=True))
        with pytest.raises(anthropic.InternalServerError):
            called(talk, streaming=True)
        assert len(talk.server.ledger) == 1


# What breaks within a stream is told by httpx2 and json, not by the SDK's own exceptions.
WITHIN_STREAMS: list[tuple[Fault, type[Exception], str | None]] = [
    (faults.cut(), httpx2.RemoteProtocolError, "peer closed connection"),
    (faults.cut(after=0), httpx2.RemoteProtocolError, "peer closed connection"),
    (faults.cut(after=-1), httpx2.RemoteProtocolError, "peer closed connection"),
    (faults.stalled(), httpx2.ReadTimeout, "timed out"),
    (faults.stalled(after=0), httpx2.ReadTimeout, "timed out"),
    (faults.garbled(), json.JSONDecodeError, None),
    (faults.error_within(), anthropic.APIStatusError, "Overloaded"),
    (faults.error_within(after=0, kind="api_error"), anthropic.APIStatusError, "api_error"),
    (faults.cut(after=0, politely=True), AssertionError, None),
    (faults.unaccounted(), AttributeError, "output_tokens"),
]


@pytest.mark.parametrize(
    ("fault", "error", "message"), WITHIN_STREAMS, ids=[it[1].__name__ for it in WITHIN_STREAMS]
)
def test_a_stream_that_breaks_is_billed(fault: Fault, error: type[Exception], message: str | None) -> None:
    with talking(model) as talk:
        called(talk, streaming=True)
        talk.server.faults.on(2, fault)
        with pytest.raises(error, match=message):
            called(talk, streaming=True, timeout=0.2)
        whole, lost = talk.server.ledger
        assert lost.tokens == whole.tokens
        assert called(talk, streaming=True), "the next call is fine"


BEFORE: list[tuple[Fault, type[Exception], int]] = [
    (faults.hung_up(), anthropic.APIConnectionError, 1),
    (faults.hung_up(worked=False), anthropic.APIConnectionError, 0),
]
WITHIN_WHOLE: list[tuple[Fault, type[Exception], int]] = [
    (faults.cut(), anthropic.APIConnectionError, 1),
    (faults.stalled(), anthropic.APITimeoutError, 1),
]


@pytest.mark.parametrize(("fault", "error", "billed"), BEFORE + WITHIN_WHOLE, ids=str)
def test_an_answer_that_never_came(fault: Fault, error: type[Exception], billed: int) -> None:
    with talking(model) as talk:
        talk.server.faults.on(1, fault)
        with pytest.raises(error):
            called(talk, streaming=fault in [it[0] for it in BEFORE], timeout=0.2)
        assert len(talk.server.ledger) == billed


def test_an_error_within_a_stream_has_status_200_and_a_type() -> None:
    with talking(model) as talk:
        talk.server.faults.on(1, faults.error_within())
        with pytest.raises(anthropic.APIStatusError) as told:
            called(talk, streaming=True)
        assert (type(told.value), told.value.status_code, told.value.type) == (
            anthropic.APIStatusError,
            200,
            "overloaded_error",
        )


def test_a_stream_that_ends_too_early_but_politely_is_no_error_for_the_client() -> None:
    with talking(model) as talk:
        talk.server.faults.on(1, faults.cut(after=-4, politely=True))
        said = talk.stream(asked(), tools=TOOLS)
        assert (said.stop_reason, said.usage.output_tokens) == (None, 1)
        assert talk.server.ledger[0].tokens.output > 1
        (_id, _name, given), *_none = uses(said)
        assert INPUT.items() > given.items(), "an input that is not whole looks like one that is"


@pytest.mark.parametrize("after", [1, 2])
def test_a_stalled_stream_does_not_keep_the_server_from_ending(after: int) -> None:
    with talking(model) as talk:
        talk.server.faults.on(1, faults.stalled(after))
        events = talk.events(asked())
        assert next(events).type == "message_start"


STOPS: list[tuple[Fault, str, list[str]]] = [
    (faults.stopped("end_turn", Text("Done.")), "end_turn", ["text"]),
    (faults.stopped("max_tokens", Text("Half a")), "max_tokens", ["text"]),
    (faults.stopped("stop_sequence", Text("Up to"), sequence="###"), "stop_sequence", ["text"]),
    (faults.stopped("pause_turn", Text("Wait.")), "pause_turn", ["text"]),
    (
        faults.stopped("model_context_window_exceeded"),
        "model_context_window_exceeded",
        ["thinking", "text", "tool_use"],
    ),
    (faults.refusing(), "refusal", []),
    (faults.empty(), "end_turn", []),
    (faults.halved(), "max_tokens", ["thinking", "text", "tool_use"]),
    (faults.unknown_stop(), "something_new", ["thinking", "text", "tool_use"]),
]


@pytest.mark.parametrize(("fault", "reason", "kinds"), STOPS, ids=[f"{it[1]} {len(it[2])}" for it in STOPS])
def test_stop_reasons(fault: Fault, reason: str, kinds: list[str]) -> None:
    with talking(model) as talk:
        talk.server.faults.randomly(1, 1.0, [fault])
        for said in (talk.create(asked(), tools=TOOLS), talk.stream(asked(), tools=TOOLS)):
            assert str(said.stop_reason) == reason
            assert [block.type for block in said.content] == kinds
            assert said.stop_sequence == ("###" if reason == "stop_sequence" else None)
            assert (said.stop_details is not None) == (reason == "refusal")


def test_half_an_input_is_read_as_far_as_it_goes() -> None:
    with talking(model) as talk:
        talk.server.faults.randomly(1, 1.0, [faults.halved()])
        for said in (talk.create(asked(), tools=TOOLS), talk.stream(asked(), tools=TOOLS)):
            assert uses(said)[0][2] == {"query": "limits and quotas"}


@pytest.mark.parametrize(("whole", "half"), [("A text of two halves.", "A text of "), ("A", ""), ("", "")])
def test_whatever_comes_last_can_be_halved(whole: str, half: str) -> None:
    with talking(lambda _body: Reply((Text(whole),) if whole else ())) as talk:
        talk.server.faults.on(1, faults.halved())
        said = talk.create(asked())
        assert said.stop_reason == "max_tokens"
        assert "".join(it.text for it in said.content if it.type == "text") == half


def test_an_answer_without_usage() -> None:
    with talking(model) as talk:
        talk.server.faults.on(1, faults.unaccounted())
        said = talk.create(asked(), tools=TOOLS)
        assert said.to_dict().get("usage") is None
        assert talk.server.ledger[0].tokens.output > 0


def test_faults_that_are_scheduled_meet_the_calls_that_they_are_for() -> None:
    with talking(model) as talk:
        server = talk.server
        server.faults.on(3, faults.overloaded())
        server.faults.when(saying("later"), faults.rate_limited(), times=2)
        outcomes = [outcome(talk, text) for text in ("now", "later", "now", "later", "later")]
        assert outcomes == [200, 429, 529, 429, 200]
        assert [number for number, _fault in server.faults.met] == [2, 3, 4]
        server.faults.when(lambda call: call.path.endswith("count_tokens"), faults.hung_up())
        with pytest.raises(anthropic.APIConnectionError):
            talk.client.beta.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "Hi"}])


def test_chance_depends_on_its_seed_and_hits_about_as_often_as_told() -> None:
    def run(seed: int) -> list[int]:
        with talking(model) as talk:
            talk.server.faults.randomly(seed, 0.5, [faults.overloaded(), faults.rate_limited()])
            return [outcome(talk, "x") for _ in range(20)]

    first = run(1)
    assert first == run(1) != run(2)
    assert 5 <= first.count(200) <= 15
    assert set(first) == {200, 429, 529}


def test_no_fault_hides_a_wrong_request() -> None:
    with talking(model) as talk:
        talk.server.faults.on(1, faults.overloaded())
        with pytest.raises(anthropic.BadRequestError, match="max_tokens"):
            talk.create(asked(), max_tokens=0)
        assert talk.server.faults.met == []


def saying(text: str) -> Callable[[Call], bool]:
    return lambda call: text.encode() in call.raw


def outcome(talk: Talk, text: str) -> int:
    try:
        talk.stream(asked(text), tools=TOOLS)
    except anthropic.APIStatusError as error:
        return error.status_code
    return 200
