"""Everything that was said between an agent and its model, line by line, without secrets."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.adapters.agents.claude.client import Json, Reply
from bot.core.findings import utc_seconds
from bot.core.redaction import Redactor, strings
from bot.core.retrying import Failure
from bot.ports import Clock

Write = Callable[[str], None]
"""Takes one line."""


class Transcript:
    """A file of JSON lines: `{at, event, ...}`. What is written is durable line by line, and redacted."""

    def __init__(self, write: Write, clock: Clock, redactor: Redactor) -> None:
        self._write, self._clock, self._redactor = write, clock, redactor

    def told(self, who: str, blocks: list[Json] | tuple[Json, ...]) -> None:
        """What was said to the model: `system`, or the subject of the conversation."""
        self._line("told", to=who, blocks=blocks)

    def reply(self, reply: Reply, used: int) -> None:
        """What it answered, and what that cost in millionths of a US dollar."""
        tokens = reply.tokens
        counts = None if tokens is None else [tokens.input, tokens.cache_read, tokens.cache_write, tokens.output]
        self._line("reply", blocks=reply.content, stop=reply.stop, tokens=counts, micro_usd=used)

    def fault(self, failure: Failure) -> None:
        """A call that failed."""
        self._line("fault", status=failure.status, message=failure.message)

    def note(self, text: str) -> None:
        """What our own code decided."""
        self._line("note", text=text)

    def _line(self, event: str, **values: Any) -> None:
        line = self._json({"event": event, **values})
        if self._redactor.known.spans(line):
            line = self._json(
                {"event": "note", "text": "what was said here held a secret in pieces, and is withheld"}
            )
        self._write(line)

    def _json(self, said: Json) -> str:
        entry = {"at": utc_seconds(self._clock.now()), **strings(said, self._redactor.clean)}
        return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


def lines_to(file: Path) -> Write:
    """Appends to a file, which is created with the first line."""

    def write(line: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8", errors="backslashreplace") as out:
            out.write(line + "\n")

    return write
