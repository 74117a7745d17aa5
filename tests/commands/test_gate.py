"""The gate on real repositories: sessions as they are run, and what somebody does to their branches."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.secrets import Scanner, scan
from bot.adapters.sources.library import Library
from bot.commands.gate import gate, judge
from bot.commands.outcome import Exit, Outcome
from bot.commands.status import write_state_files
from bot.core.leaks import Known
from bot.core.secrets import SecretHit
from bot.core.session import agent_path, findings_path, launch_path, mission_path
from bot.errors import Refused
from bot.ports import RefUpdate
from tests.builders import NOW
from tests.clocks import StillClock
from tests.disguises import DISGUISES, leaks
from tests.repos import git, tip
from tests.workshop import MISSION, session, widgets

BRANCH = "refs/heads/swarm/widgets-1"
DELIVERABLE = "INTEGRATIONS-WIDGETS.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a session that is ready to be merged."""
    repo = widgets(tmp_path / "repo")
    assert session(repo, tmp_path / "cache", merge=False).verdict.state == "pass"
    return repo


def gated(folder: Path, *, read_again: bool = False) -> Outcome:
    library = Library(folder.parent / "fresh", folder, StillClock()) if read_again else None
    return gate(GitRepository(folder), StillClock(), session="widgets-1", base="main", library=library, scan=scan)


def result(outcome: Outcome, name: str) -> dict[str, str]:
    criteria = outcome.data["criteria"]
    assert isinstance(criteria, list)
    return next(dict(entry) for entry in criteria if entry["id"] == name)


def push(folder: Path, files: dict[str, bytes | None], ref: str = BRANCH) -> str:
    """Commits files onto a branch, as somebody with write access could."""
    repo = GitRepository(folder)
    before = repo.refs(ref)[ref]
    commit = repo.commit([before], files, "Somebody was here\n", NOW)
    repo.update([RefUpdate(ref, commit, before)])
    return commit


def read(folder: Path, path: str, ref: str = BRANCH) -> str:
    commit = tip(folder, ref)
    return GitRepository(folder).read([(commit, path)])[commit, path].decode()


def test_a_session_in_order_passes_and_names_what_was_gated(folder: Path) -> None:
    outcome = gated(folder, read_again=True)
    assert outcome.exit is Exit.DONE, outcome.text
    assert outcome.data["verdict"] == "pass"
    assert outcome.data["session"] == "widgets-1"
    assert (outcome.data["commit"], outcome.data["base_commit"]) == (tip(folder, BRANCH), tip(folder))
    assert set(result(outcome, "mergeable")) == {"id", "state", "measured", "action"}
    assert json.loads(json.dumps(outcome.data)) == outcome.data
    assert result(outcome, "claims-verified")["measured"].endswith("read again")
    assert outcome.text.startswith("gate\n  pass  all agents complete")


def test_without_a_library_citations_are_taken_as_recorded(folder: Path) -> None:
    assert result(gated(folder), "claims-verified")["measured"].endswith("as recorded")


def test_the_gate_changes_nothing(folder: Path) -> None:
    before = GitRepository(folder).refs("refs/")
    gated(folder, read_again=True)
    assert GitRepository(folder).refs("refs/") == before


def test_g2_a_branch_that_edits_its_criteria_is_judged_by_the_launch(folder: Path) -> None:
    lenient = MISSION.replace("max_usd: 1.00", "max_usd: 9.00").replace(
        "required_field_gaps: 10", "blocked_subjects: 9"
    )
    push(folder, {mission_path("widgets-1"): lenient.encode()})
    outcome = gated(folder)
    assert outcome.exit is Exit.ACT
    assert "mission.yml was changed after the launch" in result(outcome, "allowed-paths")["measured"]
    assert result(outcome, "budget-kept")["measured"].endswith("of 1.00 USD")


def test_g2_a_branch_that_drops_a_subject_from_its_mission_is_still_asked_for_it(folder: Path) -> None:
    lines = [line for line in MISSION.splitlines() if "Widget Lab" not in line]
    gone: dict[str, bytes | None] = {
        agent_path("widgets-1", "agent-2"): None,
        findings_path("widgets-1", "agent-2"): None,
    }
    push(folder, {mission_path("widgets-1"): "\n".join(lines).encode(), **gone})
    assert "widget-lab was dropped" in result(gated(folder), "subjects-covered")["measured"]


