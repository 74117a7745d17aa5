"""Recording side by side on machines that share nothing but the repository (G13, G14, G10)."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.remote import RemoteRepository
from bot.commands.load import load_session
from bot.commands.record import Folded, Handover, fold, record, settle
from bot.core.session import SessionData, record_ref
from bot.errors import LostRace, Refused
from bot.ports import RefUpdate
from tests.adapters.git_http import Server, serving
from tests.builders import NOW
from tests.clocks import StillClock, VirtualClock
from tests.commands.test_record import Session, opened
from tests.repos import git, tip
from tests.workshop import Killed

HOOK = """#!/bin/sh
while read old new ref; do echo "$old $new $ref" >> "$GIT_DIR/moved"; done
"""


class Hurried(VirtualClock):
    """A second takes a few milliseconds."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / 200)


class Counting(RemoteRepository):
    """A store of its own that counts its pushes, and dies after the one that it is told to."""

    pushed = 0
    dies_after = 0

    def update(self, updates: Sequence[RefUpdate]) -> None:
        self.pushed += 1
        super().update(updates)
        if self.pushed == self.dies_after:
            raise Killed(f"push {self.pushed}")


@dataclass
class Swarm:
    """A session in a bare repository that lets nobody rewrite a branch and writes down what moved."""

    folder: Path
    origin: Path
    url: str
    session: Session
    data: SessionData
    stores: list[Counting] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    @property
    def branch(self) -> str:
        return self.session.launched.branch

    def machine(self, name: str = "agent", kind: type[Counting] = Counting) -> Counting:
        store = kind(self.folder / f"store-{next(self.numbers)}", self.url, None, name, 1)
        self.stores.append(store)
        return store

    def handed(self, number: int, attempt: int = 1) -> Handover:
        return Handover(self.data.mission.agents[number], attempt, NOW, failure=f"attempt {attempt} failed")

    def keep(self, store: RemoteRepository, number: int, attempt: int = 1) -> None:
        handed, session = self.handed(number, attempt), self.session
        record(store, session.library, StillClock(), self.data.mission, self.data.launch, handed)

    def settle(
        self, store: RemoteRepository, number: int, attempt: int = 1, jitter: Callable[[], float] = lambda: 0.5
    ) -> Folded:
        name = f"agent-{number}"
        return settle(store, Hurried(), jitter, self.branch, self.session.launched.session, name, attempt)

    def job(self, number: int) -> Folded:
        """What a record job does, on a machine of its own."""
        store = self.machine(f"agent-{number}")
        self.keep(store, number)
        return self.settle(store, number, jitter=random.Random(number).random)

    @property
    def recorded(self) -> dict[str, int]:
        repo = GitRepository(self.origin)
        data = load_session(repo, tip(self.origin, self.branch), self.session.launched.session)
        return {name: made.attempt for name, made in data.records.items()}

    def moves(self) -> list[tuple[str, str]]:
        """What the remote's hook saw of the session's branch: from where to where."""
        lines = (self.origin / "moved").read_text().splitlines()
        return [(old, new) for old, new, ref in map(str.split, lines) if ref == self.branch]


def swarm(tmp_path: Path, agents: int, url: str = "") -> Swarm:
    session = opened(tmp_path, agents)
    origin = tmp_path / "served" / "widgets.git"
    git(tmp_path, "clone", "--quiet", "--mirror", str(tmp_path / "repo"), str(origin))
    for key in ("receive.denyNonFastForwards", "core.logAllRefUpdates", "http.receivepack"):
        git(origin, "config", key, "true")
    hook = origin / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    hook.chmod(0o755)
    return Swarm(tmp_path, origin, url or str(origin), session, session.data)


