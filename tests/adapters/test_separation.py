"""Looking around where an agent is to work: real git, and processes as Linux shows them."""

from pathlib import Path

import pytest

from bot.adapters.separation import environs, look_around, settings
from tests.repos import git, repository


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return repository(tmp_path / "checkout")


def proc(folder: Path, pid: str, above: str, environ: bytes, name: str = "bash") -> None:
    (folder / pid).mkdir(parents=True)
    (folder / pid / "environ").write_bytes(environ)
    (folder / pid / "status").write_text(f"Name:\t{name}\nUmask:\t0022\nPPid:\t{above}\n")


def test_g24_a_clean_checkout_may_be_worked_in(checkout: Path) -> None:
    assert look_around(checkout, (), ("a key that is nowhere",)) == ()


def test_g24_credentials_that_a_checkout_persisted_are_found(checkout: Path) -> None:
    git(checkout, "config", "http.https://github.com/.extraheader", "AUTHORIZATION: basic s3cret")
    [problem] = look_around(checkout, (), ())
    assert "http.https://github.com/.extraheader" in problem.what
    assert "s3cret" not in str(problem)


def test_g24_so_are_those_in_a_file_that_is_included(checkout: Path, tmp_path: Path) -> None:
    """The newer ones of actions/checkout keep them outside of the repository."""
    (tmp_path / "logins.config").write_text(
        '[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic x\n'
    )
    git(checkout, "config", f"includeIf.gitdir:{checkout}/.git.path", str(tmp_path / "logins.config"))
    assert "extraheader" in look_around(checkout, (), ())[0].what


def test_g24_so_are_those_in_the_environment_and_of_the_user(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "credential.helper")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "store")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(
        '[url "https://x:s3cret@github.com/"]\n\tinsteadOf = https://github.com/\n'
    )
    [problem] = look_around(checkout, (), ())
    assert "credential.helper" in problem.what
    assert "url.https://…@github.com/.insteadof" in problem.what


def test_settings_have_scopes_and_values_of_many_lines(checkout: Path) -> None:
    git(checkout, "config", "a.b", "one\ntwo=3")
    assert [(it.scope, it.value) for it in settings(checkout) if it.name == "a.b"] == [("local", "one\ntwo=3")]


def test_g24_what_this_process_and_those_above_were_started_with_is_read(tmp_path: Path) -> None:
    proc(tmp_path, "self", "40", b"A=1\0B=x=y\0")
    proc(tmp_path, "40", "1", b"KEY=k\xff\0", "Runner.Worker")
    (tmp_path / "1").mkdir()  # somebody else's: its variables cannot be read
    (tmp_path / "1" / "status").write_text("Name:\tinit\nPPid:\t0\n")
    seen = list(environs(tmp_path))
    assert [environ.who for environ in seen] == ["this process", "process 40 (Runner.Worker)"]
    assert seen[0].variables == {"A": "1", "B": "x=y", "": ""}
    assert seen[1].variables["KEY"] == "k\N{REPLACEMENT CHARACTER}"


def test_where_there_is_no_proc_nothing_is_seen(tmp_path: Path) -> None:
    assert list(environs(tmp_path / "proc")) == []
