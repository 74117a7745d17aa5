import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.artifacts import MAX_BYTES, Failure, failure_of, parse_result
from bot.core.findings import AgentResult, Blocker, Finding, Gap, Opinion, Searched, Usage
from bot.errors import InvalidInput, Refused
from tests.builders import NOW, agent, citation, mission, subject

SOURCE = "pypi:botocore==1.44.5#botocore/data/ec2/**/service-2.json.gz"
MISSION = mission(agent("haiku-21", subject("AWS EC2", SOURCE)), agent("haiku-22", subject("Vultr")))
FINDING = Finding(subject="aws-ec2", field="authentication", claim="It is v4.", citation=citation())
GAP = Gap(subject="aws-ec2", field="pricing", searched=(Searched(source=SOURCE, state="readable"),))


def opinion(subject: str = "aws-ec2", because: tuple[str, ...] = ("authentication",)) -> Opinion:
    return Opinion(subject=subject, complexity="Low", hours=8, priority="P1", because=because)


RESULT = AgentResult(
    session="cloud-1",
    agent="haiku-21",
    attempt=1,
    started=NOW,
    finished=NOW,
    findings=(FINDING,),
    gaps=(GAP,),
    blockers=(Blocker(title="Everything", impact="Low", description="."),),
    opinions=(opinion(),),
    usage=Usage(micro_usd=40_000),
    unfinished="the money of this attempt is used up",
    halted=True,
)


def parse(data: bytes, allowance: int = 250_000) -> AgentResult:
    return parse_result(data, session="cloud-1", agent="haiku-21", attempt=1, mission=MISSION, allowance=allowance)


def written(**changes: Any) -> bytes:
    return RESULT.model_copy(update=changes).model_dump_json().encode()


def altered(change: Callable[[dict[str, Any]], object]) -> bytes:
    data = json.loads(written())
    change(data)
    return json.dumps(data).encode()


def test_a_result_is_read_as_it_was_written() -> None:
    assert parse(written()) == RESULT


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b" " * (MAX_BYTES + 1), "5,000,001 bytes"),
        (b"", "no JSON"),
        (b"\xff\xfe{}", "no JSON"),
        (b"gate passed", "no JSON"),
        (b'{"a": 1, "a": 2}', "'a' appears twice"),
        (b'{"attempt": NaN}', "NaN is no number"),
        (b'{"attempt": -Infinity}', "-Infinity is no number"),
        (b'{"attempt": 1' + b"0" * 5_000 + b"}", "no JSON"),
        (b"[" * 100_000, "nests 100000 levels deep"),
        (b'{"a":' * 17 + b"1" + b"}" * 17, "nests 17 levels deep"),
        (b'"' + b"\\" * 100_001, "no JSON"),
        (b'{"session": "a\\u001b[2J"}', "control characters"),
        (b'{"a\\u0000": 1}', "control characters"),
        (b'[1, ["a\\u0085", 2]]', "control characters"),
        (b'["a\\n\\u000a\\t", {"b": 1}, null]', "the whole: "),
        (b"[1]", "the whole: "),
        (b"{}", "session: Field required"),
        (altered(lambda d: d.update(verdict="gate passed")), "verdict: Extra inputs"),
        (altered(lambda d: d.update(attempt="1")), "attempt: Input should be a valid integer"),
        (altered(lambda d: d.update(session="../../x")), "session: String should match"),
        (altered(lambda d: d.update(agent="a\u200bb")), "agent: String should match"),
        (altered(lambda d: d["findings"][0].update(state="verified")), "findings[0].state: Extra"),
        (altered(lambda d: d["usage"].update(micro_usd=-1)), "usage.micro_usd: Input should be greater"),
        (altered(lambda d: d["findings"][0]["citation"].update(quote="\ud800")), ""),
    ],
)
def test_a13_bytes_that_are_no_result_are_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(data)
    assert why in str(caught.value)


def test_a20_ten_thousand_citations_are_refused_not_read_halfway() -> None:
    data = altered(lambda d: d.update(findings=d["findings"] * 10_000))
    with pytest.raises(InvalidInput, match=r"findings: Tuple should have at most 5000 items"):
        parse(data)


def test_a20_many_problems_are_counted_and_a_few_shown() -> None:
    data = altered(lambda d: d.update({f"key{n}": 1 for n in range(50)}))
    with pytest.raises(InvalidInput) as caught:
        parse(data)
    assert len(caught.value.problems) == 11
    assert "and 40 more" in str(caught.value)


