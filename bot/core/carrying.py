"""What one attempt of an agent leaves to the next: nothing that was found and verified is lost (G16).

An attempt goes on from what those before it have found, and may say it again, in better words or with a doubt.
What it does not speak of stands as it was.
"""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TypeVar

from bot.core.findings import Blocker, CheckedFinding, Gap, Opinion
from bot.core.inbox import gist
from bot.core.mission import AgentSpec, Subject
from bot.core.models import Model
from bot.core.records import FindingsFile

UNANSWERED = "the agent handed over no verified answer"
"""The reason of a gap that `record` has written itself."""
WAYS = ("was not answered", "was not reached", "was not researched")
"""How the title of a blocker ends that `record` has written itself, after the subject's name."""
MOST = 2_000_000
"""Bytes of findings, of gaps and of blockers that are carried on at most, some thousands of each: together with
what an attempt hands over they fit into a file that is read again (A20)."""
T = TypeVar("T", bound=Model)


def brought_forward(agent: AgentSpec, earlier: FindingsFile | None) -> FindingsFile:
    """What the next attempt need not do again: what is verified, and what the agent itself said.

    Gaps and blockers that `record` wrote for want of an answer are left out.
    """
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
    """What an attempt handed over, and of what was brought forward all that it does not speak of."""
    said = set(map(_key, new.findings))
    carried = tuple(finding for finding in old.findings if _key(finding) not in said)
    findings = carried + new.findings
    return FindingsFile(
        agent=new.agent,
        findings=findings,
        gaps=tuple(_gaps(old.gaps, new, carried)),
        blockers=tuple(_blockers(old.blockers, new)) + new.blockers,
        opinions=tuple(_opinions(old.opinions, new, findings)) + new.opinions,
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


def _key(finding: CheckedFinding) -> tuple[str, str, str, str]:
    """What makes two findings the same one."""
    return finding.subject, finding.field, gist(finding.claim), gist(finding.citation.quote)


def _gaps(old: Iterable[Gap], new: FindingsFile, carried: Iterable[CheckedFinding]) -> Iterator[Gap]:
    """No field has a gap that a finding answers which was carried on, nor one of each attempt."""
    answered = {(finding.subject, finding.field) for finding in carried}
    told = {(finding.subject, finding.field) for finding in new.findings if finding.state == "verified"}
    told |= {(gap.subject, gap.field) for gap in new.gaps}
    yield from (gap for gap in old if (gap.subject, gap.field) not in answered | told)
    yield from (gap for gap in new.gaps if (gap.subject, gap.field) not in answered)


def _blockers(old: Iterable[Blocker], new: FindingsFile) -> Iterator[Blocker]:
    """What stood in the way still does where the attempt says nothing; an agent's own is over with its attempt."""
    said = spoken_of(new)
    silent = not (new.findings or new.gaps or new.blockers)
    return (blocker for blocker in old if (silent if blocker.subject is None else blocker.subject not in said))


def _opinions(old: Iterable[Opinion], new: FindingsFile, findings: Iterable[CheckedFinding]) -> Iterator[Opinion]:
    """Those about subjects that the attempt has no opinion of, as long as what they rest on is there."""
    held = {opinion.subject for opinion in new.opinions}
    found = {(finding.subject, finding.field) for finding in findings}
    for opinion in old:
        if opinion.subject not in held and {(opinion.subject, field) for field in opinion.because} <= found:
            yield opinion
