"""What every forge promises: on this machine, on GitHub, and in memory."""

from contextlib import suppress
from dataclasses import replace

import pytest

from bot.adapters.memory.forge import MemoryForge
from bot.core.gate.verdict import Verdict
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import Merged
from tests.adapters.github.site import BRANCH, LAUNCH, PASS
from tests.contracts.forges import MemoryStage, People, Stage, gated_again

HEAD, MAIN = f"refs/heads/{BRANCH}", "refs/heads/main"
with_pulls = pytest.mark.parametrize("stage", ["github", "memory"], indirect=True)


# --- branches ---


def test_a_branch_moves_to_its_descendant(stage: Stage) -> None:
    stage.forge().advance("main", stage.proposal.base_tip, stage.proposal.tip)
    assert stage.repo.refs(MAIN) == {MAIN: stage.proposal.tip}


def test_g01_a_branch_that_moved_is_a_lost_race(stage: Stage) -> None:
    pushed = stage.push("main")
    with pytest.raises(LostRace):
        stage.forge().advance("main", stage.proposal.base_tip, stage.proposal.tip)
    assert stage.repo.refs(MAIN) == {MAIN: pushed}


def test_a_merged_branch_is_deleted(stage: Stage) -> None:
    stage.forge().delete(BRANCH, stage.proposal.tip)
    assert stage.repo.refs(HEAD) == {}


def test_a_branch_that_moved_is_not_deleted(stage: Stage) -> None:
    pushed = stage.push(BRANCH)
    with pytest.raises(LostRace):
        stage.forge().delete(BRANCH, stage.proposal.tip)
    assert stage.repo.refs(HEAD) == {HEAD: pushed}


def test_g01_one_session_after_the_other_has_its_turn(stage: Stage) -> None:
    with stage.forge().turn("main"), stage.forge().turn("feature/elsewhere"):
        pass  # another branch is another queue
    with pytest.raises(LostRace), stage.forge().turn("main"):
        raise LostRace("the gate has to be asked again", "gate again")
    with stage.forge().turn("main"):
        pass


# --- the verdict and the pull request ---


def test_g08_a_verdict_can_be_reported_at_any_time(stage: Stage) -> None:
    forge = stage.forge()
    for verdict in (PASS, PASS, Verdict("waiting", ())):
        forge.report(stage.proposal.tip, verdict)


def test_a_session_is_proposed_once(stage: Stage) -> None:
    assert stage.forge().propose(stage.proposal) == stage.forge().propose(stage.proposal)


@with_pulls
def test_a_proposal_is_brought_up_to_date(stage: People) -> None:
    stage.forge().propose(stage.proposal)
    stage.forge().propose(replace(stage.proposal, title="Widgets", body="Look at this"))
    assert stage.words() == [("Widgets", "Look at this")]


@with_pulls
def test_a_pull_request_that_a_person_closed_stays_closed(stage: People) -> None:
    stage.forge().propose(stage.proposal)
    stage.close_pull()
    for ask in (stage.forge().propose, stage.forge().merge):
        with pytest.raises(Refused, match=r"somebody closed .*/pull/1 without merging it; reopen it"):
            ask(stage.proposal)
    stage.push(BRANCH)
    assert stage.forge().propose(gated_again(stage)).endswith("/2")


@with_pulls
def test_a_branch_that_is_not_there_is_not_proposed(stage: People) -> None:
    with pytest.raises(SwarmError):
        stage.forge().propose(replace(stage.proposal, branch="swarm/nothing-1"))
    assert stage.words() == []


# --- the merge ---


def test_g06_a_merge_brings_exactly_what_was_gated(stage: Stage) -> None:
    forge = stage.forge()
    forge.propose(stage.proposal)
    merged = forge.merge(stage.proposal)
    commit = stage.repo.refs(MAIN)[MAIN]
    assert merged == Merged(commit)
    entry = stage.repo.log(commit)[0]
    assert entry.parents == (stage.proposal.base_tip, stage.proposal.tip)
    assert entry.message == stage.proposal.message.strip()
    assert stage.repo.files(commit) == stage.repo.files(stage.proposal.tip)


