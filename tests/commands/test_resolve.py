"""Merge conflicts: files of the session's own are settled by the bot, others are named, and nothing is lost."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.adapters.git import GitRepository
from bot.adapters.local_forge import LocalForge
from bot.adapters.secrets import scan
from bot.adapters.sources.library import Library
from bot.commands.close import Closed, Closing, close, rendered
from bot.commands.load import load_overview
from bot.commands.resolve import resolve
from bot.core.conflicts import Resolution, resolutions
from bot.errors import LostRace, Refused
from bot.ports import Forge, Merged, Proposal, RefUpdate, Repository
from bot.render.state_files import STATE_FILES
from tests.builders import NOW
from tests.clocks import StillClock
from tests.repos import git, tip
from tests.workshop import MISSION, Countdown, Killed, MortalForge, MortalRepository, session, widgets

BRANCH = "refs/heads/swarm/widgets-1"
DELIVERABLE = "INTEGRATIONS-WIDGETS.md"
TABLE = "INTEGRATIONS-WIDGETS.csv"
FINDINGS = "sessions/widgets-1/findings/agent-1.json"
MINE = "A person's own words.\n"


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose session passes the gate and is not merged yet."""
    home = tmp_path_factory.mktemp("complete")
    made = widgets(home / "repo")
    assert session(made, home / "cache", merge=False).verdict.state == "pass"
    return made


@pytest.fixture
def folder(complete: Path, tmp_path: Path) -> Path:
    return copy(complete, tmp_path / "home")


def copy(complete: Path, home: Path) -> Path:
    shutil.copytree(complete.parent, home)
    return home / "repo"


def commit(folder: Path, **files: str | None) -> str:
    """A person's commit on the branch that is checked out."""
    for name, text in files.items():
        path = folder / name
        if text is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "By hand")
    return tip(folder, "HEAD")


def closing(
    folder: Path,
    forge: Forge | None = None,
    repo: Repository | None = None,
    *,
    name: str = "widgets-1",
    merge: bool = True,
) -> Closed:
    clock = StillClock()
    library = Library(folder.parent / "cache", folder, clock)
    parts = Closing(
        repo or GitRepository(folder), forge or LocalForge(folder, clock), library, clock, "main", scan
    )
    return close(parts, name, merge=merge)


def criteria(closed: Closed) -> dict[str, str]:
    return {c.id: f"{c.measured}: {c.action}" for c in closed.verdict.criteria if c.state != "pass"}


def side(folder: Path, closed: Closed) -> str:
    """The commit of the session's branch that was merged."""
    assert closed.merged, criteria(closed)
    return git(folder, "rev-parse", f"{closed.merged}^2")


def test_a_deliverable_that_a_person_edited_meanwhile_is_rendered_again(
    folder: Path,
) -> None:
    expected = GitRepository(folder).files(tip(folder, BRANCH), [DELIVERABLE])
    gated = tip(folder, BRANCH)
    edited = commit(folder, **{DELIVERABLE: MINE, "docs/more.md": "More.\n"})
    closed = closing(folder)
    resolved = side(folder, closed)
    assert git(folder, "rev-parse", f"{resolved}^1") == gated
    files = GitRepository(folder).files(tip(folder))
    assert files[DELIVERABLE] == expected[DELIVERABLE]
    assert files["docs/more.md"] == b"More.\n"
    over = git(folder, "rev-parse", f"{resolved}^2")
    assert git(folder, "show", f"{over}:{DELIVERABLE}") == MINE.strip()
    assert GitRepository(folder).contains(over, edited)
    told = resolutions(git(folder, "log", "-1", "--format=%B", resolved))
    assert told == (Resolution(DELIVERABLE, over),)
    assert resolutions(git(folder, "log", "-1", "--format=%B", str(closed.merged))) == told
    handover = files["SESSION-HANDOVER-PROTOCOL.md"].decode()
    assert f"**Resolved**: a merge conflict in `{DELIVERABLE}` (rendered again from the findings, over" in handover
    assert "has a merge conflict" not in files["BLOCKERS.md"].decode()
    again = closing(folder)
    assert (again.merged, again.verdict) == (closed.merged, closed.verdict)


def test_without_merging_the_branch_is_made_ready_all_the_same(folder: Path) -> None:
    commit(folder, **{DELIVERABLE: MINE})
    closed = closing(folder, merge=False)
    assert (closed.verdict.state, closed.merged) == ("pass", None)
    assert resolutions(git(folder, "log", "-1", "--format=%B", BRANCH))[0].path == DELIVERABLE


