from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.core.loading import load_mission
from bot.core.records import AgentRecord, AgentState, FindingsFile
from bot.core.session import SessionData
from bot.core.state import Merge, SessionFacts, SubjectRef, reduce
from tests.builders import NOW
from tests.sessions import LAUNCHED, blocker, data, findings, mission_yaml, record, state

MISSION = load_mission(mission_yaml(), "mission.yml")
EC2, VULTR, LINODE = (
    SubjectRef(one, name) for one, name in (("aws-ec2", "AWS EC2"), ("vultr", "Vultr"), ("linode", "Linode"))
)


def test_a_session_goes_through_its_phases() -> None:
    one, two = record("cloud-1", "haiku-1"), record("cloud-1", "haiku-2")
    assert state(MISSION).phase == "launched"
    assert state(MISSION, one).phase == "running"
    assert state(MISSION, one, two).phase == "complete"
    assert state(MISSION, one, two, merge=Merge()).phase == "merged"


def test_what_is_counted_comes_from_the_records() -> None:
    found = state(MISSION, record("cloud-1", "haiku-1"), record("cloud-1", "haiku-2", "failed"))
    assert (found.findings, found.verified, found.gaps, found.blocker_count) == (4, 2, 2, 1)
    assert (found.cost, found.cap) == (20_000, 2_500_000)
    assert (found.agents.done, found.agents.failed, found.agents.pending) == (("haiku-1",), ("haiku-2",), ())
    assert found.failures == (("haiku-2", "it ran out of time"),)
    assert (found.agents.reported, found.agents.total) == (2, 2)


def test_a_record_of_an_agent_that_the_mission_does_not_have_counts_for_nothing() -> None:
    assert state(MISSION, record("cloud-1", "haiku-99")) == state(MISSION)


def test_a_done_agent_covers_its_subjects_and_a_failed_one_none() -> None:
    found = state(MISSION, record("cloud-1", "haiku-1", "failed"), record("cloud-1", "haiku-2")).subjects
    assert (found.covered, found.blocked) == ((VULTR, LINODE), (EC2,))


def test_g16_a_failed_agent_covers_what_it_has_found_until_then() -> None:
    file = findings("haiku-2", "vultr", blockers=(blocker("linode"),))
    found = state(MISSION, record("cloud-1", "haiku-2", "failed"), files=(file,)).subjects
    assert (found.covered, found.blocked) == ((VULTR,), (LINODE,))
    silent = state(MISSION, record("cloud-1", "haiku-2", "failed"), files=(findings("haiku-2", "vultr"),)).subjects
    assert (silent.covered, silent.blocked) == ((VULTR,), (LINODE,))


def test_a_session_knows_who_was_refused_access_to_its_model() -> None:
    one = record("cloud-1", "haiku-1", "failed", halted=True, halts=1)
    assert state(MISSION, one, record("cloud-1", "haiku-2", "failed")).halted == ("haiku-1",)


def test_a_blocked_agent_covers_what_its_blockers_do_not_name() -> None:
    file = findings("haiku-2", "vultr", blockers=(blocker("linode"),))
    found = state(MISSION, record("cloud-1", "haiku-2", "blocked"), files=(file,))
    assert (found.subjects.covered, found.subjects.blocked) == ((VULTR,), (LINODE,))
    assert found.blockers[0].subjects == (LINODE,)


def test_a_blocker_of_the_agent_holds_up_what_it_has_not_answered() -> None:
    file = findings("haiku-2", "vultr", blockers=(blocker(None),))
    found = state(MISSION, record("cloud-1", "haiku-2", "blocked"), files=(file,))
    assert (found.subjects.covered, found.subjects.blocked) == ((VULTR,), (LINODE,))
    assert found.blockers[0].subjects == (VULTR, LINODE)


def test_a_blocked_agent_whose_findings_cannot_be_read_covers_nothing() -> None:
    found = state(MISSION, record("cloud-1", "haiku-2", "blocked"))
    assert found.subjects.blocked == (VULTR, LINODE)
    assert (found.blockers, found.blocker_count) == ((), 1)


def test_a_session_is_overdue_once_its_time_is_over_and_agents_are_missing() -> None:
    later = LAUNCHED + timedelta(hours=6, seconds=1)
    assert not state(MISSION, now=later - timedelta(seconds=1)).overdue
    assert state(MISSION, now=later).overdue
    assert not state(MISSION, record("cloud-1", "haiku-1"), record("cloud-1", "haiku-2"), now=later).overdue


