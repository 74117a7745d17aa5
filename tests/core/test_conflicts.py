"""Whose a conflicting file is, who changed it, what settles it, and how that is written down."""

from dataclasses import dataclass
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.core.changes import Change, in_the_way
from bot.core.conflicts import (
    Conflict,
    Resolution,
    all_resolutions,
    conflict,
    last_changes,
    needs_a_person,
    resolutions,
    resolvable,
    resolve_message,
    taken,
    trailer,
)
from bot.core.loading import load_mission
from bot.core.merge import is_merge_of, merge_message
from bot.core.paths import ground_of
from tests.builders import NOW
from tests.sessions import launch, mission_yaml

MISSION = load_mission(mission_yaml(), "mission.yml")
GROUND = ground_of("cloud-1", MISSION)
OVER = "d" * 40
OWN = [
    "INTEGRATIONS-CLOUD.md",
    "INTEGRATIONS-CLOUD.csv",
    "sessions/cloud-1/mission.yml",
    "sessions/cloud-1/launch.json",
    "sessions/cloud-1/agents/haiku-1.json",
    "sessions/cloud-1/findings/haiku-2.json",
]
OTHERS = [
    "README.md",
    "INTEGRATIONS-SIP.md",
    "INTEGRATIONS-CLOUD.md/notes.md",
    "sessions",
    "sessions/cloud-1/notes.md",
    "sessions/cloud-2/findings/haiku-1.json",
    "sessions/cloud-1/findings/stranger.json",
]


@dataclass(frozen=True)
class Step:
    commit: str
    parents: tuple[str, ...] = ("p",)
    time: datetime = NOW
    message: str = ""
    author: str = "Ann"


def test_a_conflict_says_whose_it_is_and_who_changed_it() -> None:
    assert str(conflict("README.md", GROUND, (), None)) == "README.md"
    found = conflict("INTEGRATIONS-CLOUD.md", GROUND, (), Step("c" * 40))
    assert (found.own, found.time, str(found)) == (True, NOW, "INTEGRATIONS-CLOUD.md (Ann in cccccccccccc)")
    assert str(Conflict("a", commit="c" * 40)) == "a (cccccccccccc)"


@given(st.sets(st.sampled_from(OWN + OTHERS)))
def test_only_files_of_the_sessions_own_are_settled_without_a_person(paths: set[str]) -> None:
    found = [conflict(path, GROUND, (), None) for path in sorted(paths)]
    assert needs_a_person(found) == bool(paths & set(OTHERS))
    assert resolvable(found, [], GROUND) == (not paths & set(OTHERS))


@given(st.sets(st.sampled_from(OWN + OTHERS)))
def test_a_branch_that_holds_anything_else_is_left_to_a_person(paths: set[str]) -> None:
    found = [conflict(OWN[0], GROUND, (), None)]
    changes = [Change(path, "added", "100644") for path in paths]
    assert resolvable(found, changes, GROUND) == (not paths & set(OTHERS))


def test_a_document_that_another_mission_has_written_meanwhile_is_not_the_sessions_own() -> None:
    other = load_mission(mission_yaml("sip").replace(b"INTEGRATIONS-SIP", b"INTEGRATIONS-CLOUD"), "mission.yml")
    held = taken([launch("sip-2", other), launch("cloud-2", MISSION)], MISSION)
    assert held == {"INTEGRATIONS-CLOUD.md", "INTEGRATIONS-CLOUD.csv"}
    assert not conflict("INTEGRATIONS-CLOUD.md", GROUND, held, None).own
    assert taken([launch("cloud-2", MISSION)], MISSION) == frozenset()


def test_the_last_commit_that_changed_a_file_is_found() -> None:
    history = [Step("c", ("b",)), Step("b", ("a",)), Step("a", ())]
    texts = {("a", "old"): b"1", ("b", "old"): b"1", ("c", "old"): b"1", ("b", "new"): b"1", ("c", "new"): b"1"}
    texts |= {("a", "gone"): b"1", ("b", "gone"): b"1"}
    found = {path: step.commit for path, step in last_changes(["old", "new", "gone", "never"], history, texts)}
    assert found == {"old": "a", "new": "b", "gone": "c"}


def test_what_was_settled_is_read_from_the_message_that_told_it() -> None:
    message = resolve_message("cloud-1", "main", OVER, [OWN[0], OWN[5]])
    assert message.startswith("Resolve the conflict with main in cloud-1\n\nBoth sides changed these files")
    assert "- INTEGRATIONS-CLOUD.md: rendered again from the findings\n" in message
    assert "- sessions/cloud-1/findings/haiku-2.json: kept as recorded\n" in message
    assert message.endswith(f"Swarm-Resolved: {OWN[0]} (over {OVER})\nSwarm-Resolved: {OWN[5]} (over {OVER})\n")
    assert resolutions(message) == (Resolution(OWN[0], OVER), Resolution(OWN[5], OVER))
    assert not is_merge_of(Step("c", ("a", "b"), message=message), "cloud-1")


def test_only_merges_are_believed_and_the_first_comes_first() -> None:
    one, two = (Step(name, ("a", "b"), message=resolve_message("x", "main", OVER, [name])) for name in ("1", "2"))
    forged = Step("3", message=one.message)
    assert [found.path for found in all_resolutions([forged, two, one])] == ["1", "2"]


def test_the_merge_of_the_session_tells_it_too() -> None:
    message = merge_message("cloud-1", [trailer(Resolution(OWN[0], OVER))])
    assert message == f"Merge session cloud-1\n\nSwarm-Session: cloud-1\nSwarm-Resolved: {OWN[0]} (over {OVER})\n"
    assert resolutions(message) == (Resolution(OWN[0], OVER),)
    assert merge_message("cloud-1") == "Merge session cloud-1\n\nSwarm-Session: cloud-1\n"


@given(
    st.sets(st.sampled_from(["a", "a/b", "a/b/c", "ab", "b"])),
    st.sets(st.sampled_from(["a", "a/b", "a/b/c", "ab"])),
)
def test_a_file_and_what_lies_below_it_are_in_each_others_way(there: set[str], here: set[str]) -> None:
    def added(paths: set[str]) -> list[Change]:
        return [Change(path, "added", "100644") for path in sorted(paths)]

    expected = {
        one for one in there for other in here if one.startswith(other + "/") or other.startswith(one + "/")
    }
    assert in_the_way(added(there), added(here)) == expected
    gone = [Change(path, "deleted", "000000") for path in here]
    assert in_the_way(added(there), gone) == in_the_way(gone, added(there)) == frozenset()
