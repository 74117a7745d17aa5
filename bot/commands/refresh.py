"""`status` where other machines do the work: repairs, finishes what others have merged, writes the state files."""

from dataclasses import dataclass, replace

from bot.commands.finish import Finishing, finish, leftovers
from bot.commands.outcome import Outcome
from bot.commands.repair import Repairing, repair
from bot.commands.status import status
from bot.errors import Problem, SwarmError


@dataclass(frozen=True, slots=True)
class Refreshing:
    """What refreshing works with. `completed`: the title of the run whose end is the occasion, empty otherwise."""

    finishing: Finishing
    completed: str = ""


def refresh(parts: Refreshing) -> Outcome:
    """What was done, and how all sessions stand; what stands in the way of one session is in no other's."""
    closing = parts.finishing.closing
    repairing = Repairing(
        closing.repo,
        parts.finishing.runs,
        parts.finishing.telling,
        closing.clock,
        closing.base,
        closing.run,
        closing.state_branch,
        parts.completed,
    )
    repaired, stuck = repair(repairing)
    problems = [*stuck, *_finish_merged(parts.finishing)]
    outcome = status(
        closing.repo,
        closing.clock,
        base=closing.base,
        write=True,
        advance=lambda expected, new: closing.forge.advance(closing.base, expected, new),
        state_branch=closing.state_branch,
        base_files=closing.base_files,
    )
    done = [{"session": one.session, "done": one.done} for one in repaired]
    text = "\n".join([*(f"{one.session}: {one.done}" for one in repaired), outcome.text])
    return replace(outcome, data={**outcome.data, "repaired": done}, text=text, notes=tuple(problems))


def _finish_merged(parts: Finishing) -> list[Problem]:
    """Closes what others have merged meanwhile; what stood in the way."""
    problems: list[Problem] = []
    for session in leftovers(parts.closing.repo, parts.closing.base):
        try:
            finish(replace(parts, merge=False), session)
        except SwarmError as error:
            problems += error.problems
    return problems
