from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.conflicts import Conflict
from bot.core.cross_session import CrossCriterion, cross_criteria
from bot.core.findings import Impact
from bot.core.loading import load_mission
from bot.core.metrics import metrics
from bot.core.mission import Mission
from bot.core.next_actions import next_actions, next_step
from bot.core.overview import Overview, blockers, duplicates, overview, phases
from bot.core.state import Merge, SessionState
from bot.errors import Problem
from tests.builders import NOW
from tests.sessions import LAUNCHED, blocker, findings, mission_yaml, record, state


def mission(name: str = "cloud", number: int = 2, **options: object) -> Mission:
    return load_mission(mission_yaml(name, number, **options), "mission.yml")  # type: ignore[arg-type]


CLOUD = mission()
SIP = mission("sip", 3, agents={"haiku-1": ("Plivo",)})
REFRESH = mission("again", 4, agents={"haiku-1": ("Linode",)}, more="refresh: true")
ONE, TWO = record("cloud-1", "haiku-1"), record("cloud-1", "haiku-2")
BLOCKED = record("cloud-1", "haiku-2", "blocked")
FILE = findings("haiku-2", "vultr", blockers=(blocker(),))
MERGE = Merge("c" * 40, LAUNCHED + timedelta(hours=1))

LAUNCHED_ONE = state(SIP, session="sip-1")
RUNNING = state(CLOUD, ONE)
COMPLETE = state(CLOUD, ONE, TWO)
MERGED = state(CLOUD, ONE, TWO, merge=MERGE)
WITH_BLOCKER = state(CLOUD, ONE, BLOCKED, files=(FILE,))
RESOLVING = state(REFRESH, record("again-1", "haiku-1"), session="again-1", merge=Merge())


def view(*sessions: SessionState, now: object = NOW, **more: object) -> Overview:
    return overview("main", "b" * 40, now, sessions, **more)  # type: ignore[arg-type]


def criterion(name: str, *sessions: SessionState, **more: object) -> CrossCriterion:
    return next(one for one in cross_criteria(view(*sessions, **more)) if one.id == name)


@given(st.randoms(use_true_random=False))
def test_g19_sessions_in_any_order_give_the_same_overview(random: Random) -> None:
    sessions = [LAUNCHED_ONE, MERGED, RESOLVING]
    random.shuffle(sessions)
    assert view(*sessions) == view(MERGED, LAUNCHED_ONE, RESOLVING)


def test_a_phase_is_pending_then_in_progress_then_complete() -> None:
    assert [phases([one])[0].status for one in (state(CLOUD), RUNNING, COMPLETE, MERGED)] == [
        "Pending",
        "In Progress",
        "In Progress",
        "Complete",
    ]


def test_a_phase_counts_each_subject_once_over_its_sessions() -> None:
    again = state(CLOUD, record("cloud-2", "haiku-1"), session="cloud-2", at=NOW)
    phase = phases([MERGED, again])[0]
    assert (phase.covered, phase.assigned, phase.status) == (3, 3, "In Progress")
    assert (phase.session.session, phase.commit) == ("cloud-2", "c" * 40)


def test_a_merge_that_the_history_does_not_name_has_no_commit() -> None:
    assert phases([RESOLVING])[0].commit is None


def test_phases_come_by_number() -> None:
    assert [phase.number for phase in phases([RESOLVING, LAUNCHED_ONE, MERGED])] == [2, 3, 4]


def test_g30_a_subject_that_two_sessions_take_is_a_duplicate() -> None:
    other = state(mission("other", 5, agents={"haiku-9": ("Vultr",)}), session="other-1")
    assert [(one.subject.name, one.sessions) for one in duplicates([MERGED, other])] == [
        ("Vultr", ("cloud-1", "other-1"))
    ]
    found = criterion("no-duplicates", MERGED, other)
    assert (found.state, found.done, found.of) == ("not met", 2, 3)
    assert found.measured == "2 of 3 subjects in one session only"
    assert found.action.endswith(" says refresh: true: vultr (cloud-1, other-1)")
    assert "keep one of the sessions cloud-1, other-1 for Vultr" in [
        a.what for a in next_actions(view(MERGED, other))
    ]


