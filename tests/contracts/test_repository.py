"""What every repository promises: on this machine, on GitHub, and in memory."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.adapters.memory.repository import MemoryRepository
from bot.core.changes import Change
from bot.errors import LostRace, SwarmError
from bot.ports import RefUpdate, Repository
from tests.builders import NOW
from tests.contracts.repositories import MAIN, Place

NAMES = ["plain.txt", "deep/er/file.json", 'quote".md', "spaces in it.md", "é/ünïcode.md", "back\\slash"]
NOBODY = "1" * 40


@pytest.fixture
def repo(place: Place) -> Repository:
    return place.machine()


@pytest.fixture
def start(repo: Repository) -> str:
    return repo.refs(MAIN)[MAIN]


def note(repo: Repository, text: str, *parents: str) -> str:
    return repo.commit(parents, {"note.txt": text.encode()}, text, NOW)


# --- commits ---


def test_a_commit_holds_its_files_and_moves_no_ref(repo: Repository, start: str) -> None:
    before = repo.refs("refs/")
    content: dict[str, bytes | None] = {name: name.encode() + b"\0\n" for name in NAMES}
    commit = repo.commit([start], content, "Say why\n\nand more\n", NOW)
    files = repo.files(commit)
    assert {name: files[name] for name in NAMES} == content
    assert "README.md" in files
    assert repo.refs("refs/") == before
    assert set(repo.paths(commit).values()) == {"100644"}
    entry = repo.log(commit)[0]
    assert (entry.message, entry.time, entry.parents) == ("Say why\n\nand more", NOW, (start,))


def test_times_are_kept_in_whole_seconds(repo: Repository) -> None:
    commit = repo.commit([], {"a": b"1"}, "m", NOW + timedelta(milliseconds=900))
    assert repo.log(commit)[0].time == NOW


def test_what_a_commit_says_is_its_name(repo: Repository, start: str) -> None:
    one = repo.commit([start], {"a": b"1"}, "m", NOW)
    assert len(one) == 40
    assert repo.commit([start], {"a": b"1", "README.md": repo.files(start)["README.md"]}, "m", NOW) == one
    others = [
        repo.commit([], {"a": b"1"}, "m", NOW),
        repo.commit([start], {"a": b"2"}, "m", NOW),
        repo.commit([start], {"b": b"1"}, "m", NOW),
        repo.commit([start], {"a": b"1"}, "n", NOW),
        repo.commit([start], {"a": b"1"}, "m", NOW + timedelta(seconds=1)),
    ]
    assert len({one, *others}) == 6


def test_files_can_be_removed_and_read_below_a_prefix(repo: Repository, start: str) -> None:
    one = repo.commit([start], {"x/1": b"1", "x/2": b"2", "xy": b"3"}, "one", NOW)
    two = repo.commit([one], {"x/1": None, "missing": None}, "two", NOW)
    assert repo.files(two, ["x/"]) == {"x/2": b"2"}
    assert repo.files(two, ["xy", "x"]) == {"x/2": b"2", "xy": b"3"}
    assert repo.files(two, ["nothing"]) == {}


def test_a_file_takes_the_place_of_a_folder_and_back(repo: Repository) -> None:
    folder = repo.commit([], {"a/b/c": b"1", "a/d": b"1", "z": b"1"}, "m", NOW)
    file = repo.commit([folder], {"a": b"2"}, "m", NOW)
    assert repo.files(file) == {"a": b"2", "z": b"1"}
    assert repo.files(repo.commit([file], {"a/b/c": b"3", "a/x": None}, "m", NOW)) == {"a/b/c": b"3", "z": b"1"}
    assert repo.files(repo.commit([folder], {"a": None}, "m", NOW)) == {"z": b"1"}
    assert repo.files(repo.commit([file], {"a/b": None}, "m", NOW)) == {"a": b"2", "z": b"1"}
    assert repo.read([(file, "a/b"), (file, "a")]) == {(file, "a"): b"2"}
    emptied = repo.commit([folder], {"a/b/c": None}, "m", NOW)
    assert repo.files(repo.commit([emptied], {"a/b": b"4"}, "m", NOW)) == {"a/b": b"4", "a/d": b"1", "z": b"1"}


@pytest.mark.parametrize("path", ["", "/a", "a//b"])
def test_a11_a_path_that_leads_elsewhere_is_refused(repo: Repository, path: str) -> None:
    with pytest.raises(SwarmError):
        repo.commit([], {path: b"1"}, "m", NOW)


def test_a_commit_may_take_the_tree_of_another(repo: Repository, start: str) -> None:
    branch = repo.commit([start], {"mine": b"1", "left": b"1"}, "branch", NOW)
    base = repo.commit([start], {"theirs": b"1", "README.md": None}, "base", NOW)
    made = repo.commit([branch, base], {"mine": b"2"}, "merge", NOW, tree=base)
    assert repo.files(made) == {"theirs": b"1", "mine": b"2"}
    assert repo.log(made)[0].parents == (branch, base)
    assert [entry.commit for entry in repo.log(made)] == [made, branch, start]


def test_a_commit_bears_the_name_of_who_made_it(repo: Repository, start: str) -> None:
    ours, before = repo.log(note(repo, "1", start))
    assert ours.author == "Swarm Sessions"
    assert before.author not in ("", ours.author)


def test_many_files_of_many_commits_are_read_at_once(repo: Repository) -> None:
    commits = [repo.commit([], {"a/b.json": b"%d" % n}, "m", NOW) for n in range(3)]
    wanted = [(commit, path) for commit in commits for path in ("a/b.json", "a", "missing", "new\nline")]
    assert repo.read(wanted) == {(commit, "a/b.json"): b"%d" % n for n, commit in enumerate(commits)}
    assert repo.read([]) == {}


def test_many_files_of_one_commit_are_read_like_few(repo: Repository, start: str) -> None:
    content: dict[str, bytes | None] = {f"a/{n % 7}/{n}.json": b"%d" % n for n in range(150)}
    commit = repo.commit([start], content, "many", NOW)
    wanted = [(commit, path) for path in (*content, "a/missing.json")]
    for _ in range(2):  # what is kept in between gives the same
        assert repo.read(wanted) == {(commit, path): text for path, text in content.items()}


def test_a_commit_that_is_not_there_is_an_error_and_not_empty(repo: Repository, start: str) -> None:
    asks: list[Callable[[], object]] = [
        lambda: repo.files(NOBODY),
        lambda: repo.paths(NOBODY),
        lambda: repo.log(NOBODY),
        lambda: repo.log(start, since=NOBODY),
        lambda: repo.contains(start, NOBODY),
        lambda: repo.changes(NOBODY, start),
        lambda: repo.conflicts(NOBODY, start),
        lambda: repo.commit([NOBODY], {"a": b"1"}, "m", NOW),
        lambda: repo.commit([start], {"a": b"1"}, "m", NOW, tree=NOBODY),
        lambda: repo.update([RefUpdate("refs/swarm/x", NOBODY, None)]),
    ]
    for ask in asks:
        with pytest.raises(SwarmError) as raised:
            ask()
        assert not isinstance(raised.value, LostRace)


# --- refs ---


def test_g12_refs_move_together_or_not_at_all(place: Place) -> None:
    one, two = place.machine(), place.machine()
    start = one.refs(MAIN)[MAIN]
    first, second = note(one, "1", start), note(two, "2", start)
    one.update([RefUpdate("refs/heads/a", first, None), RefUpdate("refs/swarm/x", first, None)])
    with pytest.raises(LostRace, match=r"^refs/swarm/x moved in the meantime"):
        two.update([RefUpdate("refs/heads/b", second, None), RefUpdate("refs/swarm/x", second, None)])
    assert two.refs("refs/") == {MAIN: start, "refs/heads/a": first, "refs/swarm/x": first}
    with pytest.raises(LostRace, match="refs/swarm/x"):
        two.update([RefUpdate("refs/swarm/x", None, second)])
    two.update([RefUpdate("refs/swarm/x", second, first)])  # not a branch: it may point elsewhere
    two.update([RefUpdate("refs/swarm/x", None, second), RefUpdate("refs/heads/a", None, first)])
    assert one.refs("refs/") == {MAIN: start}
    one.update([])


@pytest.mark.parametrize("place", ["git", "memory"], indirect=True)
def test_g12_a_ref_that_exists_is_not_made_again_even_with_its_own_value(repo: Repository, start: str) -> None:
    """A push would let it pass: it is up to date. That is why a reservation names a commit of its own."""
    repo.update([RefUpdate("refs/swarm/x", start, None)])
    with pytest.raises(LostRace, match="refs/swarm/x"):
        repo.update([RefUpdate("refs/swarm/x", start, None)])
    repo.update([RefUpdate("refs/swarm/x", start, start)])
    assert repo.refs("refs/swarm") == {"refs/swarm/x": start}


def test_g13_a_branch_moves_from_what_was_expected_or_not_at_all(place: Place) -> None:
    one, two = place.machine(), place.machine()
    start = one.refs(MAIN)[MAIN]
    first, second = note(one, "1", start), note(two, "2", start)
    one.update([RefUpdate(MAIN, first, start)])
    with pytest.raises(LostRace, match=MAIN):
        two.update([RefUpdate(MAIN, second, start)])
    assert two.refs(MAIN) == {MAIN: first}


@pytest.mark.parametrize("place", ["remote", "memory"], indirect=True)
def test_g13_a_branch_is_never_rewritten(repo: Repository, start: str) -> None:
    with pytest.raises(SwarmError, match=rf"does not come after {start[:12]}, which {MAIN} is at"):
        repo.update([RefUpdate(MAIN, note(repo, "unrelated"), start)])
    assert repo.refs(MAIN) == {MAIN: start}


def test_what_is_gone_already_was_a_race(repo: Repository, start: str) -> None:
    with pytest.raises(LostRace, match="refs/swarm/x"):
        repo.update([RefUpdate("refs/swarm/x", None, start)])


@pytest.mark.parametrize("ref", ["refs/heads/a..b", "refs/heads/.a", "refs/heads/a b", "refs/swarm/x.lock"])
def test_a_ref_name_that_git_refuses_is_an_error_and_no_race(repo: Repository, start: str, ref: str) -> None:
    with pytest.raises(SwarmError) as raised:
        repo.update([RefUpdate(ref, start, None)])
    assert not isinstance(raised.value, LostRace)
    assert repo.refs("refs/") == {MAIN: start}


@pytest.mark.parametrize(
    ("there", "new"), [("refs/swarm/x/y", "refs/swarm/x"), ("refs/swarm/x", "refs/swarm/x/y")]
)
def test_a_ref_where_a_folder_is_is_refused_and_no_race(
    repo: Repository, start: str, there: str, new: str
) -> None:
    repo.update([RefUpdate(there, start, None)])
    with pytest.raises(SwarmError, match=new) as raised:
        repo.update([RefUpdate(new, start, None)])
    assert not isinstance(raised.value, LostRace)
    assert repo.refs("refs/swarm") == {there: start}


def test_refs_are_listed_by_whole_components(repo: Repository, start: str) -> None:
    names = [f"refs/swarm/records/{session}/a/1" for session in ("cloud-1", "cloud-10")]
    repo.update([RefUpdate(name, start, None) for name in (*names, "refs/heads/swarm/cloud-1")])
    for prefix in ("refs/swarm/records/cloud-1", "refs/swarm/records/cloud-1/", names[0]):
        assert repo.refs(prefix) == {names[0]: start}
    assert list(repo.refs("refs/swarm/records")) == names
    assert repo.refs("refs/heads/swarm/cloud") == {}
    assert repo.refs("refs/heads") == {MAIN: start, "refs/heads/swarm/cloud-1": start}


@pytest.mark.parametrize("place", ["remote", "memory"], indirect=True)
def test_one_look_at_refs_may_serve_many_questions(place: Place) -> None:
    mine, other = place.machine(), place.machine()
    start = mine.refs(MAIN)[MAIN]
    with mine.still():
        with mine.still():  # changes nothing
            other.update([RefUpdate("refs/swarm/theirs", start, None)])
        assert mine.refs("refs/swarm") == {}
        mine.update([RefUpdate("refs/swarm/mine", start, None)])
        assert mine.refs("refs/swarm") == {"refs/swarm/mine": start}
        with pytest.raises(LostRace):
            mine.update([RefUpdate("refs/swarm/theirs", note(mine, "late"), None)])
        assert set(mine.refs("refs/swarm")) == {"refs/swarm/mine", "refs/swarm/theirs"}
        other.update([RefUpdate("refs/swarm/theirs", None, start)])
    assert mine.refs("refs/swarm") == {"refs/swarm/mine": start}


# --- history ---


def test_changes_are_those_since_the_branch_left(repo: Repository, start: str) -> None:
    before = repo.commit([start], {"old": b"1", "gone": b"1"}, "start", NOW)
    branch = repo.commit([before], {"new": b"1", "old": b"2", "gone": None}, "branch", NOW)
    base = repo.commit([before], {"elsewhere": b"1"}, "base", NOW)
    assert repo.changes(base, branch) == [
        Change("gone", "deleted", "000000"),
        Change("new", "added", "100644"),
        Change("old", "modified", "100644"),
    ]
    assert repo.changes(branch, branch) == []


def test_unrelated_histories_differ_in_everything(repo: Repository, start: str) -> None:
    other = repo.commit([], {"x": b"1"}, "root", NOW)
    assert repo.changes(start, other) == [Change("x", "added", "100644")]


def test_a_merge_moves_the_place_where_a_branch_left(repo: Repository, start: str) -> None:
    base = repo.commit([start], {"base": b"1"}, "base", NOW)
    branch = repo.commit([start], {"mine": b"1"}, "mine", NOW)
    merged = repo.commit([branch, base], {"base": b"1"}, "catch up", NOW)
    assert repo.changes(base, merged) == [Change("mine", "added", "100644")]
    assert repo.changes(repo.commit([base], {"more": b"1"}, "more", NOW), merged) == repo.changes(base, merged)


def test_conflicts_are_paths_that_both_sides_changed_differently(repo: Repository, start: str) -> None:
    ours = repo.commit([start], {"same": b"1", "both": b"1", "ours": b"1"}, "ours", NOW)
    theirs = repo.commit([start], {"same": b"1", "both": b"2", "theirs": b"1", "README.md": None}, "theirs", NOW)
    assert repo.conflicts(ours, theirs) == ("both",)
    assert repo.conflicts(start, theirs) == ()
    gone = repo.commit([ours], {"README.md": b"changed"}, "changed", NOW)
    assert repo.conflicts(gone, theirs) == ("README.md", "both")


def test_a_file_where_the_other_side_has_a_folder_is_a_conflict(repo: Repository, start: str) -> None:
    before = repo.commit([start], {"old": b"1"}, "start", NOW)
    ours = repo.commit([before], {"a": b"1", "b/c/d": b"1", "old": None, "e": b"1"}, "ours", NOW)
    theirs = repo.commit([before], {"a/x/y": b"1", "b": b"1", "old": None, "e.txt": b"1"}, "theirs", NOW)
    assert repo.conflicts(ours, theirs) == ("a", "b/c/d")
    assert repo.conflicts(theirs, ours) == ("a/x/y", "b")
    folder = repo.commit([before], {"old/new": b"1"}, "folder", NOW)
    assert repo.conflicts(folder, repo.commit([before], {"old": None}, "gone", NOW)) == ()


def test_contains_follows_the_history(repo: Repository, start: str) -> None:
    child = repo.commit([start], {"a": b"1"}, "m", NOW)
    other = repo.commit([start], {"b": b"1"}, "m", NOW)
    merge = repo.commit([child, other], {"b": b"1"}, "merge", NOW)
    assert repo.contains(merge, other)
    assert repo.contains(start, start)
    assert not repo.contains(start, child)
    assert not repo.contains(child, other)


def test_a_history_is_told_newest_first(repo: Repository, start: str) -> None:
    """By the branch itself, or by the dates of all that came together in it."""

    def later(minutes: int, *parents: str) -> str:
        return repo.commit(parents, {f"{minutes}": b"1"}, f"{minutes}", NOW + timedelta(minutes=minutes))

    one, two = later(1, start), later(2, start)
    three, four = later(3, one), later(4, two)
    merge = later(5, three, four)
    assert [entry.commit for entry in repo.log(merge)] == [merge, three, one, start]
    everything = [entry.commit for entry in repo.log(merge, first_parent=False)]
    assert everything == [merge, four, three, two, one, start]
    assert [entry.commit for entry in repo.log(merge, since=four)] == [merge, three, one]
    assert [entry.commit for entry in repo.log(merge, since=one, first_parent=False)] == [merge, four, three, two]
    assert repo.log(merge)[0].parents == (three, four)
    assert repo.log(one, since=merge) == repo.log(one, since=merge, first_parent=False) == []


def test_commits_of_one_moment_are_told_in_the_order_of_their_parents(repo: Repository, start: str) -> None:
    one, two = note(repo, "1", start), note(repo, "2", start)
    merge = note(repo, "merge", two, one)
    assert [entry.commit for entry in repo.log(merge, first_parent=False)][:3] == [merge, two, one]


# --- in memory ---


@pytest.mark.parametrize("path", ["a/../b", "./a", "a/.git/config"])
def test_a11_memory_refuses_what_some_versions_of_git_let_pass(path: str) -> None:
    with pytest.raises(SwarmError, match="no file can be called"):
        MemoryRepository().commit([], {path: b"1"}, "m", NOW)


def test_a_store_in_memory_is_seeded_and_has_many_handles() -> None:
    repo = MemoryRepository()
    first = repo.seed({"a": "1", "b": b"\0"}, NOW)
    second = repo.seed({"c": "3"}, NOW, "side")
    third = repo.clone().seed({"b": "2"}, NOW)
    assert repo.refs("refs/") == {MAIN: third, "refs/heads/side": second}
    assert repo.files(third) == {"a": b"1", "b": b"2"}
    assert (repo.contains(third, first), repo.contains(third, second)) == (True, False)
    with pytest.raises(SwarmError, match=f"there is no commit {NOBODY}"):
        repo.read([(NOBODY, "a")])


def test_a_ref_in_memory_is_moved_once_at_a_time() -> None:
    repo = MemoryRepository()
    first = repo.seed({"a": "1"}, NOW)
    with pytest.raises(SwarmError, match="twice at once"):
        repo.update([RefUpdate("refs/swarm/x", first, None), RefUpdate("refs/swarm/x", first, None)])
    with pytest.raises(SwarmError, match="no ref can be called 'a'"):
        repo.update([RefUpdate("a", first, None)])
