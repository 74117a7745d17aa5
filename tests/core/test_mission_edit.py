import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.asking import Request
from bot.core.loading import load_mission
from bot.core.mission import Backend, Mission
from bot.core.mission_edit import edited, with_backend
from bot.core.plan import make_plan
from bot.errors import InvalidInput
from tests.core.mission_text import MISSION

TEMPLATES = sorted((Path(__file__).parents[2] / "mission-templates").glob("*.yml"))


def asked(max_usd: int | None = None, backend: Backend | None = None) -> Request:
    return Request("cloud", max_usd, backend)


def edit(text: str, request: Request) -> str:
    return edited(text.encode(), "m.yml", request).decode()


def replaced(*changes: tuple[str, str]) -> str:
    text = MISSION
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def expected(mission: Mission, request: Request) -> Mission:
    """The mission that was asked for."""
    limits, agent = mission.limits, mission.agent
    if request.max_usd is not None:
        limits = limits.model_copy(update={"max_usd": request.max_usd})
    if request.backend:
        agent = agent.model_copy(update={"backend": request.backend})
    return mission.model_copy(update={"limits": limits, "agent": agent})


def test_a_value_is_replaced_where_it_stands() -> None:
    assert edit(MISSION, asked(3_000_001)) == MISSION.replace("max_usd: 2.50", "max_usd: 3.000001")
    text = MISSION.replace("attempts: 2}", "attempts: 2, backend: extractive}")
    assert edit(text, asked(backend="claude")) == text.replace("backend: extractive", "backend: claude")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("agent: {max_usd: 0.25, attempts: 2}\n", "agent: {backend: claude, max_usd: 0.25, attempts: 2}\n"),
        ("agent: {}\n", "agent: {backend: claude}\n"),
        ("agent: {# none\n  }\n", "agent: {backend: claude # none\n  }\n"),
        ("agent:\n    attempts: 2   # two\n", "agent:\n    backend: claude\n    attempts: 2   # two\n"),
        ("agent: # here\n  # and here\n  ? attempts\n  : 2\n",
         "agent: # here\n  # and here\n  backend: claude\n  ? attempts\n  : 2\n"),
        ("agent: {  # all\n  attempts: 2,\n}\n", "agent: {backend: claude,   # all\n  attempts: 2,\n}\n"),
        ("agent:\n  backend: 'extractive' # quotes\n", "agent:\n  backend: claude # quotes\n"),
        ("agent:\n  backend: |-\n    extractive\n  attempts: 2\n", "agent:\n  backend: claude\n  attempts: 2\n"),
        ("'agent': {\"backend\": \"extr\\x61ctive\"}\n", "'agent': {\"backend\": claude}\n"),
    ],
)  # fmt: skip
def test_a_backend_is_set_in_the_style_of_the_file(before: str, after: str) -> None:
    text = replaced(("agent: {max_usd: 0.25, attempts: 2}\n", before))
    assert edit(text, asked(backend="claude")) == text.replace(before, after)


def test_a_section_that_is_missing_is_added() -> None:
    text = "# Clouds\n\n" + replaced(("agent: {max_usd: 0.25, attempts: 2}\n", ""))
    assert edit(text, asked(backend="claude")) == text.replace(
        "mission: cloud\n", "agent: {backend: claude}\nmission: cloud\n", 1
    )


def test_a_mission_in_json_can_be_edited() -> None:
    text = json.dumps(yaml.safe_load(replaced(("agent: {max_usd: 0.25, attempts: 2}\n", ""))))
    request = asked(1_000_000, "simulated")
    result = edit(text, request)
    assert load_mission(result.encode(), "m.yml") == expected(load_mission(text.encode(), "m.yml"), request)


def test_nothing_is_changed_that_is_so_already() -> None:
    text = replaced(("2.50", '"2.5"'))
    for request in (asked(), asked(2_500_000), asked(backend="extractive"), asked(2_500_000, "extractive")):
        assert edit(text, request) == text


def test_agents_keep_a_backend_of_their_own() -> None:
    text = replaced(("      - id: haiku-21\n", "      - id: haiku-21\n        backend: extractive\n"))
    mission = load_mission(edit(text, asked(backend="simulated")).encode(), "m.yml")
    assert [mission.agent.backend, *(agent.backend for agent in mission.agents)] == [
        "simulated",
        "extractive",
        None,
    ]


