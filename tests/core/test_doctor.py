"""What is missing before a session can run: what is not told is never taken for good."""

import re
from dataclasses import fields, replace
from typing import Any

import pytest

from bot.core.configuration import Configuration
from bot.core.doctor import Diagnosis, Facts, Installation, Protection, Settings, diagnose
from bot.core.mission import AgentDefaults, Limits
from bot.errors import Problem
from tests.builders import agent, mission, subject

OPEN = Protection(protected=False, checks=(), reviews=0)
GATED = Protection(protected=True, checks=("swarm/gate",), reviews=0)
GOOD = Settings(
    archived=False,
    issues=True,
    push=True,
    merge_commits=True,
    auto_merge=True,
    delete_branches=True,
    actions_may_propose=True,
    job_permissions="read",
    protection=GATED,
    labels=frozenset({"Swarm:launch", "swarm:confirm", "swarm:widgets"}),
    secrets=frozenset({"KEY"}),
)
APART = Configuration(state_branch="swarm-state")
INSTALLED = Installation(
    workflows={"a.yml": True, "b.yml": True},
    runners=(),
    secrets=("KEY",),
    configuration=APART,
    missions=(mission(),),
    labels=("swarm:launch", "swarm:confirm", "swarm:widgets"),
)


def found(settings: Settings = GOOD, installed: Installation = INSTALLED) -> dict[str, Diagnosis]:
    return {one.id: one for one in diagnose(Facts("main", settings, installed))}


def test_where_everything_is_there_everything_is_ok() -> None:
    assert {one.state for one in found().values()} == {"ok"}
    assert {one.todo for one in found().values()} == {""}


def test_what_a_token_is_told_nothing_of_is_unknown_with_a_way_to_find_out() -> None:
    values: dict[str, Any] = {field.name: None for field in fields(Settings)}
    nothing = Settings(**values | {"protection": Protection(None, None, None)})
    unsure = found(nothing)
    by_files = {"workflows", "files"}
    assert {one.state for name, one in unsure.items() if name not in by_files} == {"unknown"}
    assert all(one.todo for name, one in unsure.items() if name not in by_files)


@pytest.mark.parametrize(
    ("name", "changes", "state"),
    [
        ("repository", {"archived": True}, "missing"),
        ("issues", {"issues": False}, "missing"),
        ("write", {"push": False}, "advice"),
        ("pull-requests", {"actions_may_propose": False}, "missing"),
        ("job-permissions", {"job_permissions": "write"}, "advice"),
        ("merge-commits", {"merge_commits": False}, "missing"),
        ("delete-branches", {"delete_branches": False}, "ok"),
        ("labels", {"labels": frozenset()}, "missing"),
        ("labels", {"labels": frozenset({"swarm:launch"})}, "advice"),
        ("secrets", {"secrets": frozenset()}, "advice"),
        ("secrets", {"secrets": None}, "unknown"),
        ("auto-merge", {"auto_merge": False}, "advice"),
        ("auto-merge", {"auto_merge": None}, "unknown"),
        ("protection", {"protection": OPEN}, "advice"),
        ("protection", {"protection": Protection(None, None, None)}, "unknown"),
        ("reviews", {"protection": replace(GATED, reviews=1)}, "advice"),
        ("reviews", {"protection": replace(GATED, reviews=None)}, "unknown"),
        ("checks", {"protection": replace(GATED, checks=None)}, "unknown"),
        ("checks", {"protection": replace(GATED, checks=())}, "advice"),
        ("other-checks", {"protection": replace(GATED, checks=("swarm/gate", "test"))}, "advice"),
    ],
)
def test_a_setting_that_is_not_as_it_should_be_is_told(name: str, changes: dict[str, object], state: str) -> None:
    one = found(replace(GOOD, **changes))[name]  # type: ignore[arg-type]
    assert one.state == state
    assert bool(one.todo) == (state != "ok")


