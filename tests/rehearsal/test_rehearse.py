"""Whole sessions on a virtual clock: every kind of fault, and that the guarantees hold whatever goes wrong."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.prices import ListedPrices
from bot.core.mission_edit import with_backend
from bot.rehearsal.faults import (
    AGENT_FAULTS,
    EVENTS,
    JOBS,
    MEDDLING,
    AgentFault,
    Chance,
    FaultFile,
    JobKind,
    OfAgent,
    OfEvent,
    OfJob,
    OfPerson,
)
from bot.rehearsal.rehearse import Rehearsal, rehearse
from tests.clocks import StillClock
from tests.rehearsal.stages import at_random, ended, play, said, widgets


def assert_held(one: Rehearsal) -> None:
    assert one.broken == (), "\n".join(f"{line.after} {line.text}" for line in one.lines)


def test_a_session_where_nothing_goes_wrong_is_merged() -> None:
    one = play()
    assert (ended(one), one.sessions[0].session, one.runs <= 3) == ("merged", "widgets-1", True)
    assert_held(one)
    assert {"agent-1/1 done", "agent-2/1 done", "agent-3/1 done"} <= set(said(one))
    assert [g.id for g in one.guarantees] == [
        "G10", "G12", "G13", "G14", "G19", "G23", "G27", "G28", "A24", "G18", "G21", "G30", "exit",
    ]  # fmt: skip


def test_the_same_seed_gives_the_same_rehearsal() -> None:
    assert at_random(5, 0.4) == at_random(5, 0.4)
    assert at_random(5, 0.4).lines != at_random(6, 0.4).lines


ENDS: dict[AgentFault, tuple[str, str]] = {
    "never-starts": ("merged", "run 1 is cancelled"),
    "crashes": ("merged", "agent-2/1 failed"),
    "vanishes": ("merged", "the machine of agent-2/1 is lost"),
    "hangs": ("merged", "agent-2/1 failed"),
    "garbage": ("merged", "agent-2/1 failed"),
    "overspends": ("merged", "agent-2/1 blocked"),
    "lies": ("the gate says fail", "agent-2/1 done"),
    "late": ("merged", "agent-2/1 late"),
}


@pytest.mark.parametrize("fault", AGENT_FAULTS)
def test_g14_g15_g16_whatever_befalls_an_agent_its_assignment_is_done_in_the_end(fault: AgentFault) -> None:
    one = play(FaultFile(agents=(OfAgent(agent="agent-2", fault=fault, attempt=1),)))
    assert_held(one)
    how, line = ENDS[fault]
    assert ended(one) == how and line in said(one)
    if fault not in ("lies", "overspends"):
        assert "agent-2/2 done" in said(one)


@pytest.mark.parametrize("fault", ["crashes", "never-starts", "vanishes"])
def test_an_agent_that_never_comes_to_its_end_is_a_reason_not_to_merge(fault: AgentFault) -> None:
    one = play(FaultFile(agents=(OfAgent(agent="agent-2", fault=fault),)))
    assert_held(one)
    assert ended(one) == "the gate says fail"


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("dies_after", range(9))
def test_g10_a_job_that_dies_anywhere_is_made_good(job: JobKind, dies_after: int) -> None:
    one = play(FaultFile(jobs=(OfJob(job=job, nth=1, dies_after=dies_after),)))
    assert_held(one)
    assert ended(one) == "merged"


@pytest.mark.parametrize("fault", EVENTS)
def test_g19_events_that_are_lost_doubled_or_late_change_nothing(fault: str) -> None:
    one = play(
        FaultFile(
            agents=(OfAgent(agent="agent-2", fault="vanishes", attempt=1),),
            events=tuple(OfEvent.model_validate({"completed": n, "fault": fault}) for n in (1, 2, 3)),
        )
    )
    assert_held(one)
    assert ended(one) == "merged"


@pytest.mark.parametrize("job", ["launch", "record", "close"])
def test_g20_without_any_schedule_the_session_ends(job: JobKind) -> None:
    dying = OfJob(job=job, dies_after=2)
    lost = OfAgent(agent="agent-1", fault="vanishes", attempt=1)
    one = play(FaultFile(agents=(lost,), jobs=(dying,), schedule=False))
    assert_held(one)
    assert ended(one) == "merged"


@pytest.mark.parametrize("does", MEDDLING)
@pytest.mark.parametrize("minute", [0.5, 3, 8, 14])
def test_people_may_come_in_between(does: str, minute: float) -> None:
    one = play(FaultFile(people=(OfPerson.model_validate({"minute": minute, "does": does}),)))
    assert_held(one)
    assert ended(one) == "merged"


def test_calls_that_are_refused_for_a_minute_only_take_longer() -> None:
    slow, quick = play(FaultFile(slow_calls=0.5)), play()
    assert_held(slow)
    assert ended(slow) == "merged" and slow.took > quick.took


def test_a24_where_every_run_dies_the_breaker_opens() -> None:
    dying = tuple(OfJob(job="launch", nth=n, dies_after=2) for n in range(1, 40))
    one = play(FaultFile(jobs=dying, agents=()))
    assert_held(one)
    assert ended(one) == "3 runs in a row brought nothing" and one.runs < 15


# --- search for counterexamples ---

AGENTS = st.builds(
    OfAgent,
    agent=st.sampled_from(["agent-1", "agent-2", "agent-3"]),
    fault=st.sampled_from(AGENT_FAULTS),
    attempt=st.sampled_from([None, 1, 2]),
)
DYING = st.builds(OfJob, job=st.sampled_from(JOBS), nth=st.integers(1, 4), dies_after=st.integers(0, 12))
LOST = st.builds(OfEvent, completed=st.integers(1, 5), fault=st.sampled_from(EVENTS))
PEOPLE = st.builds(OfPerson, minute=st.floats(0, 200), does=st.sampled_from(MEDDLING))
FILES = st.builds(
    FaultFile,
    agents=st.lists(AGENTS, max_size=4).map(tuple),
    jobs=st.lists(DYING, max_size=4).map(tuple),
    events=st.lists(LOST, max_size=3).map(tuple),
    people=st.lists(PEOPLE, max_size=3).map(tuple),
    slow_calls=st.sampled_from([0, 0, 0.1]),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FILES, st.integers(0, 1_000_000))
def test_g10_g12_g14_g19_g23_a24_the_guarantees_hold_whatever_goes_wrong(faults: FaultFile, seed: int) -> None:
    assert_held(play(faults, seed=seed))


@pytest.mark.unwatched
@pytest.mark.parametrize("start", range(0, 200, 50))
def test_g19_the_guarantees_hold_at_random(start: int) -> None:
    for seed in range(start, start + 50):
        assert_held(at_random(seed, 0.2))


@pytest.mark.unwatched
def test_g18_g22_256_agents_with_faults_at_random_all_end_recorded_or_as_a_blocker() -> None:
    mission = widgets(256).replace(b"max_parallel: 10", b"max_parallel: 200").replace(b"2.00}", b"30.00}")
    one = at_random(3, 0.1, mission.replace(b"max_usd: 2.00", b"max_usd: 30.00"))
    assert_held(one)
    assert one.sessions[0].agents == 256 and ended(one) in ("merged", "the gate says fail")


@pytest.mark.parametrize("when", ["blockers", "continuation"])
def test_g30_what_a_session_has_no_time_for_ends_or_goes_on_in_another(when: str) -> None:
    limits = f"max_parallel: 2, session_timeout_hours: 0.4, when_over: {when}}}".encode()
    mission = widgets(6).replace(b"max_parallel: 10}", limits)
    sessions: set[str] = set()
    for seed in range(12):
        one = at_random(seed, 0.15, mission)
        assert_held(one)
        sessions |= {session.session for session in one.sessions}
    assert ("widgets-2" in sessions) is (when == "continuation")


def test_a_mission_on_a_free_backend_costs_nothing() -> None:
    one = play(mission=with_backend(widgets(), "widgets.yml", "simulated"))
    assert one.sessions[0].spent == 0 and ended(one) == "merged"


def four(*templates: str) -> list[tuple[bytes, str]]:
    folder = Path(__file__).parents[2] / "mission-templates"
    return [((folder / f"{name}.yml").read_bytes(), f"{name}.yml") for name in templates]


@pytest.mark.unwatched
@pytest.mark.parametrize("rate", [0, 0.1])
def test_g30_the_four_missions_at_once_have_no_conflict_no_duplicate_and_one_roadmap(rate: float) -> None:
    missions = four("hosting-panels", "cloud-providers", "sip-communication", "payment-billing")
    for seed in range(3):
        chance = Random(seed)
        one = rehearse(missions, ListedPrices(StillClock()), Chance(chance, rate), chance, seed)
        assert_held(one)
        assert len(one.sessions) == 4
        assert rate or {session.ended for session in one.sessions} == {"merged"}
