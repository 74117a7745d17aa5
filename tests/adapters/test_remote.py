"""RemoteRepository over paths and over HTTP: what it reads is the remote's, and nothing is moved by chance."""

import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.adapters.remote import PAUSES, RemoteRepository
from bot.core.changes import Change
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import RefUpdate
from tests.adapters.git_http import Fault, Kind, Server, serving
from tests.builders import NOW
from tests.clocks import VirtualClock
from tests.repos import git, repository, tip

TOKEN = "ghs_canary0123456789"
BASIC = b64encode(f"x-access-token:{TOKEN}".encode()).decode()
MAIN = "refs/heads/main"
MINE = "refs/swarm/records/cloud-1/a/1"


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A bare repository with two commits on main that refuses what GitHub would refuse."""
    work = repository(tmp_path / "work")
    git(work, "commit", "--quiet", "--allow-empty", "--message", "Second")
    bare = tmp_path / "served" / "widgets.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(work), str(bare))
    for key in ("receive.denyNonFastForwards", "core.logAllRefUpdates", "http.receivepack"):
        git(bare, "config", key, "true")
    return bare


@pytest.fixture
def server(origin: Path) -> Iterator[Server]:
    with serving(origin.parent) as running:
        yield running


class Machines:
    """Makes stores that share nothing but the remote."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.count = folder, url, 0

    def __call__(
        self, *, depth: int | None = None, token: str | None = TOKEN, silence: int = 60
    ) -> RemoteRepository:
        self.count += 1
        folder = self.folder / f"store-{self.count}"
        return RemoteRepository(
            folder, self.url, token, "swarm-sessions/1 (test)", depth, clock=VirtualClock(), silence=silence
        )


@pytest.fixture
def machine(tmp_path: Path, origin: Path) -> Machines:
    return Machines(tmp_path, str(origin))


@pytest.fixture
def far(tmp_path: Path, server: Server) -> Machines:
    return Machines(tmp_path, f"{server.url}/widgets.git")


def note(repo: RemoteRepository, text: str, *parents: str) -> str:
    return repo.commit(parents, {"note.txt": text.encode()}, text, NOW)


# --- refs ---


def test_refs_are_those_of_the_remote_now(machine: Machines, origin: Path) -> None:
    repo, other = machine(), machine()
    start = tip(origin)
    assert repo.refs(MAIN) == {MAIN: start}
    mine = note(other, "mine", other.refs(MAIN)[MAIN])
    other.update([RefUpdate(MAIN, mine, start), RefUpdate(MINE, mine, None)])
    assert repo.refs(MAIN) == {MAIN: mine}
    assert repo.read([(mine, "note.txt")]) == {(mine, "note.txt"): b"mine"}
    other.update([RefUpdate(MINE, None, mine)])
    assert repo.refs("refs/") == {MAIN: mine}


def test_all_refs_are_branches_and_the_swarms_own(machine: Machines, origin: Path) -> None:
    for ref in ("refs/pull/1/head", "refs/tags/v1", "refs/swarm/x", "refs/heads/a/b"):
        git(origin, "update-ref", ref, "main")
    repo = machine()
    assert set(repo.refs("refs/")) == {MAIN, "refs/heads/a/b", "refs/swarm/x"}
    assert "refs/pull/1/head" not in git(repo.git.directory, "for-each-ref")


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("refs/heads", {MAIN, "refs/heads/swarm/cloud-1", "refs/heads/swarm/cloud-10"}),
        ("refs/heads/swarm", {"refs/heads/swarm/cloud-1", "refs/heads/swarm/cloud-10"}),
        ("refs/heads/swarm/cloud-1", {"refs/heads/swarm/cloud-1"}),
        ("refs/heads/swarm/cloud", set()),
        ("refs/heads/nothing", set()),
        ("refs/swarm/records/cloud-1", {MINE}),
        ("refs/swarm/records/cloud-1/", {MINE}),
        (MINE, {MINE}),
        ("refs/swarm/turns/main", set()),
    ],
)
def test_refs_are_listed_by_whole_components(
    machine: Machines, origin: Path, prefix: str, found: set[str]
) -> None:
    names = (
        "heads/swarm/cloud-1",
        "heads/swarm/cloud-10",
        "swarm/records/cloud-1/a/1",
        "swarm/records/cloud-10/a/1",
    )
    for name in names:
        git(origin, "update-ref", f"refs/{name}", "main")
    for depth in (None, 1):
        repo = machine(depth=depth)
        git(repo.git.directory, "fetch", "--quiet", str(origin), "main:refs/swarm/records/cloud-1/gone/1")
        assert set(repo.refs(prefix)) == found