def test_an_estimate_is_the_median_duration_after_the_last_activity() -> None:
    assert state(MISSION).eta is None
    assert state(MISSION, record("cloud-1", "haiku-1")).eta == LAUNCHED + timedelta(minutes=7 + 6)
    assert state(MISSION, record("cloud-1", "haiku-1"), record("cloud-1", "haiku-2")).eta is None


def test_an_estimate_counts_the_rounds_that_are_still_to_come() -> None:
    agents = {f"haiku-{n}": (f"Subject {n}",) for n in range(1, 6)}
    content = mission_yaml(agents=agents).replace(b"{max_usd: 2.50}", b"{max_usd: 2.50, max_parallel: 2}")
    found = state(load_mission(content, "mission.yml"), record("cloud-1", "haiku-1"))
    assert found.eta == LAUNCHED + timedelta(minutes=7 + 2 * 6)


def test_a_record_that_took_no_time_or_centuries_gives_no_estimate() -> None:
    assert state(MISSION, record("cloud-1", "haiku-1", finished=LAUNCHED)).eta is None
    content = mission_yaml(agents={f"haiku-{n}": (f"Subject {n}",) for n in range(1, 102)})
    mission = load_mission(content.replace(b"2.50}", b"2.50, max_parallel: 1}"), "mission.yml")
    slow = record(
        "cloud-1", "haiku-1", started=datetime(2001, 1, 1, tzinfo=UTC), finished=datetime(2190, 1, 1, tzinfo=UTC)
    )
    assert state(mission, slow).eta is None


def test_the_last_activity_is_the_merge_when_its_time_is_known() -> None:
    one = record("cloud-1", "haiku-1")
    assert state(MISSION, one, merge=Merge("c" * 40, NOW)).last_activity == NOW
    assert state(MISSION, one, merge=Merge()).last_activity == one.recorded


AGENTS = tuple(agent.id for agent in MISSION.agents)
RECORDS = st.lists(
    st.builds(
        record,
        st.just("cloud-1"),
        st.sampled_from((*AGENTS, "haiku-99")),
        st.sampled_from(("done", "blocked", "failed")),
        recorded=st.integers(0, 100_000).map(lambda seconds: LAUNCHED + timedelta(seconds=seconds)),
    ),
    unique_by=lambda one: one.agent,
)
FILES = st.lists(
    st.builds(
        findings, st.sampled_from(AGENTS), st.sampled_from(("vultr", "aws-ec2")), blockers=st.just((blocker(),))
    ),
    unique_by=lambda one: one.agent,
)


@given(RECORDS, FILES, st.randoms(use_true_random=False))
def test_g19_facts_give_the_same_state_in_whatever_order_they_come(
    records: list[AgentRecord], files: list[FindingsFile], random: Random
) -> None:
    def reduced(some: list[AgentRecord], others: list[FindingsFile]) -> object:
        return reduce(SessionFacts(data(MISSION, *some, files=tuple(others))), NOW)

    before = reduced(records, files)
    random.shuffle(records)
    random.shuffle(files)
    assert reduced(records, files) == before


@given(RECORDS, FILES)
def test_every_agent_and_every_subject_is_counted_once(
    records: list[AgentRecord], files: list[FindingsFile]
) -> None:
    found = state(MISSION, *records, files=tuple(files))
    assert found.agents.total == len(AGENTS)
    agents = (*found.agents.done, *found.agents.blocked, *found.agents.failed, *found.agents.pending)
    assert sorted(agents) == sorted(AGENTS)
    assert not set(found.subjects.covered) & set(found.subjects.blocked)
    assert {*found.subjects.covered, *found.subjects.blocked} <= set(found.subjects.assigned)


@given(RECORDS, st.sampled_from(AGENTS), st.sampled_from(("done", "blocked", "failed")))
def test_one_more_record_never_takes_a_report_back(
    records: list[AgentRecord], agent: str, how: AgentState
) -> None:
    before = state(MISSION, *records)
    kept: SessionData = data(
        MISSION, *[one for one in records if one.agent != agent], record("cloud-1", agent, how)
    )
    assert reduce(SessionFacts(kept), NOW).agents.reported >= before.agents.reported