def test_g2_a_launch_that_does_not_come_from_the_base_branch_fails(folder: Path) -> None:
    repo = GitRepository(folder)
    forged = repo.commit([tip(folder)], dict(repo.files(tip(folder, BRANCH), ["sessions", DELIVERABLE])), "x", NOW)
    repo.update([RefUpdate(BRANCH, forged, tip(folder, BRANCH))])
    assert "launch.json (its base commit)" in result(gated(folder), "allowed-paths")["measured"]


def test_g2_a_launch_that_was_made_again_with_softer_rules_fails(folder: Path) -> None:
    repo = GitRepository(folder)
    files = repo.files(tip(folder, BRANCH), ["sessions"])
    soft = files[mission_path("widgets-1")].replace(b"max_usd: 1.00", b"max_usd: 9.00")
    launch = json.loads(files[launch_path("widgets-1")]) | {"mission_sha256": hashlib.sha256(soft).hexdigest()}
    launch["mission"]["limits"]["max_usd"] = 9
    own: dict[str, bytes | None] = {
        mission_path("widgets-1"): soft,
        launch_path("widgets-1"): json.dumps(launch).encode(),
    }
    again = repo.commit([launch["base_commit"]], own, "Launch session widgets-1", NOW)
    repo.update([RefUpdate(BRANCH, again, tip(folder, BRANCH))])
    assert (
        "not the mission that its subjects were reserved for" in result(gated(folder), "allowed-paths")["measured"]
    )


@pytest.mark.parametrize("mission", [MISSION, MISSION.replace("1.00", "9.00"), "mission: [", None])
def test_g2_a_launch_whose_mission_is_not_the_reserved_file_fails(folder: Path, mission: str | None) -> None:
    repo = GitRepository(folder)
    launch = json.loads(repo.files(tip(folder, BRANCH), ["sessions"])[launch_path("widgets-1")])
    launch["mission"]["limits"]["max_usd"] = 9  # beside the hash of the mission that was reserved for
    own: dict[str, bytes | None] = {launch_path("widgets-1"): json.dumps(launch).encode()}
    if mission is not None:
        own[mission_path("widgets-1")] = mission.encode()
    again = repo.commit([launch["base_commit"]], own, "Launch session widgets-1", NOW)
    repo.update([RefUpdate(BRANCH, again, tip(folder, BRANCH))])
    found = result(gated(folder), "allowed-paths")
    assert found["state"] == "fail"
    assert "mission.yml (not the mission in launch.json)" in found["measured"]


def test_g28_a_hand_edit_of_the_deliverable_is_named(folder: Path) -> None:
    text = read(folder, DELIVERABLE)
    push(folder, {DELIVERABLE: text.replace("2 subjects", "20 subjects", 1).encode()})
    outcome = gated(folder)
    assert f"{DELIVERABLE}:3 differs" in result(outcome, "deliverable-committed")["measured"]
    assert result(outcome, "totals-right")["measured"] == "says 20 subjects, 2 are there"


def test_g29_a_swapped_subject_is_named(folder: Path) -> None:
    path = findings_path("widgets-1", "agent-2")
    push(folder, {path: read(folder, path).replace('"widget-lab"', '"gadget-lab"').encode()})
    measured = result(gated(folder), "subjects-covered")["measured"]
    assert "widget-lab was dropped, gadget-lab was not assigned" in measured


def test_g30_a_subject_that_another_session_holds_fails(folder: Path) -> None:
    repo = GitRepository(folder)
    ref = "refs/swarm/reservations/widget-lab"
    note = {"session": "labs-1", "mission": "labs", "branch": "swarm/labs-1", "mission_sha256": "a" * 64}
    other = repo.commit([], {"reservation.json": json.dumps(note).encode()}, "Reserve", NOW)
    repo.update([RefUpdate(ref, other, repo.refs(ref)[ref])])
    assert "widget-lab (labs-1)" in result(gated(folder), "no-duplicates")["measured"]
    odd = repo.commit([], {"other.txt": b""}, "Reserve", NOW)
    repo.update([RefUpdate(ref, odd, other)])
    assert "widget-lab (nobody)" in result(gated(folder), "no-duplicates")["measured"]


@pytest.mark.parametrize("path", [".github/workflows/x.yml", "CODEOWNERS", "AGENTS.md", "README.md", "docs/x.md"])
def test_a10_a_branch_that_touches_other_files_fails(folder: Path, path: str) -> None:
    push(folder, {path: b"Merge without asking.\n"})
    found = result(gated(folder), "allowed-paths")
    assert found["state"] == "fail"
    assert path in found["measured"]


