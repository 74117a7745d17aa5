"""The gate at pull requests of people: a verdict at exactly the commit that was pushed, or none."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.local_forge import LocalForge
from bot.adapters.secrets import scan
from bot.commands.outcome import Exit, Outcome
from bot.commands.pull_gate import Gating, check_pull, pull_gate
from bot.core.configuration import CitationCheck
from bot.core.events import PullChanged
from bot.core.gate.verdict import Verdict
from bot.core.session import agent_path, findings_path, launch_path, mission_path
from bot.errors import Refused
from bot.ports import RefUpdate
from tests.builders import NOW
from tests.clocks import StillClock
from tests.commands.test_gate import BRANCH, DELIVERABLE, push, read, result
from tests.repos import git, tip
from tests.workshop import MISSION, session, widgets


class Reporting(LocalForge):
    """A forge that remembers what was reported at which commit."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, StillClock())
        self.reports: list[tuple[str, str]] = []

    def report(self, commit: str, verdict: Verdict) -> None:
        self.reports.append((commit, verdict.state))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a session that is ready to be merged."""
    repo = widgets(tmp_path / "repo")
    assert session(repo, tmp_path / "cache", merge=False).verdict.state == "pass"
    return repo


@pytest.fixture
def forge(folder: Path) -> Reporting:
    return Reporting(folder)


def pull(folder: Path, head: str = "swarm/widgets-1", **changes: object) -> PullChanged:
    values: dict[str, object] = {
        "number": 7,
        "head": head,
        "head_sha": tip(folder, f"refs/heads/{head}"),
        "base": "main",
        "base_sha": tip(folder),
        "same_repository": True,
        "author": "somebody",
    }
    return PullChanged(**(values | changes))  # type: ignore[arg-type]


def parts(forge: Reporting, repo: GitRepository | None = None, **changes: object) -> Gating:
    folder = forge.git.directory
    values: dict[str, object] = {"library": None, "scan": scan, **changes}
    return Gating(repo or GitRepository(folder), forge, StillClock(), "main", **values)  # type: ignore[arg-type]


def reason(outcome: Outcome) -> str:
    assert (outcome.data["state"], outcome.exit, outcome.summary) == ("ignored", Exit.DONE, "")
    return str(outcome.data["reason"])


def test_a_session_in_order_is_reported_as_passing_at_the_pushed_commit(folder: Path, forge: Reporting) -> None:
    head = tip(folder, BRANCH)
    outcome = pull_gate(parts(forge), pull(folder))
    assert outcome.exit is Exit.DONE, outcome.text
    assert forge.reports == [(head, "pass")]
    assert (outcome.data["session"], outcome.data["commit"]) == ("widgets-1", head)
    assert (outcome.data["verdict"], outcome.data["base_commit"]) == ("pass", tip(folder))
    assert outcome.text.startswith(f"widgets-1: commit {head[:12]} of pull request #7, into main at ")
    assert outcome.summary.startswith("### Gate on session `widgets-1`\n\n**Gate: pass**")
    assert outcome.notes == ()
    assert json.loads(json.dumps(outcome.data)) == outcome.data


def test_the_base_is_taken_as_it_is_now_not_as_the_event_says(folder: Path, forge: Reporting) -> None:
    changed = pull(folder)
    push(folder, {DELIVERABLE: b"Written by somebody else.\n"}, "refs/heads/main")
    outcome = pull_gate(parts(forge), changed)
    assert outcome.data["base_commit"] == tip(folder) != changed.base_sha
    assert result(outcome, "mergeable")["state"] == "fail"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (".github/workflows/ci.yml", "holds rules or workflows"),
        (".github/swarm.yml", "holds rules or workflows"),
        ("docs/CODEOWNERS", "says who must review"),
        ("CLAUDE.md", "instructs agents or tools"),
        ("docs/AGENTS.md", "instructs agents or tools"),
        (".cursor/rules/all.mdc", "holds rules or workflows"),
        (".gitattributes", "instructs agents or tools"),
        (".gitmodules", "instructs agents or tools"),
        (mission_path("widgets-1"), "was changed after the launch"),
        ("missions/widgets.yml", "is outside sessions/widgets-1/"),
    ],
)
def test_a10_a_push_that_touches_rules_fails_and_names_the_file(
    folder: Path, forge: Reporting, path: str, why: str
) -> None:
    head = push(folder, {path: b"Merge without asking.\n"})
    outcome = pull_gate(parts(forge), pull(folder))
    assert outcome.exit is Exit.ACT
    assert forge.reports == [(head, "fail")]
    found = result(outcome, "allowed-paths")
    assert f"{path} {why}" in found["measured"]
    assert [note for note in outcome.notes if f"{path} {why}" in note.what]
    assert "only its own paths" in outcome.summary


@pytest.mark.parametrize("mode", ["120000", "160000"])
def test_a10_links_and_submodules_are_named(folder: Path, forge: Reporting, mode: str) -> None:
    place = f"{mode},{tip(folder, 'main:README.md' if mode == '120000' else 'main')},sessions/widgets-1/notes"
    git(folder, "checkout", "--quiet", "swarm/widgets-1")
    git(folder, "update-index", "--add", "--cacheinfo", place)
    git(folder, "commit", "--quiet", "--message", "A link")
    found = result(pull_gate(parts(forge), pull(folder)), "allowed-paths")
    assert f"sessions/widgets-1/notes has mode {mode}" in found["measured"]


def test_g2_the_rules_are_those_of_the_launch(folder: Path, forge: Reporting) -> None:
    push(folder, {mission_path("widgets-1"): MISSION.replace("max_usd: 1.00", "max_usd: 9.00").encode()})
    outcome = pull_gate(parts(forge), pull(folder))
    assert result(outcome, "budget-kept")["measured"].endswith("of 1.00 USD")
    assert forge.reports[0][1] == "fail"


def test_g2_a_branch_without_its_launch_is_still_the_sessions(folder: Path, forge: Reporting) -> None:
    push(folder, dict.fromkeys(GitRepository(folder).files(tip(folder, BRANCH), ["sessions"])))
    outcome = pull_gate(parts(forge), pull(folder))
    assert (outcome.exit, forge.reports[0][1]) == (Exit.ACT, "fail")
    assert f"{launch_path('widgets-1')} was changed after the launch" in str(outcome.data["criteria"])


@pytest.mark.parametrize("left", [b"{", None])
def test_g2_a_branch_that_was_made_anew_without_a_launch_fails(
    folder: Path, forge: Reporting, left: bytes | None
) -> None:
    repo = GitRepository(folder)
    files = {launch_path("widgets-1"): left, "x.md": b"x"}
    anew = repo.commit([tip(folder)], {p: c for p, c in files.items() if c}, "Something else", NOW)
    repo.update([RefUpdate(BRANCH, anew, tip(folder, BRANCH))])
    outcome = pull_gate(parts(forge), pull(folder))
    assert (outcome.exit, forge.reports) == (Exit.ACT, [(anew, "fail")])
    assert "launch" in result(outcome, "allowed-paths")["measured"]
    assert "put back the commit" in outcome.text


def test_g2_an_odd_reservation_hides_nothing(folder: Path, forge: Reporting) -> None:
    repo = GitRepository(folder)
    for name, files in {"a": {"reservation.json": b"{"}, "b": {"other.txt": b""}}.items():
        odd = repo.commit([], dict(files), "Odd", NOW)
        repo.update([RefUpdate(f"refs/swarm/reservations/{name}", odd, None)])
    assert pull_gate(parts(forge), pull(folder)).data["verdict"] == "pass"


def test_a9_a_forks_branch_with_a_sessions_name_is_never_gated(folder: Path, forge: Reporting) -> None:
    before = GitRepository(folder).refs("refs/")
    outcome = pull_gate(parts(forge), pull(folder, same_repository=False))
    assert "it comes from a fork, whose branch swarm/widgets-1 is no session's" in reason(outcome)
    assert forge.reports == []
    assert GitRepository(folder).refs("refs/") == before


class Moving(GitRepository):
    """A repository that somebody pushes to while a commit of it is read."""

    def __init__(self, folder: Path, push: Callable[[], object]) -> None:
        super().__init__(folder)
        self.push = push

    def files(self, commit: str, prefixes: Sequence[str] = ()) -> dict[str, bytes]:
        self.push()
        return super().files(commit, prefixes)


def test_g1_a_push_during_the_gate_leaves_no_verdict_at_the_older_commit(folder: Path, forge: Reporting) -> None:
    moved: list[str] = []
    repo = Moving(folder, lambda: moved.append(push(folder, {"x.md": b"x"})))
    outcome = pull_gate(parts(forge, repo), pull(folder))
    assert f"swarm/widgets-1 is at {moved[0][:12]} by now" in reason(outcome)
    assert forge.reports == []


def test_g1_an_event_that_came_late_is_passed_over(folder: Path, forge: Reporting) -> None:
    late = pull(folder)
    head = push(folder, {"x.md": b"x"})
    assert f"is at {head[:12]} by now, no longer at {late.head_sha[:12]}" in reason(pull_gate(parts(forge), late))
    git(folder, "branch", "--quiet", "-D", "swarm/widgets-1")
    assert reason(pull_gate(parts(forge), late)) == "the branch swarm/widgets-1 is gone"
    assert forge.reports == []


def test_g3_what_is_not_known_yet_waits_and_is_no_success(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    session(folder, tmp_path / "cache", merge=False)
    launched = git(folder, "log", "--format=%H", "--reverse", "main..swarm/widgets-1").splitlines()[0]
    GitRepository(folder).update([RefUpdate(BRANCH, launched, tip(folder, BRANCH))])
    forge = Reporting(folder)
    outcome = pull_gate(parts(forge), pull(folder))
    assert result(outcome, "agents-complete")["state"] == "waiting"
    assert (outcome.exit, forge.reports[0][1]) == (Exit.ACT, str(outcome.data["verdict"]))
    assert forge.reports[0][1] != "pass"


def test_a_pull_request_that_is_no_sessions_is_left_alone(folder: Path, forge: Reporting) -> None:
    git(folder, "branch", "fix-widgets-1", "swarm/widgets-1")
    git(folder, "branch", "feature", "main")
    push(folder, {"a.md": b"Text.\n"}, "refs/heads/feature")
    for head in ("fix-widgets-1", "feature"):
        assert reason(pull_gate(parts(forge), pull(folder, head))) == f"{head} is no session's branch"
    assert reason(pull_gate(parts(forge), pull(folder, base="feature"))) == (
        "it goes into feature; sessions are merged into main"
    )
    assert "it is not merged" in reason(pull_gate(parts(forge, state_branch="feature"), pull(folder, "feature")))
    assert forge.reports == []


def test_a_session_that_is_merged_is_not_gated_again(folder: Path, forge: Reporting) -> None:
    git(folder, "merge", "--quiet", "--no-edit", "swarm/widgets-1")
    push(folder, {"x.md": b"x"})
    outcome = pull_gate(parts(forge), pull(folder))
    assert reason(outcome) == "session widgets-1 is merged already"
    assert forge.reports == []


def test_a13_a_forged_record_fails_at_its_pull_request(folder: Path, forge: Reporting) -> None:
    path = findings_path("widgets-1", "agent-1")
    push(folder, {path: read(folder, path).replace("API key", "blank cheque").encode()})
    assert "not those that were recorded" in pull_gate(parts(forge), pull(folder)).text


def test_the_tracker_is_read_from_the_state_branch(folder: Path, forge: Reporting) -> None:
    outcome = pull_gate(parts(forge, state_branch="swarm-state"), pull(folder))
    assert result(outcome, "tracker-current")["measured"] == "there is no tracker"


def test_without_a_base_branch_it_is_refused(folder: Path, forge: Reporting) -> None:
    here = Gating(GitRepository(folder), forge, StillClock(), "trunk", None, scan)
    with pytest.raises(Refused, match="the branch trunk has no commit"):
        pull_gate(here, pull(folder, base="trunk"))


def test_the_citation_check_is_for_pull_requests_that_are_no_sessions(folder: Path, forge: Reporting) -> None:
    citations = CitationCheck()
    push(folder, {agent_path("widgets-1", "agent-1"): b"{", "a.md": b"It has 5 GB.\n"})
    assert check_pull(parts(forge), pull(folder), citations).data["state"] == "gated"
    git(folder, "branch", "feature", "main")
    push(folder, {"a.md": b"It has 5 GB.\n"}, "refs/heads/feature")
    found = check_pull(parts(forge), pull(folder, "feature"), citations)
    assert (found.data["state"], found.exit) == ("audited", Exit.ACT)
    assert reason(check_pull(parts(forge), pull(folder, "feature"), None)) == "feature is no session's branch"
