"""`swarm hosts` on real clients of packages, by settings of their own."""

import json
from pathlib import Path

import pytest

import bot.cli
from bot.adapters.sources.indexes import indexes
from tests.core.mission_text import edited


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_SERVER_URL", "GITHUB_API_URL", "ANTHROPIC_BASE_URL", "GITHUB_ACTIONS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "https://login:s3cret@index.example/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://more.example/simple file:///opt/simple")
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "https://npm.example/")


def told(tmp_path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    (tmp_path / "m.yml").write_bytes(edited())
    with pytest.raises(SystemExit) as ended:
        bot.cli.main(["hosts", str(tmp_path / "m.yml"), *more])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_a21_the_hosts_of_a_mission_one_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(tmp_path, capsys).splitlines()
    wanted = {"github.com", "api.github.com", "www.vultr.com", "index.example", "more.example"}
    assert wanted <= {line for line in lines if not line.startswith("#")}
    assert "s3cret" not in "".join(lines)


def test_as_json_with_what_each_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(told(tmp_path, capsys, "--json"))
    assert data["mission"] == "cloud"
    assert {"host": "www.vultr.com", "uses": ["sources"]} in data["hosts"]
    assert {"host": "index.example", "uses": ["packages"]} in data["hosts"]


def test_without_settings_the_clients_own_index_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_INDEX_URL")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    [found] = indexes(["pypi", "file"])["pypi"]
    assert found.startswith("https://")


def test_a_client_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.adapters.sources.packages.shutil.which", lambda *_, **__: None)
    assert indexes(["npm"]) == {"npm": ()}
    assert "# the index of npm packages: its client does not say; add its host" in told(tmp_path, capsys)
