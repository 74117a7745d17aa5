import re
from pathlib import Path
from typing import Any

from bot.core.mission_schema import DESCRIPTIONS, mission_schema

DOCS = (Path(__file__).parents[2] / "docs" / "missions.md").read_text()


def models() -> dict[str, Any]:
    schema: Any = mission_schema()
    return {"Mission": schema, **schema["$defs"]}


def test_every_key_is_described_and_nothing_else() -> None:
    assert {name: set(model["properties"]) for name, model in models().items()} == {
        name: set(keys) for name, keys in DESCRIPTIONS.items()
    }
    for model in models().values():
        assert model["additionalProperties"] is False
        assert all(value["description"] for value in model["properties"].values())


def test_every_key_stands_in_the_documentation() -> None:
    known = {key for keys in DESCRIPTIONS.values() for key in keys}
    assert known - set(re.findall(r"`([a-z_]+)`", DOCS)) == set()


def test_money_is_in_dollars_as_it_is_written() -> None:
    money = {
        name: model["properties"]["max_usd"]
        for name, model in models().items()
        if "max_usd" in model["properties"]
    }
    assert money["AgentDefaults"]["default"] == 0.25
    assert money["Limits"] == {
        "type": "number", "minimum": 0, "maximum": 1_000_000, "description": DESCRIPTIONS["Limits"]["max_usd"]
    }  # fmt: skip
    assert money["AgentSpec"]["anyOf"][1] == {"type": "null"}


def test_the_schema_says_which_schema_it_is() -> None:
    schema = mission_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "Swarm Sessions mission"