def assert_all_in_and_nothing_rewritten(found: Swarm, agents: int, done: list[Folded]) -> None:
    assert found.recorded == {f"agent-{n}": 1 for n in range(agents)}
    assert {folded.state for folded in done} <= {"folded", "taken"}
    moves = found.moves()
    assert [new for _, new in moves] == [old for old, _ in moves[1:]] + [tip(found.origin, found.branch)]
    for old, new in moves:  # every step was a fast-forward by one commit
        assert git(found.origin, "rev-list", "--parents", "-1", new) == f"{new} {old}"
    # What each recorder tells of its commit adds up to all of them.
    made = sorted((folded.before, folded.after) for folded in done if folded.commit)
    assert [after for _, after in made] == [before for before, _ in made[1:]] + [agents]
    assert sorted(record.agent for folded in done for record in folded.records) == sorted(found.recorded)
    assert {folded.commit for folded in done if folded.commit} == {new for _, new in moves}


@pytest.mark.parametrize("agents", [20, 64])
def test_g13_agents_that_end_at_once_push_three_times_at_most(tmp_path: Path, agents: int) -> None:
    found = swarm(tmp_path, agents)
    with ThreadPoolExecutor(agents) as pool:
        done = list(pool.map(found.job, range(agents)))
    assert_all_in_and_nothing_rewritten(found, agents, done)
    assert max(store.pushed for store in found.stores) <= 3
    assert len({store.git.directory for store in found.stores}) == agents


def pushes(server: Server) -> Counter[str]:
    """How often each machine asked the server to let it push."""
    asked = (headers for _, path, headers in server.requests if path.endswith("service=git-receive-pack"))
    return Counter(headers["user-agent"] for headers in asked)


def test_g13_three_pushes_at_most_as_the_server_counts_them(tmp_path: Path) -> None:
    with serving(tmp_path / "served") as server:
        found = swarm(tmp_path, 8, f"{server.url}/widgets.git")
        with ThreadPoolExecutor(8) as pool:
            done = list(pool.map(found.job, range(8)))
        assert_all_in_and_nothing_rewritten(found, 8, done)
        assert set(pushes(server)) == {f"git/2.0 agent-{n}" for n in range(8)}
        assert max(pushes(server).values()) <= 3


def test_g13_nobody_waits_and_all_meet(tmp_path: Path) -> None:
    """The worst that chance can do: all wake up at the same moment."""
    found = swarm(tmp_path, 10)
    stores = [found.machine() for _ in range(10)]
    for number, store in enumerate(stores):
        found.keep(store, number)
    with ThreadPoolExecutor(10) as pool:
        done = list(pool.map(lambda n: found.settle(stores[n], n, jitter=lambda: 0.0), range(10)))
    assert_all_in_and_nothing_rewritten(found, 10, done)
    assert max(store.pushed for store in stores) <= 3


def test_g13_who_is_alone_neither_waits_nor_reads_twice(tmp_path: Path) -> None:
    found = swarm(tmp_path, 1)
    store, clock = found.machine(), VirtualClock()
    found.keep(store, 0)
    done = settle(store, clock, lambda: 0.9, found.branch, found.session.launched.session, "agent-0", 1)
    assert (done.state, done.before, done.after, clock.slept) == ("folded", 0, 1, [])
    assert done.commit == tip(found.origin, found.branch)
    again = settle(store, clock, lambda: 0.9, found.branch, found.session.launched.session, "agent-0", 1)
    assert again == Folded("taken")


def test_g13_who_moves_the_branch_has_seen_what_was_kept_before(tmp_path: Path) -> None:
    found = swarm(tmp_path, 2)
    other = found.machine()

    class Between(Counting):
        """A record is kept between reading the branch and reading the records."""

        def refs(self, prefix: str) -> dict[str, str]:
            seen = super().refs(prefix)
            if prefix == found.branch and not other.pushed:
                found.keep(other, 1)
            return seen

    store = found.machine(kind=Between)
    found.keep(store, 0)
    assert [made.agent for made in found.settle(store, 0).records] == ["agent-0", "agent-1"]


def intruder(found: Swarm, times: int) -> type[Counting]:
    """A store before whose pushes a person moves the branch."""
    person = found.machine()
    left = iter(range(times))

    class Beaten(Counting):
        def update(self, updates: Sequence[RefUpdate]) -> None:
            if updates[0].ref == found.branch and next(left, None) is not None:
                now = person.refs(found.branch)[found.branch]
                text = f"a person's {person.pushed}".encode()
                commit = person.commit([now], {"notes.txt": text}, "Note", NOW)
                person.update([RefUpdate(found.branch, commit, now)])
            super().update(updates)

    return Beaten


