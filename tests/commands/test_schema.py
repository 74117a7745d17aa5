import json

from bot.commands.schema import schema


def test_the_schema_is_data_and_text() -> None:
    outcome = schema()
    assert json.loads(outcome.text) == outcome.data
    assert outcome.data["required"] == [
        "mission", "session", "phase", "title", "domain", "deliverable", "limits", "teams"
    ]  # fmt: skip
