"""The loop: the model says which tools it wants, we carry them out and tell it what came of it (A23).

Nothing that a model says is believed. A conversation ends when the model finishes, or at one of its limits.
"""

from bot.adapters.agents.claude.caller import Caller
from bot.adapters.agents.claude.client import Json, Reply
from bot.adapters.agents.claude.conversation import Conversation, text, tool_uses
from bot.adapters.agents.claude.endings import Ended, TooLong
from bot.adapters.agents.claude.workbench import Workbench

TURNS = 40
"""Turns that a subject may take."""
IDLE = 3
"""Answers in a row that bring nothing: no call of a tool, or cut off at the limit of tokens."""
CUT = "your answer was cut off here, so this was not done; make fewer and shorter calls in a turn"
GO_ON = "Go on with the tools, or call finish."
CUT_TEXT = "Your answer was cut off. Go on with fewer and shorter calls."


def converse(caller: Caller, conversation: Conversation, bench: Workbench) -> None:
    """Lets the model work until it has finished. Raises Ended, Halted, and TooLong when it has to begin anew."""
    idle = 0
    for _ in range(TURNS):
        reply = caller.ask(conversation.request(), conversation.most_tokens)
        told = _follow(reply, bench)
        conversation.answered(reply)
        if told:
            caller.transcript.told(bench.writing.subject.id, told)
            conversation.tell(told)
        if bench.writing.finished:
            return
        idle = 0 if reply.stop == "tool_use" and tool_uses(reply.content) else idle + 1
        if idle >= IDLE:
            raise Ended("the model did not use its tools")
    raise Ended(f"{TURNS} turns were not enough")


def _follow(reply: Reply, bench: Workbench) -> list[Json]:
    """What is said to an answer; nothing where the model was interrupted and goes on by itself."""
    uses = tool_uses(reply.content)
    match reply.stop:
        case "tool_use":
            return bench.carry_out(uses) or text(GO_ON)
        case "refusal":
            raise Ended("the model refused to go on")
        case "model_context_window_exceeded":
            raise TooLong
        case "max_tokens":
            return [_cut(use) for use in uses] or text(CUT_TEXT)
        case "pause_turn":
            return []
        case _:  # end_turn, stop_sequence, or what this SDK does not know yet
            return [_cut(use) for use in uses] or text(GO_ON)


def _cut(use: Json) -> Json:
    return {"type": "tool_result", "tool_use_id": use["id"], "content": CUT, "is_error": True}