def test_what_the_base_has_besides_comes_along_with_its_modes(folder: Path) -> None:
    (folder / "tool").write_text("#!/bin/sh\n")
    (folder / "tool").chmod(0o755)
    (folder / "link").symlink_to("tool")
    (folder / "README.md").unlink()
    (folder / DELIVERABLE).symlink_to("link")
    commit(folder, **{TABLE: MINE})
    paths = GitRepository(folder).paths
    merged = side(folder, closing(folder))
    there = paths(merged)
    assert (there["tool"], there["link"], there[DELIVERABLE], "README.md" in there) == (
        "100755",
        "120000",
        "100644",
        False,
    )
    assert {path: mode for path, mode in paths(tip(folder)).items() if path in there} == there


def test_findings_that_somebody_put_onto_the_base_give_way_to_those_that_were_recorded(folder: Path) -> None:
    recorded = git(folder, "show", f"{BRANCH}:{FINDINGS}")
    stray = "sessions/widgets-1/findings/agent-9.json"
    other = "sessions/gadgets-1/findings/agent-1.json"
    commit(folder, **{FINDINGS: "{}\n", stray: "{}\n", other: "{}\n"})
    closed = closing(folder)
    assert closed.merged, criteria(closed)
    files = GitRepository(folder).files(tip(folder))
    assert files[FINDINGS].decode().strip() == recorded
    assert (files[stray], files[other]) == (b"{}\n", b"{}\n")
    assert "(kept as recorded, over" in files["SESSION-HANDOVER-PROTOCOL.md"].decode()


