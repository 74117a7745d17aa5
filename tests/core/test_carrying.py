"""What is carried from one attempt to the next."""

from bot.core import carrying
from bot.core.carrying import MOST, brought_forward, joined
from bot.core.findings import Blocker, Gap, Opinion
from bot.core.records import FindingsFile
from bot.core.snapshot import MAX_FINDINGS
from tests.builders import checked, citation
from tests.core.attempts import SPEC, claim, ended, following, launch, lost

LAUNCH = launch()


def blocker(subject: str | None, title: str = "In the way") -> Blocker:
    return Blocker(subject=subject, title=title, impact="Low", description=".")


def opinion(subject: str, hours: int = 8) -> Opinion:
    return Opinion(subject=subject, complexity="Low", hours=hours, priority="P1", because=("authentication",))


def test_nothing_is_brought_forward_to_a_first_attempt() -> None:
    assert brought_forward(SPEC, None) == FindingsFile(agent="haiku-21")


def test_what_record_wrote_itself_is_not_brought_forward() -> None:
    first = ended(following(LAUNCH), claim("aws-ec2"), unfinished="its process ended")
    assert first[1].gaps and first[1].blockers
    assert brought_forward(SPEC, first[1]) == FindingsFile(agent="haiku-21", findings=(claim("aws-ec2"),))
    assert brought_forward(SPEC, lost(following(LAUNCH))[1]) == FindingsFile(agent="haiku-21")


def test_what_an_attempt_says_of_a_subject_takes_the_place_of_what_was_said() -> None:
    old = FindingsFile(
        agent="haiku-21",
        findings=(claim("aws-ec2", "Old."), claim("vultr", "Old.")),
        gaps=(Gap(subject="aws-ec2", field="pricing"), Gap(subject="vultr", field="pricing")),
        blockers=(blocker("aws-ec2"), blocker("vultr"), blocker(None)),
        opinions=(opinion("aws-ec2"), opinion("vultr")),
    )
    new = FindingsFile(
        agent="haiku-21", findings=(claim("aws-ec2", "New."),), opinions=(opinion("aws-ec2", hours=40),)
    )
    made = joined(old, new)
    assert made.findings == (claim("vultr", "Old."), claim("aws-ec2", "New."))
    assert made.gaps == (Gap(subject="vultr", field="pricing"),)
    assert made.blockers == (blocker("vultr"),)
    assert made.opinions == (opinion("vultr"), opinion("aws-ec2", hours=40))


def test_an_attempt_that_says_nothing_at_all_leaves_everything_as_it_was() -> None:
    old = FindingsFile(agent="haiku-21", findings=(claim("vultr"),), blockers=(blocker(None),))
    assert joined(old, FindingsFile(agent="haiku-21")) == old
    new = FindingsFile(agent="haiku-21", blockers=(blocker(None, "Another"),))
    assert joined(old, new).blockers == new.blockers


def test_a20_what_is_carried_on_fits_into_a_file_that_can_be_read() -> None:
    long = [checked(f"{n} " + "é" * 900, citation=citation("é" * 1_900)) for n in range(1_000)]
    carried = brought_forward(SPEC, FindingsFile(agent="haiku-21", findings=tuple(long))).findings
    assert 0 < len(carried) < len(long)
    assert list(carried) == long[: len(carried)]
    assert sum(len(one.model_dump_json().encode()) for one in carried) <= MOST
    parts = 3 * carrying.MOST + 5_000_000
    assert 1.3 * parts < MAX_FINDINGS, "with the spaces that our files are indented by"
