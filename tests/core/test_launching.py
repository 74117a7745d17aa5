"""Who may launch, and as which session."""

import pytest

from bot.core.launching import Ground, Reservation, decide
from bot.core.mission import Mission
from bot.core.records import Continues, Launch
from bot.errors import Refused
from tests.builders import NOW, agent, mission, subject

SHA = "a" * 64
S3, EC2 = subject("AWS S3"), subject("AWS EC2")


def two_subjects(**changes: object) -> Mission:
    return mission(agent("haiku-1", EC2), agent("haiku-2", S3), **changes)  # type: ignore[arg-type]


def launched(session: str = "cloud-providers-1", by: str = "local", sha: str = SHA) -> Launch:
    return Launch(
        session=session,
        mission=mission(),
        mission_sha256=sha,
        launched=NOW,
        by=by,
        base="main",
        base_commit="b" * 40,
        caps={},
    )


def held(session: str) -> Reservation:
    return Reservation(
        session=session, mission=session.rpartition("-")[0], branch=f"swarm/{session}", mission_sha256=SHA
    )


def ground(
    *opened: Launch, merged: tuple[str, ...] = (), reservations: dict[str, Reservation] | None = None
) -> Ground:
    return Ground({launch.session: launch for launch in opened}, frozenset(merged), reservations or {})


def test_the_first_launch_opens_session_one_and_reserves_everything() -> None:
    decision = decide(two_subjects(), SHA, "local", ground())
    assert (decision.session, decision.create, decision.merged) == ("cloud-providers-1", True, False)
    assert decision.reserve == ("aws-ec2", "aws-s3")


def test_g10_a_second_call_goes_on_and_reserves_what_is_missing() -> None:
    mine = held("cloud-providers-1")
    decision = decide(two_subjects(), SHA, "local", ground(launched(), reservations={"aws-ec2": mine}))
    assert (decision.session, decision.create, decision.reserve) == ("cloud-providers-1", False, ("aws-s3",))


def test_the_newest_open_session_is_the_one_that_goes_on() -> None:
    opened = ground(launched("cloud-providers-9"), launched("cloud-providers-10"))
    assert decide(two_subjects(), SHA, "local", opened).session == "cloud-providers-10"


def test_g12_the_loser_learns_who_won() -> None:
    with pytest.raises(
        Refused, match=r"launched by somebody at 2026-11-22 16:40 UTC; .*nothing was started or spent"
    ):
        decide(two_subjects(), SHA, "local", ground(launched(by="somebody")))


def test_a_mission_edited_after_its_launch_is_refused() -> None:
    with pytest.raises(Refused, match="edited after session cloud-providers-1"):
        decide(two_subjects(), SHA, "local", ground(launched(sha="b" * 64)))


def test_g30_a_subject_that_another_session_researches_is_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"AWS S3 \(session storage-1\); wait for that session"):
        decide(two_subjects(), SHA, "local", ground(reservations={"aws-s3": held("storage-1")}))


def test_g30_a_subject_that_was_researched_asks_for_refresh() -> None:
    done = ground(merged=("storage-1",), reservations={"aws-s3": held("storage-1")})
    with pytest.raises(Refused, match="`refresh: true`"):
        decide(two_subjects(), SHA, "local", done)
    refreshed = decide(two_subjects(refresh=True), SHA, "local", done)
    assert refreshed.reserve == ("aws-ec2", "aws-s3")


def test_g30_refresh_takes_nothing_from_a_session_that_runs() -> None:
    with pytest.raises(Refused, match="storage-1"):
        decide(two_subjects(refresh=True), SHA, "local", ground(reservations={"aws-s3": held("storage-1")}))


def test_a_merged_mission_is_not_run_again_unless_it_says_refresh() -> None:
    done = ground(merged=("cloud-providers-1", "cloud-providers-2", "cloud-providers-x", "other-7"))
    again = decide(two_subjects(), SHA, "local", done)
    assert (again.session, again.create, again.merged, again.reserve) == ("cloud-providers-2", False, True, ())
    fresh = decide(two_subjects(refresh=True), SHA, "local", done)
    assert (fresh.session, fresh.create, fresh.merged) == ("cloud-providers-3", True, False)


def test_g29_a_mission_edited_after_its_merge_is_not_taken_for_done() -> None:
    done = ground(merged=("cloud-providers-1",), reservations={"aws-ec2": held("cloud-providers-1")})
    assert decide(two_subjects(), SHA, "local", done).merged
    with pytest.raises(Refused, match=r"edited after session cloud-providers-1 was merged; set `refresh: true`"):
        decide(two_subjects(), "b" * 64, "local", done)


# --- a mission of which more than one session is there, because the time of one was over ---------------------

FIRST, SECOND = "cloud-providers-1", "cloud-providers-2"
MADE = "d" * 64


def going_on(sha: str = SHA) -> Launch:
    """What goes on with AWS EC2 from a session of the two subjects."""
    before = Continues(session=FIRST, row=1, mission_sha256=sha)
    return launched(SECOND, sha=MADE).model_copy(update={"continues": before})


def taken_over() -> dict[str, Reservation]:
    second = held(SECOND).model_copy(update={"mission_sha256": MADE, "written_sha256": SHA})
    return {"aws-ec2": second, "aws-s3": held(FIRST)}


def test_the_session_that_goes_on_is_the_one_to_go_on_with() -> None:
    both = ground(launched(FIRST), going_on(), reservations=taken_over())
    decision = decide(two_subjects(), SHA, "local", both)
    assert (decision.session, decision.create, decision.reserve) == (SECOND, False, ())
    merged = ground(going_on(), merged=(FIRST,), reservations=taken_over())
    assert decide(two_subjects(), SHA, "local", merged).session == SECOND


def test_g30_the_session_before_does_not_take_back_what_goes_on() -> None:
    alone = ground(launched(FIRST), merged=(SECOND,), reservations=taken_over())
    assert decide(two_subjects(), SHA, "local", alone).reserve == ()
    assert decide(two_subjects(refresh=True), SHA, "local", alone).reserve == ()


def test_the_mission_as_a_person_wrote_it_is_the_one_that_counts() -> None:
    edited = ground(going_on(sha="e" * 64), merged=(FIRST,), reservations=taken_over())
    with pytest.raises(Refused, match=r"the file as it was \(when session cloud-providers-1 was launched\)"):
        decide(two_subjects(), SHA, "local", edited)
    done = ground(merged=(FIRST, SECOND), reservations=taken_over())
    assert decide(two_subjects(), SHA, "local", done).merged
    with pytest.raises(Refused, match="edited after session cloud-providers-2 was merged"):
        decide(two_subjects(), "e" * 64, "local", done)