def test_every_agent_gets_the_backend_also_one_with_its_own() -> None:
    own = [
        (f"      - id: haiku-{n}\n", f"      - id: haiku-{n}\n        backend: {name}   # its own\n")
        for n, name in ((21, "extractive"), (22, "claude"))
    ]
    text = replaced(*own)
    expected = text.replace("backend: extractive ", "backend: claude ").replace(
        "{max_", "{backend: claude, max_", 1
    )
    assert with_backend(text.encode(), "m.yml", "claude").decode() == expected
    assert with_backend(expected.encode(), "m.yml", "claude").decode() == expected


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_agent_of_a_template_gets_the_backend(path: Path) -> None:
    made = load_mission(with_backend(path.read_bytes(), path.name, "claude"), path.name)
    assert {agent.backend for agent in make_plan(made).agents} == {"claude"}


def test_a_mission_that_is_invalid_is_refused_as_it_is() -> None:
    with pytest.raises(InvalidInput, match=r"m\.yml:8:1: unknown key `limit`"):
        edit(replaced(("limits:", "limit:")), asked(1_000_000))


def test_a_change_that_makes_the_mission_invalid_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"m\.yml:8:19: haiku-21 asks a model but has no money; raise max_usd"):
        edit(MISSION, asked(0, "claude"))


@pytest.mark.parametrize("agent", ["agent: &a {attempts: 2}\n", "agent: &a\n  attempts: 2\n"])
def test_a_place_where_nothing_can_be_written_is_said(agent: str) -> None:
    text = replaced(("agent: {max_usd: 0.25, attempts: 2}\n", agent))
    with pytest.raises(InvalidInput) as refused:
        edit(text, asked(backend="claude"))
    assert str(refused.value) == (
        "m.yml:7:1: agent.backend cannot be set to claude here; "
        "write `backend:` in a line of its own below `agent:`"
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_keeps_all_but_two_lines(path: Path) -> None:
    content = path.read_bytes()
    request = asked(4_000_000, "simulated")
    result = edited(content, path.name, request)
    assert load_mission(result, path.name) == expected(load_mission(content, path.name), request)
    before, after = content.splitlines(keepends=True), result.splitlines(keepends=True)
    assert len(before) == len(after)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 2


AGENTS = [
    "",
    "agent: {}\n",
    "agent: {max_usd: 0.25, attempts: 2}\n",
    "agent: { attempts: 2 , backend : claude }   # ü\n",
    "agent: {\n  attempts: 2,\n  # {backend: x}\n  backend: 'claude'\n  }\n",
    "agent:\n    # backend: x\n    attempts: 2\n\n",
    'agent:\n  "backend": "claude"   # 🚀 why\n  model: backend\n',
    "agent:\n  backend: >-\n    claude\n\n\n  attempts: 2\n",
    "agent:\n  attempts: 2\n  backend: claude",
    "? agent\n: backend:\n    simulated\n  attempts: 2\n",
]
LIMITS = [
    "limits: {max_usd: 2.50}\n",
    "limits: {max_parallel: 3, max_usd: '2.5' }\n",
    "limits:\n  # max_usd: 1\n  max_usd:   2   # ü\n  max_parallel: 2\n",
    "limits:\n   session_timeout_hours: 2\n   max_usd: |\n     3\n",
    "limits:\n  max_usd: 1e1\n",
    "limits:\n  max_usd:\n\n    1.25\n",
]
HEADS = ["", "# ünï 🚀\n", "---\n", "%YAML 1.2\n---\n", "\n\n   # x\n"]


@settings(deadline=None, max_examples=300)
@given(
    agent=st.sampled_from(AGENTS),
    limits=st.sampled_from(LIMITS),
    head=st.sampled_from(HEADS),
    mark=st.sampled_from(["", "\ufeff"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    max_usd=st.none() | st.integers(1, 10**12),
    backend=st.sampled_from([None, "claude", "extractive", "simulated"]),
)
def test_the_edit_gives_what_was_asked_and_changes_nothing_else(
    agent: str, limits: str, head: str, mark: str, newline: str, last: bool, max_usd: int | None, backend: Backend
) -> None:
    rest = replaced(("agent: {max_usd: 0.25, attempts: 2}\n", ""), ("limits: {max_usd: 2.50}\n", ""))
    parts = [rest, limits, agent] if last else [agent.rstrip() + "\n", rest, limits]
    text = mark + (head + "".join(parts)).replace("\n", newline)
    request = asked(max_usd, backend)
    mission = load_mission(text.encode(), "m.yml")
    result = edited(text.encode(), "m.yml", request)
    assert load_mission(result, "m.yml") == expected(mission, request)
    assert edited(result, "m.yml", request) == result
    old, new = _middle(text, result.decode())
    if backend is None or max_usd is None:  # one place: little is gone, and what is new there is what was asked
        assert len(old) <= len(">-\r\n    claude") and len(new) <= len("agent: {backend: extractive}\r\n")


def _middle(before: str, after: str) -> tuple[str, str]:
    """What two texts have between the start and the end that they share."""
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    return before[start : len(before) - end], after[start : len(after) - end]


def _shared(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
