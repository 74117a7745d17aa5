import json
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.continuing import (
    LOST,
    Turn,
    attempts_left,
    halted,
    matrix_json,
    max_parallel,
    next_agents,
)
from bot.core.loading import load_mission
from bot.core.mission import AgentDefaults, AgentSpec, Limits
from bot.core.records import AgentRecord, AgentState, Launch
from bot.errors import InvalidInput
from tests.builders import NOW, agent, mission, subject
from tests.core.mission_text import MISSION
from tests.sessions import launch


def of(*agents: AgentSpec, **defaults: object) -> Launch:
    return launch("cloud-1", mission(*agents, agent=AgentDefaults.model_validate(defaults)))


def swarm(count: int, **defaults: int) -> Launch:
    return of(*(agent(f"a-{n}", subject(f"Subject {n}")) for n in range(count)), **defaults)


def record(name: str, state: AgentState = "done", attempt: int = 1) -> AgentRecord:
    return AgentRecord(
        session="cloud-1", agent=name, attempt=attempt, state=state, started=NOW, finished=NOW, recorded=NOW
    )


def spec(name: str, **changes: int) -> AgentSpec:
    return agent(name, subject(name)).model_copy(update=changes)


def run_all(planned: Launch, outcome: AgentState) -> list[int]:
    """The sizes of the matrices of a session whose attempts all end in one way."""
    records: dict[str, AgentRecord] = {}
    sizes: list[int] = []
    while turns := next_agents(planned, records):
        records |= {turn.agent: record(turn.agent, outcome, turn.attempt) for turn in turns}
        sizes.append(len(turns))
    return sizes


def test_agents_without_a_record_run_first_and_failed_ones_after_them() -> None:
    planned = of(spec("a"), spec("b", attempts=3), spec("c"), spec("d"), spec("e", timeout_minutes=5))
    records = {
        "a": record("a", "failed"),
        "b": record("b", "failed", 2),
        "c": record("c", "blocked"),
        "d": record("d", "failed", 2),
    }
    assert next_agents(planned, records) == (Turn("e", 1, 15), Turn("a", 2, 70), Turn("b", 3, 70))


@pytest.mark.parametrize(
    ("made", "left"),
    [
        (None, [1, 2]),
        (record("a", "failed"), [2]),
        (record("a", "failed", 2), []),
        (record("a", "failed", 10), []),
        (record("a", "done"), []),
        (record("a", "blocked"), []),
    ],
)
def test_attempts_that_are_left(made: AgentRecord | None, left: list[int]) -> None:
    planned = of(spec("a"))
    assert list(attempts_left(planned, planned.mission.agents[0], made)) == left


@pytest.mark.parametrize(
    ("attempt", "halts", "left"),
    [(1, 1, [2, 3]), (3, 1, []), (3, 2, [4]), (8, 8, [9, 10]), (9, 9, [10]), (10, 10, [])],
)
def test_g16_an_attempt_that_was_halted_uses_up_none_of_the_missions(
    attempt: int, halts: int, left: list[int]
) -> None:
    planned = of(spec("a"))
    made = record("a", "failed", attempt).model_copy(update={"halts": halts, "halted": True})
    assert list(attempts_left(planned, planned.mission.agents[0], made)) == left
    assert halted(planned, {"a": made}) == ((made,) if left else ())


def test_only_a_halt_of_the_latest_attempt_stops_a_session() -> None:
    planned = of(spec("a"), spec("b"))
    over = record("a", "failed").model_copy(update={"halts": 1})
    stray = record("c", "failed").model_copy(update={"halts": 1, "halted": True})
    assert halted(planned, {"a": over, "c": stray}) == ()


def test_a_job_lives_at_most_six_hours_and_keeps_some_minutes_to_hand_over() -> None:
    assert next_agents(swarm(1, timeout_minutes=350), {})[0].minutes == 355
    assert next_agents(swarm(1, timeout_minutes=345), {})[0].minutes == 355
    assert next_agents(swarm(1, timeout_minutes=344), {})[0].minutes == 354