def test_g05_a_session_is_merged_once_also_when_asked_again(stage: Stage) -> None:
    """Where nothing remembers the merge, the base that moved says that it is done."""
    first = stage.forge().merge(stage.proposal)
    with suppress(LostRace):
        assert stage.forge().merge(stage.proposal) == first
    assert len(stage.repo.log(stage.repo.refs(MAIN)[MAIN], since=stage.proposal.base_tip)) == 1


@with_pulls
def test_g05_a_merge_is_remembered_when_its_branch_is_gone(stage: People) -> None:
    first = stage.forge().merge(stage.proposal)
    stage.forge().delete(BRANCH, stage.proposal.tip)
    stage.push("main")
    assert stage.forge().propose(stage.proposal).endswith("/pull/1")
    assert stage.forge().merge(stage.proposal) == first


def test_g01_a_base_that_moved_is_gated_again(stage: Stage) -> None:
    forge = stage.forge()
    forge.propose(stage.proposal)
    pushed = stage.push("main")
    with pytest.raises(LostRace):
        forge.merge(stage.proposal)
    assert stage.repo.refs(MAIN) == {MAIN: pushed}


@with_pulls
def test_g01_what_was_pushed_after_the_verdict_is_not_merged(stage: People) -> None:
    forge = stage.forge()
    forge.propose(stage.proposal)
    stage.push(BRANCH)
    with pytest.raises(LostRace):
        forge.merge(stage.proposal)
    assert stage.repo.refs(MAIN) == {MAIN: stage.proposal.base_tip}
    again = gated_again(stage)
    assert isinstance(forge.merge(again), Merged)
    assert stage.repo.contains(stage.repo.refs(MAIN)[MAIN], again.tip)


@with_pulls
def test_g04_a_conflict_is_told_with_its_paths(stage: People) -> None:
    stage.push("main", LAUNCH)
    again = gated_again(stage)
    with pytest.raises(Refused, match=rf"has a conflict with main in {LAUNCH}"):
        stage.forge().merge(again)


# --- in memory ---


@pytest.fixture
def memory() -> MemoryStage:
    return MemoryStage()


def test_what_happened_in_memory_can_be_looked_at(memory: MemoryStage) -> None:
    forge, began = memory.forge(), memory.clock.now()
    forge.report(memory.proposal.tip, PASS)
    forge.report(memory.proposal.tip, PASS)
    forge.propose(memory.proposal)
    memory.clock.sleep(60)
    forge.propose(replace(memory.proposal, title="Widgets"))
    forge.merge(memory.proposal)
    assert [(status.commit, status.verdict, status.time) for status in memory.hub.statuses] == [
        (memory.proposal.tip, PASS, began)
    ]
    (pull,) = memory.hub.merged
    assert (pull.opened, pull.edits, pull.ended) == (began, [memory.clock.now()] * 2, memory.clock.now())
    assert (pull.tip, pull.commit) == (memory.proposal.tip, memory.repo.refs(MAIN)[MAIN])


def test_a_merge_takes_away_what_the_session_took_away(memory: MemoryStage) -> None:
    commit = memory.repo.commit([memory.proposal.tip], {"README.md": None}, "Tidy", memory.clock.now())
    memory.forge().advance(BRANCH, memory.proposal.tip, commit)
    memory.forge().merge(gated_again(memory))
    assert set(memory.repo.files(memory.repo.refs(MAIN)[MAIN])) == {LAUNCH}


def job(memory: MemoryStage, run: str) -> MemoryForge:
    return MemoryForge(memory.hub, memory.repo.clone(), memory.clock, owner=run)


def test_g01_a_turn_that_another_run_has_is_refused_at_once(memory: MemoryStage) -> None:
    one, two = job(memory, "1"), job(memory, "2")
    with one.turn("main"):
        with pytest.raises(Refused, match="another session is being closed into main by 1"), two.turn("main"):
            pass
        with job(memory, "1").turn("main"):  # one's own is what an earlier attempt has left behind
            pass
    with two.turn("main"):
        pass


class Gone(BaseException):
    """The machine is gone."""


def test_g10_the_turn_of_a_machine_that_died_ends_with_its_lease(memory: MemoryStage) -> None:
    with pytest.raises(Gone), job(memory, "1").turn("main"):
        raise Gone
    with pytest.raises(Refused), job(memory, "2").turn("main"):
        pass
    memory.clock.sleep(900)
    with job(memory, "2").turn("main"):
        pass
