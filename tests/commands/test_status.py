import json
from collections.abc import Callable, Sequence
from functools import partial
from itertools import permutations
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.local_forge import LocalForge
from bot.commands import status as module
from bot.commands.outcome import Outcome
from bot.commands.status import status, write_state_files
from bot.core.links import broken_links
from bot.errors import LostRace, Refused
from bot.ports import RefUpdate
from bot.render.state_files import STATE_FILES, same_but_for_the_time
from tests.clocks import StillClock, VirtualClock
from tests.commands.test_load import Place
from tests.repos import git, tip
from tests.sessions import blocker, findings, mission_yaml, record, session_files
from tests.workshop import Countdown, Killed, MortalRepository

NAMES = ("hosting", "cloud", "sip", "payment")


def mission(name: str) -> bytes:
    number = NAMES.index(name) + 1
    return mission_yaml(name, number, {"haiku-1": (f"{name} one",), "haiku-2": (f"{name} two", f"{name} three")})


def all_files(name: str) -> dict[str, bytes]:
    """A session whose second agent could not read one of its subjects."""
    session, blocked = f"{name}-1", blocker(f"{name}-two")
    records = record(session, "haiku-1"), record(session, "haiku-2", "blocked")
    found = findings("haiku-1", f"{name}-one"), findings("haiku-2", f"{name}-three", blockers=(blocked,))
    return session_files(session, mission(name), records, found) | {f"INTEGRATIONS-{name.upper()}.md": b"# It\n"}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "repo")


def advance(place: Place) -> Callable[[str, str], None]:
    return partial(LocalForge(place.folder, StillClock()).advance, "main")


def run(place: Place, *, write: bool = True, session: str | None = None) -> Outcome:
    return status(place.repo, VirtualClock(), base="main", write=write, advance=advance(place), session=session)


def state_files(place: Place) -> dict[str, str]:
    found = place.repo.files(tip(place.folder), STATE_FILES)
    return {path: content.decode() for path, content in found.items()}


def test_the_state_files_are_committed_on_the_base_branch_and_appear_in_the_work_tree(place: Place) -> None:
    place.branch("refs/heads/swarm/cloud-1", all_files("cloud"))
    before = tip(place.folder)
    written = run(place).data["written"]
    assert written == {"commit": tip(place.folder), "branch": "main", "files": list(STATE_FILES)}
    assert git(place.folder, "log", "-1", "--format=%P%n%B").splitlines() == [
        before,
        "Refresh the state files: 1 complete",
        "",
        f"They say something new: {', '.join(STATE_FILES)}",
    ]
    assert {path for path in STATE_FILES if (place.folder / path).exists()} == set(STATE_FILES)
    assert git(place.folder, "status", "--porcelain") == ""


def test_nothing_is_committed_when_only_the_time_has_moved_on(place: Place) -> None:
    place.branch("refs/heads/swarm/cloud-1", all_files("cloud"))
    run(place)
    before = tip(place.folder)
    assert run(place).data["written"] is None
    assert tip(place.folder) == before
    place.branch("refs/heads/main", {"README.md": b"Another commit.\n"})
    assert run(place).data["written"] is None


def test_a_file_that_was_edited_by_hand_or_lost_is_written_again(place: Place) -> None:
    run(place)
    place.branch("refs/heads/main", {"BLOCKERS.md": b"# None of your business\n"})
    git(place.folder, "reset", "--quiet", "--hard")
    assert write_state_files(place.repo, VirtualClock(), base="main", advance=advance(place)) == module.Written(
        tip(place.folder), ("BLOCKERS.md",), "main"
    )
    git(place.folder, "rm", "--quiet", "INTEGRATION-MASTER-ROADMAP.md")
    git(place.folder, "commit", "--quiet", "--message", "Lose a file")
    assert (write := run(place).data["written"]) is not None
    assert write["files"] == ["INTEGRATION-MASTER-ROADMAP.md"]  # type: ignore[index]