@pytest.mark.parametrize(
    ("name", "changes", "state"),
    [
        ("workflows", {"workflows": {"a.yml": None, "b.yml": True}}, "missing"),
        ("workflows", {"workflows": {"a.yml": False, "b.yml": True}}, "advice"),
        ("runner", {"runners": ("self-hosted",)}, "unknown"),
        ("secrets", {"secrets": ()}, "ok"),
        ("files", {"problems": (Problem("m.yml", 3, 1, "no agents", "add one"),)}, "missing"),
        ("files", {"missions": ()}, "ok"),
        ("state-files", {"configuration": None}, "missing"),
        ("state-files", {"configuration": Configuration(state_branch="main")}, "missing"),
    ],
)
def test_what_lies_on_the_base_branch_is_told(name: str, changes: dict[str, object], state: str) -> None:
    one = found(installed=replace(INSTALLED, **changes))[name]  # type: ignore[arg-type]
    assert one.state == state


@pytest.mark.parametrize(
    ("backends", "provider", "asked"),
    [
        (["extractive", "simulated"], "bedrock", set()),
        (["claude", "extractive"], "anthropic", {"ANTHROPIC_API_KEY"}),
        (["claude", "extractive"], "bedrock", {"AWS_BEARER_TOKEN_BEDROCK"}),
        (["extractive", "claude"], "vertex", {"SWARM_VERTEX_ACCESS_TOKEN"}),
    ],
)
def test_only_the_secret_of_a_model_that_a_mission_asks_is_needed(
    backends: list[str], provider: str, asked: set[str]
) -> None:
    agents = [
        agent(f"a-{n}", subject(f"Subject {n}")).model_copy(update={"backend": backend})
        for n, backend in enumerate(backends)
    ]
    usual = AgentDefaults.model_validate({"provider": provider})
    every = replace(
        INSTALLED,
        missions=(mission(*agents, agent=usual),),
        secrets=("ANTHROPIC_API_KEY", "AWS_BEARER_TOKEN_BEDROCK", "KEY", "SWARM_VERTEX_ACCESS_TOKEN"),
    )
    one = found(installed=every)["secrets"]
    assert set(re.findall("[A-Z]+_[A-Z_]+", one.what)) == asked
    assert one.state == ("advice" if asked else "ok")


def test_of_a_sealed_credential_the_secret_that_opens_it_is_needed() -> None:
    usual = AgentDefaults.model_validate({"backend": "claude", "credential": "main"})
    every = replace(
        INSTALLED, missions=(mission(agent=usual),), secrets=("ANTHROPIC_API_KEY", "SWARM_CREDENTIALS_KEY")
    )
    assert "SWARM_CREDENTIALS_KEY" in found(installed=every)["secrets"].what
    assert "ANTHROPIC_API_KEY" not in found(installed=every)["secrets"].what


def test_a25_a_protected_base_whose_rules_are_not_told_may_refuse_the_state_files() -> None:
    hidden = Protection(protected=True, checks=(), reviews=None)
    plain = replace(INSTALLED, configuration=Configuration())
    assert found(replace(GOOD, protection=hidden), plain)["state-files"].state == "unknown"
    assert found(replace(GOOD, protection=hidden))["state-files"].state == "ok"


def test_where_a_person_merges_nothing_of_merging_is_missing() -> None:
    by_hand = replace(INSTALLED, configuration=Configuration(state_branch="swarm-state", merge="manual"))
    settings = replace(GOOD, merge_commits=False, protection=replace(GATED, reviews=2))
    assert found(settings, by_hand)["merge-commits"].state == "advice"
    assert found(settings, by_hand)["reviews"].state == "ok"


def test_g22_a_mission_with_more_agents_than_a_matrix_takes_several_runs() -> None:
    agents = [agent(f"agent-{n}", subject(f"Subject {n}")) for n in range(257)]
    large = replace(INSTALLED, missions=(mission(*agents),))
    assert found(installed=large)["matrix"].todo.startswith("nothing: its session takes 2 runs")


def test_a_mission_that_may_spend_more_than_is_allowed_would_be_refused() -> None:
    costly = replace(INSTALLED, missions=(mission(limits=Limits(max_usd="99")),))
    assert found(installed=costly)["budget"].state == "missing"
    assert "budget" not in found(installed=replace(costly, configuration=None))