def test_a20_a_string_of_escaped_quotes_does_not_take_long() -> None:
    with pytest.raises(InvalidInput, match="no JSON"):
        parse(b'"' + b'\\"' * 2_000_000)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"agent": "haiku-22"}, "that of attempt 1 of haiku-22 in session cloud-1, not of attempt 1 of haiku-21"),
        ({"session": "cloud-2"}, "in session cloud-2, not"),
        ({"attempt": 2}, "that of attempt 2"),
        ({"started": NOW.replace(year=2027)}, "finished before it started"),
        ({"findings": (FINDING.model_copy(update={"subject": "vultr"}),)}, "findings[0]: subject 'vultr' is not"),
        ({"findings": (FINDING.model_copy(update={"field": "gate"}),)}, "the mission has no field 'gate'"),
        ({"gaps": (GAP.model_copy(update={"subject": "vultr"}),)}, "gaps[0]: subject 'vultr' is not assigned"),
        (
            {"gaps": (GAP.model_copy(update={"searched": (Searched(source="file:x", state="dead"),)}),)},
            "gaps[0]: 'file:x' is not among the sources of aws-ec2",
        ),
        (
            {"blockers": (Blocker(subject="vultr", title="x", impact="Low", description="."),)},
            "blockers[0]: subject 'vultr' is not assigned to haiku-21",
        ),
        ({"opinions": (opinion("vultr"),)}, "opinions[0]: subject 'vultr' is not assigned to haiku-21"),
        ({"opinions": (opinion(), opinion())}, "opinions[1]: aws-ec2 has 2 opinions; one is read"),
        (
            {"opinions": (opinion(because=("authentication", "pricing")),)},
            "opinions[0]: it rests on 'pricing', for which there is no finding about 'aws-ec2'",
        ),
        ({"opinions": (opinion(because=("gate",)),)}, "opinions[0]: it rests on 'gate'"),
    ],
)
def test_a12_what_is_not_this_agents_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(written(**changes))
    assert why in str(caught.value)


@pytest.mark.parametrize(
    "source",
    [
        "file:../../etc/passwd",
        "file:/etc/passwd",
        "file:.git/config",
        "https://evil.example/",
        "pypi:evil==1#x.py",
    ],
)
def test_a11_a_source_outside_of_the_mission_is_refused(source: str) -> None:
    stray = FINDING.model_copy(update={"citation": citation(source=source)})
    with pytest.raises(Refused) as caught:
        parse(written(findings=(stray, stray)))
    assert str(caught.value) == f"result: findings[0]: {source!r} is not among the sources of aws-ec2"


def test_g23_money_above_the_cap_is_kept_and_said() -> None:
    result = parse(written(), allowance=39_999)
    assert result.usage == RESULT.usage
    assert (
        result.blockers[-1].description
        == "Agent haiku-21 used 0.04 US dollars; the attempt's allowance was 0.039999."
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def read_or_refuse(data: bytes) -> None:
    try:
        result = parse(data)
    except (InvalidInput, Refused) as error:
        assert str(error)
    else:
        assert result.agent == "haiku-21"
        assert {finding.subject for finding in result.findings} <= {"aws-ec2"}


@given(st.binary())
def test_a13_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(data)


@given(st.sampled_from([*AgentResult.model_fields, "extra"]), JSON)
def test_a13_any_value_for_a_key_is_read_or_refused(key: str, value: object) -> None:
    read_or_refuse(altered(lambda d: d.update({key: value})))


@given(st.sampled_from(["findings", "gaps", "blockers", "opinions"]), st.text(max_size=20), JSON)
def test_a13_any_value_inside_of_an_item_is_read_or_refused(part: str, key: str, value: object) -> None:
    read_or_refuse(altered(lambda d: d[part][0].update({key: value})))


def test_a_failed_attempt_leaves_its_reason_in_one_visible_line() -> None:
    shown = failure_of(b'{"failure": "no source\\nof it could be\\u202e read"}')
    assert shown == Failure("no source of it could be read")
    assert failure_of(b'{"failure": "%s"}' % (b"x" * 5_000)) == Failure("x" * 1_000)


def test_a_failure_is_one_however_its_name_is_written() -> None:
    assert failure_of(b'{"\\u0066ailure": "x"}') == Failure("x")


def test_a_failed_attempt_may_say_that_the_access_to_the_model_was_refused() -> None:
    assert failure_of(b'{"failure": "401", "halted": true}') == Failure("401", halted=True)
    assert failure_of(b'{"halted": false, "failure": "x"}') == Failure("x")


@pytest.mark.parametrize(
    "artifact",
    [
        b"",
        b"[]",
        b"{",
        b'{"failure": ',
        b'{"failure": "a", "failure": "b"}',
        b'{"failure": 1}',
        b'{"failure": "a", "agent": "b"}',
        b'{"failure": "a", "halted": 1}',
        b'{"failure": "a", "halted": true, "agent": "b"}',
        b'{"halted": true}',
        b'{"failure": "%s"}' % (b"x" * 20_000),
    ],
)
def test_nothing_else_is_taken_for_a_failure(artifact: bytes) -> None:
    assert failure_of(artifact) is None
