"""From findings to a deliverable: nothing is lost, nothing is counted twice, the order is the mission's."""

import random

from hypothesis import given
from hypothesis import strategies as st

from bot.core.consolidate import Deliverable, SubjectReport, consolidate, figures
from bot.core.fields import SECTIONS, STANDARD_FIELDS
from bot.core.findings import CITATION_STATES, Blocker, CheckedFinding, Gap
from bot.core.inbox import without_repeats
from bot.core.mission import Mission
from bot.core.records import FindingsFile, Launch
from bot.core.session import SessionData
from tests.builders import NOW, agent, checked, citation, mission, subject

LAUNCH = Launch(
    session="cloud-1",
    mission=mission(),
    mission_sha256="0" * 64,
    launched=NOW,
    by="octocat",
    base="main",
    base_commit="0" * 40,
    caps={},
)
TWO_AGENTS = mission(
    agent("haiku-21", subject("AWS EC2")),
    agent("haiku-25", subject("Vultr"), subject("Linode")),
    extra_output=("cost comparison matrix",),
)


def session(*files: FindingsFile, plan: Mission = TWO_AGENTS) -> SessionData:
    return SessionData("cloud-1", plan, LAUNCH, {}, {file.agent: file for file in files})


def done(*findings: CheckedFinding, gaps: tuple[Gap, ...] = (), blockers: tuple[Blocker, ...] = ()) -> Deliverable:
    return consolidate(session(FindingsFile(agent="haiku-21", findings=findings, gaps=gaps, blockers=blockers)))


def states(report: SubjectReport) -> dict[str, str]:
    return {field.field.id: field.state for field in report.fields}


BLOCKER = Blocker(subject="vultr", title="No readable source", impact="High", description="403 three times")


def test_subjects_and_sections_come_in_the_order_of_mission_and_protocol() -> None:
    deliverable = done()
    assert [(report.id, report.agent) for report in deliverable.subjects] == [
        ("aws-ec2", "haiku-21"),
        ("vultr", "haiku-25"),
        ("linode", "haiku-25"),
    ]
    assert all(tuple(section.name for section in report.sections) == SECTIONS for report in deliverable.subjects)
    assert (deliverable.path, deliverable.table) == (
        "INTEGRATIONS-CLOUD-PROVIDERS.md",
        "INTEGRATIONS-CLOUD-PROVIDERS.csv",
    )


def test_citations_are_numbered_by_field_then_in_the_agents_order() -> None:
    report = done(
        checked("It costs 1 USD.", field="pricing"),
        checked("second", field="authentication"),
        checked("third", field="authentication"),
        checked("It computes.", field="overview"),
    ).subjects[0]
    assert [(cited.label, cited.id, cited.finding.claim) for cited in report.cited] == [
        ("aws-ec2-1", "IF.TTT.2026.CLOUD.AWS-EC2.1", "It computes."),
        ("aws-ec2-2", "IF.TTT.2026.CLOUD.AWS-EC2.2", "second"),
        ("aws-ec2-3", "IF.TTT.2026.CLOUD.AWS-EC2.3", "third"),
        ("aws-ec2-4", "IF.TTT.2026.CLOUD.AWS-EC2.4", "It costs 1 USD."),
    ]


def test_g27_only_verified_findings_are_claims_the_others_are_kept_apart() -> None:
    findings = [checked(f"claim {state}", field="authentication", state=state) for state in CITATION_STATES]
    report = done(*findings, checked("gone", field="pricing", state="dead")).subjects[0]
    assert [cited.finding.claim for cited in report.claims] == ["claim verified"]
    assert [cited.finding.state for cited in report.unverified] == [
        "drifted",
        "unsupported",
        "dead",
        "blocked",
        "dead",
    ]
    assert states(report)["pricing"] == "unverified"
    assert report.assessment is not None
    assert ("authentication", 2) in report.assessment.ready


def test_every_field_says_what_became_of_it() -> None:
    gap = Gap(subject="aws-ec2", field="regions")
    report = done(checked(), gaps=(gap,)).subjects[0]
    assert states(report)["authentication"] == "answered"
    assert states(report)["regions"] == "gap"
    assert states(report)["overview"] == "missing"
    assert report.gaps == (gap,)


def test_a_subject_of_which_nothing_was_delivered_is_missing_and_not_assessed() -> None:
    deliverable = done(checked())
    researched = {report.id: report.researched for report in deliverable.subjects}
    assert researched == {"aws-ec2": True, "vultr": False, "linode": False}
    assert deliverable.subjects[1].assessment is None
    assert deliverable.totals.covered == 1