def test_a_refresh_and_a_subject_that_was_given_up_are_no_duplicates() -> None:
    other = state(mission("other", 5, agents={"haiku-9": ("Linode",)}), session="other-1")
    assert duplicates([MERGED, RESOLVING]) == ()
    assert duplicates([WITH_BLOCKER, other]) == ()
    assert criterion("no-duplicates", MERGED).state == "met"


def test_a_blocker_is_resolved_once_its_subjects_are_covered_elsewhere() -> None:
    assert [one.resolved_by for one in blockers([WITH_BLOCKER])] == [()]
    assert [one.resolved_by for one in blockers([WITH_BLOCKER, RESOLVING])] == [("again-1",)]
    found = criterion("blockers-resolved", WITH_BLOCKER)
    assert (found.state, found.measured) == ("not met", "1 of 1 documented, 0 of 1 resolved")
    assert criterion("blockers-resolved", MERGED).measured == "no blocker"
    assert criterion("blockers-resolved", WITH_BLOCKER, RESOLVING).state == "met"


def test_a_blocker_of_a_subject_that_its_agent_does_not_have_stays_open() -> None:
    file = findings("haiku-2", "vultr", "linode", blockers=(blocker("aws-ec2"),))
    assert [one.resolved_by for one in blockers([state(CLOUD, ONE, BLOCKED, files=(file,))])] == [()]


def test_without_a_session_every_criterion_waits() -> None:
    assert [one.state for one in cross_criteria(view())] == ["waiting"] * 5
    assert len({one.id for one in cross_criteria(view())}) == 5


def test_all_within_a_day_is_measured_from_the_first_launch_to_the_last_merge() -> None:
    assert criterion("within-a-day", MERGED).measured == "1 of 1 merged in 1.0 of 24 hours"
    assert criterion("within-a-day", MERGED).state == "met"
    late = state(CLOUD, ONE, TWO, merge=Merge("c" * 40, LAUNCHED + timedelta(hours=25)))
    assert criterion("within-a-day", late).state == "not met"
    waiting = criterion("within-a-day", MERGED, LAUNCHED_ONE)
    assert (waiting.state, waiting.done, waiting.of) == ("waiting", 1, 2)
    assert waiting.measured == "1 of 2 merged, the 24 hours end at 2026-11-23 16:10 UTC"
    over = criterion("within-a-day", MERGED, LAUNCHED_ONE, now=NOW + timedelta(days=2))
    assert over.state == "not met"
    assert over.measured == "1 of 2 merged, the 24 hours ended at 2026-11-23 16:10 UTC"


def test_what_a_criterion_says_does_not_change_with_every_minute() -> None:
    later = NOW + timedelta(hours=1)
    sessions = (RUNNING, LAUNCHED_ONE, WITH_BLOCKER)
    assert cross_criteria(view(*sessions)) == cross_criteria(view(*sessions, now=later))


def test_findings_are_compiled_when_every_session_is_merged() -> None:
    assert criterion("compiled", MERGED).state == "met"
    assert criterion("compiled", MERGED, LAUNCHED_ONE).measured == "1 of 2 sessions compiled"


def test_a_merge_that_conflicts_is_named_with_its_files() -> None:
    conflict = {"cloud-1": (Conflict("README.md"),)}
    found = criterion("no-conflicts", COMPLETE, conflicts=conflict)
    assert (found.state, found.action) == ("not met", "name the files and keep all findings: cloud-1")
    assert (found.measured, found.done) == ("0 of 1 merged, 0 of 1 that wait would merge cleanly", 0)
    clean = criterion("no-conflicts", COMPLETE, conflicts={"cloud-1": ()})
    assert (clean.state, clean.done, clean.of) == ("waiting", 1, 1)
    assert criterion("no-conflicts", MERGED).state == "met"
    actions = next_actions(view(COMPLETE, conflicts=conflict))
    assert [(one.urgency, one.what) for one in actions] == [
        ("P0", "resolve the merge conflict in README.md, keep all findings; then swarm close")
    ]


