"""Closing: what was gated is what is merged, or nothing is."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.local_forge import LocalForge
from bot.adapters.secrets import scan
from bot.adapters.sources.library import Library
from bot.commands.close import Closed, Closing, close
from bot.commands.load import load_session
from bot.core.merge import is_merge_of
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import Forge, RefUpdate
from tests.builders import NOW
from tests.clocks import StillClock
from tests.repos import git, tip
from tests.workshop import launch_here, session, widgets

BRANCH = "refs/heads/swarm/widgets-1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository whose session passes the gate and is not merged yet."""
    made = widgets(tmp_path / "repo")
    assert session(made, tmp_path / "cache", merge=False).verdict.state == "pass"
    return made


def closing(
    folder: Path, forge: Forge | None = None, repo: GitRepository | None = None, *, merge: bool = True
) -> Closed:
    library = Library(folder.parent / "cache", folder, StillClock())
    parts = Closing(
        repo or GitRepository(folder),
        forge or LocalForge(folder, StillClock()),
        library,
        StillClock(),
        "main",
        scan,
    )
    return close(parts, "widgets-1", merge=merge)


def test_g01_a_push_between_verdict_and_merge_is_gated_again(folder: Path) -> None:
    class Busy(LocalForge):
        """Somebody commits to the base just before the merge, once."""

        moved = False

        def advance(self, branch: str, expected: str, new: str) -> None:
            if not Busy.moved and is_merge_of(GitRepository(folder).log(new)[0], "widgets-1"):
                Busy.moved = True
                git(folder, "commit", "--quiet", "--allow-empty", "--message", "In between")
            super().advance(branch, expected, new)

    closed = closing(folder, Busy(folder, StillClock()))
    assert Busy.moved
    assert closed.merged is not None
    messages = [entry.message for entry in GitRepository(folder).log(tip(folder))]
    assert "In between" in messages
    assert sum(message.startswith("Merge session") for message in messages) == 1


def test_g04_a_base_that_never_rests_is_given_up_on_after_three_gates(folder: Path) -> None:
    class Restless(LocalForge):
        merges = 0

        def advance(self, branch: str, expected: str, new: str) -> None:
            if is_merge_of(GitRepository(folder).log(new)[0], "widgets-1"):
                Restless.merges += 1
                raise LostRace("main moved in the meantime")
            super().advance(branch, expected, new)

    with pytest.raises(Refused, match="main moved 3 times during the gate; run again; nothing was merged"):
        closing(folder, Restless(folder, StillClock()))
    assert Restless.merges == 3
    assert BRANCH in GitRepository(folder).refs("refs/heads")


def test_g01_only_the_gated_commit_is_merged(folder: Path) -> None:
    gated = tip(folder, BRANCH)
    late: list[str] = []

    class Late(LocalForge):
        """Somebody pushes to the session's branch just before the merge."""

        def advance(self, branch: str, expected: str, new: str) -> None:
            repo = GitRepository(folder)
            if is_merge_of(repo.log(new)[0], "widgets-1"):
                late.append(repo.commit([gated], {"evil.txt": b"1"}, "Late", NOW))
                repo.update([RefUpdate(BRANCH, late[0], gated)])
            super().advance(branch, expected, new)

    closed = closing(folder, Late(folder, StillClock()))
    assert closed.merged is not None
    assert "evil.txt" not in GitRepository(folder).files(tip(folder))
    assert tip(folder, BRANCH) == late[0], "what was not gated is kept, on its branch"


def test_g06_a_merge_that_is_not_there_raises_the_alarm(folder: Path) -> None:
    class Liar(LocalForge):
        """Says that it moved the base, and did not."""

        def advance(self, branch: str, expected: str, new: str) -> None:
            if not is_merge_of(GitRepository(folder).log(new)[0], "widgets-1"):
                super().advance(branch, expected, new)

    with pytest.raises(SwarmError, match="main does not hold session widgets-1 although it was merged"):
        closing(folder, Liar(folder, StillClock()))
    assert BRANCH in GitRepository(folder).refs("refs/heads")


def test_a_session_whose_agents_are_not_done_waits(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    launch_here(GitRepository(folder))
    closed = closing(folder)
    assert (closed.verdict.state == "pass", closed.merged) == (False, None)
    assert {c.id: c.measured for c in closed.verdict.criteria}["agents-complete"].startswith("0 of 2")
    assert "INTEGRATIONS-WIDGETS.md" not in GitRepository(folder).files(tip(folder, BRANCH))


def test_a_branch_that_moves_while_the_deliverable_is_written_is_read_again(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    session(folder, tmp_path / "cache", merge=False)
    git(folder, "update-ref", BRANCH, f"{BRANCH}~1")  # without its deliverable

    class Moving(GitRepository):
        times = 1

        def update(self, updates: Sequence[RefUpdate]) -> None:
            if Moving.times and any(update.ref == BRANCH for update in updates):
                Moving.times -= 1
                raise LostRace("it moved")
            super().update(updates)

    assert closing(folder, repo=Moving(folder)).merged is not None
    assert Moving.times == 0


def test_a_session_that_came_without_a_merge_is_named(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "swarm/widgets-1")
    files = GitRepository(folder).files(tip(folder, BRANCH), ["sessions"])
    copied = GitRepository(folder).commit([tip(folder)], dict(files), "Copied by hand", NOW)
    git(folder, "update-ref", "refs/heads/main", copied)
    with pytest.raises(Refused, match="widgets-1 is on main, but no merge of it"):
        closing(folder)


def test_the_session_can_be_read_from_the_merge(folder: Path) -> None:
    closed = closing(folder)
    assert closed.merged is not None
    assert load_session(GitRepository(folder), closed.merged, "widgets-1").records == closed.data.records
