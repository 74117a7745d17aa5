"""`schema`: the JSON Schema of a mission, for editors."""

import json

from bot.commands.outcome import Outcome
from bot.core.mission_schema import mission_schema


def schema() -> Outcome:
    """The schema, as data and as text."""
    document = mission_schema()
    return Outcome(data=document, text=json.dumps(document, indent=2, ensure_ascii=False))
