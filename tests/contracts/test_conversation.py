"""What every conversation promises: on GitHub and in memory."""

import pytest

from bot.adapters.comments import MARKERS, ROOM
from bot.errors import SwarmError
from tests.contracts.conversations import BOT, ROLES, MemoryOffice, Office


def status(text: str) -> str:
    return f"{MARKERS['status']}\n{text}"


def refusal(text: str) -> str:
    return f"{MARKERS['refusal']}\n{text}"


def test_a07_permissions_are_told_by_login(office: Office) -> None:
    said = {login: office.ours.permission(login) for login in (*ROLES, "nobody-at-all")}
    assert said == {**ROLES, "nobody-at-all": "none"}


def test_what_is_said_is_one_comment(office: Office) -> None:
    office.comment("Please")
    first = office.ours.say(1, "status", "launched")
    assert office.ours.say(1, "status", "running") == first
    assert office.bodies() == ["Please", status("running")]


def test_a_status_takes_the_place_of_a_refusal_and_never_the_other_way_round(office: Office) -> None:
    first = office.ours.say(1, "refusal", "No such mission")
    assert office.ours.say(1, "status", "running") == first
    second = office.ours.say(1, "refusal", "Not now")
    assert second != first
    assert office.ours.say(1, "status", "done") == first
    assert office.ours.say(1, "refusal", "Not ever") == second
    assert office.bodies() == [status("done"), refusal("Not ever")]


def test_doubles_are_healed(office: Office) -> None:
    first = office.ours.say(1, "status", "running")
    office.comment(status("running"), BOT)
    assert office.ours.say(1, "status", "done") == first
    assert office.bodies() == [status("done")]


def test_a13_what_somebody_else_wrote_below_our_marker_is_not_ours(office: Office) -> None:
    office.comment(status("all done"))
    office.ours.say(1, "status", "running")
    assert office.bodies() == [status("all done"), status("running")]


def test_a_comment_that_somebody_deleted_is_written_anew(office: Office) -> None:
    first = office.ours.say(1, "status", "running")
    assert office.ours.edit(first, "still running") is True
    assert office.bodies() == [status("still running")]
    office.delete(first)
    assert office.ours.edit(first, "running") is False
    assert office.ours.say(1, "status", "running") != first


def test_g22_what_is_too_long_is_refused_before_it_is_written(office: Office) -> None:
    with pytest.raises(SwarmError, match="would have 65,568 characters, and GitHub takes 65,536"):
        office.ours.say(1, "status", "x" * ROOM)
    assert office.bodies() == []


def test_a_label_comes_off_and_the_issue_is_closed(office: Office) -> None:
    for _ in range(2):
        office.ours.unlabel(1, "swarm:launch")
        office.ours.close(1)
    assert (office.labels(), office.closed()) == ([], True)


def test_a_reaction_is_there_once(office: Office) -> None:
    asked = office.comment("/swarm status")
    for _ in range(2):
        office.ours.react(asked, "+1")
    office.ours.react(asked, "confused")
    assert office.reactions(asked) == ["+1", "confused"]
    office.delete(asked)
    office.ours.react(asked, "+1")


def test_an_issue_that_is_not_there_is_an_error(office: Office) -> None:
    with pytest.raises(SwarmError):
        office.ours.say(9, "status", "running")


def test_g18_what_was_written_in_memory_is_counted() -> None:
    office = MemoryOffice()
    comment = office.ours.say(1, "status", "running")
    office.clock.sleep(60)
    office.ours.say(1, "status", "running")
    office.ours.edit(comment, "done")
    office.ours.label(1, "swarm:launch")
    office.ours.label(1, "bug")
    office.ours.unlabel(1, "bug")
    office.ours.unlabel(1, "bug")
    office.ours.react(comment, "+1")
    office.ours.close(1)
    assert [(write.deed, write.to) for write in office.ours.writes] == [
        ("comment", 1),
        ("edit", comment),
        ("unlabel", 1),
        ("react", comment),
        ("close", 1),
    ]
    first, *later = office.ours.writes
    assert {(write.time - first.time).total_seconds() for write in later} == {60}
