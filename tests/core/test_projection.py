"""What a session will have cost in the end."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.mission import AgentSpec, Backend, Mission
from bot.core.projection import projected
from tests.builders import agent, mission, subject
from tests.sessions import record


def spec(id: str, backend: Backend | None = None) -> AgentSpec:
    return agent(id, subject(id)).model_copy(update={"backend": backend})


def plan(*agents: AgentSpec) -> Mission:
    made = mission(*agents)
    return made.model_copy(update={"agent": made.agent.model_copy(update={"backend": "claude"})})


FOUR = plan(*(spec(f"a-{n}") for n in range(4)))


def after(of: Mission, *amounts: int) -> int | None:
    """What is projected once the first agents have spent so much."""
    names = [one.id for one in of.agents]
    records = {name: record("cloud-1", name, spent=amount) for name, amount in zip(names, amounts, strict=False)}
    return projected(of, records)


def test_every_agent_to_come_costs_what_one_has_cost_on_average() -> None:
    assert after(FOUR, 100_000, 300_000) == 800_000
    assert after(FOUR, 100_000, 200_000, 300_000, 400_000) == 1_000_000


def test_before_the_first_record_nobody_knows() -> None:
    assert after(FOUR) is None


def test_g23_it_is_never_above_the_cap_and_never_below_what_is_spent() -> None:
    assert after(FOUR, 1_000_000) == 2_500_000
    assert after(FOUR, 3_000_000) == 3_000_000


def test_agents_of_another_backend_tell_nothing_of_those_that_cost_money() -> None:
    mixed = plan(spec("a-0", "extractive"), spec("a-1"), spec("a-2"))
    assert after(mixed, 0) is None
    assert after(mixed, 0, 70_000) == 140_000


def test_without_a_model_everything_is_free() -> None:
    free = mission(spec("a-0"), spec("a-1"))
    assert after(free) == after(free, 0) == 0


@given(st.lists(st.integers(0, 900_000), min_size=1, max_size=4))
def test_g23_any_amounts_stay_within_the_bounds(amounts: list[int]) -> None:
    found = after(FOUR, *amounts)
    assert found is not None
    assert sum(amounts) <= found <= max(2_500_000, sum(amounts))
