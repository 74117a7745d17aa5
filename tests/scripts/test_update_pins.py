"""The pins of actions, against real repositories of actions on this machine."""

from pathlib import Path

import pytest

from scripts.update_pins import find_pins, main, problems, tracked
from tests.repos import git, repository, tip
from tests.workflows.files import ROOT

OTHER = "0123456789abcdef0123456789abcdef01234567"


class Host:
    """A host of actions: each is a bare repository below one folder, as its address says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"file://{folder}"

    def release(self, action: str, version: str, *, annotated: bool = False, move: bool = False) -> str:
        """Publishes a commit under a tag; the commit."""
        work = self.folder / "work" / action
        if not (work / ".git").is_dir():
            repository(work)
            (self.folder / action).parent.mkdir(parents=True, exist_ok=True)
            git(self.folder, "clone", "--quiet", "--bare", str(work), str(self.folder / action))
        git(work, "commit", "--quiet", "--allow-empty", "--message", f"Release {version}")
        message = ["--annotate", "--message", version] if annotated else []
        git(work, "tag", *(["--force"] if move else []), *message, version)
        git(work, "push", "--quiet", *(["--force"] if move else []), str(self.folder / action), "main", version)
        return tip(work, "HEAD")

    def withdraw(self, action: str, version: str) -> None:
        git(self.folder / action, "tag", "--delete", version)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "host")


def run(host: Host, root: Path, *options: str) -> int:
    return main(["--host", host.url, *options], root)


@pytest.mark.parametrize("annotated", [False, True])
def test_every_place_of_an_action_moves_to_the_newest_release_of_its_major(
    host: Host, tmp_path: Path, annotated: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    old = host.release("acme/build", "v1.2.3", annotated=annotated)
    host.release("acme/build", "v1.9.0", annotated=annotated)
    new = host.release("acme/build", "v1.10.0", annotated=annotated)
    for unfit in ("v2.0.0", "v1.11.0-rc.1", "v1", "1.12.0"):
        host.release("acme/build", unfit, annotated=annotated)
    root = repository(
        tmp_path / "root",
        **{
            ".github/workflows/a.yml": f"uses: acme/build@{old} # v1.2.3\r\nuses: acme/build/x@{old} # v1.2.3\n",
            "bot/pins.py": f'PINS = "acme/build@{old} # v1.2.3"\n',
            "docs/a.md": f"`uses: acme/build@{old} # v1.2.3`, and OWNER/REPO@SHA\n",
            "tests/a.py": f"acme/build@{old} acme/build@{OTHER} acme/build@{old} # v1\n",
        },
    )
    (root / "untracked.yml").write_text(f"uses: acme/build@{old} # v1.2.3\n")
    assert run(host, root) == 0
    assert capsys.readouterr().out == f"acme/build: v1.2.3 -> v1.10.0 ({new})\n"
    pin = f"acme/build@{new} # v1.10.0"
    assert (root / ".github/workflows/a.yml").read_bytes().decode() == (
        f"uses: {pin}\r\nuses: acme/build/x@{new} # v1.10.0\n"
    )
    assert (root / "bot/pins.py").read_text() == f'PINS = "{pin}"\n'
    assert (root / "docs/a.md").read_text() == f"`uses: {pin}`, and OWNER/REPO@SHA\n"
    assert (root / "tests/a.py").read_text() == f"acme/build@{new} acme/build@{OTHER} acme/build@{new} # v1\n"
    assert (root / "untracked.yml").read_text() == f"uses: acme/build@{old} # v1.2.3\n"
    assert run(host, root, "--check") == 0
    assert capsys.readouterr().out == ""


def test_a_new_major_version_is_for_those_who_ask(host: Host, tmp_path: Path) -> None:
    old = host.release("acme/build", "v1.2.3")
    new = host.release("acme/build", "v2.0.1")
    root = repository(tmp_path / "root", **{"a.yml": f"uses: acme/build@{old} # v1.2.3\n"})
    assert (run(host, root), run(host, root, "--check", "--major")) == (0, 1)
    assert (root / "a.yml").read_text() == f"uses: acme/build@{old} # v1.2.3\n"
    assert run(host, root, "--major") == 0
    assert (root / "a.yml").read_text() == f"uses: acme/build@{new} # v2.0.1\n"


def test_check_says_what_is_old_and_writes_nothing(
    host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = host.release("acme/build", "v1.0.0"), host.release("acme/build", "v1.0.1")
    root = repository(tmp_path / "root", **{"a.yml": f"uses: acme/build@{old} # v1.0.0\n"})
    assert run(host, root, "--check") == 1
    assert capsys.readouterr().out == f"acme/build: v1.0.0 -> v1.0.1 ({new})\n"
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.parametrize("check", [(), ("--check",)])
@pytest.mark.parametrize("annotated", [False, True])
def test_a_tag_that_was_moved_stops_everything(
    host: Host, tmp_path: Path, annotated: bool, check: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    fine = host.release("acme/fine", "v1.0.0")
    host.release("acme/fine", "v1.0.1")
    old = host.release("acme/stolen", "v1.0.0", annotated=annotated)
    evil = host.release("acme/stolen", "v1.0.0", annotated=annotated, move=True)
    host.release("acme/stolen", "v1.0.1", annotated=annotated)
    files = {"a.yml": f"uses: acme/fine@{fine} # v1.0.0\nuses: acme/stolen@{old} # v1.0.0\n"}
    root = repository(tmp_path / "root", **files)
    assert run(host, root, *check) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "THE TAG v1.0.0 OF acme/stolen WAS MOVED" in told.err
    assert all(part in told.err for part in (old, f"names {evil} now", "a.yml:2"))
    assert "acme/fine" not in told.err
    assert git(root, "status", "--porcelain") == ""


def test_a_tag_that_is_gone_stops_everything(
    host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = host.release("acme/build", "v1.0.0")
    host.release("acme/build", "v1.0.1")
    host.withdraw("acme/build", "v1.0.0")
    root = repository(tmp_path / "root", **{"a.yml": f"uses: acme/build@{old} # v1.0.0\n"})
    assert run(host, root) == 1
    assert "WAS MOVED" in (told := capsys.readouterr().err)
    assert "it is gone" in told


def test_a_host_that_does_not_answer_is_said(
    host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(tmp_path / "root", **{"a.yml": f"uses: acme/nothing@{OTHER} # v1.0.0\n"})
    assert run(host, root) == 1
    assert f"{host.url}/acme/nothing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("uses: acme/build@main", "a.yml:1: acme/build is not pinned"),
        ('uses: "acme/build/sub@v1"', "a.yml:1: acme/build/sub is not pinned"),
        ("uses: acme/build@1234567 # v1.0.0", "a.yml:1: acme/build is not pinned"),
        ("uses: Acme/build@v1.0.0", "a.yml:1: Acme/build is not pinned"),
        ("uses: acme/build", "a.yml:1: acme/build is not pinned"),
        (f"\nuses: acme/build@{OTHER}", "a.yml:2: acme/build has no version in a comment"),
        (f"uses: acme/build@{OTHER} # v1", "a.yml:1: acme/build has no version in a comment"),
        (f"uses: acme/build@{OTHER} # v1.0.0-rc.1", "a.yml:1: acme/build has no version in a comment"),
        (
            f"uses: acme/build@{OTHER} # v1.0.0\nuses: acme/build/sub@{'f' * 40} # v1.0.0",
            f"a.yml:2: acme/build is v1.0.0 ({'f' * 40}) here and v1.0.0 ({OTHER}) in a.yml:1",
        ),
        (
            f"uses: acme/build@{OTHER} # v1.0.0\nuses: acme/build@{OTHER} # v1.0.1",
            f"a.yml:2: acme/build is v1.0.1 ({OTHER}) here and v1.0.0 ({OTHER}) in a.yml:1",
        ),
    ],
)
def test_a_pin_that_is_wrong_by_itself_is_refused_unasked(
    tmp_path: Path, text: str, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(tmp_path / "root", **{"a.yml": text + "\n"})
    assert main(["--host", "file:///nowhere"], root) == 1
    told = capsys.readouterr().err
    assert told.startswith(wrong)
    assert "nowhere" not in told, "nothing is asked before this is right"


@pytest.mark.parametrize(
    "text", ["uses: ./", "uses: ./.github/workflows/a.yml", "uses: << action >>", "uses: x@SHA"]
)
def test_what_needs_no_pin_is_passed_over(text: str) -> None:
    assert list(problems(find_pins({"a.yml": text + "\n"}))) == []


def test_bytes_that_are_no_text_stay_as_they_are(host: Host, tmp_path: Path) -> None:
    old, new = host.release("acme/build", "v1.0.0"), host.release("acme/build", "v1.0.1")
    root = repository(tmp_path / "root", **{"a.yml": f"uses: acme/build@{old} # v1.0.0\n"})
    (root / "latin.md").write_bytes(b"\xe4 acme/build@" + old.encode() + b" # v1.0.0\n")
    (root / "image.png").write_bytes(b"\0 acme/build@" + old.encode() + b" # v1.0.0\n")
    (root / "link.yml").symlink_to("a.yml")
    git(root, "add", "--all")
    assert run(host, root) == 0
    assert (root / "latin.md").read_bytes() == b"\xe4 acme/build@" + new.encode() + b" # v1.0.1\n"
    assert old.encode() in (root / "image.png").read_bytes()
    assert (root / "link.yml").is_symlink()


def test_all_places_of_this_repository_agree_and_none_is_loose() -> None:
    pins = find_pins(tracked(ROOT))
    assert list(problems(pins)) == []
    assert {pin.path for pin in pins} >= {"action.yml", "bot/render/workflows.py", ".github/workflows/ci.yml"}
    assert {pin.action for pin in pins} >= {"actions/checkout", "actions/cache"}
