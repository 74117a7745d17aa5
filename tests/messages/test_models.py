"""The scripted models, against tools that answer as the contract says."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.core.quotes import normalise, stands_in
from tests.messages.models import (
    Chatter,
    Conversation,
    Diligent,
    Huge,
    Lazy,
    Looping,
    Lying,
    Malformed,
    Malicious,
    Refusing,
    Roles,
    Sceptical,
    Silent,
    Thinking,
    Verbose,
)
from tests.messages.models.conversation import passages
from tests.messages.models.hostile import KEYS, TEXTS, URLS
from tests.messages.replies import Model
from tests.messages.talking import JUDGE, TOOLS, asked, result, talking, uses
from tests.messages.web import Json

ASSIGNMENT = """Research the subject AWS EC2.

- S1: pypi:botocore

The open fields:
- authentication: Authentication (required)
- rate-limits: Rate limits and throttling (required)
- regions: Regions
- pricing: Pricing
- endpoints: Endpoints of the service
"""
FOUND = """[P1] S1 /docs/api.md (prose)
Requests are signed with signature version 4. Throttling follows a token bucket
with rate limits for each account. See v1.2.3 for more.

The service has endpoints in many regions. Authentication needs an access key.

[P2] S1 /metadata (metadata)
signatureVersion: v4
endpointPrefix: ec2"""
CLAIMS = (
    "Judge.\n1. claim: It is signed.\n   quote: It is signed with v4.\n2. claim: It is free.\n   quote: No cost.\n"
)

Asked = list[tuple[str, Any, bool]]


def tools(
    refusing: Callable[[Any], bool] = lambda _given: False,
) -> tuple[Asked, Callable[[str, Any], tuple[str, bool]]]:
    """Tools that note how they were called and find the same for every query but that on prices; and the notes."""
    called: Asked = []

    def answer(name: str, given: Any) -> tuple[str, bool]:
        refused = name == "record_finding" and refusing(given)
        called.append((name, given, refused))
        if name == "search_sources":
            return ("Nothing was found." if given.get("query") == "Pricing" else FOUND), False
        return ("Refused." if refused else "Done."), refused

    return called, answer


def named(called: Asked, name: str) -> list[Any]:
    return [given for it, given, _refused in called if it == name]


def test_the_assignment_and_the_passages_are_read() -> None:
    talk = Conversation({"messages": [asked(ASSIGNMENT)]})
    assert [(it.id, it.required) for it in talk.fields[:3]] == [
        ("authentication", True),
        ("rate-limits", True),
        ("regions", False),
    ]
    assert talk.fields[1].title == "Rate limits and throttling"
    first, second = passages(FOUND)
    assert (first.id, first.source, first.locator, first.kind) == ("P1", "S1", "/docs/api.md", "prose")
    assert first.text.endswith("Authentication needs an access key.")
    assert second.text == "signatureVersion: v4\nendpointPrefix: ec2"


def test_diligent_records_what_stands_in_a_passage_or_a_gap_and_finishes() -> None:
    called, answer = tools()
    with talking(Diligent()) as talk:
        talk.play(ASSIGNMENT, answer)
        assert [name for name, _given, _refused in called[:4]] == ["search_sources"] * 4, "in parallel"
        assert len(talk.server.calls) < len(called)
    recorded = named(called, "record_finding")
    assert [it["field"] for it in recorded] == ["rate-limits", "regions", "authentication", "endpoints"]
    texts = {it.id: normalise(it.text) for it in passages(FOUND)}
    assert all(it["claim"] == it["quote"] and stands_in(it["quote"], texts[it["passage"]]) for it in recorded)
    assert len({it["claim"] for it in recorded}) == 4
    assert named(called, "record_gap") == [{"field": "pricing", "reason": "The sources do not say."}]
    assert named(called, "read_passage") == [{"passage": "P1", "part": 1}]
    assert named(called, "assess") == [
        {
            "complexity": "medium",
            "hours": 8,
            "priority": "medium",
            "because": ["authentication", "rate-limits", "regions", "endpoints"],
        }
    ]


def test_diligent_tries_another_sentence_twice_and_then_records_a_gap() -> None:
    called, answer = tools(lambda given: given["field"] == "regions")
    with talking(Diligent(parallel=1)) as talk:
        talk.play(ASSIGNMENT, answer)
    refused = [given["claim"] for name, given, refused in called if refused and name == "record_finding"]
    assert len(set(refused)) == len(refused) == 3
    assert [it["field"] for it in named(called, "record_gap")] == ["regions", "pricing"]
    assert "regions" not in named(called, "assess")[0]["because"]


def test_lying_tells_the_truth_at_last() -> None:
    texts = [normalise(it.text) for it in passages(FOUND)]

    def false(given: Any) -> bool:
        return not any(stands_in(given["quote"], text) for text in texts) or "4711" in given["claim"]

    called, answer = tools(false)
    with talking(Lying()) as talk:
        talk.play(ASSIGNMENT, answer)
    tries = [
        refused for name, given, refused in called if name == "record_finding" and given["field"] == "regions"
    ]
    assert tries == [True, True, False]
    assert [it["field"] for it in named(called, "record_gap")] == ["pricing"]


def test_thinking_does_the_same_work_with_thinking_before_it() -> None:
    (plain, answer), (thought, other) = tools(), tools()
    with talking(Diligent()) as talk, talking(Thinking(Diligent())) as thinking:
        talk.play(ASSIGNMENT, answer)
        messages = thinking.play(ASSIGNMENT, other)
    assert plain == thought
    kinds = {it["content"][0]["type"] for it in messages if it["role"] == "assistant"}
    assert kinds == {"thinking"}


def judged(model: Model, times: int = 1) -> list[list[bool]]:
    with talking(model) as talk:
        answers = [talk.stream(asked(CLAIMS), tools=[JUDGE]) for _ in range(times)]
        return [[it["supported"] for it in uses(answer)[0][2]["verdicts"]] for answer in answers]


def test_reviewers_support_everything_or_reject_what_they_are_told_to_once() -> None:
    assert judged(Diligent()) == judged(Lazy()) == judged(Looping()) == judged(Malicious()) == [[True, True]]
    assert judged(Sceptical(lambda claim: "free" in claim), times=2) == [[True, False], [True, True]]
    assert judged(Sceptical()) == [[False, False]]
    assert judged(Roles(Silent(), Sceptical())) == [[False, False]]
    with talking(Malformed()) as talk:
        verdicts = uses(talk.stream(asked(CLAIMS), tools=[JUDGE]))[0][2]["verdicts"]
        assert verdicts[2]["claim"] == 999 and isinstance(verdicts[4], str)


def test_diligent_ends_although_its_verdicts_or_its_finish_are_refused() -> None:
    with talking(Diligent()) as talk:
        for name, tools_, failed, then in (
            ("judge", [JUDGE], False, "All claims are judged."),
            ("judge", [JUDGE], True, ""),
            ("finish", TOOLS, True, "Everything is recorded."),
        ):
            text = CLAIMS if name == "judge" else "Nothing is open."
            done = [{"type": "tool_use", "id": f"toolu_{it}", "name": it, "input": {}} for it in ("assess", name)]
            told = [result("toolu_assess"), result(f"toolu_{name}", failed=failed)]
            spoken = [{"role": "assistant", "content": done}, {"role": "user", "content": told}]
            said = talk.stream(asked(text), *spoken, tools=tools_)
            assert "".join(it.text for it in said.content if it.type == "text") == then
            assert bool(uses(said)) == (not then)


def test_models_that_do_nothing_useful() -> None:
    called, answer = tools()
    with talking(Lazy()) as talk:
        assert [it[1] for it in uses(talk.stream(asked(ASSIGNMENT), tools=TOOLS))] == ["finish"]
    with talking(Looping()) as talk, pytest.raises(AssertionError, match="did not come to an end"):
        talk.play(ASSIGNMENT, answer, most=5)
    assert len(called) == 5 and len({str(given) for _name, given, _refused in called}) == 1
    for model, reason, kinds in (
        (Chatter(), "end_turn", ["text"]),
        (Silent(), "end_turn", []),
        (Refusing(), "refusal", []),
    ):
        with talking(model) as talk:
            said = talk.stream(asked(ASSIGNMENT), tools=TOOLS)
            assert (said.stop_reason, [block.type for block in said.content]) == (reason, kinds)
    with talking(Refusing("bio", "Well,")) as talk:
        said = talk.stream(asked(ASSIGNMENT), tools=TOOLS)
        assert said.stop_details and (said.stop_details.category, len(said.content)) == ("bio", 1)


def test_verbose_writes_until_it_may_no_more() -> None:
    with talking(Verbose()) as talk:
        first = talk.stream(asked(), tools=TOOLS)
        spoken: Json = {"role": "assistant", "content": [block.to_dict() for block in first.content]}
        second = talk.stream(asked(), spoken, asked("Go on."), tools=TOOLS)
        for said, kind in ((first, "text"), (second, "tool_use")):
            assert (said.stop_reason, said.usage.output_tokens) == ("max_tokens", 1000)
            assert [block.type for block in said.content] == [kind]


def test_malformed_calls_come_first_and_then_the_work() -> None:
    called, answer = tools(lambda given: given.keys() != {"field", "claim", "quote", "passage", "value"})
    with talking(Malformed()) as talk:
        talk.play(ASSIGNMENT, answer)
        ids = [use[0] for use in uses(talk.stream(asked(ASSIGNMENT), tools=TOOLS))]
        assert len(set(ids)) == len(ids)
    assert {name for name, _given, _refused in called} > {"bash", "judge"}
    assert named(called, "record_finding")[0] == {
        "field": [],
        "claim": None,
        "quote": 1.5,
        "passage": True,
        "value": {},
    }
    assert {} in named(called, "assess") and {"url": 1} in named(called, "fetch_page")
    assert [it["field"] for it in named(called, "record_finding")[-4:]] == [
        "authentication",
        "rate-limits",
        "regions",
        "endpoints",
    ]


def test_attacks_come_first_and_then_the_work() -> None:
    called, answer = tools(lambda given: given["claim"] in TEXTS or given["passage"] == "P77")
    with talking(Malicious("P77", "Somebody else's.")) as talk:
        talk.play(ASSIGNMENT, answer)
    assert [it["url"] for it in named(called, "fetch_page")] == list(URLS)
    assert named(called, "record_finding")[0]["passage"] == "P77"
    assert {it["title"] for it in named(called, "report_blocker")} == set(TEXTS) > set(KEYS)
    assert named(called, "record_gap")


def test_huge_arguments_come_whole() -> None:
    called, answer = tools()
    with talking(Huge(Lazy())) as talk:
        talk.play(ASSIGNMENT, answer)
    assert [len(text) for _name, given, _refused in called for text in given.values()] == [
        1024 * 1024,
        0,
        3,
        1024 * 1024,
    ]
