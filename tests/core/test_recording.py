"""What is recorded of attempts that come to their end, of those that do not, and of those that are lost."""

import pytest

from bot.core.carrying import UNANSWERED
from bot.core.findings import Blocker, Gap, Opinion, Searched
from bot.core.mission import Backend
from tests.builders import agent, checked, subject
from tests.core.attempts import CAP, claim, ended, following, launch, lost

LAUNCH = launch()
WALL = Blocker(subject="vultr", title="Vultr is behind a wall", impact="High", description="403.")
OPINION = Opinion(subject="aws-ec2", complexity="Low", hours=8, priority="P1", because=("authentication",))
SEARCHED = Gap(subject="aws-ec2", field="pricing", searched=(Searched(source="file:a", state="readable"),))


def test_a_result_that_says_something_of_each_subject_is_done() -> None:
    record, file = ended(following(LAUNCH), claim("aws-ec2"), claim("vultr"), used=1_000, opinions=(OPINION,))
    assert (record.state, record.reason, record.blockers) == ("done", "", 0)
    assert (record.spent, record.usage.micro_usd, record.halts) == (1_000, 1_000, 0)
    assert (record.findings, record.verified, record.gaps) == (2, 2, len(file.gaps))
    assert file.opinions == (OPINION,)


def test_g29_a_finished_result_that_is_silent_about_a_subject_has_a_blocker_for_it() -> None:
    record, file = ended(following(LAUNCH), claim("aws-ec2"))
    assert (record.state, [b.title for b in file.blockers]) == ("blocked", ["Vultr was not answered"])
    assert {gap.subject for gap in file.gaps} == {"aws-ec2"}


def test_g16_an_unfinished_result_is_a_failed_attempt_and_all_of_it_is_kept() -> None:
    record, file = ended(
        following(LAUNCH),
        claim("aws-ec2"),
        used=5,
        unfinished="its\nmoney is used up",
        gaps=(SEARCHED,),
        opinions=(OPINION,),
    )
    assert (record.state, record.reason, record.halted, record.halts) == (
        "failed",
        "its money is used up",
        False,
        0,
    )
    assert (record.findings, record.verified, record.spent) == (1, 1, 5)
    assert (file.findings, file.opinions) == ((claim("aws-ec2"),), (OPINION,))
    assert SEARCHED in file.gaps
    [blocker] = file.blockers
    assert (blocker.subject, blocker.title) == ("vultr", "Vultr was not reached")
    assert blocker.description == "Agent haiku-21 did not come to it: its money is used up"
    fields = {field.id for field in LAUNCH.mission.fields if field.kind == "claim"}
    assert {gap.field for gap in file.gaps} == fields - {"authentication"}
    assert all(gap.reason == UNANSWERED for gap in file.gaps if gap != SEARCHED)


def test_g16_an_attempt_that_was_halted_says_so_and_is_counted() -> None:
    first = ended(following(LAUNCH), claim("aws-ec2"), used=5, unfinished="401", halted=True)
    assert (first[0].halted, first[0].halts) == (True, 1)
    second = ended(following(LAUNCH, first), unfinished="", halted=True)
    assert (second[0].state, second[0].reason) == ("failed", "the access to the model was refused")
    assert (second[0].halts, second[0].spent) == (2, 5)
    third = ended(following(LAUNCH, second), claim("vultr"), used=7)
    assert (third[0].state, third[0].halted, third[0].halts, third[0].spent) == ("done", False, 2, 12)


@pytest.mark.parametrize(("backend", "spent"), [("claude", CAP // 2), ("extractive", 0), ("simulated", 0)])
def test_g23_a_lost_attempt_counts_for_all_that_it_might_have_spent(backend: Backend, spent: int) -> None:
    of = launch(backend)
    first = lost(following(of))
    assert (first[0].state, first[0].spent, first[0].usage.micro_usd) == ("failed", spent, 0)
    assert lost(following(of, first))[0].spent == 2 * spent


def test_g23_an_agents_own_backend_decides_what_a_lost_attempt_counts_for() -> None:
    spec = agent("haiku-21", subject()).model_copy(update={"backend": "extractive"})
    assert lost(following(launch("claude", spec=spec)))[0].spent == 0


def test_g23_what_one_attempt_leaves_the_next_may_spend() -> None:
    first = ended(following(LAUNCH), used=50_000, unfinished="it ran out of time")
    second = following(LAUNCH, first)
    assert (following(LAUNCH).allowance, second.allowance) == (125_000, 200_000)
    assert lost(second)[0].spent == CAP


def test_g16_an_attempt_that_brings_nothing_keeps_what_was_found_before_it() -> None:
    doubtful = checked("It is v5.", subject="aws-ec2", state="unsupported")
    first = ended(
        following(LAUNCH),
        claim("aws-ec2"),
        doubtful,
        unfinished="its process ended",
        gaps=(SEARCHED,),
        blockers=(WALL,),
        opinions=(OPINION,),
    )
    record, file = lost(following(LAUNCH, first))
    assert (record.state, record.findings, record.verified) == ("failed", 1, 1)
    assert (file.findings, file.opinions, file.blockers) == ((claim("aws-ec2"),), (OPINION,), (WALL,))
    assert SEARCHED in file.gaps


def test_an_attempt_that_brings_nothing_has_a_blocker_for_each_subject_of_which_nothing_is_known() -> None:
    first = ended(following(LAUNCH), claim("aws-ec2"), unfinished="its process ended")
    _, file = lost(following(LAUNCH, first))
    assert [b.title for b in file.blockers] == ["Vultr was not researched"]
    assert file.blockers[0].description == "Agent haiku-21 failed in attempt 2: its job was lost"


def test_a_subject_with_a_very_long_name_has_a_blocker_too() -> None:
    of = launch(spec=agent("haiku-21", subject("x" * 500)))
    first = lost(following(of))
    assert [b.title for b in first[1].blockers] == ["x" * 270 + " was not researched"]
    assert len(lost(following(of, first))[1].blockers) == 1


def test_g25_a_reason_is_recorded_without_what_looks_like_a_key() -> None:
    key = "sk-" + "ant-api03-" + "Ab1" * 10
    said = f"401 for {key} ({key.encode().hex()})"
    for record, file in (lost(following(LAUNCH), said), ended(following(LAUNCH), unfinished=said)):
        assert record.reason == "401 for [redacted] ([redacted])"
        assert "[redacted]" in file.blockers[0].description
        assert key not in file.model_dump_json()
