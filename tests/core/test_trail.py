"""The audit trail as a file that only grows, and the decisions that facts imply."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.continuing import Turn
from bot.core.dispatches import Dispatch, Dispatches, handed_out
from bot.core.gate.verdict import CriterionResult, Verdict
from bot.core.recording import TIME_OVER
from bot.core.records import Continues
from bot.core.session import side_refs, trail_ref
from bot.core.trail import (
    NAME_MAX,
    REASON_MAX,
    Kind,
    TrailEvent,
    appended,
    as_line,
    chronological,
    decided,
    gated,
    implied,
    is_append_only,
    merged,
    parse_trail,
    refused,
)
from tests.builders import NOW, agent, mission, subject
from tests.sessions import LAUNCHED, data, launch, record

PLAN = mission(agent("a-1", subject("A"), subject("B")), agent("a-2", subject("C")))
LAUNCH = launch("cloud-1", PLAN)
COMMIT = "c" * 40


def event(key: str = "one", minutes: int = 0, kind: Kind = "stopped", **changes: object) -> TrailEvent:
    made = decided(LAUNCH, kind, key, NOW + timedelta(minutes=minutes), "because")
    return TrailEvent.model_validate(made.model_dump() | changes)


def keys(events: tuple[TrailEvent, ...]) -> list[str]:
    return [one.key for one in events]


# --- an event ---


def test_an_event_says_when_by_whom_in_which_run_and_why() -> None:
    made = decided(
        LAUNCH, "stopped", "comment-123", NOW, "enough", actor="ann", run="77/1", agent="a-1", attempt=2
    )
    assert json.loads(as_line(made)) == {
        "time": "2026-11-22T16:40:00Z",
        "kind": "stopped",
        "actor": "ann",
        "run": "77/1",
        "agent": "a-1",
        "attempt": 2,
        "reason": "enough",
        "key": "stopped/comment-123",
        "launch": "2026-11-22T16:10:00Z",
    }
    assert TrailEvent.model_validate_json(as_line(made)) == made


def test_times_are_utc_whatever_the_clock_of_the_writer() -> None:
    east = datetime(2026, 11, 22, 18, 40, tzinfo=timezone(timedelta(hours=2)))
    assert event(time=east).time.tzinfo is UTC
    assert event(time=east) == event()
    with pytest.raises(ValidationError, match="does not exist in UTC"):
        event(time=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))))


def test_a02_a05_texts_from_outside_are_visible_and_short() -> None:
    made = decided(
        LAUNCH, "stopped", "x", NOW, "a\nb\u202e\x1b[31m" + "c" * 999, actor="  ann\u200b ", run="7\n7" * 99
    )
    assert made.reason.startswith("a b [31mccc")
    assert (len(made.reason), made.reason[-1]) == (REASON_MAX, "…")
    assert (made.actor, len(made.run)) == ("ann", NAME_MAX)
    read = TrailEvent.model_validate_json(as_line(made).replace("a b [31m", "\\u001b[31m\\u202e"))
    assert read.reason.startswith("[31mccc")


def test_without_a_reason_or_an_actor_something_is_said() -> None:
    made = decided(LAUNCH, "resumed", "", NOW, " \u200b", actor="")
    assert (made.reason, made.actor, made.key) == ("resumed", "swarm", "resumed")


@pytest.mark.parametrize("wrong", [{"key": "a b"}, {"key": ""}, {"kind": "guessed"}, {"attempt": 0}, {"more": 1}])
def test_what_is_no_event_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TrailEvent.model_validate(event().model_dump() | wrong)


# --- the file ---


def test_lines_are_added_by_time_and_once() -> None:
    first = appended(b"", [event("two", 2), event("one", 1), event("two", 3)])
    assert keys(parse_trail(first).events) == ["stopped/one", "stopped/two"]
    second = appended(first, [event("one", 9), event("zero")])
    assert keys(parse_trail(second).events) == ["stopped/one", "stopped/two", "stopped/zero"]
    assert is_append_only(first, second)
    assert not is_append_only(second, first)
    assert appended(second, [event("zero", 5)]) == second


def test_a_session_that_is_launched_anew_is_another_one() -> None:
    again = event(launch=LAUNCHED + timedelta(hours=1))
    assert len(parse_trail(appended(b"", [event(), again])).events) == 2


def test_a_line_that_cannot_be_read_hides_no_other_and_stays() -> None:
    before = appended(b"", [event("one")]) + b'{"from": "the future"}\n\n\xff'
    after = appended(before, [event("one"), event("two")])
    assert is_append_only(before, after)
    assert (keys(parse_trail(after).events), parse_trail(after).unreadable) == (
        ["stopped/one", "stopped/two"],
        (2, 4),
    )
    assert appended(before, [event("one")]) == before


def test_it_is_shown_by_time_and_within_a_second_as_it_was_written() -> None:
    events = (event("c", 1), event("b"), event("a"))
    assert keys(chronological(events)) == ["stopped/b", "stopped/a", "stopped/c"]


EVENTS = st.lists(st.builds(event, st.sampled_from("abcdef"), st.integers(0, 3)), max_size=6)


@given(st.lists(st.tuples(EVENTS, st.booleans())))
def test_g19_in_whatever_order_doubled_or_lost_every_decision_is_there_once(
    notes: list[tuple[list[TrailEvent], bool]],
) -> None:
    """A note that is lost (its machine dies before the push) is made again at the end, by whoever comes by."""
    content, wanted = b"", {one.key for events, _ in notes for one in events}
    for events, arrives in [*notes, *((events, True) for events, _ in notes)]:
        after = appended(content, events) if arrives else content
        assert is_append_only(content, after)
        content = after
    found = parse_trail(content)
    assert (sorted(keys(found.events)), found.unreadable) == (sorted(wanted), ())


@given(st.binary(max_size=200), EVENTS)
def test_whatever_is_in_the_file_nothing_of_it_is_lost(content: bytes, events: list[TrailEvent]) -> None:
    after = appended(content, events)
    assert is_append_only(content, after)
    assert {one.key for one in events} <= set(keys(parse_trail(after).events))


# --- what facts imply ---

HANDED = handed_out(Dispatches(session="cloud-1"), [Turn("a-1", 2, 70), Turn("a-2", 1, 70)], "77/1", NOW)


def shown(events: tuple[TrailEvent, ...]) -> list[str]:
    return [f"{one.key} | {one.reason} | {one.run} {one.actor}" for one in events]


def test_a_launch_implies_that_its_subjects_were_reserved() -> None:
    assert shown(implied(data(PLAN), Dispatches(session="cloud-1"))) == [
        "launched | 2 agents for Cloud provider integrations |  someone",
        "reserved | 3 subjects: A, B, C |  someone",
    ]


def test_who_asked_for_it_and_where_is_said_when_it_is_known() -> None:
    asked = LAUNCH.model_copy(update={"by": "issue #5", "issue": 5, "actor": "ann", "run": "76/1"})
    opened = implied(replace(data(PLAN), launch=asked), Dispatches(session="cloud-1"))
    assert shown(opened)[0] == (
        "launched | 2 agents for Cloud provider integrations, asked for in issue #5 | 76/1 ann"
    )
    assert {one.time for one in opened} == {LAUNCHED}


def test_what_was_handed_out_and_recorded_is_said_of_each_attempt() -> None:
    lost = record("cloud-1", "a-1", "failed", findings=0, verified=0, gaps=0, reason="its job was lost")
    newest = [record("cloud-1", "a-1", attempt=2, findings=1_200), record("cloud-1", "a-2", "blocked")]
    found = implied(data(PLAN, *newest), HANDED, [lost, newest[0]])
    assert shown(found)[2:] == [
        "dispatched/a-1/2 | to research A, B | 77/1 swarm",
        "dispatched/a-2/1 | to research C | 77/1 swarm",
        "recorded/a-1/1 | failed: 0 findings, 0 verified, 1 blocker; its job was lost |  swarm",
        "recorded/a-1/2 | done: 1,200 findings, 1 verified, 1 gap | 77/1 swarm",
        "recorded/a-2/1 | blocked: 2 findings, 1 verified, 1 gap, 1 blocker | 77/1 swarm",
    ]
    assert [one.attempt for one in found[2:]] == [2, 1, 1, 2, 1]


def test_work_that_goes_to_a_backup_agent_is_reassigned() -> None:
    ledger = Dispatches(
        session="cloud-1",
        dispatches=(
            Dispatch(agent="a-1", attempt=2, run="78/1", time=NOW, by="backup-1"),
            Dispatch(agent="a-9", attempt=1, run="78/1", time=NOW),
        ),
    )
    assert shown(implied(data(PLAN), ledger))[2:] == [
        "dispatched/a-1/2 | to research A, B | 78/1 swarm",
        "reassigned/a-1/2 | a-1 fell silent; the backup agent backup-1 does its work | 78/1 swarm",
        "dispatched/a-9/1 | to research what the mission does not name | 78/1 swarm",
    ]


# --- what only the one who decides knows ---


def test_a_verdict_names_its_commit_and_what_it_follows_from() -> None:
    criteria = [CriterionResult(name, name, "fail", "no") for name in ("one", "two", "three", "four")]
    criteria += [CriterionResult("five", "five", "waiting", "?"), CriterionResult("six", "six", "pass", "yes")]
    failing = gated(LAUNCH, Verdict("fail", tuple(criteria)), COMMIT, NOW, "77/1")
    assert shown((failing,)) == [
        f"gated/{COMMIT}/fail | fail at cccccccccccc: one, two, three and 1 more | 77/1 swarm"
    ]
    passing = gated(LAUNCH, Verdict("pass", tuple(criteria[-1:])), COMMIT, NOW)
    assert passing.reason == "pass at cccccccccccc"


def test_a_merge_that_the_bot_did_not_make_is_not_said_to_be_its_own() -> None:
    ours, theirs = (merged(LAUNCH, COMMIT, NOW, ours=ours, run="77/1") for ours in (True, False))
    assert shown((ours, theirs)) == [
        f"merged/{COMMIT} | into main as cccccccccccc | 77/1 swarm",
        f"merged/{COMMIT} | into main as cccccccccccc |  somebody",
    ]


def test_a_late_attempt_that_is_turned_away_is_named() -> None:
    made = refused(LAUNCH, "a-1", 1, NOW, "it came back", "77/1")
    assert (made.kind, made.agent, made.attempt, made.key) == ("refused", "a-1", 1, "refused/a-1/1")


def test_the_trail_outlives_what_a_session_has_besides_its_branch() -> None:
    refs = {trail_ref("cloud-1"): COMMIT, "refs/swarm/dispatches/cloud-1": COMMIT}
    assert list(side_refs(refs, "cloud-1")) == ["refs/swarm/dispatches/cloud-1"]


def test_what_was_given_up_says_where_it_goes_on() -> None:
    over = record("cloud-1", "a-1", "blocked", reason=TIME_OVER, goes_on_in="cloud-2")
    events = [one for one in implied(data(PLAN, over), Dispatches(session="cloud-1")) if one.kind == "expired"]
    assert [one.reason for one in events] == ["the session's time was over: a-1; cloud-2 goes on"]


def test_a_launch_says_which_session_it_goes_on_from() -> None:
    before = Continues(session="cloud-0", row=1, mission_sha256="0" * 64)
    made = data(PLAN)
    made = replace(made, launch=made.launch.model_copy(update={"continues": before}))
    assert implied(made, Dispatches(session="cloud-1"))[0].reason.endswith(", goes on from cloud-0")
