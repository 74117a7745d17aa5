"""What repairing says in the issue, over everything in memory; what it does is tested on the test GitHub."""

from datetime import timedelta

import pytest

from bot.adapters.memory.conversation import MemoryConversation
from bot.adapters.memory.repository import MemoryRepository
from bot.adapters.memory.runs import MemoryRuns
from bot.adapters.prices import ListedPrices
from bot.commands.launch import launch
from bot.commands.ordering import give
from bot.commands.repair import Repairing, repair
from bot.commands.telling import Telling
from bot.core.addresses import Addresses
from bot.core.orders import Order
from tests.builders import NOW
from tests.clocks import VirtualClock
from tests.workshop import MISSION


@pytest.mark.parametrize(
    ("stopped", "heading", "said"),
    [
        (True, "stopped by a person", "/swarm resume"),
        (False, "stopped", "what is left goes on in another one"),
    ],
)
def test_a_run_that_is_ended_is_told_as_what_it_was_ended_for(stopped: bool, heading: str, said: str) -> None:
    clock, repo = VirtualClock(NOW), MemoryRepository()
    repo.seed({"README.md": "x"}, NOW)
    issues, runs = MemoryConversation(clock, {}), MemoryRuns(clock)
    issue = issues.open("swarm:launch")
    opened = launch(
        repo,
        clock,
        ListedPrices(clock),
        mission=MISSION.encode(),
        file="m.yml",
        base="main",
        by="ann",
        issue=issue,
    )
    runs.begin("swarm-session.yml", f"Issue {issue}: swarm:launch")
    if stopped:
        order = Order(id="comment-1", kind="stop", by="ann", time=NOW)
        give(repo, clock, opened.branch, opened.session, order)
    else:
        clock.moment += timedelta(hours=7)
    telling = Telling(issues, clock, Addresses("https://github.com", "o/r"), "9")
    [done], problems = repair(Repairing(repo, runs, telling, clock, "main"))
    assert done.done.startswith("run 1 is ended: ") and problems == ()
    [comment] = issues.bodies(issue)
    assert f"`widgets-1`: {heading}\n" in comment and said in comment
    assert ("goes on in another one" in comment) is not stopped
    assert runs.active("swarm-session.yml") == ()
