"""Sessions on the test GitHub whose branch and base were both changed by people, also on machines that die."""

from pathlib import Path

import pytest

from bot.commands.outcome import Outcome
from tests.github.server import GitHub
from tests.github.world import Event
from tests.hosted import Swarm
from tests.repos import git
from tests.test_hosted import ALONE, assert_same, end_state
from tests.test_hosted_people import pushed
from tests.workshop import Killed

DELIVERABLE = "INTEGRATIONS-WIDGETS.md"
MINE = "A person's own words.\n"


@pytest.fixture
def swarm(github: GitHub, tmp_path: Path) -> Swarm:
    return Swarm(github, tmp_path, ALONE, over_http=True)


def edited_meanwhile(swarm: Swarm) -> tuple[Event, Outcome]:
    """A session whose agents are done, and whose deliverable a person wrote on main while they were at it."""
    event = swarm.ask()
    launched = swarm.launch(event)
    swarm.github.seed({DELIVERABLE: MINE}, message="By hand")
    swarm.research(event, launched)
    return event, launched


def pull_text(swarm: Swarm) -> str:
    issues = swarm.github.state.issues
    return issues[max(issues)].body or ""


def test_a_deliverable_that_a_person_wrote_meanwhile_is_settled_and_written_down(swarm: Swarm) -> None:
    event, launched = edited_meanwhile(swarm)
    by_hand = str(swarm.github.tip("main"))
    ended = swarm.close(event, launched)
    bare = swarm.github.bare
    assert (ended.data["verdict"], bool(ended.data["merged"])) == ("pass", True), ended.text
    resolved = git(bare, "rev-parse", "main~1^2")  # the state files come after the merge
    over = git(bare, "rev-parse", f"{resolved}^2")
    told = f"Swarm-Resolved: {DELIVERABLE} (over {over})"
    assert told in git(bare, "log", "-1", "--format=%B", resolved).splitlines()
    assert told in git(bare, "log", "-1", "--format=%B", "main~1").splitlines()
    assert "X-Api-Key" in git(bare, "show", f"main:{DELIVERABLE}")
    assert git(bare, "show", f"{over}:{DELIVERABLE}") == MINE.strip()
    assert by_hand in git(bare, "log", "--format=%H", over)
    assert "### Merge conflicts that were resolved\n" in pull_text(swarm)
    assert f"What it replaces: `{over}`" in pull_text(swarm)
    assert "- **Resolved**: a merge conflict in" in git(bare, "show", "main:SESSION-HANDOVER-PROTOCOL.md")
    assert not any(push.forced for push in swarm.github.pushes if push.ref.startswith("refs/heads/"))


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], int]:
    folder = tmp_path_factory.mktemp("undisturbed-conflict")
    with GitHub(folder) as github:
        github.user("ann", "write")
        github.seed({"README.md": "# Widgets\n"})
        swarm = Swarm(github, folder, ALONE)
        event, launched = edited_meanwhile(swarm)
        swarm.lifetime.begin(None)
        swarm.close(event, launched)
        return end_state(swarm), swarm.lifetime.effects() - swarm.lifetime.start


EFFECTS = 16
"""What the job that closes a session with a conflict changes on the server."""


def test_g10_the_crashes_below_are_all_there_are(undisturbed: tuple[dict[str, object], int]) -> None:
    assert undisturbed[1] == EFFECTS


@pytest.mark.kills
@pytest.mark.parametrize("left", range(1, EFFECTS + 1))
def test_g10_a_crash_after_any_side_effect_with_a_conflict_converges(
    swarm: Swarm, undisturbed: tuple[dict[str, object], int], left: int
) -> None:
    event, launched = edited_meanwhile(swarm)
    swarm.lifetime.begin(left)
    with pytest.raises(Killed):
        swarm.close(event, launched)
    swarm.lifetime.begin(None)
    swarm.run(event)
    assert_same(end_state(swarm), undisturbed[0])


def test_a_file_that_is_not_the_sessions_own_is_named_and_nothing_is_merged(swarm: Swarm) -> None:
    event = swarm.ask()
    launched = swarm.launch(event)
    pushed(swarm, {"README.md": "The branch's.\n"})
    swarm.github.seed({"README.md": "The base's.\n"}, message="By hand")
    by_hand = str(swarm.github.tip("main"))[:12]
    swarm.research(event, launched)
    ended = swarm.run(event)
    bare = swarm.github.bare
    assert (ended.data["verdict"], ended.data["merged"]) == ("fail", None)
    assert git(bare, "show", "main:README.md") == "The base's."
    assert git(bare, "show", "swarm/widgets-1:README.md") == "The branch's."
    for text in (pull_text(swarm), swarm.status_comment(), git(bare, "show", "main:BLOCKERS.md")):
        assert "README.md" in text.replace("&#8203;", "").replace("\\", "")
        assert by_hand in text
    assert "`swarm close widgets-1` or `/swarm merge`" in pull_text(swarm)
    assert "## Blocker: widgets-1 has a merge conflict with main\n" in git(bare, "show", "main:BLOCKERS.md")