def test_only_what_was_asked_for_is_fetched(machine: Machines, origin: Path) -> None:
    start, other = tip(origin), machine()
    other.refs(MAIN)
    large = other.commit([start], {"large": b"x"}, "large", NOW)
    other.update([RefUpdate("refs/heads/large", large, None)])
    repo = machine()
    repo.refs(MAIN)
    with pytest.raises(
        SwarmError, match=rf"{large} is not in the copy of .*widgets.git; fetch the ref that holds it"
    ):
        repo.read([(large, "large")])


def test_a_branch_that_is_gone_is_gone_here_too(machine: Machines, origin: Path) -> None:
    repo = machine()
    git(origin, "branch", "swarm/x", "main")
    assert repo.refs("refs/heads/swarm/x")
    git(origin, "branch", "-D", "swarm/x")
    assert repo.refs("refs/heads/swarm/x") == {}
    git(origin, "branch", "swarm/x/below", "main")  # where a branch was, there is a folder now
    assert set(repo.refs("refs/heads/swarm/x")) == {"refs/heads/swarm/x/below"}
    git(origin, "branch", "-D", "swarm/x/below")
    git(origin, "branch", "swarm/x", "main")
    assert set(repo.refs("refs/heads/swarm")) == {"refs/heads/swarm/x"}


def test_a_store_is_used_again(tmp_path: Path, origin: Path) -> None:
    one = RemoteRepository(tmp_path / "store", str(origin), None, "a", 1)
    one.refs(MAIN)
    two = RemoteRepository(tmp_path / "store", origin.as_uri(), "", "a", 1)
    assert two.paths(tip(origin))


# --- moving refs ---


def test_g13_a_branch_moves_from_what_was_expected_or_not_at_all(machine: Machines, origin: Path) -> None:
    one, two = machine(), machine()
    start = one.refs(MAIN)[MAIN]
    two.refs(MAIN)
    first, second = note(one, "1", start), note(two, "2", start)
    one.update([RefUpdate(MAIN, first, start)])
    with pytest.raises(LostRace, match=MAIN):
        two.update([RefUpdate(MAIN, second, start)])
    assert tip(origin) == first
    # Somebody takes the branch back to where it was before: that would be a fast-forward, and is none of ours.
    later = note(one, "3", first)
    git(origin, "update-ref", MAIN, start)
    with pytest.raises(LostRace, match=MAIN):
        one.update([RefUpdate(MAIN, later, first)])
    assert tip(origin) == start


def test_g13_a_branch_is_never_rewritten(machine: Machines, origin: Path) -> None:
    git(origin, "config", "receive.denyNonFastForwards", "false")  # not even where the server would let it
    repo = machine()
    start = repo.refs(MAIN)[MAIN]
    with pytest.raises(Refused, match=rf"does not come after {start[:12]}, which {MAIN} is at"):
        repo.update([RefUpdate(MAIN, note(repo, "unrelated"), start)])
    assert tip(origin) == start


def test_the_same_push_again_is_no_error(machine: Machines, origin: Path) -> None:
    repo = machine()
    mine = note(repo, "mine", repo.refs(MAIN)[MAIN])
    for _ in range(2):
        repo.update([RefUpdate(MINE, mine, None)])
    assert repo.refs(MINE) == {MINE: mine}


def hook(origin: Path, text: str) -> None:
    file = origin / "hooks" / "pre-receive"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def test_what_the_server_refuses_is_told_in_its_words(machine: Machines, origin: Path) -> None:
    hook(origin, "echo 'Protected branch: 1 review is required, the wait for it timed out' >&2; exit 1")
    repo = machine()
    with pytest.raises(
        Refused, match=r"does not let refs/swarm/records/cloud-1/a/1 be written.*1 review is required"
    ):
        repo.update([RefUpdate(MINE, note(repo, "mine"), None)])


