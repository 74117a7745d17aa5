"""Launching: one winner, everything or nothing."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.prices import ListedPrices
from bot.commands.launch import Launched, Unconfirmed, launch
from bot.commands.load import load_session
from bot.core.mission import Provider
from bot.core.pricing import Prices
from bot.core.records import Launch
from bot.errors import InvalidInput, LostRace, Refused
from bot.ports import RefUpdate
from tests.builders import NOW
from tests.clocks import StillClock
from tests.repos import git
from tests.sealed import sealed
from tests.workshop import MISSION, launch_here, widgets


def open_session(folder: Path, by: str = "local", mission: str = MISSION) -> Launched:
    return launch_here(GitRepository(folder), mission, by=by)


def test_g12_of_many_launchers_one_wins_and_the_others_learn_who(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")

    def attempt(number: int) -> str:
        try:
            return f"won by {number}" if open_session(folder, by=f"launcher-{number}").created else "found"
        except Refused as error:
            return str(error)

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(attempt, range(8)))
    winners = [line for line in told if line.startswith("won by")]
    assert len(winners) == 1, told
    winner = winners[0].removeprefix("won by ")
    assert all(f"was launched by launcher-{winner} at" in line for line in told if line not in winners)
    assert list(GitRepository(folder).refs("refs/heads")) == ["refs/heads/main", "refs/heads/swarm/widgets-1"]


def test_g30_of_two_missions_that_share_a_subject_one_wins(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    missions = [MISSION, MISSION.replace("mission: widgets", "mission: gadgets")]

    def attempt(mission: str) -> bool:
        try:
            return open_session(folder, mission=mission).created
        except Refused:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, missions)) == [False, True]
    assert len(GitRepository(folder).refs("refs/heads")) == 2


def test_an_invalid_mission_changes_nothing(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    before = GitRepository(folder).refs("refs/")
    with pytest.raises(InvalidInput):
        open_session(folder, mission=MISSION.replace("session: 1", "session: one"))
    assert GitRepository(folder).refs("refs/") == before


def test_g26_a_mission_that_names_a_credential_which_is_not_there_changes_nothing(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    named = MISSION.replace("backend: simulated", "backend: claude, credential: main")
    with pytest.raises(InvalidInput, match=r"credential main: there is no credentials/manifest\.json"):
        open_session(folder, mission=named)
    place = sealed(tmp_path, main="anthropic-api-key")
    with pytest.raises(InvalidInput, match=r"there is no credentials/manifest\.json"):
        open_session(folder, mission=named)  # what is not committed does not count
    assert list(GitRepository(folder).refs("refs/")) == ["refs/heads/main"]
    git(place.root, "add", "--all")
    git(place.root, "commit", "--quiet", "--message", "Seal")
    launched = open_session(folder, mission=named)
    assert launched.created
    assert launched.mission.agent.credential == "main"


def test_reservations_that_a_crash_left_out_are_made_up_for(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    open_session(folder)
    git(folder, "update-ref", "-d", "refs/swarm/reservations/widget-lab")
    assert not open_session(folder).created
    assert "refs/swarm/reservations/widget-lab" in GitRepository(folder).refs("refs/swarm")


def test_a_branch_of_the_protocols_own_pattern_is_found_again(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    mission = MISSION.replace("domain:", "branch: claude/widgets-{session}\ndomain:")
    assert open_session(folder, mission=mission).branch == "refs/heads/claude/widgets-widgets-1"
    assert not open_session(folder, mission=mission).created


def test_a_repository_that_never_rests_is_given_up_on(tmp_path: Path) -> None:
    class Restless(GitRepository):
        def update(self, updates: Sequence[RefUpdate]) -> None:
            raise LostRace("main moved in the meantime")

    repo = Restless(widgets(tmp_path / "repo"))
    with pytest.raises(Refused, match="kept moving the same refs"):
        launch_here(repo)


def test_a_reservation_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    repo = GitRepository(folder)
    broken = repo.commit([], {"reservation.json": b"{"}, "Broken", NOW)
    repo.update([RefUpdate("refs/swarm/reservations/widget-store", broken, None)])
    with pytest.raises(Refused, match="the reservation of widget-store cannot be read"):
        launch_here(repo)


CLAUDE = MISSION.replace("backend: simulated", "backend: claude")


def launched(folder: Path, session: str = "widgets-1") -> Launch:
    repo = GitRepository(folder)
    commit = repo.refs("refs/heads")[f"refs/heads/swarm/{session}"]
    return load_session(repo, commit, session).launch


def test_g23_the_prices_of_the_day_are_part_of_the_launch(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    open_session(folder, mission=CLAUDE)
    expected = ListedPrices(StillClock())("anthropic", "claude-haiku-5-5")
    assert launched(folder).prices == {"anthropic:claude-haiku-5-5": expected}
    assert expected and expected.long


def test_a_session_without_a_model_asks_for_no_price(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    open_session(folder)
    assert launched(folder).prices == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("backend: claude, model: claude-next", "agent-1 asks claude-next through anthropic"),
        (
            "attempts: 10, backend: claude, model: claude-opus-4-1",
            "a first call of claude-opus-4-1 may cost 0.4125",
        ),
    ],
)
def test_g23_what_cannot_be_paid_for_changes_nothing(tmp_path: Path, change: str, said: str) -> None:
    folder = widgets(tmp_path / "repo")
    before = git(folder, "count-objects"), GitRepository(folder).refs("refs/")
    with pytest.raises(InvalidInput, match=said):
        open_session(folder, mission=CLAUDE.replace("backend: claude", change))
    assert (git(folder, "count-objects"), GitRepository(folder).refs("refs/")) == before


def test_g23_what_nobody_confirmed_changes_nothing(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    before = GitRepository(folder).refs("refs/")

    def attempt(confirm_above: int | None) -> Launched:
        repo, clock = GitRepository(folder), StillClock()
        return launch(
            repo,
            clock,
            ListedPrices(clock),
            mission=CLAUDE.encode(),
            file="m.yml",
            base="main",
            by="local",
            confirm_above=confirm_above,
        )

    with pytest.raises(Unconfirmed, match=r"a session of widgets may cost 0\.50 USD, and above 0\.499999 USD"):
        attempt(499_999)
    assert GitRepository(folder).refs("refs/") == before
    assert attempt(500_000).created
    assert not attempt(0).created


def test_g23_an_open_session_keeps_the_prices_that_it_was_launched_with(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    open_session(folder, mission=CLAUDE)

    def nothing(provider: Provider, model: str, /) -> Prices | None:
        return None

    repo, clock = GitRepository(folder), StillClock()
    again = launch(repo, clock, nothing, mission=CLAUDE.encode(), file="widgets.yml", base="main", by="local")
    assert not again.created
