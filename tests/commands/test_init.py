"""`swarm init`: what it shows, what it writes, and what it leaves alone."""

import subprocess
from pathlib import Path

import pytest
import yaml

from bot.commands.init import init
from bot.commands.outcome import Exit, Outcome
from bot.errors import InvalidInput, Refused

TEMPLATES = Path(__file__).parent.parent.parent / "mission-templates"
ACTION = "octo/swarm@" + "0123456789" * 4
PATHS = [
    ".github/workflows/swarm-agent.yml",
    ".github/workflows/swarm-chatops.yml",
    ".github/workflows/swarm-gate.yml",
    ".github/workflows/swarm-session.yml",
    ".github/workflows/swarm-status.yml",
    ".github/ISSUE_TEMPLATE/swarm-session.yml",
    ".github/labels.yml",
    ".github/swarm.yml",
]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


def run(
    repo: Path, action: str = ACTION, version: str = "v1.2.3", *, write: bool = True, force: bool = False
) -> Outcome:
    return init(repo, action, version, TEMPLATES, write=write, force=force)


def states(outcome: Outcome) -> dict[str, str]:
    files = outcome.data["files"]
    assert isinstance(files, list)
    return {file["path"]: file["state"] for file in files}


def written(repo: Path) -> set[str]:
    return {str(path.relative_to(repo)) for path in repo.rglob("*") if path.is_file() and ".git/" not in str(path)}


def test_it_writes_everything_and_says_what_comes_next(repo: Path) -> None:
    outcome = run(repo)
    assert outcome.exit == Exit.DONE
    assert outcome.data["written"] is True
    assert states(outcome) == dict.fromkeys(PATHS, "new")
    assert written(repo) == set(PATHS)
    session = (repo / PATHS[3]).read_text()
    assert f"uses: {ACTION} # v1.2.3\n" in session
    assert "wrote 8 files" in outcome.text
    for step in ("default branch", "swarm doctor", "gh label create swarm:launch --force --color", "swarm:launch"):
        assert step in outcome.text


def test_it_shows_without_writing(repo: Path) -> None:
    outcome = run(repo, write=False)
    assert outcome.data["written"] is False
    assert "8 files to be written; nothing was written yet" in outcome.text
    assert written(repo) == set()


def test_again_it_has_nothing_to_do(repo: Path) -> None:
    run(repo)
    outcome = run(repo)
    assert set(states(outcome).values()) == {"same"}
    assert "everything is there" in outcome.text


def test_one_file_is_one_file(repo: Path) -> None:
    run(repo)
    (repo / PATHS[0]).unlink()
    assert "1 file to be written" in run(repo, write=False).text
    assert "wrote 1 file\n" in run(repo).text


def test_a_file_with_other_content_is_kept_and_then_nothing_is_written(repo: Path) -> None:
    target = repo / PATHS[3]
    target.parent.mkdir(parents=True)
    target.write_text("name: mine\n")
    outcome = run(repo)
    assert outcome.exit == Exit.ACT
    assert outcome.data["written"] is False
    assert states(outcome)[PATHS[3]] == "differs"
    assert written(repo) == {PATHS[3]}, "half an installation would be worse than none"
    assert target.read_text() == "name: mine\n"
    assert "nothing was written" in outcome.text
    assert "--force" in outcome.text


def test_force_writes_over_what_differs(repo: Path) -> None:
    run(repo, f"octo/swarm@{'a' * 40}")
    outcome = run(repo, force=True)
    assert outcome.exit == Exit.DONE
    assert {path for path, state in states(outcome).items() if state == "differs"} == set(PATHS[:5])
    assert ACTION in (repo / PATHS[0]).read_text()


def test_the_configuration_is_the_users_even_with_force(repo: Path) -> None:
    run(repo)
    (repo / ".github/swarm.yml").write_text("merge: manual\n")
    outcome = run(repo, force=True)
    assert states(outcome)[".github/swarm.yml"] == "yours"
    assert (repo / ".github/swarm.yml").read_text() == "merge: manual\n"
    assert outcome.exit == Exit.DONE


def test_it_offers_the_repositorys_own_missions_first(repo: Path) -> None:
    (repo / ".github").mkdir()
    (repo / ".github/swarm.yml").write_text("missions: research/plans\n")
    plans = repo / "research" / "plans"
    plans.mkdir(parents=True)
    for name in ("vector-databases", "cloud-providers", "Not an id", "x" * 65):
        (plans / f"{name}.yml").write_text("")
    run(repo)
    form = yaml.safe_load((repo / PATHS[5]).read_text())
    [mission] = [part for part in form["body"] if part.get("id") == "mission"]
    assert mission["attributes"]["options"] == [
        *("cloud-providers", "vector-databases", "hosting-panels", "payment-billing", "sip-communication"),
    ]
    labels = yaml.safe_load((repo / ".github/labels.yml").read_text())
    assert "swarm:vector-databases" in [label["name"] for label in labels]


@pytest.mark.parametrize(
    "action",
    [
        *("octo/swarm", "octo/swarm@v1", "octo/swarm@main", f"octo/swarm@{'a' * 39}", f"octo/swarm@{'A' * 40}"),
        *(f"swarm@{'a' * 40}", f"octo/swarm@{'a' * 40} # v1", f"octo/swarm@{'a' * 40}\nrun: x", "./", ""),
    ],
)
def test_an_action_that_is_not_pinned_to_a_commit_is_refused(repo: Path, action: str) -> None:
    with pytest.raises(InvalidInput, match="not pinned to a commit"):
        run(repo, action)
    assert written(repo) == set()


@pytest.mark.parametrize("version", ["v1\n  run: x", "v1 # x", "a" * 65])
def test_a_version_is_a_word(repo: Path, version: str) -> None:
    with pytest.raises(InvalidInput, match="cannot stand in a comment"):
        run(repo, version=version)


def test_the_actions_own_repository_uses_itself(repo: Path) -> None:
    (repo / "action.yml").write_text("name: here\n")
    run(repo, "./")
    assert "uses: ./\n" in (repo / PATHS[0]).read_text()


def test_it_wants_the_root_of_a_repository(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(Refused, match="not the root of a git repository"):
        run(tmp_path_factory.mktemp("elsewhere"))
    (repo / "inside").mkdir()
    with pytest.raises(Refused, match="not the root of a git repository"):
        run(repo / "inside")


def test_a_broken_configuration_is_named_before_anything_is_written(repo: Path) -> None:
    (repo / ".github").mkdir()
    (repo / ".github/swarm.yml").write_text("misions: x\n")
    with pytest.raises(InvalidInput, match=r"\.github/swarm\.yml:1:1"):
        run(repo)
    assert written(repo) == {".github/swarm.yml"}


def test_the_version_may_be_left_out(repo: Path) -> None:
    run(repo, version="")
    assert f"uses: {ACTION}\n" in (repo / ".github/workflows/swarm-gate.yml").read_text()
