"""Which stage of its life a session's comment shows, and what it tells at length."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.comment_view import (
    AtWork,
    CommentView,
    Hold,
    Stage,
    at_work,
    blockers,
    failures,
    retries,
    stage,
    told,
    working,
)
from bot.core.dispatches import Dispatch, Dispatches
from bot.core.records import FindingsFile
from tests.builders import NOW
from tests.render.views import ALL, FILES, MERGED, blocked, blocker, done, failed, plan, spec, verdict, view

LATE = NOW + timedelta(hours=7)
HOLD = Hold("the base wants a check", "wait for it")
AGAIN = {"haiku-30": AtWork(2, NOW)}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (view(), "launched"),
        (view(done("haiku-21")), "running"),
        (view(done("haiku-21"), continued=True), "continued"),
        (view(*ALL), "complete"),
        (view(ALL[0], ALL[1], failed("haiku-30")), "running"),
        (view(ALL[0], ALL[1], failed("haiku-30", attempt=2)), "complete"),
        (view(*ALL, verdict=verdict("pass")), "ready"),
        (view(*ALL, verdict=verdict("pass"), postponed=HOLD), "postponed"),
        (view(*ALL, verdict=verdict("waiting")), "waiting"),
        (view(*ALL, verdict=verdict("fail")), "refused"),
        (view(done("haiku-21"), verdict=verdict("waiting")), "waiting"),
        (view(done("haiku-21"), stopped=HOLD, broken=HOLD, continued=True), "stopped"),
        (view(done("haiku-21"), held=HOLD, stopped=HOLD, now=LATE), "held"),
        (view(*ALL, broken=HOLD, continued=True, verdict=verdict("fail")), "broken"),
        (view(at_work=AGAIN), "launched"),
        (view(*ALL, at_work=AGAIN), "running"),
        (view(*ALL, at_work=AGAIN, verdict=verdict("pass")), "ready"),
        (view(done("haiku-21"), now=LATE), "overdue"),
        (view(*ALL, merge=MERGED, verdict=verdict("pass"), held=HOLD, stopped=HOLD), "merged"),
    ],
)
def test_a_stage_follows_from_facts_before_decisions_before_the_clock(seen: CommentView, expected: Stage) -> None:
    assert stage(seen) == expected


def test_an_agent_has_a_retry_as_long_as_its_attempts_last() -> None:
    patient = spec("haiku-30", "Wasabi").model_copy(update={"attempts": 3})
    seen = view(
        failed("haiku-21", attempt=2),
        failed("haiku-30", attempt=2),
        of=plan({"A": (spec("haiku-21", "B"), patient)}),
    )
    assert retries(seen) == ("haiku-30",)
    assert [agent.id for agent in failures(seen)] == ["haiku-21", "haiku-30"]


def test_what_was_handed_out_and_is_not_recorded_is_at_work() -> None:
    known = Dispatches(
        session="cloud-1",
        dispatches=(
            Dispatch(agent="haiku-21", attempt=1, run="77/1", time=NOW),
            Dispatch(agent="haiku-22", attempt=2, run="77/1", time=NOW, by="backup-1"),
            Dispatch(agent="haiku-30", attempt=1, run="77/1", time=NOW),
        ),
    )
    records = {"haiku-21": done("haiku-21"), "haiku-22": failed("haiku-22")}
    assert at_work(known, records) == {"haiku-22": AtWork(2, NOW, "backup-1"), "haiku-30": AtWork(1, NOW)}
    assert at_work(Dispatches(session="cloud-1"), records) == {}


def test_an_agent_at_work_again_has_not_failed_for_now() -> None:
    seen = view(ALL[0], ALL[1], failed("haiku-30", attempt=2), at_work=AGAIN)
    assert (retries(seen), failures(seen)) == (("haiku-30",), ())
    assert stage(seen) == "running"


@pytest.mark.parametrize(
    "over",
    [{"held": HOLD}, {"broken": HOLD}, {"continued": True}, {"verdict": verdict("fail")}, {"merge": MERGED}],
)
def test_nobody_is_at_work_once_it_is_decided(over: dict[str, Any]) -> None:
    seen = view(ALL[0], ALL[1], failed("haiku-30", attempt=2), at_work=AGAIN, **over)
    assert (working(seen), retries(seen)) == ({}, ())
    assert [agent.id for agent in failures(seen)] == ["haiku-30"]


def test_a_failure_is_not_told_as_a_blocker_too() -> None:
    files = (FindingsFile(agent="haiku-21", blockers=(blocker("aws-ec2"),)), FILES[2])
    seen = view(failed("haiku-21"), blocked("haiku-30"), files=files)
    assert [note.agent for note in blockers(seen)] == ["haiku-30"]
    assert told(seen) == {"haiku-21", "haiku-30"}


def test_at_most_three_failures_are_told() -> None:
    agents = tuple(spec(f"a-{n}", f"S{n}") for n in range(5))
    seen = view(*(failed(agent.id) for agent in agents), of=plan({"A": agents}))
    assert told(seen) == {"a-0", "a-1", "a-2"}


def test_after_the_merge_the_table_needs_no_reasons() -> None:
    assert told(view(*ALL, files=FILES, merge=MERGED)) == {"haiku-21", "haiku-22", "haiku-30"}
