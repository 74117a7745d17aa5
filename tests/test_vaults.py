"""What an agent may open, out of a commit: by the secret, or by a maintainer's key file; and `use` (G26)."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.model_access import Access
from bot.core.credentials import MANIFEST
from bot.errors import Refused, SwarmError
from bot.vaults import Credentials, Maintained
from tests.repos import git, repository
from tests.sealed import CANARY, OTHER, Place, changed, sealed

ENVIRONMENT = Access(anthropic_key="sk-of-the-environment", region="here", url="http://127.0.0.1:1")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    repository(tmp_path / "repo")
    made = sealed(tmp_path)
    commit(made)
    return made


def commit(place: Place) -> None:
    git(place.root, "add", "--all")
    git(place.root, "commit", "--quiet", "--message", "Seal")


def credentials(place: Place, *, key_files: bool = False) -> Credentials:
    return Credentials(GitRepository(place.root), lambda: "HEAD", place.root if key_files else None)


def test_g26_the_access_is_the_credential_and_nothing_that_opens_others(place: Place) -> None:
    access = credentials(place).access(replace(ENVIRONMENT, credentials_key=place.secret), "main")
    assert access == Access(anthropic_key=CANARY, region="here", url=ENVIRONMENT.url)
    assert access.secrets == (CANARY,), "so that it is kept out of everything that is written"
    assert CANARY not in repr(access)


def test_g26_the_key_that_opens_is_a_secret_too() -> None:
    assert Access(credentials_key="k").secrets == ("k",)
    assert "AGE-SECRET" not in repr(Access(credentials_key="AGE-SECRET"))


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("anthropic-api-key", "anthropic_key"),
        ("anthropic-token", "anthropic_token"),
        ("bedrock-api-key", "bedrock_key"),
        ("vertex-access-token", "vertex_token"),
    ],
)
def test_each_kind_is_its_own_way_in(kind: str, field: str) -> None:
    access = Access(project="p").with_credential("main", kind, "value")  # type: ignore[arg-type]
    assert getattr(access, field) == "value"
    assert access.secrets == ("value",)
    assert access.project == "p"


def test_a_credential_of_the_kind_other_pays_for_no_model(place: Place) -> None:
    with pytest.raises(Refused, match="credential other: it is of the kind other"):
        credentials(place).access(Access(credentials_key=place.secret), "other")


@pytest.mark.parametrize("cut", ["", "x", "swarm1.0.", "AGE-SECRET-KEY-1"])
def test_g26_a_secret_that_is_none_is_said_and_not_shown(place: Place, cut: str) -> None:
    text = cut or place.secret[:-1]
    with pytest.raises(Refused, match="credential main: SWARM_CREDENTIALS_KEY is not what") as caught:
        credentials(place).access(Access(credentials_key=text), "main")
    assert text not in str(caught.value) or len(text) < 2


def test_g26_a_runner_looks_for_no_key_file(place: Place) -> None:
    access = Access(key_file=place.key_path)
    with pytest.raises(Refused, match="credential main: the secret SWARM_CREDENTIALS_KEY is not set"):
        credentials(place).access(access, "main")
    assert credentials(place, key_files=True).access(access, "main").anthropic_key == CANARY


def test_without_keys_it_is_said_which_file_is_missing(place: Place) -> None:
    with pytest.raises(Refused, match=r"credential main: there is no key file .*none\.json"):
        credentials(place, key_files=True).access(Access(key_file=place.home / "none.json"), "main")


def test_g26_what_is_committed_counts_not_what_lies_about(place: Place) -> None:
    access = Access(credentials_key=place.secret)
    with changed(place.file(), b"x"), changed(place.root / MANIFEST, b"{}"):
        assert credentials(place).access(access, "main").anthropic_key == CANARY
    with changed(place.file(), b"x"):
        commit(place)
        with pytest.raises(Refused, match=r"credential main: credentials/main.2.age is not the file"):
            credentials(place).access(access, "main")


# --- use ---------------------------------------------------------------------------------------------------

SHOW = "import os, sys; open(sys.argv[1], 'w').write(repr(sorted(os.environ.items()))); sys.exit(7)"


def use(place: Place, name: str, variable: str = "", program: str = sys.executable) -> tuple[int, str]:
    """The exit code of a program, and the environment that it saw."""
    shown = place.home / "shown"
    maintained = Maintained.at(place.root, place.key_path)
    environment = {"SWARM_CREDENTIALS_KEY": "opens everything", "KEPT": "yes"}
    code = maintained.use(name, variable, (program, "-c", SHOW, str(shown)), environment)
    return code, shown.read_text()


def test_g26_a_program_gets_one_credential_in_one_variable(place: Place) -> None:
    code, shown = use(place, "main")
    assert code == 7
    assert f"('ANTHROPIC_API_KEY', '{CANARY}')" in shown
    assert "('KEPT', 'yes')" in shown
    assert OTHER not in shown
    assert "opens everything" not in shown


def test_a_credential_of_the_kind_other_needs_a_variable(place: Place) -> None:
    with pytest.raises(Refused, match="no usual variable; name one: --as VAR"):
        use(place, "other")
    with pytest.raises(Refused, match="A=B can be no variable"):
        use(place, "other", "A=B")
    assert f"('TOKEN', '{OTHER}')" in use(place, "other", "TOKEN")[1]


def test_a_program_that_is_not_there_or_is_ended_by_a_signal(place: Place) -> None:
    with pytest.raises(SwarmError, match="there is no program no-such-program"):
        use(place, "main", program="no-such-program")
    kill = ("sh", "-c", "kill -9 $$")
    assert Maintained.at(place.root, place.key_path).use("main", "", kill, {"PATH": "/usr/bin:/bin"}) == 137


def test_g26_use_opens_what_the_manifest_names_or_nothing(place: Place) -> None:
    swapped, said = (
        place.file("other").read_bytes(),
        r"credential main: .* is not the file that the manifest names",
    )
    with changed(place.file(), swapped), pytest.raises(Refused, match=said):
        use(place, "main")
    assert not (place.home / "shown").exists()
