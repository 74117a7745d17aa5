"""The comment that says why no session was started."""

from collections.abc import Sequence

from bot.core.neutral import code, neutral
from bot.errors import Problem


def refusal_comment(problems: Sequence[Problem], label: str, sender: str) -> str:
    """What is wrong and what to do, in a few lines. The sender is named without being called."""
    lines = [f"- {neutral(str(problem))}" for problem in problems]
    return "\n".join([f"### No session was started for {code(label)}, set by {code(sender)}", "", *lines]) + "\n"
