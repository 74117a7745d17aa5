"""Carries out the tool calls of one turn: those that read side by side, those that write one after the other."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bot.adapters.agents.claude.client import Json
from bot.adapters.agents.claude.endings import Ended
from bot.adapters.agents.claude.reading import Reading
from bot.adapters.agents.claude.tools import (
    NAMES,
    FetchPage,
    ReadPassage,
    Rejected,
    SearchSources,
    ToolInput,
    parsed,
)
from bot.adapters.agents.claude.writing import Writes, Writing
from bot.errors import MachineError

AT_ONCE = 16
"""Calls of one turn that are carried out; the others are refused."""
AGAIN, OVER = 3, 6
"""The same call is refused from the third time on (but for the last one, `finish`, which has its own say); the
sixth time ends the work (A23)."""
Answer = Callable[[], str]
"""The rest of a call, done when its turn has come; raises Rejected."""


@dataclass
class Workbench:
    """The tools of one subject. `kept` is called after whatever was written down."""

    reading: Reading
    writing: Writing
    kept: Callable[[], None]
    calls: Counter[str] = field(default_factory=Counter)

    def carry_out(self, uses: Sequence[Json]) -> list[Json]:
        """The results of a turn's calls, in their order. Raises Ended when the model runs in a circle."""
        with ThreadPoolExecutor(8) as pool:
            begun = [pool.submit(self._begin, use, n) for n, use in enumerate(uses)]
        before = self.writing.notes
        results = [_result(use, future.result()) for use, future in zip(uses, begun, strict=True)]
        if self.writing.notes is not before:
            self.kept()
        self._count(uses)
        return results

    def _begin(self, use: Json, place: int) -> Answer:
        """Reads what a call wants read; what it wants written waits."""
        try:
            if place >= AT_ONCE:
                raise Rejected(f"{AT_ONCE} calls of a turn are carried out; make this one in the next turn")
            if self.calls[_mark(use)] + 1 >= AGAIN and use["name"] != "finish":
                raise Rejected("you have made this very call before; its answer has not changed")
            return self._answer(parsed(use["name"], use["input"], NAMES))
        except Rejected as reason:
            return _refusing(str(reason))
        except MachineError:
            raise
        except Exception as error:  # a tool that breaks is no reason to lose an attempt
            return _refusing(f"it could not be carried out: {type(error).__name__}")

    def _answer(self, call: ToolInput) -> Answer:
        match call:
            case SearchSources():
                return self.reading.search(call)
            case FetchPage():
                return self.reading.fetch(call)
            case ReadPassage():
                return lambda: self.reading.shelf.part(call.passage, call.part)
            case _:
                return lambda: self.writing.write(_write(call))

    def _count(self, uses: Sequence[Json]) -> None:
        self.calls.update(map(_mark, uses))
        if any(self.calls[_mark(use)] >= OVER for use in uses):
            raise Ended("the model made the same call over and over")


def _write(call: ToolInput) -> Writes:
    assert isinstance(call, Writes)
    return call


def _mark(use: Json) -> str:
    return json.dumps([use["name"], use["input"]], sort_keys=True, default=str)


def _refusing(reason: str) -> Answer:
    def refuse() -> str:
        raise Rejected(reason)

    return refuse


def _result(use: Json, answer: Answer) -> Json:
    try:
        return {"type": "tool_result", "tool_use_id": use["id"], "content": answer()}
    except Rejected as reason:
        return {"type": "tool_result", "tool_use_id": use["id"], "content": str(reason), "is_error": True}