def test_many_refs_are_told_by_the_first(machine: Machines, origin: Path) -> None:
    hook(origin, "exit 1")
    repo = machine()
    mine = note(repo, "mine")
    with pytest.raises(Refused, match="let refs/swarm/0, refs/swarm/1, refs/swarm/2 and others be written"):
        repo.update([RefUpdate(f"refs/swarm/{n}", mine, None) for n in range(4)])


def test_a_ref_that_somebody_writes_at_this_moment_is_a_race(machine: Machines, origin: Path) -> None:
    repo = machine()
    (origin / "refs" / "swarm").mkdir()
    (origin / "refs" / "swarm" / "x.lock").touch()
    with pytest.raises(LostRace, match="refs/swarm/x"):
        repo.update([RefUpdate("refs/swarm/x", note(repo, "mine"), None)])


def test_a_person_s_hooks_and_push_settings_play_no_part(
    machine: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "pre-push").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-push").chmod(0o755)
    settings = tmp_path / "gitconfig"
    settings.write_text(f"[core]\nhooksPath = {hooks}\n[push]\ngpgSign = true\nfollowTags = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")  # settings of an outer process stay
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "swarm.outer")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "kept")
    repo = machine()
    repo.update([RefUpdate(MINE, note(repo, "mine"), None)])
    assert repo.git.text("config", "swarm.outer") == "kept"


# --- reading ---


def test_a_commit_that_was_not_fetched_is_an_error_and_not_empty(machine: Machines, origin: Path) -> None:
    git(origin, "branch", "other", "main~1")
    before = tip(origin, "main~1")
    repo = machine(depth=1)
    now = repo.refs(MAIN)[MAIN]
    assert repo.read([(now, "nothing"), (now, "README.md")]) == {(now, "README.md"): b"A repository.\n"}
    asks: list[Callable[[], object]] = [
        lambda: repo.read([(before, "README.md"), (now, "README.md")]),
        lambda: repo.files(before),
        lambda: repo.paths(before),
        lambda: repo.log(before),
        lambda: repo.log(now, since=before),
        lambda: repo.contains(now, before),
        lambda: repo.changes(before, now),
        lambda: repo.conflicts(before, now),
        lambda: repo.commit([before], {"a": b"1"}, "m", NOW),
    ]
    for ask in asks:
        with pytest.raises(SwarmError, match=rf"^{before} is not in the copy of .*, which is 1 deep; fetch"):
            ask()


def test_history_that_was_not_fetched_is_an_error_and_not_the_beginning(machine: Machines, origin: Path) -> None:
    git(origin, "branch", "other", "main~1")
    repo = machine(depth=1)
    refs = repo.refs("refs/heads")
    now, before = refs[MAIN], refs["refs/heads/other"]
    for ask in (
        lambda: repo.log(now),
        lambda: repo.log(now, since=before),
        lambda: repo.contains(now, before),
        lambda: repo.changes(before, now),
        lambda: repo.conflicts(before, now),
    ):
        with pytest.raises(SwarmError, match="this needs more history than was fetched"):
            ask()
    # What is built on the tip can be told.
    mine = note(repo, "mine", now)
    assert repo.contains(mine, now)
    assert repo.changes(now, mine) == [Change("note.txt", "added", "100644")]
    assert repo.conflicts(now, mine) == ()
    assert [entry.commit for entry in repo.log(mine, since=now)] == [mine]


def test_the_whole_history_answers(machine: Machines, origin: Path) -> None:
    repo = machine()
    now, before = repo.refs(MAIN)[MAIN], tip(origin, "main~1")
    assert repo.contains(now, before)
    assert not repo.contains(before, now)
    assert len(repo.log(now)) == 2
    assert repo.changes(before, now) == []
    assert repo.changes(now, note(repo, "unrelated")) == [Change("note.txt", "added", "100644")]


def test_g13_recorders_need_no_history(machine: Machines, origin: Path) -> None:
    one, two = machine(depth=1), machine(depth=1)
    for repo in (one, two, one):
        now = repo.refs(MAIN)[MAIN]
        repo.update([RefUpdate(MAIN, note(repo, f"after {now}", now), now)])
    assert int(git(origin, "rev-list", "--count", "main")) == 5
    assert int(git(one.git.directory, "rev-list", "--count", MAIN)) < 5


