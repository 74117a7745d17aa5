"""What all runs promise: on GitHub and in memory."""

import pytest

from bot.core.runs import ActiveRun, is_for
from bot.errors import SwarmError
from tests.contracts.runs import SESSION, STATUS, GitHubYard, MemoryYard, Yard


def test_runs_are_active_until_they_are_over_newest_first(yard: Yard) -> None:
    first, began = yard.begin(SESSION, "Issue 1: swarm:launch"), yard.clock.now()
    yard.clock.sleep(60)
    second = yard.begin(SESSION, "Issue 2: swarm:launch")
    yard.begin(STATUS, "Status")
    assert [run.id for run in yard.ours.active(SESSION)] == [second, first]
    yard.end(second)
    assert yard.ours.active(SESSION) == (ActiveRun(first, "Issue 1: swarm:launch", began),)
    yard.end(first)
    assert yard.ours.active(SESSION) == ()


def test_a_run_that_is_started_is_active(yard: Yard) -> None:
    yard.ours.start(SESSION, {"session": "widgets-1"})
    (run,) = yard.ours.active(SESSION)
    assert yard.inputs(run.id) == {"session": "widgets-1"}
    assert run.started == yard.clock.now()
    assert run.id.isdecimal()


def test_a_run_is_cancelled_unless_it_is_over(yard: Yard) -> None:
    first, second = (yard.begin(SESSION, f"Issue {n}: swarm:launch") for n in (1, 2))
    yard.end(first)
    for run in (first, second, second, "987654321"):
        yard.ours.cancel(run)
    assert yard.ours.active(SESSION) == ()
    assert (yard.conclusion(first), yard.conclusion(second)) == ("success", "cancelled")


@pytest.mark.parametrize("yard", ["github"], indirect=True)
@pytest.mark.parametrize("status", ["requested", "pending", "waiting", "queued", "in_progress"])
def test_g18_whatever_a_run_waits_for_it_is_not_over(yard: GitHubYard, status: str) -> None:
    run = yard.begin(SESSION, "Issue 1: swarm:launch")
    yard.github.state.runs[int(run)].status = status
    before = len(yard.github.calls)
    assert [found.id for found in yard.ours.active(SESSION)] == [run]
    assert len(yard.github.calls) - before == 5


def test_runs_in_memory_bear_the_titles_that_the_workflow_gives() -> None:
    yard = MemoryYard()
    yard.ours.start(SESSION, {"session": "widgets-1", "mission": "widgets"})
    yard.ours.start(SESSION, {"mission": "widgets"})
    assert all(is_for(run.title, session="widgets-1", mission="widgets", issue=None) for run in yard.ours.runs)
    with pytest.raises(SwarmError, match="there is no run 9"):
        yard.ours.end("9")
