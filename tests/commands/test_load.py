from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.commands.load import load_findings, load_overview, load_session
from bot.core.session import record_ref
from bot.core.state import Merge, SessionState
from bot.errors import Refused, SwarmError
from bot.ports import RefUpdate
from tests.builders import NOW
from tests.repos import git, repository, tip
from tests.sessions import as_bytes, blocker, findings, mission_yaml, record, session_files

MISSION = mission_yaml()
ONE, TWO = record("cloud-1", "haiku-1"), record("cloud-1", "haiku-2")
BLOCKED = record("cloud-1", "haiku-2", "blocked")
FILES = findings("haiku-1", "aws-ec2"), findings("haiku-2", "vultr", blockers=(blocker(),))
BRANCH = "refs/heads/swarm/cloud-1"


class Place:
    """A real repository, and short words for what tests do with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = repository(folder)
        self.repo = GitRepository(folder)

    def branch(self, ref: str, files: dict[str, bytes], parent: str = "main", message: str = "Record") -> str:
        commit = self.repo.commit([tip(self.folder, parent)], dict(files), message, NOW)
        self.repo.update([RefUpdate(ref, commit, self.repo.refs(ref).get(ref))])
        return commit

    def merge(self, session: str, files: dict[str, bytes], message: str | None = None) -> str:
        text = f"Merge session {session}\n\nSwarm-Session: {session}\n" if message is None else message
        return self.branch("refs/heads/main", files, message=text)

    def sessions(self) -> dict[str, SessionState]:
        return {state.session: state for state in load_overview(self.repo, NOW, base="main").overview.sessions}

    def problems(self) -> list[str]:
        return [str(problem) for problem in load_overview(self.repo, NOW, base="main").overview.problems]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "repo")


def test_a_session_is_open_while_its_branch_exists(place: Place) -> None:
    commit = place.branch(BRANCH, session_files("cloud-1", MISSION, (ONE,)))
    found = place.sessions()["cloud-1"]
    assert (found.phase, found.tip, found.merge) == ("running", commit, None)


def test_a_session_is_merged_when_it_lies_in_the_base_branch(place: Place) -> None:
    files = session_files("cloud-1", MISSION, (ONE, TWO), FILES)
    commit = place.merge("cloud-1", files | {"INTEGRATIONS-CLOUD.md": b"# Cloud\n"})
    place.branch("refs/heads/main", {"later.md": b"later\n"})
    found = place.sessions()["cloud-1"]
    assert found.merge is not None
    assert (found.phase, found.tip, found.merge.commit, found.merge.time) == ("merged", None, commit, NOW)
    assert found.deliverable


def test_a_merge_is_found_by_its_trailer_and_without_one_it_is_unknown(place: Place) -> None:
    commit = place.merge("cloud-1", session_files("cloud-1", MISSION), "Cloud (#7)\n\nSwarm-Session: cloud-1\n")
    place.merge("cloud-2", session_files("cloud-2", MISSION), "By hand")
    merges = [place.sessions()[one].merge for one in ("cloud-1", "cloud-2")]
    assert merges == [Merge(commit, NOW), Merge()]


def test_a_merged_session_is_counted_once_while_its_branch_is_still_there(place: Place) -> None:
    files = session_files("cloud-1", MISSION, (ONE, TWO))
    commit = place.branch(BRANCH, files)
    place.merge("cloud-1", files)
    assert (place.sessions()["cloud-1"].phase, place.sessions()["cloud-1"].tip) == ("merged", commit)


@pytest.mark.parametrize("pattern", ["claude/cloud-integrations-{session}", "x/{session}", "a-b/c-{session}"])
def test_a_mission_may_name_its_branches_otherwise(place: Place, pattern: str) -> None:
    name = pattern.replace("{session}", "cloud-1")
    place.branch(f"refs/heads/{name}", session_files("cloud-1", mission_yaml(branch=pattern)))
    assert place.sessions()["cloud-1"].branch == name


def test_a_branch_that_a_person_cut_from_a_session_is_no_session(place: Place) -> None:
    place.branch(BRANCH, session_files("cloud-1", MISSION))
    for name in ("fix-cloud-1", "Fix_it-cloud-1"):
        git(place.folder, "branch", name, "swarm/cloud-1")
    assert list(place.sessions()) == ["cloud-1"]
    assert place.problems() == []


def test_two_branches_that_claim_one_session_are_told(place: Place) -> None:
    place.branch(BRANCH, session_files("cloud-1", MISSION))
    place.branch("refs/heads/claude/cloud-1", session_files("cloud-1", mission_yaml(branch="claude/{session}")))
    assert len(place.sessions()) == 1
    assert place.problems() == [
        "sessions/cloud-1: session cloud-1 has two branches; delete the one that is not its own"
    ]


def test_g13_a_record_that_nobody_has_folded_in_yet_counts(place: Place) -> None:
    place.branch(BRANCH, session_files("cloud-1", MISSION, (ONE,)))
    for attempt in (1, 2):
        waiting = record("cloud-1", "haiku-2", "blocked", attempt=attempt)
        files: dict[str, bytes | None] = {
            "sessions/cloud-1/agents/haiku-2.json": as_bytes(waiting),
            "sessions/cloud-1/findings/haiku-2.json": as_bytes(FILES[1]),
        }
        commit = place.repo.commit([], files, "Record", NOW)
        place.repo.update([RefUpdate(record_ref("cloud-1", "haiku-2", attempt), commit, None)])
    stranger = record_ref("cloud-1", "haiku-99", 1)
    place.repo.update([RefUpdate(stranger, commit, None)])
    facts = load_overview(place.repo, NOW, base="main").facts["cloud-1"]
    assert {agent: one.attempt for agent, one in facts.data.records.items()} == {"haiku-1": 1, "haiku-2": 2}
    assert place.sessions()["cloud-1"].blockers[0].blocker == blocker()


def test_g14_a_record_of_an_older_attempt_does_not_replace_a_newer_one(place: Place) -> None:
    newer = record("cloud-1", "haiku-1", attempt=2)
    place.branch(BRANCH, session_files("cloud-1", MISSION, (newer,)))
    late = record("cloud-1", "haiku-1", "failed")
    commit = place.repo.commit([], {"sessions/cloud-1/agents/haiku-1.json": as_bytes(late)}, "Record", NOW)
    place.repo.update([RefUpdate(record_ref("cloud-1", "haiku-1", 1), commit, None)])
    assert place.sessions()["cloud-1"].agents.done == ("haiku-1",)


def test_records_of_a_merged_session_are_those_of_the_base(place: Place) -> None:
    place.merge("cloud-1", session_files("cloud-1", MISSION, (ONE, TWO)))
    late = record("cloud-1", "haiku-1", "failed", attempt=2)
    commit = place.repo.commit([], {"sessions/cloud-1/agents/haiku-1.json": as_bytes(late)}, "Record", NOW)
    place.repo.update([RefUpdate(record_ref("cloud-1", "haiku-1", 2), commit, None)])
    assert place.sessions()["cloud-1"].agents.failed == ()


def test_a_deliverable_counts_once_this_session_has_written_it(place: Place) -> None:
    start = place.branch("refs/heads/main", {"INTEGRATIONS-CLOUD.md": b"# An older session's\n"})
    files = session_files("cloud-1", MISSION, (ONE, TWO), base=start)
    place.branch(BRANCH, files)
    assert not place.sessions()["cloud-1"].deliverable
    place.branch(BRANCH, files | {"INTEGRATIONS-CLOUD.md": b"# This session's\n"})
    assert place.sessions()["cloud-1"].deliverable


def test_a_complete_session_that_conflicts_with_the_base_is_named(place: Place) -> None:
    files = session_files("cloud-1", MISSION, (ONE, TWO))
    place.branch(BRANCH, files | {"shared.md": b"ours\n"})
    place.branch("refs/heads/main", {"shared.md": b"theirs\n"})
    assert load_overview(place.repo, NOW, base="main").overview.conflicts["cloud-1"][0].path == "shared.md"


@pytest.mark.parametrize("name", ["launch.json", "agents/haiku-1.json", "findings/haiku-2.json"])
@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"[" * 50_000, b'{"a": 1}', b"a: &a [*a]\n"])
def test_a18_a_hostile_file_is_a_problem_and_leaves_the_other_sessions_alone(
    place: Place, name: str, content: bytes
) -> None:
    path = f"sessions/cloud-1/{name}"
    place.branch(BRANCH, session_files("cloud-1", MISSION, (ONE, BLOCKED), FILES) | {path: content})
    place.branch("refs/heads/swarm/cloud-2", session_files("cloud-2", MISSION))
    assert place.sessions()["cloud-2"].phase == "launched"
    assert {problem.partition(":")[0] for problem in place.problems()} == {path}


def test_folders_that_are_no_session_are_passed_over(place: Place) -> None:
    place.branch("refs/heads/main", {"sessions/README.md": b"x", "sessions/Not An Id/launch.json": b"{}"})
    assert (place.sessions(), place.problems()) == ({}, [])


def test_one_session_can_be_asked_for(place: Place) -> None:
    place.branch(BRANCH, session_files("cloud-1", MISSION))
    place.branch("refs/heads/swarm/cloud-2", session_files("cloud-2", MISSION))
    assert list(load_overview(place.repo, NOW, base="main", session="cloud-2").facts) == ["cloud-2"]
    with pytest.raises(Refused, match="there is no session cloud-3"):
        load_overview(place.repo, NOW, base="main", session="cloud-3")


def test_a25_without_a_base_branch_it_is_refused(place: Place) -> None:
    with pytest.raises(Refused, match="the branch trunk has no commit"):
        load_overview(place.repo, NOW, base="trunk")


def test_a_session_is_loaded_as_one_commit_holds_it(place: Place) -> None:
    place.branch(BRANCH, session_files("cloud-1", MISSION, (ONE, BLOCKED), FILES))
    data = load_session(place.repo, tip(place.folder, BRANCH), "cloud-1")
    assert data.records == {"haiku-1": ONE, "haiku-2": BLOCKED}
    assert data.findings == {"haiku-1": FILES[0], "haiku-2": FILES[1]}


def test_a_session_with_a_broken_file_is_not_loaded(place: Place) -> None:
    files = session_files("cloud-1", MISSION, (ONE,), FILES[:1])
    place.branch(BRANCH, files | {"sessions/cloud-1/agents/haiku-1.json": b"{}"})
    with pytest.raises(SwarmError, match=r"agents/haiku-1\.json: session: Field required"):
        load_session(place.repo, tip(place.folder, BRANCH), "cloud-1")
    with pytest.raises(SwarmError, match=r"sessions/cloud-9/launch\.json: the file is missing"):
        load_session(place.repo, tip(place.folder, BRANCH), "cloud-9")


def test_findings_that_cannot_be_read_are_left_out(place: Place) -> None:
    files = session_files("cloud-1", MISSION, (ONE, TWO), FILES)
    commit = place.merge("cloud-1", files | {"sessions/cloud-1/findings/haiku-1.json": b"{}"})
    wanted = [("cloud-1", agent) for agent in ("haiku-1", "haiku-2", "haiku-3")]
    assert load_findings(place.repo, commit, wanted) == {("cloud-1", "haiku-2"): FILES[1]}
