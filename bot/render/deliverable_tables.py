"""The tables of the deliverable that compare subjects: the summary, and what the mission asks for besides."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.consolidate import Deliverable, FieldReport, SubjectReport
from bot.core.fields import SECTIONS, Field
from bot.core.links import github_slug
from bot.core.neutral import neutral, visible
from bot.render.engine import Markdown

MATRIX = (
    ("authentication", "auth"),
    ("rate-limits", "rate limits"),
    ("pricing", "pricing"),
    ("sdks", "SDKs"),
    ("webhooks", "webhooks"),
)
CELL_MAX = 28
CLAIM_MAX = 160


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, and cells that are Markdown; the first column is the subject. Without rows, `note` says why."""

    title: Markdown
    header: tuple[Markdown, ...]
    rows: tuple[tuple[Markdown, ...], ...]
    note: Markdown


def anchors(deliverable: Deliverable) -> dict[str, str]:
    """The anchor that GitHub gives to the heading of each subject, by the subject's id."""
    fixed = ("Blockers",) if deliverable.blockers else ()
    counts = Counter([github_slug(visible(deliverable.title)), *map(github_slug, fixed)])
    found = {}
    for subject in deliverable.subjects:
        slug = github_slug(visible(subject.name))
        found[subject.id] = f"{slug}-{counts[slug]}" if counts[slug] else slug
        counts.update([slug, *(github_slug(section) for section in SECTIONS if subject.researched)])
    return found


def summary(deliverable: Deliverable, anchored: Mapping[str, str]) -> Table:
    """The matrix: what is known of each subject, at one glance."""
    asked = {field.id for field in deliverable.fields}
    columns = [(field, name) for field, name in MATRIX if field in asked]
    header = ["subject", *(name for _, name in columns), "complexity", "hours", "priority", "claims"]
    rows = (_summary_row(subject, [field for field, _ in columns], anchored) for subject in deliverable.subjects)
    return Table(Markdown(""), tuple(map(Markdown, header)), tuple(rows), Markdown(""))


def _summary_row(
    subject: SubjectReport, columns: Sequence[str], anchored: Mapping[str, str]
) -> tuple[Markdown, ...]:
    reports = {report.field.id: report for report in subject.fields}
    made = subject.assessment
    figures = (made.complexity, str(made.hours), made.priority) if made else (_why_none(subject), "–", "–")
    cells = [_glance(reports[field]) if subject.researched else "–" for field in columns]
    return tuple(map(Markdown, (_to(subject, anchored), *cells, *figures, f"{len(subject.claims):,}")))


def _why_none(subject: SubjectReport) -> str:
    if subject.blockers:
        return "*blocked*"
    return "*unknown*" if subject.researched else "*missing*"


def _to(subject: SubjectReport, anchored: Mapping[str, str]) -> str:
    return f"[{neutral(subject.name)}](#{anchored[subject.id]})"


def _glance(report: FieldReport) -> str:
    """A field in a few words: the short forms of its claims, or what became of it."""
    if report.state != "answered":
        return f"*{report.state}*"
    values = list(dict.fromkeys(v for cited in report.claims if (v := visible(cited.finding.value))))
    if not values:
        return "yes"
    first = values[0] if len(values[0]) <= CELL_MAX else values[0][: CELL_MAX - 1].rstrip() + "…"
    return neutral(first) + (f" +{len(values) - 1}" if len(values) > 1 else "")


# --- what a mission asks for besides -----------------------------------------------------------------------

_GENERAL = frozenset(
    "a an and of the for per provider providers comparison matrix table pattern patterns requirements".split()
)
_SAME = {"cost": "pricing", "costs": "pricing", "price": "pricing", "prices": "pricing", "license": "licence"}


def comparison(deliverable: Deliverable, wanted: str, anchored: Mapping[str, str]) -> Table:
    """One of the mission's `extra_output`, from the fields whose names it mentions."""
    fields = [field for field in deliverable.fields if _mentioned(field, wanted)]
    title = Markdown(neutral(wanted[:1].upper() + wanted[1:]))
    rows = tuple(row for subject in deliverable.subjects if (row := _comparison_row(subject, fields, anchored)))
    note = ""
    if not fields:
        note = "No field of the mission asks for this, so the findings hold nothing for it."
        if "comparison" in wanted.lower():
            note = "No field of the mission asks for this by name; the table at the top compares the subjects."
    elif not rows:
        titles = ", ".join(neutral(field.title) for field in fields)
        note = f"No verified claim answers this for any subject (asked for: {titles})."
    header = ("subject", *(neutral(field.title) for field in fields))
    return Table(title, tuple(map(Markdown, header)), rows, Markdown(note))


def _mentioned(field: Field, wanted: str) -> bool:
    return field.kind == "claim" and bool(_words(wanted) & _words(f"{field.id} {field.title}"))


def _words(text: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {_SAME.get(word, word) for word in words} - _GENERAL


def _comparison_row(
    subject: SubjectReport, fields: Sequence[Field], anchored: Mapping[str, str]
) -> tuple[Markdown, ...]:
    reports = {report.field.id: report for report in subject.fields}
    chosen = [reports[field.id] for field in fields]
    if not any(report.state == "answered" for report in chosen):
        return ()
    return (Markdown(_to(subject, anchored)), *(Markdown(_compared(report)) for report in chosen))


def _compared(report: FieldReport) -> str:
    if not report.claims:
        return f"*{report.state}*"
    first = report.claims[0]
    claim = visible(first.finding.claim)
    shown = claim if len(claim) <= CLAIM_MAX else claim[: CLAIM_MAX - 1].rstrip() + "…"
    more = f" (+{len(report.claims) - 1} more)" if len(report.claims) > 1 else ""
    return f"{neutral(shown)}[^{first.label}]{more}"