def test_a_gap_or_an_unverified_finding_is_research_too() -> None:
    assert done(gaps=(Gap(subject="aws-ec2", field="regions"),)).subjects[0].researched
    assert done(checked(state="blocked")).subjects[0].researched


def test_g30_the_same_claim_with_the_same_quote_counts_once() -> None:
    deliverable = done(
        checked("Requests are signed."), checked("requests  are signed"), checked("Requests are encrypted.")
    )
    claims = [cited.finding.claim for cited in deliverable.subjects[0].claims]
    assert claims == ["Requests are signed.", "Requests are encrypted."]
    assert deliverable.merged == 1


def test_the_same_claim_of_two_fields_or_with_two_quotes_stays_twice() -> None:
    deliverable = done(checked("x"), checked("x", field="overview"), checked("x", citation=citation("another")))
    assert deliverable.totals.claims == 3
    assert deliverable.merged == 0


def test_of_repeats_the_verified_one_stays_in_the_place_of_the_first() -> None:
    kept = without_repeats(
        [checked("a", state="drifted"), checked("b"), checked("A.", state="verified"), checked("a", state="dead")]
    )
    assert [(finding.claim, finding.state) for finding in kept] == [("A.", "verified"), ("b", "verified")]


def test_g29_what_names_another_subject_or_field_is_counted_and_not_dropped_in_silence() -> None:
    deliverable = done(
        checked(subject="adyen"),
        checked(field="colour"),
        checked(),
        gaps=(Gap(subject="square", field="pricing"),),
    )
    assert deliverable.strays == 3
    assert deliverable.totals.claims == 1


def test_blockers_stand_with_their_subject_or_with_the_session() -> None:
    general = BLOCKER.model_copy(update={"subject": None, "title": "No network"})
    foreign = BLOCKER.model_copy(update={"subject": "adyen", "title": "Not ours"})
    deliverable = done(blockers=(BLOCKER, general, foreign))
    assert deliverable.subjects[1].blockers == (BLOCKER,)
    assert [blocker.title for blocker in deliverable.blockers] == ["No network", "Not ours"]
    assert deliverable.totals.blockers == 3


def test_findings_of_a_backup_agent_count_for_their_subject() -> None:
    backup = FindingsFile(agent="backup-1", findings=(checked("from the backup"),))
    first = FindingsFile(agent="haiku-21", findings=(checked("from the agent"),))
    claims = consolidate(session(backup, first)).subjects[0].claims
    assert [cited.finding.claim for cited in claims] == ["from the agent", "from the backup"]


def test_totals_add_up() -> None:
    deliverable = done(
        checked(),
        checked("gone", state="dead"),
        gaps=(Gap(subject="aws-ec2", field="regions"),),
        blockers=(BLOCKER,),
    )
    totals = deliverable.totals
    assert figures(deliverable) == totals
    assert (totals.subjects, totals.covered, totals.claims, totals.verified, totals.unverified) == (3, 1, 1, 1, 1)
    assert (totals.gaps, totals.blockers, totals.hours) == (1, 1, 54)
    assert totals.complexity == (("Low", 0), ("Medium", 1), ("High", 0))
    assert totals.priority == (("P0", 0), ("P1", 0), ("P2", 1))


FINDINGS = st.lists(
    st.builds(
        checked,
        st.sampled_from(["a", "b", "B.", "c"]),
        subject=st.sampled_from(["aws-ec2", "vultr", "linode", "adyen"]),
        field=st.sampled_from([*(field.id for field in STANDARD_FIELDS), "colour"]),
        state=st.sampled_from(CITATION_STATES),
    ),
    max_size=30,
)


@given(FINDINGS)
def test_no_finding_is_lost_and_every_total_can_be_counted_again(findings: list[CheckedFinding]) -> None:
    deliverable = done(*findings)
    totals = deliverable.totals
    assert totals.claims + totals.unverified + deliverable.merged + deliverable.strays == len(findings)
    assert totals.claims == totals.verified
    assert figures(deliverable) == totals
    labels = [cited.label for report in deliverable.subjects for cited in report.cited]
    assert len(set(labels)) == len(labels)


@given(FINDINGS, st.randoms())
def test_the_order_in_which_files_are_read_makes_no_difference(
    findings: list[CheckedFinding], chance: random.Random
) -> None:
    files = [FindingsFile(agent=name, findings=tuple(findings)) for name in ("haiku-21", "haiku-25", "z-9", "y-8")]
    shuffled = list(files)
    chance.shuffle(shuffled)
    assert consolidate(session(*shuffled)) == consolidate(session(*files))