def test_blockers_wait_while_agents_run() -> None:
    assert criterion("blockers-resolved", RUNNING).state == "waiting"


def test_the_next_step_follows_from_the_phase() -> None:
    assert next_step(LAUNCHED_ONE) == "1 agent (haiku-1) to report for the first time"
    assert next_step(RUNNING) == "1 agent (haiku-2) to report"
    assert next_step(COMPLETE) == "write the deliverable"
    assert next_step(state(CLOUD, ONE, TWO, deliverable=True)) == "gate and merge"
    assert next_step(MERGED) == "nothing, it is merged"


def test_of_many_agents_the_first_few_are_named() -> None:
    many = mission(agents={f"haiku-{n}": (f"Subject {n}",) for n in range(1, 8)})
    assert next_step(state(many)) == (
        "7 agents (haiku-1, haiku-2, haiku-3, haiku-4, haiku-5 and 2 more) to report for the first time"
    )


def test_the_most_urgent_actions_come_first() -> None:
    failed = state(SIP, record("sip-1", "haiku-1", "failed"), session="sip-1")
    late = state(mission("late", 6, agents={"haiku-1": ("Wasabi",)}), session="late-1", at=NOW - timedelta(days=1))
    broken = Problem("sessions/x/launch.json", what="the file is missing", todo="launch the mission again")
    found = next_actions(view(failed, late, RUNNING, problems=[broken]))
    assert [(one.urgency, one.session) for one in found] == [
        ("P0", ""),
        ("P0", "late-1"),
        ("P1", "sip-1"),
        ("P1", "sip-1"),
        ("P2", "cloud-1"),
    ]


def test_g16_access_to_the_model_is_mended_before_anybody_is_run_again() -> None:
    one = record("cloud-1", "haiku-1", "failed", halted=True, halts=1, blockers=0)
    two = record("cloud-1", "haiku-2", "failed", blockers=0)
    files = (findings("haiku-1", "aws-ec2"), findings("haiku-2", "vultr", "linode"))
    found = next_actions(view(state(CLOUD, one, two, files=files)))
    assert [(action.urgency, action.what) for action in found] == [
        ("P0", "mend the access to the model, then run again: haiku-1"),
        ("P1", "run the failed agents again: haiku-2"),
        ("P1", "write the deliverable: swarm close"),
    ]


@pytest.mark.parametrize(
    ("impact", "urgency"), [("Critical", "P0"), ("High", "P1"), ("Medium", "P2"), ("Low", "P2")]
)
def test_a_blocker_is_as_urgent_as_its_impact(impact: Impact, urgency: str) -> None:
    file = findings("haiku-2", "vultr", blockers=(blocker("linode", impact, recommendation="Add a source."),))
    found = next_actions(view(state(CLOUD, ONE, BLOCKED, files=(file,), merge=MERGE)))
    assert [(one.urgency, one.what) for one in found] == [
        (urgency, "linode has no readable source: Add a source.")
    ]


def test_a_resolved_blocker_needs_no_action() -> None:
    merged = state(CLOUD, ONE, BLOCKED, files=(FILE,), merge=MERGE)
    assert next_actions(view(merged, RESOLVING)) == ()


def test_metrics_are_sums_over_all_sessions() -> None:
    found = metrics(view(WITH_BLOCKER, RESOLVING, LAUNCHED_ONE))
    assert (found.sessions, found.merged, found.agents, found.reported) == (3, 1, 4, 3)
    assert (found.findings, found.verified, found.blockers, found.resolved) == (6, 3, 1, 1)
    assert found.cost == 30_000
    assert found.last_activity == LAUNCHED + timedelta(minutes=7)


def test_completion_is_estimated_once_every_open_session_has_an_estimate() -> None:
    assert metrics(view(RUNNING, MERGED)).estimated == RUNNING.eta
    assert metrics(view(RUNNING, LAUNCHED_ONE)).estimated is None
    assert metrics(view()).estimated is None
    assert metrics(view()).last_activity is None
