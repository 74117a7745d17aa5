"""The targets of fuzzing hold for what they begin with and what is near it; `make fuzz` looks further."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.artifacts import parse_result
from bot.core.cited_table import read_table
from bot.core.loading import load_mission
from bot.core.snapshot import parse_session
from tests.fuzz import seeds
from tests.fuzz.__main__ import main
from tests.fuzz.targets import TARGETS
from tests.fuzz.texts import MISSION, SPLIT, files_of

DEAR = frozenset({"documents", "html", "issues", "missions", "texts"})
"""Targets of which one input takes longer than a millisecond."""


@pytest.mark.parametrize("name", TARGETS)
def test_a20_a26_a_target_holds_for_its_seeds(name: str) -> None:
    for seed in TARGETS[name].seeds():
        TARGETS[name].check(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_a20_a26_a_target_holds_near_its_seeds(name: str) -> None:
    every = TARGETS[name].seeds()

    @settings(max_examples=10 if name in DEAR else 40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(every), st.integers(0, 2**32), st.binary(max_size=8))
    def holds(seed: bytes, chance: int, more: bytes) -> None:
        TARGETS[name].check(_changed(seed, random.Random(chance), more))

    holds()


def _changed(seed: bytes, chance: random.Random, more: bytes) -> bytes:
    """The seed with bytes put in, a part left out, or a part said twice."""
    start, end = sorted(chance.randrange(len(seed) + 1) for _ in range(2))
    kept = chance.choice((seed[start:end], b"", seed[start:end] * 2))
    return seed[:start] + more + kept + seed[end:]


def test_the_seeds_lead_into_the_parsers() -> None:
    """A seed that is refused at the door would have the fuzzer try the door for ever."""
    load_mission(MISSION, "m.yml")
    assert parse_result(
        seeds.artifacts()[0],
        session="cloud-1",
        agent="haiku-21",
        attempt=1,
        mission=load_mission(MISSION, "m.yml"),
        allowance=1,
    ).findings
    session, problems = parse_session("cloud-1", files_of(seeds.sessions()[0]))
    assert session and session.records and session.findings and session.orders, problems
    assert len(read_table(seeds.tables()[0].split(SPLIT)[0].decode(), "t.csv")) == 1


def test_what_was_found_can_be_played_again(tmp_path: object) -> None:
    assert main(["--replay", __file__, "paths"]) == 0
