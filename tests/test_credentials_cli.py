"""`swarm credentials` as a person meets it: what is piped in, what is printed, and what is not (G26)."""

import io
import json
import sys
from pathlib import Path

import pytest

import bot.cli
from bot.core.credentials import VARIABLES
from tests.messages.models import Diligent
from tests.messages.server import MessagesServer
from tests.repos import git, repository
from tests.sealed import CANARY, OTHER, plaintexts
from tests.workshop import MISSION, widgets


class Desk:
    """A repository, a folder of the user's own, and everything that was ever printed."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.home, self.patch, self.capfd = home, patch, capfd
        self.repo = repository(home / "repo")
        self.printed = ""
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        patch.delenv("SWARM_CREDENTIALS_FILE", raising=False)
        patch.chdir(self.repo)

    def swarm(self, *args: str, given: bytes = b"") -> tuple[int, str, str]:
        """Exit code, output and errors of `swarm credentials`."""
        return self.run("credentials", *args, given=given)

    def run(self, *args: str, given: bytes = b"") -> tuple[int, str, str]:
        self.patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        with pytest.raises(SystemExit) as ended:
            bot.cli.main(list(args))
        out, err = self.capfd.readouterr()
        self.printed += out + err
        assert isinstance(ended.value.code, int)
        return ended.value.code, out, err


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, monkeypatch, capfd)


def test_g26_from_the_first_key_to_new_ones_no_value_is_ever_shown_or_written(desk: Desk) -> None:
    code, out, _ = desk.swarm("init")
    assert code == 0
    assert "gh secret set SWARM_CREDENTIALS_KEY" in out
    [keys] = (desk.home / "data" / "swarm-sessions" / "credentials").glob("*.json")
    assert str(keys) in out
    assert desk.swarm("add", "main", "--kind", "anthropic-api-key", given=CANARY.encode() + b"\n")[0] == 0
    assert desk.swarm("add", "tool", "--kind", "other", "--json", given=OTHER.encode())[0] == 0
    code, out, _ = desk.swarm("list", "--json")
    assert [one["name"] for one in json.loads(out)["credentials"]] == ["main", "tool"]
    assert desk.swarm("rotate", "tool", given=OTHER.encode() + b"-newer")[0] == 0
    assert desk.swarm("rotate", "--all")[0] == 0
    assert "signature: verified" in desk.swarm("list")[1]
    for wrong in (("add", "main", "--kind", "other"), ("rotate", "main"), ("rotate", "nobody")):
        code, _, err = desk.swarm(*wrong, given=b"")
        assert code == 1, err
    for usage in (("rotate",), ("rotate", "main", "--all"), ("add", "third"), ("add", "third", "--kind", "x")):
        assert desk.swarm(*usage, given=CANARY.encode())[0] == 2
    assert desk.swarm("add", "third", "--kind", "other", given=b"\xff" + CANARY.encode())[0] == 2
    assert CANARY not in desk.printed
    assert OTHER not in desk.printed
    assert "AGE-SECRET-KEY" not in desk.printed
    assert plaintexts(desk.home) == []
    assert git(desk.repo, "status", "--porcelain", "--untracked-files=all").split("\n")[0].endswith(".age")


def test_g26_the_secret_is_printed_alone_and_only_when_it_is_asked_for(desk: Desk) -> None:
    code, out, err = desk.swarm("init", "--secret")
    assert (code, err, len(out.splitlines())) == (0, "", 1)
    assert out.startswith("swarm1.1.")
    assert desk.swarm("init", "--secret")[1] == out, "the same again"
    assert json.loads(desk.swarm("init", "--secret", "--json")[1]) == {"secret": out.strip()}


def test_a_value_is_typed_unseen(desk: Desk) -> None:
    desk.swarm("init")
    asked: list[tuple[str, dict[str, object]]] = []

    def prompt(text: str, **options: object) -> str:
        asked.append((text, options))
        return CANARY

    desk.patch.setattr("click.prompt", prompt)
    desk.patch.setattr("bot.cli.credentials._at_terminal", lambda: True)
    assert desk.swarm("add", "main", "--kind", "anthropic-api-key")[0] == 0
    [(text, options)] = asked
    assert (text, options["hide_input"], options["err"]) == ("The value of main", True, True)
    assert CANARY not in desk.printed


def test_g26_nothing_takes_a_value_as_an_argument() -> None:
    """What stands in a command line is read by everybody on the machine."""
    parameters = {p.name for command in bot.cli.credentials.credentials.commands.values() for p in command.params}
    assert parameters == {"name", "kind", "keys", "repo", "as_json", "secret", "everything", "program", "variable"}


def test_a_program_is_run_as_it_is_and_its_exit_code_is_the_answer(desk: Desk) -> None:
    desk.swarm("init", "--keys", "../keys.json")
    desk.patch.setenv("SWARM_CREDENTIALS_FILE", str(desk.home / "keys.json"))
    desk.swarm("add", "main", "--kind", "anthropic-api-key", given=CANARY.encode())
    check = f'test "$ANTHROPIC_API_KEY" = {CANARY} && exit 5'
    assert desk.swarm("use", "main", "--", "sh", "-c", check)[0] == 5
    code, out, _ = desk.swarm("use", "main", "--as", "K", "--json", "--", "sh", "-c", f'test "$K" = {CANARY}')
    assert (code, json.loads(out)) == (0, {"name": "main", "exit": 0})
    code, _, err = desk.swarm("use", "main", "--", "no-such-program")
    assert (code, "there is no program no-such-program" in err) == (1, True)


def test_keys_in_the_repository_are_refused(desk: Desk) -> None:
    code, _, err = desk.swarm("init", "--keys", "keys.json")
    assert (code, "lies in the repository" in err) == (1, True)
    assert git(desk.repo, "status", "--porcelain") == ""


def test_the_kinds_are_those_of_the_core() -> None:
    assert [*VARIABLES, "other"] == bot.cli.credentials.KINDS


def test_g26_a_run_on_one_machine_uses_the_maintainers_keys(desk: Desk) -> None:
    """And says before anything is started when they do not open what the mission names."""
    widgets(desk.repo)
    mission = desk.home / "mission.yml"
    mission.write_text(MISSION.replace("backend: simulated", "backend: claude, credential: main"))
    keys = desk.home / "keys.json"
    desk.patch.setenv("SWARM_CREDENTIALS_FILE", str(keys))
    desk.patch.setenv("SWARM_CACHE", str(desk.home / "cache"))
    desk.swarm("init")
    desk.swarm("add", "main", "--kind", "anthropic-api-key", given=CANARY.encode())
    git(desk.repo, "add", "--all")
    git(desk.repo, "commit", "--quiet", "--message", "Seal")
    kept = keys.rename(desk.home / "elsewhere.json")
    code, _, err = desk.run("run", str(mission))
    assert (code, "credential main: there is no key file" in err, "nothing was started" in err) == (1, True, True)
    assert git(desk.repo, "branch", "--list", "swarm/*") == ""
    kept.rename(keys)
    with MessagesServer(Diligent(), keys=(CANARY,)) as server:
        desk.patch.setenv("ANTHROPIC_BASE_URL", server.url)
        code, out, err = desk.run("run", str(mission), "--json")
        assert json.loads(out)["merged"], err
        assert {call.headers["authorization"] for call in server.calls} == {f"Bearer {CANARY}"}
    assert CANARY not in desk.printed
    assert plaintexts(desk.home) == []
