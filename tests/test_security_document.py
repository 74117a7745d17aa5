"""The table in docs/security.md: every number has a row, and what a row names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
NUMBERS = {"G1", "G2", "G24", "G25", "G26", *(f"A{n}" for n in range(1, 27))}
ROWS = {
    cells[0].strip(): cells[1:]
    for line in (ROOT / "docs" / "security.md").read_text().splitlines()
    if re.match(r"\| [GA]\d+ \|", line) and len(cells := line.strip("|").split("|")) == 3
}
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
}


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_number_has_a_row() -> None:
    assert set(ROWS) >= NUMBERS


def test_every_test_that_is_named_exists_and_carries_the_number() -> None:
    for number, (_, tests) in ROWS.items():
        assert named(tests), number
        for test in named(tests):
            assert test in TESTS, f"{number} names {test}, which is no test"
            assert f"_{number[0].lower()}{int(number[1:]):02d}_" in test, f"{test} is no test of {number}"


def test_every_module_that_is_named_exists() -> None:
    for number, (modules, _) in ROWS.items():
        files = [name for name in named(modules) if "/" in name or name.endswith(".yml")]
        assert files, number
        assert [name for name in files if not (ROOT / name).is_file()] == [], number
