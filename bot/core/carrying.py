"""What one attempt of an agent leaves to the next: nothing that was found and verified is lost (G16).

An attempt goes on from what those before it have found. What it says of a subject takes the place of all that was
said of it, so that a finding may be dropped on second thoughts; what it says nothing of stands as it was.
"""

from collections.abc import Iterable
from itertools import accumulate
from typing import TypeVar

from bot.core.mission import AgentSpec, Subject
from bot.core.models import Model
from bot.core.records import FindingsFile

UNANSWERED = "the agent handed over no verified answer"
"""The reason of a gap that `record` has written itself."""
GOES_ON = "goes on in another session"
WAYS = ("was not answered", "was not reached", "was not researched", GOES_ON)
"""How the title of a blocker ends that `record` has written itself, after the subject's name."""
MOST = 2_000_000
"""Bytes of findings, of gaps and of blockers that are carried on at most, some thousands of each: together with
what an attempt hands over they fit into a file that is read again (A20)."""
T = TypeVar("T", bound=Model)


def brought_forward(agent: AgentSpec, earlier: FindingsFile | None) -> FindingsFile:
    """What was verified, and what the agent itself said, without what `record` wrote for want of an answer."""
    if earlier is None:
        return FindingsFile(agent=agent.id)
    verified = (finding for finding in earlier.findings if finding.state == "verified")
    gaps = (gap for gap in earlier.gaps if gap.searched or gap.reason != UNANSWERED)
    own = {title(subject, way) for subject in agent.subjects for way in WAYS}
    return FindingsFile(
        agent=agent.id,
        findings=_bounded(verified),
        gaps=_bounded(gaps),
        blockers=_bounded(blocker for blocker in earlier.blockers if blocker.title not in own),
        opinions=earlier.opinions,
    )


def joined(old: FindingsFile, new: FindingsFile) -> FindingsFile:
    """What an attempt handed over, and what was brought forward of the subjects that it says nothing of.

    A blocker of no subject is over with the attempt that met it, unless the next one says nothing at all.
    """
    said = spoken_of(new)
    empty = not (said or new.blockers)
    kept = tuple(b for b in old.blockers if (empty if b.subject is None else b.subject not in said))
    return FindingsFile(
        agent=new.agent,
        findings=tuple(f for f in old.findings if f.subject not in said) + new.findings,
        gaps=tuple(gap for gap in old.gaps if gap.subject not in said) + new.gaps,
        blockers=kept + new.blockers,
        opinions=tuple(opinion for opinion in old.opinions if opinion.subject not in said) + new.opinions,
    )


def title(subject: Subject, way: str) -> str:
    """The title of a blocker that `record` writes itself; `way` is one of `WAYS`."""
    return f"{subject.name[:270]} {way}"


def spoken_of(file: FindingsFile) -> set[str]:
    """The subjects of which anything is said."""
    said = {finding.subject for finding in file.findings} | {gap.subject for gap in file.gaps}
    return said | {blocker.subject for blocker in file.blockers if blocker.subject}


def _bounded(items: Iterable[T]) -> tuple[T, ...]:
    """The first items, as many as fit."""
    kept = list(items)
    sizes = accumulate(len(item.model_dump_json().encode()) for item in kept)
    return tuple(item for item, size in zip(kept, sizes, strict=True) if size <= MOST)
