"""Sessions on the test GitHub where the base branch demands more, and where people take part."""

from pathlib import Path

import pytest

from bot.errors import Refused
from tests.github.calling import person
from tests.github.server import GitHub
from tests.github.state import Actor, Protection
from tests.github.world import Event
from tests.hosted import Swarm
from tests.repos import git


@pytest.fixture
def swarm(github: GitHub, tmp_path: Path) -> Swarm:
    return Swarm(github, tmp_path, over_http=True)


def configured(swarm: Swarm, text: str) -> None:
    swarm.github.seed({".github/swarm.yml": text})


def finished(swarm: Swarm) -> bool:
    """The issue is closed, its comment tells of the merge, and no ref of the session is left."""
    refs = git(swarm.github.bare, "for-each-ref", "--format=%(refname)", "refs/heads/swarm", "refs/swarm/records")
    told = "merged" in swarm.status_comment().splitlines()[1]
    return (swarm.github.state.issues[1].state, told, refs) == ("closed", True, "")


def test_g09_where_the_base_demands_checks_auto_merge_does_it_when_they_pass(swarm: Swarm) -> None:
    github = swarm.github
    configured(swarm, "state_branch: swarm-state\n")
    github.state.settings.allow_auto_merge = True
    github.state.protections["main"] = Protection(checks=("swarm/gate", "test"))
    ended = swarm.run(swarm.ask())
    assert (ended.data["verdict"], ended.data["merged"]) == ("pass", None)
    assert "auto-merge is armed" in swarm.status_comment()
    assert not finished(swarm)
    tip = github.tip("swarm/widgets-1")
    assert tip
    github.status(tip, "test")
    assert github.tip("main") != tip
    swarm.status()
    assert finished(swarm)


def test_a_person_merges_where_the_configuration_says_so(swarm: Swarm) -> None:
    configured(swarm, "merge: manual\n")
    swarm.run(swarm.ask())
    assert not finished(swarm)
    number = max(swarm.github.state.issues)
    person(swarm.github).json("PUT", f"pulls/{number}/merge", {})
    swarm.status()
    assert finished(swarm)
    swarm.status()
    assert finished(swarm)


def test_the_state_files_lie_on_a_branch_of_their_own_where_the_base_is_protected(swarm: Swarm) -> None:
    github = swarm.github
    configured(swarm, "state_branch: swarm-state\n")
    github.state.protections["main"] = Protection(checks=("swarm/gate",))
    assert swarm.run(swarm.ask()).data["verdict"] == "pass"
    assert finished(swarm)
    assert "MULTI-SESSION-STATUS.md" in git(github.bare, "ls-tree", "--name-only", "swarm-state")
    assert "MULTI-SESSION-STATUS.md" not in git(github.bare, "ls-tree", "--name-only", "main")


def test_a25_a_protected_base_without_such_a_branch_is_said_and_nothing_is_lost(swarm: Swarm) -> None:
    swarm.github.state.protections["main"] = Protection(checks=("swarm/gate",))
    with pytest.raises(Refused, match="main is protected"):
        swarm.run(swarm.ask())
    assert "state_branch" in swarm.status_comment()
    assert swarm.github.tip("swarm/widgets-1")


def pushed(swarm: Swarm, files: dict[str, str]) -> str:
    """Somebody who may write pushes to the session's branch; the commit."""
    folder = swarm.folder / "person"
    url = swarm.github.clone_url(swarm.github.token(login="ann"))
    git(swarm.folder, "clone", "--quiet", "--branch", "swarm/widgets-1", url, str(folder))
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "By hand")
    git(folder, "push", "--quiet")
    return git(folder, "rev-parse", "HEAD")


def test_g01_a_push_between_verdict_and_merge_is_not_merged(swarm: Swarm) -> None:
    swarm.github.meanwhile("PUT", r"/merge$", lambda: pushed(swarm, {".github/workflows/evil.yml": "on: push\n"}))
    ended = swarm.run(swarm.ask())
    assert (ended.data["verdict"], ended.data["merged"]) == ("fail", None)
    assert "evil" not in git(swarm.github.bare, "ls-tree", "-r", "--name-only", "main")
    assert ".github/workflows/evil.yml" in swarm.status_comment().replace("&#8203;", "").replace("\\", "")


def test_g02_a10_what_people_push_to_a_session_is_gated_at_that_commit(swarm: Swarm) -> None:
    github = swarm.github
    configured(swarm, "merge: manual\n")
    swarm.run(swarm.ask())
    mission = git(github.bare, "show", "swarm/widgets-1:sessions/widgets-1/mission.yml")
    weaker = mission.replace("required_field_gaps: 10", "required_field_gaps: 99")
    commit = pushed(swarm, {"sessions/widgets-1/mission.yml": weaker, "CODEOWNERS": "* @mallory\n"})
    number = max(github.state.issues)
    pull = github.state.issues[number]
    event = Event("pull_request", synchronized(number, commit, str(github.tip("main")), pull.title), Actor("ann"))
    outcome = swarm.job("gate", event).auto()
    assert (int(outcome.exit), outcome.data["verdict"]) == (1, "fail")
    [status] = [status for status in github.state.statuses if status.sha == commit]
    assert (status.context, status.state) == ("swarm/gate", "failure")
    assert "CODEOWNERS" in outcome.summary


def synchronized(number: int, head: str, base: str, title: str) -> dict[str, object]:
    home = {"full_name": "acme/widgets", "default_branch": "main"}
    return {
        "action": "synchronize",
        "number": number,
        "pull_request": {
            "number": number,
            "title": title,
            "head": {"ref": "swarm/widgets-1", "sha": head, "repo": home},
            "base": {"ref": "main", "sha": base, "repo": home},
            "user": {"login": "ann", "type": "User"},
        },
        "repository": home,
        "sender": {"login": "ann", "type": "User"},
    }


def test_a07_where_few_may_launch_others_are_told_so_and_may_tell_it_nothing(swarm: Swarm) -> None:
    """The list is that of the base branch, whatever an issue says."""
    github = swarm.github
    github.user("bob", "write")
    configured(swarm, "allow: {logins: [bob]}\n")
    refused = swarm.launch(swarm.ask())
    assert (refused.data["state"], refused.outputs) == ("refused", {})
    assert "whoever set the label is not among those that" in swarm.status_comment()
    assert "allow.logins" in swarm.status_comment()
    assert github.tip("swarm/widgets-1") is None
    launched = swarm.launch(swarm.label(1, "swarm:launch", "bob"))
    assert launched.outputs["session"] == "widgets-1"
    assert swarm.command("/swarm stop", login="ann").data["state"] == "refused"
    assert swarm.command("/swarm stop", login="bob").data["state"] == "done"


def test_g01_g02_a10_a_status_that_somebody_else_has_set_decides_nothing(swarm: Swarm) -> None:
    """Whoever may write can set any status, by hand or by a workflow of a branch: closing asks the gate itself."""
    github, event = swarm.github, swarm.ask()
    launched = swarm.launch(event)
    swarm.research(event, launched)
    github.seed({".github/workflows/swarm-gate.yml": "on: pull_request\n"}, "swarm/widgets-1")
    for _ in range(2):  # on what lies there, then on the very commit that was gated
        tip = github.tip("swarm/widgets-1")
        assert tip
        github.status(tip, "swarm/gate")
        ended = swarm.close(event, launched)
        assert (ended.data["verdict"], ended.data["merged"]) == ("fail", None)
    assert not git(github.bare, "ls-tree", "main", "sessions/widgets-1/launch.json")
