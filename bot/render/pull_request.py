"""The text of a session's pull request: what it holds, and what a person might review."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.core.comment_view import quiet
from bot.core.conflicts import Resolution
from bot.core.consolidate import Cited, Deliverable, SubjectReport, consolidate
from bot.core.findings import Blocker
from bot.core.gate.verdict import Verdict
from bot.core.neutral import code
from bot.core.review import first_to_read, in_own_words, own_words
from bot.core.session import SessionData
from bot.render.comment_lines import QUIET
from bot.render.deliverable_parts import headline
from bot.render.engine import Markdown, counted, render
from bot.render.verdict import bounded, verdict_markdown
from bot.render.words import clip, dollars, sentence, table

CLAIMS_SHOWN = 10
SUBJECTS_SHOWN = 100
LISTED = 5
NAME_MAX = 80
PART_MAX = 300


def pull_request(data: SessionData, verdict: Verdict, resolved: Sequence[Resolution] = ()) -> str:
    """Markdown of at most 64,000 bytes; nothing from outside is in it without having been made harmless.

    `resolved` are the merge conflicts that were settled on the session's branch.
    """
    deliverable = consolidate(data)
    written = replace(deliverable, subjects=(), blockers=()) if quiet(verdict) else deliverable
    spent = sum(record.spent for record in data.records.values())
    text = render(
        "pull_request.md.j2",
        session=data.session,
        issue=data.launch.issue,
        deliverable=deliverable,
        quiet=QUIET if quiet(verdict) else "",
        headline=headline(deliverable),
        cost=f"{dollars(spent)} USD, {counted(len(data.mission.agents), 'agent')}",
        claims=_claims(written),
        blockers=_first([_blocker(blocker) for blocker in _all_blockers(written)], "blocker"),
        unverified=_first([_left_out(one) for s in written.subjects for one in s.unverified], "finding"),
        resolved=_first([_settled(one, data.launch.base) for one in resolved], "file"),
        subjects=_subjects(deliverable),
        gate=Markdown(verdict_markdown(bounded(verdict))),
    )
    return re.sub(r"\n{3,}", "\n\n", text)


def _claims(deliverable: Deliverable) -> Markdown:
    titles = {field.id: field.title for field in deliverable.fields}
    rows = [
        [
            clip(cited.label, NAME_MAX),
            clip(titles[cited.finding.field], NAME_MAX),
            clip(cited.finding.claim, PART_MAX),
            clip(cited.finding.citation.quote, PART_MAX) if own_words(cited) else "the same words",
        ]
        for cited in first_to_read(deliverable, CLAIMS_SHOWN)
    ]
    return table(["ID", "field", "claim", "its quote"], 4, rows) if rows else Markdown("")


def _all_blockers(deliverable: Deliverable) -> Iterator[Blocker]:
    yield from deliverable.blockers
    for subject in deliverable.subjects:
        yield from subject.blockers


def _blocker(blocker: Blocker) -> str:
    said = (blocker.title, blocker.description, blocker.recommendation)
    return " ".join([f"**{blocker.impact}**:", *(sentence(text, PART_MAX) for text in said if text.strip())])


def _left_out(cited: Cited) -> str:
    why = f" ({clip(cited.finding.reason, PART_MAX)})" if cited.finding.reason.strip() else ""
    return f"**{cited.finding.state}**{why}: {clip(cited.finding.claim, PART_MAX)}"


def _settled(resolution: Resolution, base: str) -> str:
    path = clip(resolution.path, NAME_MAX, code)
    return f"{path} was changed on {code(base)}, too: {resolution.how}. What it replaces: `{resolution.over}`"


def _first(items: list[str], noun: str) -> list[Markdown]:
    """The first few, and how many more there are."""
    more = [f"and {counted(len(items) - LISTED, f'more {noun}')}"] if len(items) > LISTED else []
    return [Markdown(item) for item in [*items[:LISTED], *more]]


def _subjects(deliverable: Deliverable) -> Markdown:
    """A line for each subject: how much is claimed, how much of it in words of its own, what is open."""
    rows = [_subject(subject) for subject in deliverable.subjects[:SUBJECTS_SHOWN]]
    header = ["subject", "open fields", "complexity", "priority", "hours", "claims", "in own words"]
    made = table(header, 4, rows)
    more = len(deliverable.subjects) - SUBJECTS_SHOWN
    return Markdown(f"{made}\n\nand {counted(more, 'more subject')}") if more > 0 else made


def _subject(subject: SubjectReport) -> list[str]:
    titles = [report.field.title for report in subject.fields if report.gaps and not report.claims]
    gaps = clip(", ".join(titles), NAME_MAX) if subject.researched else "*all*"
    made = subject.assessment
    figures = [made.complexity, made.priority, f"{made.hours:,}"] if made else ["–", "–", "–"]
    return [
        clip(subject.name, NAME_MAX),
        gaps,
        *figures,
        f"{len(subject.claims):,}",
        f"{in_own_words(subject):,}",
    ]
