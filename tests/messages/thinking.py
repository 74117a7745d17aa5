"""Thinking that was handed out, and whether it comes back as it has to.

A block is bound to what it was thought about: it must come back unchanged, behind the same tools, system prompt
and messages (`cache_control` does not count), and all of it in every answer of the running loop of tools.
"""

from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from tests.messages.prompts import blocks, digests, pieces
from tests.messages.turns import results
from tests.messages.web import Json, dumped, invalid

CHANGED = "`thinking` blocks cannot be modified. They must remain as they were in the original response."
ELSEWHERE = "Invalid `signature` in `thinking` block. The block is bound to a different conversation."
MISSING = "Expected `thinking` or `redacted_thinking`, but found `tool_use`."


@dataclass
class HandedOut:
    """The thinking of each signature, and the signatures that came with each use of a tool."""

    thought: dict[str, str] = field(default_factory=dict)
    beside: dict[str, list[str]] = field(default_factory=dict)

    def sign(self, body: Json, content: list[Json]) -> None:
        """Puts signatures into the thinking blocks of an answer, and remembers them."""
        prefix = _prefixes(body)[-1] if _thoughts(content) else ""
        for at, block in enumerate(content):
            if block["type"] == "thinking":
                own = sha256(f"{prefix}:{at}:{block['thinking']}".encode()).digest()
                block["signature"] = prefix + b64encode(own).decode()
                self.thought[block["signature"]] = block["thinking"]
        for block in content:
            if block["type"] == "tool_use":
                self.beside[block["id"]] = _thoughts(content)

    def check(self, body: Json) -> None:
        """Refuses a request with thinking that is not as it was handed out."""
        prefixes, looping = _prefixes(body), _loop(body["messages"])
        for at, message in enumerate(body["messages"]):
            content = blocks(message["content"])
            self._check_blocks(f"messages.{at}.content", content, prefixes[at])
            if at >= looping and not self._whole(content):
                raise invalid(f"messages.{at}.content.0.type: {MISSING}")

    def _check_blocks(self, where: str, content: list[Json], prefix: str) -> None:
        for at, block in enumerate(content):
            if block["type"] != "thinking":
                continue
            if self.thought.get(block["signature"]) != block["thinking"]:
                raise invalid(f"{where}.{at}: {CHANGED}")
            if not block["signature"].startswith(prefix):
                raise invalid(f"{where}.{at}: {ELSEWHERE}")

    def _whole(self, content: list[Json]) -> bool:
        """Whether everything is there that was thought before each use of a tool."""
        thoughts = [self.beside.get(block["id"], []) for block in content if block["type"] == "tool_use"]
        return all(thought in ([], _thoughts(content)) for thought in thoughts)


def _thoughts(content: list[Json]) -> list[str]:
    return [block["signature"] for block in content if block["type"] == "thinking"]


def _prefixes(body: Json) -> list[str]:
    """For each message, and for the next one: what stands for everything before it."""
    found = pieces(body)
    made = [""] * (len(body["messages"]) + 1)
    for piece, digest in zip(found, digests(found, dumped("thinking")), strict=True):
        made[piece.message + 1] = b64encode(digest[:15]).decode()
    return made


def _loop(messages: list[Json]) -> int:
    """The number of the first message of the running loop of tools: behind the user's last one without results."""
    asked = [at for at, it in enumerate(messages) if it["role"] == "user" and not results(blocks(it["content"]))]
    return max(asked, default=-1) + 1
