"""The documents hold what the code does: commands exist, links lead somewhere, every command is documented."""

import re
from pathlib import Path

import pytest

import bot.cli

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text())
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_are_shown_exist(document: Path) -> None:
    for line in re.findall(r"(?<!/)swarm ([a-z]+)(?=[ `\n])", "\n".join(code(document.read_text()))):
        assert line in bot.cli.group.cli.commands, f"{document.name} shows `swarm {line}`"


def code(text: str) -> list[str]:
    """Code blocks and code spans."""
    return re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)


def test_every_command_is_documented() -> None:
    told = (ROOT / "docs" / "cli.md").read_text()
    assert [name for name in bot.cli.group.cli.commands if f"`swarm {name}" not in told] == []


def test_the_readme_shows_targets_of_the_makefile() -> None:
    shown = set(re.findall(r"make ([a-z]+)", "\n".join(code((ROOT / "README.md").read_text()))))
    there = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "test", "bench"} <= shown <= there
