"""A session on the test GitHub, from label to merge, job by job, also on machines that die."""

import re
from pathlib import Path

import pytest

from tests.github.server import GitHub
from tests.github.world import Event
from tests.hosted import Swarm
from tests.repos import git
from tests.trails import decisions, keys
from tests.workshop import MISSION, Killed

ALONE = "".join(line for line in MISSION.splitlines(keepends=True) if "agent-2" not in line)
"""A mission of one agent: it does everything once."""


@pytest.fixture
def swarm(github: GitHub, tmp_path: Path) -> Swarm:
    return Swarm(github, tmp_path, ALONE)


TIME = re.compile(r"2026-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def end_state(swarm: Swarm) -> dict[str, object]:
    """What a person sees when it is over, without ids, times and commits, and how often something was tried."""
    github = swarm.github
    tree = git(github.bare, "ls-tree", "-r", "--name-only", "main").splitlines()
    documents = [path for path in tree if path.startswith("INTEGRATIONS-")]
    texts = {path: TIME.sub("(time)", git(github.bare, "show", f"main:{path}")) for path in documents}
    refs = git(github.bare, "for-each-ref", "--format=%(refname)").splitlines()
    return {
        "tree": tree,
        "documents": texts,
        "refs": [ref for ref in refs if not ref.startswith("refs/pull/")],
        "issue": github.state.issues[1].state,
        "comments": len(github.comments(1)),
        "heading": github.comments(1)[0].body.splitlines()[1],
        "pulls": [issue.title for issue in github.state.issues.values() if issue.number > 1],
        "trail": sorted({re.sub(r"/\d+$", "", key) for key in decisions(github.bare)}),
        "merges": git(github.bare, "log", "--merges", "--format=%s", "main").splitlines(),
    }


@pytest.fixture
def real(github: GitHub, tmp_path: Path) -> Swarm:
    return Swarm(github, tmp_path, ALONE, over_http=True)


def test_a_label_becomes_a_merged_pull_request_and_a_closed_issue(real: Swarm) -> None:
    ended = real.run(real.ask())
    state = end_state(real)
    assert ended.data["verdict"] == "pass", ended.text
    assert state["issue"] == "closed"
    assert (state["comments"], len(state["pulls"]), len(state["merges"])) == (1, 1, 1)  # type: ignore[arg-type]
    assert "INTEGRATIONS-WIDGETS.md" in state["documents"]  # type: ignore[operator]
    assert [re.sub(r"[0-9a-f]{40}", "(commit)", key) for key in keys(real.github.bare)] == [
        "launched",
        "reserved",
        "dispatched/agent-1/1",
        "recorded/agent-1/1",
        "gated/(commit)/pass",
        "merged/(commit)",
    ]
    assert not any(push.forced for push in real.github.pushes if push.ref.startswith("refs/heads/"))


def assert_same(found: dict[str, object], expected: dict[str, object]) -> None:
    for part, value in expected.items():
        assert found[part] == value, part


def survive(swarm: Swarm, event: Event, left: int | None) -> bool:
    """A run whose first machine dies after so many side effects, and which is then run again; whether it died."""
    swarm.lifetime.begin(left)
    try:
        swarm.run(event)
    except Killed:
        swarm.lifetime.begin(None)
        swarm.run(event)
        return True
    return False


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], int]:
    folder = tmp_path_factory.mktemp("undisturbed")
    with GitHub(folder) as github:
        github.user("ann", "write")
        github.seed({"README.md": "# Widgets\n"})
        swarm = Swarm(github, folder, ALONE)
        event = swarm.ask()
        swarm.lifetime.begin(None)
        swarm.run(event)
        return end_state(swarm), swarm.lifetime.effects() - swarm.lifetime.start


EFFECTS = 23
"""What a session of one agent changes on the server: refs that are pushed, and calls that write. Three of them are
the trail's: at the launch, before the merge and after it."""


def test_g10_the_crashes_below_are_all_there_are(undisturbed: tuple[dict[str, object], int]) -> None:
    assert undisturbed[1] == EFFECTS


@pytest.mark.unwatched
@pytest.mark.parametrize("over_http", [False, pytest.param(True, marks=pytest.mark.kills)])
@pytest.mark.parametrize("left", range(1, EFFECTS + 1))
def test_g10_a_crash_after_any_side_effect_converges(
    github: GitHub, tmp_path: Path, undisturbed: tuple[dict[str, object], int], left: int, over_http: bool
) -> None:
    swarm = Swarm(github, tmp_path, ALONE, over_http=over_http)
    assert survive(swarm, swarm.ask(), left)
    assert_same(end_state(swarm), undisturbed[0])
    written = keys(swarm.github.bare)
    tried = [key.partition("/")[2] for key in written if key.startswith("dispatched/")]
    assert [key.partition("/")[2] for key in written if key.startswith("recorded/")] == tried


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", r"/issues/1/comments$"), ("POST", r"/pulls$"), ("PUT", r"/merge$"), ("PATCH", r"/issues/1$")],
)
@pytest.mark.unwatched
@pytest.mark.parametrize("drop", [False, True])
def test_g05_g11_an_answer_that_is_lost_after_the_effect_is_looked_up(
    swarm: Swarm, undisturbed: tuple[dict[str, object], int], method: str, path: str, drop: bool
) -> None:
    fault = swarm.github.fault(method, path, when="after", drop=drop)
    swarm.run(swarm.ask())
    assert fault.met == 1
    assert_same(end_state(swarm), undisturbed[0])


def test_g05_a_push_whose_answer_is_lost_happened_once(
    real: Swarm, undisturbed: tuple[dict[str, object], int]
) -> None:
    fault = real.github.fault("POST", r"git-receive-pack$", when="after", times=3)
    real.run(real.ask())
    assert fault.met == 3
    assert_same(end_state(real), undisturbed[0])
