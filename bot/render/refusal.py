"""The comment that says why no session was started."""

from collections.abc import Sequence

from bot.core.neutral import code
from bot.errors import Problem
from bot.render.engine import Markdown, counted, render
from bot.render.words import clip, prose, sentence, shorten

SHOWN = 20
PART_MAX = 800
NAME_MAX = 200


def refusal_comment(problems: Sequence[Problem], label: str, sender: str) -> str:
    """What is wrong and what to do, in a few lines. Nothing in it is active, nobody is called (A1, A4, A15)."""
    found = [Markdown(_problem(problem)) for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        found.append(Markdown(f"and {counted(len(problems) - SHOWN, 'more problem')}"))
    return render(
        "refusal.md.j2",
        problems=found,
        label=shorten(label, NAME_MAX, code),
        sender=shorten(sender, NAME_MAX, code),
    )


def _problem(problem: Problem) -> str:
    where = problem.file
    if where and problem.line:
        where += f":{problem.line}:{problem.column or 1}"
    place = f"{clip(where, NAME_MAX, code)}: " if where else ""
    advice = "advice: " if problem.level == "advice" else ""
    todo = f" **To do:** {sentence(problem.todo, PART_MAX, prose)}" if problem.todo.strip() else ""
    return f"{place}{advice}{sentence(problem.what, PART_MAX, prose)}{todo}"
