import pytest

from bot.core.findings import Blocker, Gap, Opinion, Searched, Usage
from bot.core.mission import Mission
from bot.core.notes import (
    Notes,
    claim_fields,
    closed,
    is_done,
    is_known,
    open_fields,
    resting,
    result_of,
)
from tests.builders import NOW, agent, finding, mission, subject

SEARCHED = (Searched(source="file:a.md", state="readable", documents=1, passages=3),)


@pytest.fixture
def plan() -> Mission:
    return mission(agent("haiku-1", subject("AWS EC2"), subject("Vultr")))


def about(field: str, claim: str = "It is so.", subject: str = "aws-ec2") -> Notes:
    return Notes().with_finding(finding(subject=subject, field=field, claim=claim))


def test_only_claims_are_searched_for(plan: Mission) -> None:
    fields = [field.id for field in claim_fields(plan)]
    assert "authentication" in fields
    assert "complexity" not in fields


def test_a_field_is_open_until_it_has_a_finding_or_a_gap(plan: Mission) -> None:
    notes = about("authentication").with_gap(Gap(subject="aws-ec2", field="pricing"))
    left = [field.id for field in open_fields(notes, plan, "aws-ec2")]
    assert "authentication" not in left
    assert "pricing" not in left
    assert len(left) == len(claim_fields(plan)) - 2
    assert len(open_fields(notes, plan, "vultr")) == len(claim_fields(plan))


def test_a_gap_ends_when_an_answer_is_found() -> None:
    notes = Notes().with_gap(Gap(subject="aws-ec2", field="pricing"))
    notes = notes.with_gap(Gap(subject="aws-ec2", field="regions"))
    notes = notes.with_finding(finding(subject="aws-ec2", field="pricing"))
    assert [gap.field for gap in notes.gaps] == ["regions"]


def test_the_last_word_on_a_gap_or_an_opinion_counts() -> None:
    notes = Notes().with_gap(Gap(subject="a", field="pricing", reason="one"))
    notes = notes.with_gap(Gap(subject="a", field="pricing", reason="two"))
    assert [gap.reason for gap in notes.gaps] == ["two"]
    first = Opinion(subject="a", complexity="Low", hours=1, priority="P2", because=("pricing",))
    last = first.model_copy(update={"hours": 2})
    other = first.model_copy(update={"subject": "b"})
    assert notes.with_opinion(first).with_opinion(other).with_opinion(last).opinions == (other, last)


def test_what_is_known_is_known_in_any_case() -> None:
    notes = about("pricing", "It costs 5 USD.")
    assert is_known(notes, finding(subject="aws-ec2", field="pricing", claim="IT COSTS 5 USD."))
    assert not is_known(notes, finding(subject="aws-ec2", field="regions", claim="It costs 5 USD."))
    assert not is_known(notes, finding(subject="vultr", field="pricing", claim="It costs 5 USD."))


def test_findings_are_taken_out_one_by_one_though_they_be_alike() -> None:
    notes = about("pricing").with_finding(finding(subject="aws-ec2", field="pricing", claim="It is so."))
    first, second = notes.findings
    assert first == second
    assert notes.without([first]).findings == (second,)


def test_a_doubt_stays_with_its_finding() -> None:
    notes = about("pricing").with_finding(finding(subject="aws-ec2", field="regions"))
    doubted = notes.doubting({1: "it says more than its quote" + "!" * 400})
    assert [len(one.doubt) for one in doubted.findings] == [0, 300]


def test_g29_nothing_is_left_open_in_silence(plan: Mission) -> None:
    one, _ = plan.subjects
    notes = closed(about("pricing"), plan, one, SEARCHED, "its money was gone")
    assert open_fields(notes, plan, one.id) == ()
    assert {gap.reason for gap in notes.gaps} == {"its money was gone"}
    assert all(gap.searched == SEARCHED for gap in notes.gaps)
    assert notes.blockers == ()
    assert is_done(notes, plan, one.id)


def test_g29_a_subject_that_nobody_came_to_is_blocked_and_has_no_gaps(plan: Mission) -> None:
    one, other = plan.subjects
    notes = closed(Notes(), plan, one, SEARCHED, "its time was over")
    assert [(b.subject, b.description) for b in notes.blockers] == [
        (one.id, "The agent stopped: its time was over.")
    ]
    assert notes.gaps == ()
    assert is_done(notes, plan, one.id)
    assert not is_done(notes, plan, other.id)


def test_a_finished_subject_without_a_finding_has_gaps(plan: Mission) -> None:
    one, _ = plan.subjects
    notes = closed(Notes(), plan, one, SEARCHED, "")
    assert len(notes.gaps) == len(claim_fields(plan))
    assert notes.blockers == ()


def test_a_blocker_of_the_agents_own_is_enough(plan: Mission) -> None:
    one, _ = plan.subjects
    own = Blocker(subject=one.id, title="No source", impact="High", description="None of them answers.")
    assert closed(Notes(blockers=(own,)), plan, one, SEARCHED, "its time was over").blockers == (own,)
    with_gaps = closed(about("pricing").with_blocker(own), plan, one, SEARCHED, "")
    assert len(with_gaps.gaps) == len(claim_fields(plan)) - 1


def test_an_opinion_rests_on_findings_that_nobody_doubts(plan: Mission) -> None:
    opinion = Opinion(
        subject="aws-ec2", complexity="Low", hours=8, priority="P1", because=("pricing", "regions", "versions")
    )
    notes = about("pricing").with_finding(finding(subject="aws-ec2", field="regions")).doubting({1: "no"})
    kept = resting(opinion, notes)
    assert kept is not None
    assert kept.because == ("pricing",)
    assert resting(opinion, Notes()) is None
    unfounded = notes.with_opinion(opinion.model_copy(update={"because": ("versions",)}))
    assert closed(unfounded, plan, plan.subjects[0], SEARCHED, "").opinions == ()


def test_a_result_holds_all_of_it() -> None:
    notes = about("pricing")
    result = result_of(
        notes,
        session="cloud-1",
        agent="haiku-1",
        attempt=2,
        started=NOW,
        finished=NOW,
        usage=Usage(micro_usd=7),
        unfinished="x" * 400,
        halted=True,
    )
    assert (result.findings, result.usage.micro_usd, len(result.unfinished), result.halted) == (
        notes.findings,
        7,
        300,
        True,
    )
