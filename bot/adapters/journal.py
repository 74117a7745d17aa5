"""What an attempt leaves on the disk while it is at work: its result so far, and what was said.

Whoever kills it loses at most what was under way: the file is replaced whole after every step.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from bot.core.artifacts import MAX_BYTES
from bot.core.findings import AgentResult
from bot.core.redaction import Redactor
from bot.ports import Brief

RESULT, TRANSCRIPT = "result.json", "transcript.jsonl"


@dataclass(frozen=True, slots=True)
class Journal:
    """The folder of one attempt, the name of the result in it, and what is kept out of it (G25)."""

    folder: Path
    name: str = RESULT
    redactor: Redactor = field(default_factory=Redactor)

    def keep(self, result: AgentResult) -> None:
        """Writes the result so far, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f"{self.name}.part"
        with draft.open("wb") as out:
            out.write(self.redactor.artifact(result.model_dump_json().encode()))
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self.folder / self.name)

    def kept(self, brief: Brief) -> AgentResult | None:
        """What an earlier process of the same attempt has kept; None when there is nothing that can be read."""
        try:
            content = (self.folder / self.name).read_bytes()
            result = AgentResult.model_validate_json(content[:MAX_BYTES])
        except (FileNotFoundError, ValidationError):
            return None
        said = result.session, result.agent, result.attempt
        return result if said == (brief.session, brief.agent.id, brief.attempt) else None

    @property
    def transcript(self) -> Path:
        """The file that the conversation goes into."""
        return self.folder / TRANSCRIPT
