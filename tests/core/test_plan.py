import pytest

from bot.core.mission import AgentDefaults, AgentSpec
from bot.core.plan import MATRIX, PlannedAgent, make_plan
from tests.builders import agent, mission, subject


def test_an_agent_runs_with_the_missions_terms_or_its_own() -> None:
    own = AgentSpec.model_validate(
        {"id": "haiku-22", "subjects": [subject("Vultr")], "backend": "claude", "provider": "bedrock",
         "model": "m", "review": False, "max_usd": 0, "timeout_minutes": 5, "attempts": 1}
    )  # fmt: skip
    plan = make_plan(mission(agent("haiku-21"), own))
    assert plan.agents == (
        PlannedAgent(
            "haiku-21", "Cloud Compute", ("AWS EC2",), "extractive", "anthropic", "claude-haiku-5-5", None, True,
            None, 250_000, 2, 60,
        ),
        PlannedAgent(
            "haiku-22", "Cloud Compute", ("Vultr",), "claude", "bedrock", "m", None, False, None, 0, 1, 5
        ),
    )  # fmt: skip
    assert (plan.cap, plan.max_parallel, plan.batches) == (2_500_000, 20, (("haiku-21", "haiku-22"),))


@pytest.mark.parametrize(
    ("own", "credential"),
    [
        ({}, "main"),
        ({"credential": "other"}, "other"),
        ({"provider": "anthropic"}, "main"),
        ({"provider": "bedrock"}, None),
        ({"provider": "bedrock", "credential": "cloud"}, "cloud"),
    ],
)
def test_a_credential_is_inherited_with_its_provider(own: dict[str, str], credential: str | None) -> None:
    spec = agent().model_copy(update=own)
    [planned] = make_plan(mission(spec, agent=AgentDefaults(credential="main"))).agents
    assert planned.credential == credential


@pytest.mark.parametrize(
    ("agents", "sizes"), [(1, [1]), (256, [256]), (257, [256, 1]), (2_000, [256] * 7 + [208])]
)
def test_g22_more_agents_than_a_matrix_holds_are_split_into_batches(agents: int, sizes: list[int]) -> None:
    one = subject()
    many = tuple(agent(f"agent-{n}", one) for n in range(agents))
    plan = make_plan(mission(*many))
    assert [len(batch) for batch in plan.batches] == sizes
    assert max(sizes) <= MATRIX
    assert [each for batch in plan.batches for each in batch] == [each.id for each in many]
    assert sum(planned.cap for planned in plan.agents) <= plan.cap
