"""The attacks of cases.yml, one by one: each is refused, ignored or text, as it says there."""

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.attacks.channels import BEGIN, CHANNELS, Case, played

NUMBERS = [f"A{number}" for number in range(1, 27)]
CASES = tuple(
    Case(
        one["id"],
        one["number"],
        one["channel"],
        one["payload"],
        tuple(one["says"]),
        tuple(one.get("never", ())),
        one.get("by", "ann"),
    )
    for one in yaml.safe_load(Path(__file__).with_name("cases.yml").read_text(encoding="utf-8"))
)


def test_every_number_has_two_cases_and_every_channel_is_used() -> None:
    counted = Counter(case.number for case in CASES)
    assert list(counted) == NUMBERS
    assert min(counted.values()) >= 2
    assert {case.channel for case in CASES} == set(CHANNELS)
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """What channels begin with, made once."""
    made = {make: make(tmp_path_factory.mktemp(make.__name__)) for make in set(BEGIN.values())}
    return {channel: made[make] for channel, make in BEGIN.items()}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.number}: {case.id}" for case in CASES])
def test_a01_to_a26_an_attack_comes_to_what_is_written(
    case: Case, tmp_path: Path, repositories: Mapping[str, Path]
) -> None:
    if case.channel in BEGIN:
        shutil.copytree(repositories[case.channel], tmp_path / "repo")
    said = played(case, tmp_path)
    assert [text for text in case.says if text not in said] == [], said[:3_000]
    assert [text for text in case.never if text in said] == []
