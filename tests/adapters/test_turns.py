"""Turns: one at a time, never for ever, and never in anybody's way who does not need one."""

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.remote import RemoteRepository
from bot.adapters.turns import PAUSE, Turns, turn_ref
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import RefUpdate
from tests.builders import NOW
from tests.clocks import StillClock, VirtualClock
from tests.repos import git, repository

REF = turn_ref("main")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo")


def turns(folder: Path, owner: str, clock: VirtualClock) -> Turns:
    return Turns(GitRepository(folder), clock, owner, jitter=lambda: 0.5)


def held(folder: Path) -> list[str]:
    return list(GitRepository(folder).refs("refs/swarm/turns"))


def test_a_turn_is_a_ref_that_is_gone_afterwards(folder: Path) -> None:
    with turns(folder, "run 77", VirtualClock()).turn("main"):
        assert held(folder) == [REF]
        lease = json.loads(git(folder, "show", f"{REF}:turn.json"))
        assert lease["owner"] == "run 77"
        assert lease["until"] == "2026-11-22T16:55:00Z"
        assert git(folder, "log", "-1", "--format=%s", REF) == "The turn is run 77's until 2026-11-22 16:55:00 UTC"
    assert held(folder) == []


def test_a_turn_ends_with_an_error_too(folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt), turns(folder, "one", VirtualClock()).turn("main"):
        raise KeyboardInterrupt
    assert held(folder) == []


@pytest.mark.parametrize("branch", ["main", "release/2.0", "release%2F2.0", "é"])
def test_each_branch_has_a_turn_of_its_own(folder: Path, branch: str) -> None:
    clock = VirtualClock()
    with turns(folder, "one", clock).turn("release"), turns(folder, "two", clock).turn(branch):
        assert len(held(folder)) == 2
        git(folder, "check-ref-format", turn_ref(branch))
    assert clock.slept == []
    assert len({turn_ref(name) for name in ("a/b", "a%2Fb", "a-b")}) == 3


def test_others_wait_until_it_is_free(folder: Path) -> None:
    first = turns(folder, "one", VirtualClock()).turn("main")
    first.__enter__()

    class Ends(VirtualClock):
        """The first one is done after the third look."""

        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if len(self.slept) == 3:
                first.__exit__(None, None, None)

    clock = Ends()
    with turns(folder, "two", clock).turn("main"):
        assert clock.slept == [PAUSE] * 3


def test_waiting_has_an_end(folder: Path) -> None:
    still = StillClock()  # nobody's lease ever ends
    with turns(folder, "run 77", still).turn("main"):
        with pytest.raises(Refused, match="another session is being closed into main by run 77; run again when"):
            turns(folder, "two", still).turn("main").__enter__()
        assert 1200 <= sum(still.slept) < 1200 + 2 * PAUSE
        assert held(folder) == [REF]


def test_a_turn_whose_owner_died_is_taken_over(folder: Path) -> None:
    clock = VirtualClock()
    dead = turns(folder, "dead", clock).turn("main")  # nobody leaves it
    dead.__enter__()
    with turns(folder, "alive", clock).turn("main"):
        assert clock.now() - NOW >= timedelta(seconds=900)
        assert clock.now() - NOW < timedelta(seconds=900 + 2 * PAUSE)
        assert json.loads(git(folder, "show", f"{REF}:turn.json"))["owner"] == "alive"
    assert held(folder) == []


def test_only_the_own_turn_is_given_back(folder: Path) -> None:
    clock = VirtualClock()
    slow = turns(folder, "slow", clock).turn("main")
    slow.__enter__()
    clock.sleep(901)
    with turns(folder, "quick", clock).turn("main"):
        slow.__exit__(None, None, None)  # its turn is over, and it does no harm
        assert held(folder) == [REF]
    assert held(folder) == []


def test_g10_what_an_earlier_attempt_of_the_same_run_left_behind_is_taken_over_at_once(folder: Path) -> None:
    still = StillClock()
    dead = turns(folder, "run 77", still).turn("main")  # nobody leaves it
    dead.__enter__()
    left = git(folder, "rev-parse", REF)
    with turns(folder, "run 77", still).turn("main"):
        assert still.slept == []
        assert git(folder, "rev-parse", REF) != left, "made in the same second, and yet a commit of its own"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"owner": "x"}', b'{"owner": "x", "until": "soon", "nonce": ""}']
)
def test_what_is_no_lease_holds_nobody_up(folder: Path, content: bytes) -> None:
    repo = GitRepository(folder)
    repo.update([RefUpdate(REF, repo.commit([], {"turn.json": content}, "m", NOW), None)])
    clock = VirtualClock()
    with turns(folder, "one", clock).turn("main"):
        assert clock.slept == []


def test_two_that_reach_out_at_once_are_one_after_the_other(folder: Path) -> None:
    clock, first = VirtualClock(), turns(folder, "quick", VirtualClock()).turn("main")
    tries = count()

    class Slower(GitRepository):
        """Somebody takes the turn between our look and our push."""

        def update(self, updates: Sequence[RefUpdate]) -> None:
            if next(tries) == 0:
                first.__enter__()
            super().update(updates)

    with Turns(Slower(folder), clock, "slow").turn("main"):
        assert clock.now() - NOW > timedelta(seconds=900)


def test_a_turn_that_cannot_be_given_back_is_no_error(folder: Path) -> None:
    class Cut(GitRepository):
        def update(self, updates: Sequence[RefUpdate]) -> None:
            if updates[0].new is None:
                raise SwarmError("the network is gone", "run again")
            super().update(updates)

    with Turns(Cut(folder), VirtualClock(), "one").turn("main"):
        pass
    assert held(folder) == [REF]


def test_a_turn_that_cannot_be_taken_is_an_error(folder: Path) -> None:
    class Broken(GitRepository):
        def update(self, updates: Sequence[RefUpdate]) -> None:
            raise SwarmError("the network is gone", "run again")

    with pytest.raises(SwarmError, match="the network is gone") as caught:
        Turns(Broken(folder), VirtualClock(), "one").turn("main").__enter__()
    assert not isinstance(caught.value, LostRace)


def test_machines_that_share_only_a_remote_take_turns(tmp_path: Path, folder: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(folder), "origin.git")
    one, two = (
        Turns(RemoteRepository(tmp_path / name, str(tmp_path / "origin.git"), None, name, 1), VirtualClock(), name)
        for name in ("one", "two")
    )
    with one.turn("main"), two.turn("release/2.0"):
        assert len(held(tmp_path / "origin.git")) == 2
        with pytest.raises(Refused, match="by one"):
            Turns(two.repository, StillClock(), "two", patience=10).turn("main").__enter__()
    assert held(tmp_path / "origin.git") == []