@pytest.mark.parametrize(("times", "state", "pushed"), [(1, "folded", 3), (2, "left", 3)])
def test_g13_a_record_that_is_beaten_by_others_is_left_where_it_is_safe(
    tmp_path: Path, times: int, state: str, pushed: int
) -> None:
    found = swarm(tmp_path, 1)
    store = found.machine(kind=intruder(found, times))
    found.keep(store, 0)
    assert found.settle(store, 0).state == state
    assert store.pushed == pushed
    closing = found.machine()
    taken = fold(closing, StillClock(), found.branch, found.session.launched.session)
    assert [made.agent for made in taken] == (["agent-0"] if state == "left" else [])
    assert found.recorded == {"agent-0": 1}
    assert git(found.origin, "show", f"{found.branch}:notes.txt").startswith("a person's")


def test_g13_a_plain_fold_goes_on_after_lost_races(tmp_path: Path) -> None:
    found = swarm(tmp_path, 1)
    store = found.machine(kind=intruder(found, 3))
    found.keep(store, 0)
    assert fold(store, StillClock(), found.branch, found.session.launched.session)


def test_g13_a_plain_fold_gives_up_in_the_end(tmp_path: Path) -> None:
    found = opened(tmp_path, 1)
    found.record(found.handed(0))

    class Beaten(GitRepository):
        """Somebody else is always a little quicker."""

        def update(self, updates: Sequence[RefUpdate]) -> None:
            raise LostRace(updates[0].ref)

    with pytest.raises(Refused, match="kept moving; run again: what was recorded is safe on its own refs"):
        fold(Beaten(found.repo.git.directory), StillClock(), found.launched.branch, found.launched.session)


@pytest.mark.parametrize("dies_after", [1, 2])
def test_g10_recording_goes_on_where_it_was_cut_off(tmp_path: Path, dies_after: int) -> None:
    found = swarm(tmp_path, 1)
    mortal = found.machine()
    mortal.dies_after = dies_after
    with pytest.raises(Killed):
        found.keep(mortal, 0)
        found.settle(mortal, 0)
    again = found.machine()
    found.keep(again, 0)
    assert found.settle(again, 0).state == ("folded" if dies_after == 1 else "taken")
    assert found.recorded == {"agent-0": 1}
    assert mortal.pushed + again.pushed == 2
    assert len(found.moves()) == 1


def test_g14_a_late_attempt_changes_nothing_and_is_told_so(tmp_path: Path) -> None:
    found = swarm(tmp_path, 1)
    late, store = found.machine(), found.machine()
    found.keep(store, 0, attempt=2)
    with pytest.raises(Refused, match="attempt 1 of agent-0 came back after attempt 2"):
        found.keep(late, 0)
    assert found.settle(store, 0, attempt=2).state == "folded"
    # Also one whose look came before and whose push came after the newer attempt's.
    kept = late.commit([], {"a": b"1"}, "late", NOW)
    late.update([RefUpdate(record_ref(found.session.launched.session, "agent-0", 1), kept, None)])
    assert found.settle(late, 0, attempt=1) == Folded("taken")
    assert found.recorded == {"agent-0": 2}


def test_a_session_that_ended_meanwhile_needs_no_record(tmp_path: Path) -> None:
    found = swarm(tmp_path, 1)
    store = found.machine()
    found.keep(store, 0)
    ref = record_ref(found.session.launched.session, "agent-0", 1)
    git(found.origin, "update-ref", "-d", ref)
    assert found.settle(store, 0) == Folded("closed")
    git(found.origin, "branch", "-D", found.branch.removeprefix("refs/heads/"))
    assert found.settle(store, 0) == Folded("closed")
    found.keep(store, 0)
    with pytest.raises(Refused, match="the branch of session widgets-1 is gone; launch the mission again"):
        found.settle(store, 0)