# --- over HTTP ---


def test_it_works_over_http_and_says_who_it_is(far: Machines, server: Server, origin: Path) -> None:
    for depth in (1, None):
        repo = far(depth=depth)
        now = repo.refs(MAIN)[MAIN]
        mine = note(repo, f"{depth}", now)
        repo.update([RefUpdate(MAIN, mine, now)])
        assert tip(origin) == mine
    for _, _, headers in server.requests:
        assert headers["user-agent"] == "git/2.0 swarm-sessions/1 (test)"
        assert headers["authorization"] == f"Basic {BASIC}"
    assert server.pushes() == 2


def test_without_a_token_no_header_goes_out(far: Machines, server: Server) -> None:
    far(token=None).refs(MAIN)
    assert not any("authorization" in headers for _, _, headers in server.requests)


def test_another_token_in_the_settings_is_not_sent_too(
    far: Machines, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text(f'[http "{server.url}/"]\n\textraHeader = "Authorization: Basic other"\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    far().refs(MAIN)
    assert {headers["authorization"] for _, _, headers in server.requests} == {f"Basic {BASIC}"}


def test_g25_the_token_goes_to_no_other_host(far: Machines, server: Server, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    with serving(tmp_path / "served") as other:
        server.faults.append(Fault("redirect", service="info/refs", method="GET", to=other.url))
        with pytest.raises(Refused, match=r"cannot be read.*look at its name") as caught:
            far().refs(MAIN)
        assert other.requests == []
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_g25_the_token_is_in_no_error_no_argument_and_no_file(
    far: Machines, server: Server, tmp_path: Path, status: int
) -> None:
    repo = far()
    server.faults += [Fault("before", service="info/refs", method="GET", status=status)]
    with pytest.raises(Refused, match="cannot be read") as caught:
        repo.refs(MAIN)
    now = repo.refs(MAIN)[MAIN]
    server.faults += [Fault("before", status=status)]
    with pytest.raises(Refused, match="does not let refs/heads/main be written") as written:
        repo.update([RefUpdate(MAIN, note(repo, "mine", now), now)])
    texts = [str(caught.value), repr(caught.value), str(written.value), repr(repo.git)]
    texts += [
        file.read_bytes().decode(errors="replace") for file in repo.git.directory.rglob("*") if file.is_file()
    ]
    assert not [text for text in texts if TOKEN in text or BASIC in text]


def test_g25_words_of_the_server_that_hold_the_token_are_masked(machine: Machines, origin: Path) -> None:
    hook(origin, f"echo 'you sent {TOKEN} and {BASIC}' >&2; exit 1")
    repo = machine()
    with pytest.raises(Refused, match=r"you sent \*\*\* and \*\*\*"):
        repo.update([RefUpdate(MINE, note(repo, "mine"), None)])


def test_g25_nobody_sees_the_token_among_the_processes(far: Machines, server: Server) -> None:
    seen: list[str] = []
    ps = ("ps", "-e", "-ww", "-o", "args")
    server.watch = lambda: seen.append(subprocess.run(ps, capture_output=True, text=True, check=True).stdout)
    repo = far()
    now = repo.refs(MAIN)[MAIN]
    repo.update([RefUpdate(MAIN, note(repo, "mine", now), now)])
    for command in ("git-remote-http", "git -C", "fetch", "push"):
        assert any(command in listing for listing in seen)
    assert not any(TOKEN in listing or BASIC in listing for listing in seen)


def slept(repo: RemoteRepository) -> int:
    assert isinstance(repo.clock, VirtualClock)
    return len(repo.clock.slept)


@pytest.mark.parametrize("kind", ["before", "cut"])
def test_g17_reading_goes_on_after_trouble_on_the_way(far: Machines, server: Server, kind: Kind) -> None:
    repo = far()
    server.faults += [
        Fault(kind, service="info/refs", method="GET", status=503),
        Fault(kind, service="git-upload-pack", status=429),
    ]
    assert set(repo.refs("refs/")) == {MAIN}
    assert slept(repo) == 2


def test_g17_reading_is_given_up_after_a_while(far: Machines, server: Server) -> None:
    repo = far()
    server.faults += [Fault("before", service="info/refs", method="GET")] * 5
    with pytest.raises(SwarmError, match=r"could not be read.*502.*run again when it can be reached"):
        repo.refs(MAIN)
    assert slept(repo) == len(PAUSES)


@pytest.mark.parametrize("kind", ["before", "drop", "after", "drop-after", "cut"])
def test_g11_a_push_whose_answer_was_lost_is_looked_up(
    far: Machines, server: Server, origin: Path, kind: Kind
) -> None:
    repo = far()
    now = repo.refs(MAIN)[MAIN]
    mine = note(repo, "mine", now)
    server.faults.append(Fault(kind))
    repo.update([RefUpdate(MAIN, mine, now), RefUpdate(MINE, mine, None)])
    assert tip(origin) == mine
    # A connection that ends without a word is tried again by git itself, without looking.
    assert server.pushes() == (1 if kind in ("after", "cut") else 2)
    assert repo.refs("refs/") == {MAIN: mine, MINE: mine}


def test_g11_a_push_that_lands_after_we_have_looked_is_ours_all_the_same(
    tmp_path: Path, far: Machines, server: Server, origin: Path
) -> None:
    repo = far()
    now = repo.refs(MAIN)[MAIN]
    mine = note(repo, "mine", now)
    server.faults.append(Fault("late"))

    class Slow(VirtualClock):
        def sleep(self, seconds: float) -> None:
            while tip(origin) != mine:  # the first push lands while we wait to send the second
                pass

    repo.clock = Slow()
    repo.update([RefUpdate(MAIN, mine, now)])
    assert repo.refs(MAIN) == {MAIN: mine}


def test_g11_what_cannot_be_looked_up_is_said_to_be_unknown(far: Machines, server: Server, origin: Path) -> None:
    repo = far()
    mine = note(repo, "mine", repo.refs(MAIN)[MAIN])
    server.faults += [Fault("after"), *[Fault("before", service="upload-pack", method="GET")] * 5]
    with pytest.raises(SwarmError, match=f"whether {MINE} moved is unknown"):
        repo.update([RefUpdate(MINE, mine, None)])
    repo.update([RefUpdate(MINE, mine, None)])  # run again: it sees that it has happened


def test_g11_somebody_else_came_first_while_the_line_was_down(
    far: Machines, server: Server, machine: Machines
) -> None:
    repo, other = far(), machine()
    theirs = note(other, "theirs")

    class Meanwhile(VirtualClock):
        def sleep(self, seconds: float) -> None:
            other.update([RefUpdate(MINE, theirs, None)])

    repo.clock = Meanwhile()
    server.faults.append(Fault("before"))
    with pytest.raises(LostRace, match=MINE):
        repo.update([RefUpdate(MINE, note(repo, "mine"), None)])


def test_g17_writing_is_given_up_after_a_while(far: Machines, server: Server, origin: Path) -> None:
    repo = far()
    server.faults += [Fault("before")] * 5
    with pytest.raises(SwarmError, match=r"could not be written.*502.*nothing has moved; run again"):
        repo.update([RefUpdate(MINE, note(repo, "mine"), None)])
    assert slept(repo) == len(PAUSES)
    assert server.pushes() == 5
    assert "refs/swarm" not in git(origin, "for-each-ref")


def test_a_silent_server_is_not_waited_for(far: Machines, server: Server) -> None:
    repo = far(silence=1)
    server.faults.append(Fault("hang", service="info/refs", method="GET"))
    assert repo.refs(MAIN)
    assert slept(repo) == 1


def test_a_folder_that_is_no_repository_is_told(tmp_path: Path) -> None:
    repo = Machines(tmp_path, str(tmp_path / "nothing"))()
    with pytest.raises(SwarmError, match=r"git fetch failed in .*does not appear to be a git repository"):
        repo.refs("refs/")
    with pytest.raises(SwarmError, match="git ls-remote failed"):
        repo.update([RefUpdate(MINE, note(repo, "mine"), None)])