@pytest.mark.parametrize(
    ("agents", "sizes"), [(1, [1]), (256, [256]), (257, [256, 1]), (2_000, [256] * 7 + [208])]
)
def test_g22_more_agents_than_a_matrix_holds_run_one_batch_after_the_other(agents: int, sizes: list[int]) -> None:
    assert run_all(swarm(agents), "done") == sizes


def test_g22_a_matrix_keeps_the_order_of_the_mission() -> None:
    planned = swarm(257)
    first = next_agents(planned, {})
    assert [turn.agent for turn in first] == [spec.id for spec in planned.mission.agents[:256]]
    records = {turn.agent: record(turn.agent, "failed") for turn in first}
    second = next_agents(planned, records)
    assert [(turn.agent, turn.attempt) for turn in second[:2]] == [("a-256", 1), ("a-0", 2)]


def test_g22_more_than_2000_agents_are_refused_by_the_mission() -> None:
    one = '      - {id: a-%d, subjects: [{name: "S %d", sources: ["https://example.com/"]}]}\n'
    head = MISSION[: MISSION.index("      - id: haiku-21")]
    assert (
        len(load_mission((head + "".join(one % (n, n) for n in range(2_000))).encode(), "m.yml").agents) == 2_000
    )
    with pytest.raises(InvalidInput, match="the mission has 2,001 agents; a session can have at most 2,000"):
        load_mission((head + "".join(one % (n, n) for n in range(2_001))).encode(), "m.yml")


@settings(deadline=None, max_examples=40)
@given(agents=st.integers(1, 800), attempts=st.integers(1, 4))
def test_a24_as_many_runs_as_there_are_batches_and_attempts_suffice(agents: int, attempts: int) -> None:
    assert len(run_all(swarm(agents, attempts=attempts), "failed")) <= ceil(agents / 256) * attempts


@pytest.mark.parametrize(
    ("made", "again", "left"),
    [
        (None, 3, [1, 2, 3]),
        (record("a", "failed", 2), 3, [3]),
        (record("a", "blocked"), 2, [2]),
        (record("a", "blocked", 2), 2, []),
        (record("a", "done"), 1, []),
        (record("a", "failed"), 1, [2]),
    ],
)
def test_a_person_may_let_an_agent_go_further(made: AgentRecord | None, again: int, left: list[int]) -> None:
    planned = of(spec("a")).model_copy(update={"again": {"a": again}})
    assert list(attempts_left(planned, planned.mission.agents[0], made)) == left


def silent(name: str) -> AgentRecord:
    return record(name, "failed").model_copy(update={"reason": LOST})


def test_g15_the_assignment_of_a_silent_agent_goes_to_a_backup_agent() -> None:
    names = ["a", "b", "c", "d"]
    planned = of(*map(spec, names), backups=("backup-1", "backup-2"))
    records = {name: silent(name) for name in ("a", "c", "d")} | {"b": record("b", "failed")}
    assert [turn.by for turn in next_agents(planned, records)] == ["backup-1", "", "backup-2", "backup-1"]
    assert [turn.by for turn in next_agents(of(spec("a")), {"a": silent("a")})] == [""]


def test_g22_a_matrix_of_256_agents_is_a_small_output() -> None:
    agents = [agent(f"{'a' * 56}-{n:04}", subject(f"S {n}")) for n in range(300)]
    text = matrix_json(next_agents(of(*agents, timeout_minutes=350), {}))
    assert len(json.loads(text)) == 256 and len(text.encode()) < 60_000


def test_the_matrix_says_which_agent_which_attempt_how_long_and_who_does_it() -> None:
    entry = {"agent": "haiku-21", "attempt": 2, "minutes": 70}
    assert json.loads(matrix_json([Turn("haiku-21", 2, 70)])) == [entry | {"name": "haiku-21"}]
    [backed] = json.loads(matrix_json([Turn("haiku-21", 2, 70, "backup-1")]))
    assert backed == entry | {"name": "haiku-21 (by backup-1)"}


def test_as_many_run_at_a_time_as_the_mission_says() -> None:
    assert max_parallel(mission(limits=Limits(max_usd="1", max_parallel=7))) == 7