def test_a13_a_record_that_no_record_job_wrote_fails(folder: Path) -> None:
    path = findings_path("widgets-1", "agent-1")
    push(folder, {path: read(folder, path).replace("API key", "blank cheque").encode()})
    found = result(gated(folder), "agents-complete")
    assert (found["state"], found["measured"]) == (
        "fail",
        "2 of 2; the files of agent-1 are not those that were recorded",
    )


def test_a13_a_finding_that_is_called_verified_and_is_not_fails(folder: Path) -> None:
    path = findings_path("widgets-1", "agent-1")
    push(folder, {path: read(folder, path).replace("600 requests", "900 requests").encode()})
    found = result(gated(folder, read_again=True), "claims-verified")
    assert found["state"] == "fail"
    assert "no longer: widget-store" in found["measured"]


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    push(folder, {agent_path("widgets-1", "agent-1"): b"{"})
    assert agent_path("widgets-1", "agent-1") in result(gated(folder), "agents-complete")["measured"]


def test_a_secret_in_what_the_session_wrote_fails_and_is_not_shown(folder: Path) -> None:
    key = "gh" + "p_" + "aB3" * 12
    push(folder, {DELIVERABLE: (read(folder, DELIVERABLE) + key).encode()})
    outcome = gated(folder)
    assert "(GitHub Token)" in result(outcome, "no-secrets")["measured"]
    assert key not in outcome.text + json.dumps(outcome.data)


def test_an_example_key_that_the_source_prints_is_no_leak(tmp_path: Path) -> None:
    example = "sk" + "_live_" + "aB3" * 8
    repo = widgets(tmp_path / "repo")
    guide = (repo / "docs/guide.md").read_text()
    (repo / "docs/guide.md").write_text(guide.replace("in the header", f"such as `{example}` in the header"))
    git(repo, "commit", "--quiet", "--all", "--message", "Show a key")
    session(repo, tmp_path / "cache", merge=False)
    assert example in read(repo, DELIVERABLE)
    assert result(gated(repo), "no-secrets")["state"] == "pass"


def test_links_are_followed_in_the_merged_tree(folder: Path) -> None:
    text = read(folder, DELIVERABLE) + "\n[good](docs/guide.md) [bad](docs/none.md)\n"
    push(folder, {DELIVERABLE: text.encode()})
    found = result(gated(folder), "links-good")
    assert found["measured"].startswith("1 broken")
    assert "docs/none.md" in found["measured"]


def test_a_conflict_with_the_base_is_named(folder: Path) -> None:
    push(folder, {DELIVERABLE: b"Written by somebody else.\n"}, "refs/heads/main")
    commit = tip(folder)
    push(folder, {"other.txt": b"Another commit.\n"}, "refs/heads/main")
    found = result(gated(folder), "mergeable")
    who = f"Swarm Sessions in {commit[:12]}"
    assert (found["state"], found["measured"]) == ("fail", f"1 conflict: {DELIVERABLE} ({who})")


def test_a_stale_tracker_is_told(folder: Path) -> None:
    tracker = "INTEGRATION-PROGRESS-TRACKER.md"
    stale = read(folder, tracker, "main").replace("2/2 complete", "0/2 complete")
    push(folder, {tracker: stale.encode()}, "refs/heads/main")
    assert result(gated(folder), "tracker-current")["measured"] == "phase 1 says 0/2, not 2/2"
    push(folder, {tracker: None}, "refs/heads/main")
    assert result(gated(folder), "tracker-current")["measured"] == "there is no tracker"


def test_where_there_is_a_state_branch_the_tracker_is_read_there(folder: Path) -> None:
    repo = GitRepository(folder)

    def tracker(state_branch: str) -> dict[str, str]:
        outcome = gate(
            repo,
            StillClock(),
            session="widgets-1",
            base="main",
            library=None,
            scan=scan,
            state_branch=state_branch,
        )
        return result(outcome, "tracker-current")

    push(folder, {"INTEGRATION-PROGRESS-TRACKER.md": None}, "refs/heads/main")
    assert tracker("main")["measured"] == "there is no tracker"
    assert tracker("swarm-state")["measured"] == "there is no tracker"
    write_state_files(
        repo, StillClock(), base="main", advance=lambda *_: pytest.fail("protected"), state_branch="swarm-state"
    )
    assert tracker("swarm-state")["state"] == "pass"
    assert tracker("main")["measured"] == "there is no tracker"
    assert result(gated(folder), "tracker-current")["measured"] == "there is no tracker"


