"""The answer to a person's command: in the status comment, or in one of its own where there is no session."""

from bot.core.comment_view import Answer
from bot.core.neutral import code
from bot.render.engine import Markdown
from bot.render.words import clip, prose, sentence

ASKED_MAX = 200
PART_MAX = 700
SHOWN = 12


def answer_block(answer: Answer) -> Markdown:
    """What was written, as code, and what is said to it; nobody is called, nothing in it is active (A15)."""
    first, *rest = (sentence(part, PART_MAX, prose) for part in answer.said[:SHOWN])
    lines = [f"**Answer** to {clip(answer.asked, ASKED_MAX, code)} · {first}", *(f"- {part}" for part in rest)]
    return Markdown("\n".join(lines[:1] + [""] * bool(rest) + lines[1:]))


def answer_comment(answer: Answer) -> str:
    """The same where no status comment is."""
    return f"{answer_block(answer)}\n"