def test_a_deliverable_that_somebody_deleted_meanwhile_is_written_again(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    commit(folder, **{DELIVERABLE: "Older.\n"})
    session(folder, tmp_path / "cache", merge=False)
    commit(folder, **{DELIVERABLE: None})
    assert closing(folder).merged
    assert "X-Api-Key" in git(folder, "show", f"main:{DELIVERABLE}")


def test_a_document_that_a_session_of_another_mission_wrote_meanwhile_is_not_touched(tmp_path: Path) -> None:
    folder, cache = widgets(tmp_path / "repo"), tmp_path / "cache"
    session(folder, cache, merge=False)
    other = MISSION.replace("mission: widgets", "mission: gadgets").replace("Widget ", "Gadget ")
    session(folder, cache, mission=other.replace("number: 1", "number: 2"))
    before = git(folder, "show", f"main:{DELIVERABLE}")
    closed = closing(folder)
    assert closed.merged is None
    assert DELIVERABLE in criteria(closed)["mergeable"]
    assert "or move that away on the base" in criteria(closed)["mergeable"]
    assert git(folder, "show", f"main:{DELIVERABLE}") == before


def test_a_file_of_another_kind_is_named_and_a_person_resolves_it(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "swarm/widgets-1")
    commit(folder, **{"README.md": "The session's.\n"})
    git(folder, "checkout", "--quiet", "main")
    edited = commit(folder, **{"README.md": "The base's.\n", DELIVERABLE: MINE})
    commit(folder, **{"docs/more.md": "More.\n"})
    before = tip(folder, BRANCH)
    closed = closing(folder)
    assert (closed.merged, tip(folder, BRANCH)) == (None, before)
    said = criteria(closed)["mergeable"]
    who = f"A Person in {edited[:12]}"
    assert said.startswith(f"2 conflicts: README.md ({who}), {DELIVERABLE} ({who}): merge the base branch into")
    assert "then `swarm close widgets-1` or `/swarm merge` goes on" in said
    assert "README.md is outside" in criteria(closed)["allowed-paths"]
    files = GitRepository(folder).files(tip(folder))
    blockers = files["BLOCKERS.md"].decode()
    assert "## Blocker: widgets-1 has a merge conflict with main\n" in blockers
    assert "- **Date**: 2026-11-22 16:" in blockers
    assert "- **Impact**: Critical\n" in blockers
    assert f"both changed README.md ({who}), {DELIVERABLE}" in blockers
    assert "resolve the merge conflict in" in files["SESSION-HANDOVER-PROTOCOL.md"].decode()

    # What the recommendation says: a person merges the base, and keeps its version of what is not the session's.
    git(folder, "checkout", "--quiet", "swarm/widgets-1")
    git(folder, "merge", "--quiet", "--no-commit", "--strategy=ours", "main")
    git(folder, "checkout", "main", "--", "README.md", "docs", *STATE_FILES)
    git(folder, "commit", "--quiet", "--message", "Merge main")
    git(folder, "checkout", "--quiet", "main")
    closed = closing(folder)
    assert closed.merged, criteria(closed)
    assert git(folder, "show", "main:README.md") == "The base's."
    assert "X-Api-Key" in git(folder, "show", f"main:{DELIVERABLE}")
    assert "has a merge conflict" not in git(folder, "show", "main:BLOCKERS.md")


def test_a_conflict_in_own_files_waits_while_the_branch_holds_others_too(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "swarm/widgets-1")
    commit(folder, **{"notes.md": "Notes.\n"})
    git(folder, "checkout", "--quiet", "main")
    commit(folder, **{DELIVERABLE: MINE})
    before = tip(folder, BRANCH)
    closed = closing(folder)
    assert (closed.merged, tip(folder, BRANCH)) == (None, before)
    assert "resolves it, while the branch holds the session's own files only" in criteria(closed)["mergeable"]
    assert "notes.md is outside" in criteria(closed)["allowed-paths"]


def test_a_folder_where_the_deliverable_would_be_is_named_and_kept(folder: Path) -> None:
    commit(folder, **{f"{DELIVERABLE}/notes.txt": MINE})
    closed = closing(folder)
    assert closed.merged is None
    assert f"1 conflict: {DELIVERABLE}/notes.txt" in criteria(closed)["mergeable"]
    assert git(folder, "show", f"main:{DELIVERABLE}/notes.txt") == MINE.strip()


def test_an_incomplete_session_takes_nothing_in(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    session(folder, tmp_path / "cache", merge=False)
    git(folder, "update-ref", BRANCH, f"{BRANCH}~2")  # without its deliverable and a record
    git(folder, "update-ref", "-d", "refs/swarm/records/widgets-1/agent-2/1")
    before = tip(folder, BRANCH)
    commit(folder, **{FINDINGS: "{}\n"})
    assert closing(folder).merged is None
    assert tip(folder, BRANCH) == before


def test_g01_a_base_that_moves_again_is_gated_again_and_so_is_a_new_conflict(folder: Path) -> None:
    class Busy(LocalForge):
        """Somebody edits the deliverable on the base just before each of the first two merges."""

        times = 0

        def merge(self, proposal: Proposal) -> Merged:
            if Busy.times < 2:
                Busy.times += 1
                commit(folder, **{DELIVERABLE: f"Edit {Busy.times}.\n"})
            return super().merge(proposal)

    commit(folder, **{DELIVERABLE: MINE})
    closed = closing(folder, Busy(folder, StillClock()))
    merged = side(folder, closed)
    history = git(folder, "log", "--first-parent", "--format=%s", merged).splitlines()
    assert history[:3] == ["Resolve the conflict with main in widgets-1"] * 3
    assert "X-Api-Key" in git(folder, "show", f"main:{DELIVERABLE}")
    handover = git(folder, "show", "main:SESSION-HANDOVER-PROTOCOL.md")
    assert handover.count("(rendered again from the findings, over") == 3


def test_g04_a_base_that_never_rests_is_given_up_on(folder: Path) -> None:
    class Restless(LocalForge):
        def merge(self, proposal: Proposal) -> Merged:
            commit(folder, **{DELIVERABLE: f"{proposal.base_tip}\n"})
            return super().merge(proposal)

    with pytest.raises(Refused, match="main moved 3 times during the gate"):
        closing(folder, Restless(folder, StillClock()))


def test_a_branch_that_moves_under_the_merge_is_not_overwritten(folder: Path) -> None:
    class Moving(GitRepository):
        left = 1

        def update(self, updates: Sequence[RefUpdate]) -> None:
            if Moving.left and any(update.ref == BRANCH for update in updates):
                Moving.left -= 1
                raise LostRace("it moved")
            super().update(updates)

    commit(folder, **{DELIVERABLE: MINE})
    assert closing(folder, repo=Moving(folder)).merged
    Moving.left = -1
    with pytest.raises(Refused, match="kept moving while a merge conflict was resolved; run again"):
        resolve_here(folder, Moving(folder), reset=True)


def resolve_here(folder: Path, repo: Repository, *, reset: bool = False) -> None:
    if reset:
        first = git(folder, "log", "--merges", "--grep=^Merge session", "--format=%H", "main")
        own, base = git(folder, "rev-parse", f"{first}^2^1"), git(folder, "rev-parse", f"{first}^1")
        git(folder, "update-ref", BRANCH, own)
        git(folder, "update-ref", "refs/heads/main", base)
    resolve(repo, StillClock(), BRANCH, "refs/heads/main", "widgets-1", rendered)


def outcome(folder: Path) -> tuple[dict[str, bytes], list[str], int]:
    repo = GitRepository(folder)
    files = {path: text for path, text in repo.files(tip(folder)).items() if path not in STATE_FILES}
    merges = git(folder, "log", "--merges", "--format=%s", "main").splitlines()
    return files, sorted(repo.refs("refs/")), len(merges)


def test_g10_a_crash_after_any_side_effect_of_a_resolution_converges(complete: Path, tmp_path: Path) -> None:
    def dying(folder: Path, left: int | None) -> list[str]:
        counted = Countdown(left)
        closing(folder, MortalForge(folder, counted), MortalRepository(folder, counted))
        return counted.effects

    conflicting = copy(complete, tmp_path / "conflicting")
    commit(conflicting, **{DELIVERABLE: MINE, FINDINGS: "{}\n"})
    undisturbed = copy(conflicting, tmp_path / "undisturbed")
    effects = dying(undisturbed, None)
    assert "commit: Resolve the conflict with main in widgets-1" in effects
    expected = outcome(undisturbed)
    assert expected[2] == 2
    for number in range(1, len(effects) + 1):
        folder = copy(conflicting, tmp_path / f"crash-{number}")
        with pytest.raises(Killed):
            dying(folder, number)
        assert closing(folder).merged, effects[number - 1]
        assert outcome(folder) == expected, effects[number - 1]


def test_without_a_conflict_nothing_more_is_done(complete: Path, tmp_path: Path) -> None:
    folder = copy(complete, tmp_path / "home")
    counted = Countdown(None)
    repo = MortalRepository(folder, counted)
    resolve_here(folder, repo)
    commit(folder, **{"README.md": MINE})
    resolve_here(folder, repo)
    assert counted.effects == []


FOREIGN = ["README.md", "docs/guide.md", "sessions/other-1/x", "a.txt", f"{TABLE}/x"]


def edits(*paths: str) -> st.SearchStrategy[dict[str, bytes | None]]:
    return st.dictionaries(st.sampled_from(paths), st.sampled_from([b"1", b"2", None]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    base=edits(DELIVERABLE, TABLE, FINDINGS, *FOREIGN),
    branch=st.one_of(edits(DELIVERABLE, TABLE), edits(DELIVERABLE, TABLE, *FOREIGN)),
)
@example(base={DELIVERABLE: b"1", f"{TABLE}/x": b"1"}, branch={TABLE: None})  # a folder where a document will be
def test_whatever_both_sides_did_own_files_are_settled_others_named_and_nothing_is_lost(
    complete: Path, base: dict[str, bytes | None], branch: dict[str, bytes | None]
) -> None:
    """`branch` is what a person did on the session's branch."""
    repo = GitRepository(complete)
    main, own = tip(complete), tip(complete, BRANCH)
    head = repo.commit([main], base, "base", NOW)
    side = repo.commit([own], branch, "branch", NOW) if branch else own
    for name, commit in (("random", head), ("swarm/random", side)):
        git(complete, "update-ref", f"refs/heads/{name}", commit)
    conflicts, paths = repo.conflicts(head, side), repo.paths(head)
    documents = {DELIVERABLE, TABLE}
    try:
        resolve(repo, StillClock(), "refs/heads/swarm/random", "refs/heads/random", "widgets-1", rendered)
        made = tip(complete, "swarm/random")
    finally:
        for name in ("random", "swarm/random"):
            git(complete, "update-ref", "-d", f"refs/heads/{name}")
    if made == side:
        own_ones = {*documents, FINDINGS}
        deleted = any(branch.get(path, b"") is None for path in documents)
        assert not conflicts or deleted or not set(conflicts) | set(branch) <= own_ones
        return
    assert conflicts
    assert set(conflicts) <= {*documents, FINDINGS}
    assert git(complete, "rev-parse", f"{made}^1", f"{made}^2").split() == [side, head]
    assert repo.conflicts(head, made) == ()
    mine = {path for path in repo.paths(own) if path.startswith("sessions/widgets-1/")} | documents
    there = repo.files(made)
    assert {path: text for path, text in there.items() if path not in mine} == {
        path: text for path, text in repo.files(head).items() if path not in mine
    }
    assert {path: mode for path, mode in repo.paths(made).items() if path not in mine} == {
        path: mode for path, mode in paths.items() if path not in mine
    }
    session_side = repo.files(side)
    for path in mine - documents:
        assert there[path] == session_side[path]
    for path in documents:
        assert there[path] == repo.files(own)[path]


def test_an_open_session_is_seen_although_a_part_of_it_lies_on_the_base(folder: Path) -> None:
    commit(folder, **{FINDINGS: "{}\n"})
    found = load_overview(GitRepository(folder), NOW, base="main").overview
    assert [state.session for state in found.sessions] == ["widgets-1"]
    assert found.problems == ()
    assert [one.path for one in found.conflicts["widgets-1"]] == [FINDINGS]
    git(folder, "update-ref", "-d", BRANCH)
    assert [problem.file for problem in load_overview(GitRepository(folder), NOW, base="main").overview.problems]