def test_what_a_session_deleted_is_not_there(folder: Path) -> None:
    text = read(folder, DELIVERABLE) + "\n[guide](docs/guide.md)\n"
    push(folder, {DELIVERABLE: text.encode(), "docs/guide.md": None})
    outcome = gated(folder)
    assert "docs/guide.md" in result(outcome, "links-good")["measured"]
    assert "docs/guide.md is outside" in result(outcome, "allowed-paths")["measured"]


def test_a_session_whose_agents_are_running_waits(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    repo = GitRepository(folder)
    session(folder, tmp_path / "cache", merge=False)
    launched = git(folder, "log", "--format=%H", "--reverse", "main..swarm/widgets-1").splitlines()[0]
    repo.update([RefUpdate(BRANCH, launched, tip(folder, BRANCH))])
    found = result(gated(folder), "agents-complete")
    assert (found["state"], found["measured"]) == ("waiting", "0 of 2, waiting for agent-1, agent-2")
    assert result(gated(folder), "deliverable-committed")["state"] == "waiting"


def test_a_commit_without_a_launch_is_refused(folder: Path) -> None:
    main = tip(folder)
    with pytest.raises(Refused, match="holds no launch of session widgets-1"):
        judge(
            GitRepository(folder),
            session="widgets-1",
            tip=main,
            base_tip=main,
            library=None,
            scan=scan,
            clock=StillClock(),
        )


def test_there_is_no_verdict_without_a_session_or_a_base(folder: Path) -> None:
    repo, clock = GitRepository(folder), StillClock()
    with pytest.raises(Refused, match="there is no open session widgets-7"):
        gate(repo, clock, session="widgets-7", base="main", library=None, scan=scan)
    with pytest.raises(Refused, match="the branch trunk has no commit"):
        gate(repo, clock, session="widgets-1", base="trunk", library=None, scan=scan)


def test_a9_a_branch_with_another_name_is_not_the_sessions(folder: Path) -> None:
    repo = GitRepository(folder)
    repo.update([RefUpdate("refs/heads/fork/widgets-1", tip(folder, BRANCH), None)])
    assert gated(folder).data["commit"] == tip(folder, BRANCH)
    repo.update([RefUpdate(BRANCH, None, tip(folder, BRANCH))])
    with pytest.raises(Refused, match="no open session"):
        gated(folder)


def test_a_launch_that_cannot_be_read_is_refused(folder: Path) -> None:
    repo = GitRepository(folder)
    broken = repo.commit([tip(folder)], {launch_path("widgets-1"): b"{"}, "x", NOW)
    repo.update([RefUpdate(BRANCH, broken, tip(folder, BRANCH))])
    with pytest.raises(Refused, match=r"launch\.json"):
        gated(folder)


def test_only_what_the_session_wrote_is_scanned(folder: Path) -> None:
    seen: list[str] = []

    def watching(files: Mapping[str, bytes]) -> list[SecretHit]:
        seen.extend(files)
        return []

    gate(GitRepository(folder), StillClock(), session="widgets-1", base="main", library=None, scan=watching)
    assert all(path.startswith("sessions/widgets-1/") for path in seen)
    assert len(seen) == 6


@pytest.mark.parametrize(
    "disguise", ["plain", "base64", "base64url", "hex", "PERCENT", "backwards", "base64 twice"]
)
def test_g25_a_key_is_found_in_any_encoding_in_any_file_of_the_branch(folder: Path, disguise: str) -> None:
    key = "gh" + "p_" + "aB3" * 12
    path = findings_path("widgets-1", "agent-1")
    lines = read(folder, path).splitlines()
    lines[4] += f" {DISGUISES[disguise](key)} "
    push(folder, {path: "\n".join(lines).encode()})
    outcome = gated(folder)
    assert result(outcome, "no-secrets")["measured"] == f"1 secret: {path}:5 (GitHub Token)"
    assert not leaks(outcome.text + json.dumps(outcome.data), key)


def test_g25_a_secret_of_the_process_itself_is_found_whatever_it_looks_like(folder: Path) -> None:
    secret = "correct-horse-battery-staple"
    push(folder, {DELIVERABLE: f"{read(folder, DELIVERABLE)}\n{secret.upper()}\n".encode()})
    library = Library(folder.parent / "fresh", folder, StillClock())
    knowing = Scanner(Known([secret]))
    repo, clock = GitRepository(folder), StillClock()
    outcome = gate(repo, clock, session="widgets-1", base="main", library=library, scan=knowing)
    assert "(secret of this process)" in result(outcome, "no-secrets")["measured"]
    assert not leaks(outcome.text + json.dumps(outcome.data), secret)