def test_g19_sessions_that_run_and_merge_in_any_order_give_the_same_state_files(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []
    for number, order in enumerate(list(permutations(NAMES))[::8]):
        place = Place(tmp_path / str(number))
        for name in order:
            place.branch(f"refs/heads/swarm/{name}-1", all_files(name))
            run(place)
        for name in reversed(order[:2]):
            place.merge(f"{name}-1", all_files(name))
            git(place.folder, "reset", "--quiet", "--hard")
            run(place)
        for name in order[2:]:
            place.merge(f"{name}-1", all_files(name))
            git(place.folder, "reset", "--quiet", "--hard")
        run(place)
        commits = {git(place.folder, "log", "--format=%H", f"--grep=Merge session {n}-1"): f"<{n}>" for n in NAMES}
        texts = state_files(place)
        for commit, name in commits.items():
            texts = {path: text.replace(commit, name) for path, text in texts.items()}
        tips = {tip(place.folder, f"swarm/{n}-1"): f"<tip of {n}>" for n in NAMES}
        for commit, name in tips.items():
            texts = {path: text.replace(commit, name) for path, text in texts.items()}
        seen.append(texts)
    for texts in seen[1:]:
        assert texts.keys() == set(STATE_FILES)
        assert [path for path in texts if not same_but_for_the_time(texts[path], seen[0][path])] == []


def test_a_lost_race_is_read_again_and_nothing_of_the_winner_is_lost(place: Place) -> None:
    place.branch("refs/heads/swarm/cloud-1", all_files("cloud"))
    forge = LocalForge(place.folder, StillClock())
    races = [lambda: place.merge("sip-1", all_files("sip"))]

    def racing(expected: str, new: str) -> None:
        if races:
            races.pop()()
            git(place.folder, "reset", "--quiet", "--hard")
        forge.advance("main", expected, new)

    found = status(place.repo, VirtualClock(), base="main", write=True, advance=racing)
    sessions = found.data["sessions"]
    assert isinstance(sessions, list)
    assert {one["session"]: one["state"] for one in sessions} == {"cloud-1": "complete", "sip-1": "merged"}
    assert "sip-1" in state_files(place)["MULTI-SESSION-STATUS.md"]
    assert "sessions/sip-1/launch.json" in place.repo.paths(tip(place.folder))


def test_a_base_that_keeps_moving_is_given_up_after_some_tries(place: Place) -> None:
    tries: list[str] = []

    def lost(expected: str, new: str) -> None:
        tries.append(new)
        raise LostRace("main moved")

    with pytest.raises(Refused, match="main kept moving"):
        status(place.repo, VirtualClock(), base="main", write=True, advance=lost)
    assert len(tries) == module.TRIES


def test_without_write_nothing_is_written(place: Place) -> None:
    place.branch("refs/heads/swarm/cloud-1", all_files("cloud"))
    before = place.repo.refs("refs/")
    outcome = run(place, write=False)
    assert place.repo.refs("refs/") == before
    assert "cloud-1" in outcome.text
    assert outcome.data["written"] is None


def test_one_session_is_shown_while_the_files_cover_all(place: Place) -> None:
    for name in ("cloud", "sip"):
        place.branch(f"refs/heads/swarm/{name}-1", all_files(name))
    outcome = run(place, session="sip-1")
    assert "sip-1" in outcome.text
    assert "cloud-1" not in outcome.text
    assert "cloud-1" in state_files(place)["MULTI-SESSION-STATUS.md"]
    with pytest.raises(Refused, match="there is no session other-1"):
        run(place, session="other-1")


def test_the_data_is_json_and_documented(place: Place) -> None:
    place.branch("refs/heads/swarm/cloud-1", all_files("cloud"))
    data = json.loads(json.dumps(run(place).data))
    document = (Path(__file__).parents[2] / "docs" / "state-files.md").read_text()
    keys = {
        *data,
        *data["sessions"][0],
        *data["metrics"],
        *data["criteria"][0],
        *data["phases"][0],
        *data["actions"][0],
    }
    assert [key for key in sorted(keys) if f"`{key}`" not in document] == []


def test_an_empty_repository_gets_state_files_that_say_so(place: Place) -> None:
    outcome = run(place)
    assert outcome.text.startswith("no session on main")
    assert "No session has been launched yet." in state_files(place)["INTEGRATION-PROGRESS-TRACKER.md"]
    assert git(place.folder, "log", "-1", "--format=%s") == "Refresh the state files: no session"


def test_a_bare_repository_is_written_too(place: Place, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(place.folder, "clone", "--quiet", "--bare", ".", str(bare))
    repo = GitRepository(bare)

    def move(expected: str, new: str) -> None:
        repo.update([RefUpdate("refs/heads/main", new, expected)])

    status(repo, VirtualClock(), base="main", write=True, advance=move)
    assert set(STATE_FILES) <= set(repo.paths(repo.refs("refs/heads/")["refs/heads/main"]))


# --- a branch of their own ---------------------------------------------------------------------------------

STATE = "refs/heads/swarm-state"
MAIN = "https://github.com/acme/widgets/blob/main/"


def never(expected: str, new: str) -> None:
    raise AssertionError("the base branch is protected")


def apart(
    place: Place, repo: GitRepository | None = None, branch: str = "swarm-state", base_files: str = MAIN
) -> module.Written | None:
    return write_state_files(
        repo or place.repo,
        VirtualClock(),
        base="main",
        advance=never,
        state_branch=branch,
        base_files=base_files,
    )


def test_a25_where_the_base_is_protected_the_state_files_are_written_on_a_branch_of_their_own(
    place: Place,
) -> None:
    place.branch("refs/heads/swarm/cloud-1", all_files("cloud"))
    before = tip(place.folder)
    written = apart(place)
    assert written == module.Written(tip(place.folder, STATE), STATE_FILES, "swarm-state")
    assert tip(place.folder) == before
    assert set(place.repo.paths(tip(place.folder, STATE))) == set(
        STATE_FILES
    )  # no workflow: a push starts nothing
    assert git(place.folder, "log", "--format=%P", "swarm-state") == ""
    assert apart(place) is None
    place.branch("refs/heads/main", {"README.md": b"Another commit.\n"})
    assert apart(place) is None


def test_what_lies_on_the_state_branch_already_stays_there(place: Place) -> None:
    place.branch(STATE, {"notes.md": b"Notes.\n"})
    first = tip(place.folder, STATE)
    apart(place)
    place.branch("refs/heads/swarm/cloud-1", all_files("cloud"))
    apart(place)
    assert set(place.repo.paths(tip(place.folder, STATE))) == {"README.md", "notes.md", *STATE_FILES}
    assert len(git(place.folder, "log", "--format=%H", f"{first}..swarm-state").splitlines()) == 2


def test_a_state_branch_that_is_the_base_branch_is_none(place: Place) -> None:
    outcome = status(
        place.repo,
        VirtualClock(),
        base="main",
        write=True,
        advance=advance(place),
        state_branch="main",
        base_files=MAIN,
    )
    assert outcome.text.endswith(f"in {tip(place.folder)[:7]} on main")
    assert MAIN not in "".join(state_files(place).values())


@pytest.mark.parametrize("base_files", [MAIN, ""])
def test_links_from_the_state_branch_lead_to_the_base_branch_or_nowhere(place: Place, base_files: str) -> None:
    place.merge("cloud-1", all_files("cloud"))
    apart(place, base_files=base_files)
    found = place.repo.files(tip(place.folder, STATE))
    texts = {path: content.decode() for path, content in found.items()}
    assert [link for path in texts for link in broken_links(path, texts, frozenset(texts))] == []
    for path, anchor in (("MULTI-SESSION-STATUS.md", ""), ("INTEGRATION-MASTER-ROADMAP.md", "#cloud-one")):
        assert (f"]({MAIN}INTEGRATIONS-CLOUD.md{anchor})" in texts[path]) is bool(base_files)
    assert "`INTEGRATIONS-CLOUD.md`" in texts["MULTI-SESSION-STATUS.md"] or base_files


def test_the_state_branch_is_never_taken_for_a_session(place: Place) -> None:
    place.branch(STATE, session_files("state", mission_yaml("state", branch="swarm-{session}")))
    outcome = status(
        place.repo, VirtualClock(), base="main", write=False, advance=never, state_branch="swarm-state"
    )
    assert outcome.data["sessions"] == []
    assert [one["session"] for one in run(place, write=False).data["sessions"]] == ["state"]  # type: ignore[attr-defined]


def test_the_branch_of_a_session_is_not_written_on(place: Place) -> None:
    place.branch("refs/heads/swarm/cloud-1", all_files("cloud"))
    before = tip(place.folder, "swarm/cloud-1")
    with pytest.raises(Refused, match=r"swarm/cloud-1, is that of session cloud-1; name another as state_branch"):
        apart(place, branch="swarm/cloud-1")
    assert tip(place.folder, "swarm/cloud-1") == before


class Racing(GitRepository):
    """A repository in which something happens just before the state files are written."""

    def __init__(self, folder: Path, *meanwhile: Callable[[], object]) -> None:
        super().__init__(folder)
        self.meanwhile = list(meanwhile)

    def update(self, updates: Sequence[RefUpdate]) -> None:
        if self.meanwhile:
            self.meanwhile.pop()()
        super().update(updates)


@pytest.mark.parametrize("exists", [False, True])
def test_g13_of_two_writers_on_the_state_branch_the_second_reads_again(place: Place, exists: bool) -> None:
    if exists:
        apart(place)
    place.branch("refs/heads/swarm/cloud-1", all_files("cloud"))

    def other() -> None:
        place.branch("refs/heads/swarm/sip-1", all_files("sip"))
        apart(place)

    assert apart(place, Racing(place.folder, other)) is None  # the other one has said it all
    text = place.repo.read([(tip(place.folder, STATE), "MULTI-SESSION-STATUS.md")])
    assert all(name.encode() in next(iter(text.values())) for name in ("cloud-1", "sip-1"))
    assert len(git(place.folder, "log", "--format=%H", "swarm-state").splitlines()) == 1 + exists


def test_a_state_branch_that_keeps_moving_is_given_up_after_some_tries(place: Place) -> None:
    clock, moves = VirtualClock(), iter(range(100))

    def other() -> None:
        place.branch(STATE, {f"{next(moves)}.md": b"x"})

    with pytest.raises(Refused, match="swarm-state kept moving"):
        write_state_files(
            Racing(place.folder, *[other] * 99), clock, base="main", advance=never, state_branch="swarm-state"
        )
    assert next(moves) == module.TRIES
    assert len(clock.slept) == module.TRIES
    assert max(clock.slept) <= module.LONGEST_PAUSE


@pytest.mark.parametrize("effects", [1, 2])
def test_g10_a_writer_that_dies_after_any_effect_is_made_good_by_the_next(place: Place, effects: int) -> None:
    place.branch("refs/heads/swarm/cloud-1", all_files("cloud"))
    countdown = Countdown(effects)
    with pytest.raises(Killed):
        apart(place, MortalRepository(place.folder, countdown))
    assert countdown.effects[-1].startswith(["commit: Refresh", f"update: {STATE}"][effects - 1])
    apart(place)
    assert set(place.repo.paths(tip(place.folder, STATE))) == set(STATE_FILES)
    assert len(git(place.folder, "log", "--format=%H", "swarm-state").splitlines()) == 1
    assert apart(place) is None
