"""Pieces of the deliverable that are put together from values: all of them return Markdown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from bot.core.assess import FULL_READINESS, Assessment, Input, package
from bot.core.consolidate import Cited, Deliverable, FieldReport, SubjectReport
from bot.core.findings import Blocker, Citation, Gap, Searched
from bot.core.neutral import code, link, neutral
from bot.render.engine import Markdown, counted

QUOTE_MAX = 400


@dataclass(frozen=True, slots=True)
class Origin:
    """A package or page that findings of a subject cite: how many of its documents, in how many findings."""

    source: str
    documents: int
    findings: int
    read: datetime


def origins(subject: SubjectReport) -> list[Origin]:
    """What a subject's citations were taken from, in the order of their first use."""
    cited: dict[str, list[Citation]] = {}
    for item in subject.cited:
        source = item.finding.citation.source
        whole = source.partition("#")[0] if package(source) else source
        cited.setdefault(whole, []).append(item.finding.citation)
    return [
        Origin(whole, len({c.source for c in found}), len(found), max(c.retrieved for c in found))
        for whole, found in cited.items()
    ]


def unread(subject: SubjectReport) -> list[Searched]:
    """The sources of a subject that could not be read, each once."""
    searched = (source for gap in subject.gaps for source in gap.searched if source.state != "readable")
    return list({source.source: source for source in searched}.values())


@lru_cache(maxsize=4096)
def source_text(source: str) -> Markdown:
    """A source for a reader: `botocore 1.44.5 (PyPI), path`, or a page with its link."""
    scheme, _, rest = source.partition(":")
    path = rest.partition("#")[2]
    match scheme:
        case "https":
            return Markdown(link(_shortened(rest.removeprefix("//"), 80), source))
        case "pypi" | "npm" if package(source):
            registry = "PyPI" if scheme == "pypi" else "npm"
            where = f", {code(path)}" if path else ""
            return Markdown(f"{neutral(package(source))} ({registry}){where}")
        case "file":
            return Markdown(code(rest))
        case _:
            return Markdown(code(source))


def cell_source(source: str) -> Markdown:
    """The same in a cell of a table, where a code span must not hold a pipe."""
    return Markdown(neutral(source)) if "|" in source else source_text(source)


def items(report: FieldReport) -> list[Markdown]:
    """What stands under a field: its claims with their footnotes, its gaps, or why there is neither."""
    found = [Markdown(f"{neutral(cited.finding.claim)}[^{cited.label}]") for cited in report.claims] + [
        gap_text(gap) for gap in report.gaps
    ]
    if report.state == "unverified":
        found.append(Markdown("*Not verified*: what was found is left out, see below."))
    if report.state == "missing":
        found.append(Markdown("*Missing*: neither an answer nor a gap was delivered."))
    return found


def footnote(cited: Cited) -> Markdown:
    """Everything that a reader who doubts a claim needs: id, source, place, quote, state, date, hash."""
    citation = cited.finding.citation
    return Markdown(" · ".join((*_where(cited), f"verified {day(citation.retrieved)}", _hash(citation.sha256))))


def unverified_text(cited: Cited) -> Markdown:
    """A finding that is left out: its state, why, and what its citation would have been."""
    why = f" ({neutral(cited.finding.reason)})" if cited.finding.reason.strip() else ""
    claim = _sentence(cited.finding.claim)
    read = f"read {day(cited.finding.citation.retrieved)}"
    return Markdown(f"**{cited.finding.state}**{why}: {claim} {' · '.join((*_where(cited), read))}")


def _where(cited: Cited) -> tuple[str, str]:
    """The id, and the source with the place and the words found there."""
    citation = cited.finding.citation
    place = f" at {code(citation.locator)}" if citation.locator.strip() else ""
    return code(cited.id), f"{source_text(citation.source)}{place}: {_words(citation)}"


def _hash(sha256: str) -> str:
    return f"sha256 {code(sha256[:12])}"


def _words(citation: Citation) -> str:
    quote = code(_shortened(citation.quote, QUOTE_MAX))
    return quote if citation.method == "quoted" else f"counted, the first is {quote}"


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 2].rstrip() + " …"


def day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


def gap_text(gap: Gap) -> Markdown:
    """Where an answer was looked for, and why there is none."""
    read = [source for source in gap.searched if source.state == "readable"]
    failed = len(gap.searched) - len(read)
    where = []
    if read:
        passages = sum(source.passages for source in read)
        where.append(f"{counted(len(read), 'source')} searched, {counted(passages, 'passage')}")
    if failed:
        where.append(f"{counted(failed, 'source')} could not be read")
    text = "not answered by the sources" if read else "no source could be read" if failed else "not answered"
    places = f" ({'; '.join(where)})" if where else ""
    reason = f" {_sentence(gap.reason)}" if gap.reason.strip() else ""
    return Markdown(f"*Gap*: {text}{places}.{reason}")


def _sentence(text: str) -> str:
    shown = neutral(text)
    return shown + "." if shown and shown[-1] not in ".!?" else shown


def hours_text(made: Assessment) -> Markdown:
    """The sum, written so that a reader can add it up."""
    terms = (f"{entry.hours} ({neutral(_named(entry))})" for entry in made.inputs)
    return Markdown(f"{' + '.join(terms)} = {made.hours}")


def _named(entry: Input) -> str:
    return f"{entry.name}: {entry.value}" if entry.value else entry.name


def ready_text(made: Assessment) -> Markdown:
    """The points that the priority follows from."""
    known = " + ".join(f"{points} ({neutral(name)})" for name, points in made.ready) or "nothing"
    return Markdown(f"{known} = {made.readiness} of {FULL_READINESS}")


def joined(values: Iterable[str]) -> Markdown:
    return Markdown(", ".join(map(neutral, values)))


def headline(deliverable: Deliverable) -> Markdown:
    """The totals on one line."""
    totals = deliverable.totals
    claims = counted(totals.claims, "claim")
    if totals.claims:
        claims += ", every one verified against its source"
    if totals.unverified:
        more = "more " if totals.claims else ""
        claims += f" ({totals.unverified:,} {more}could not be verified: left out)"
    parts = (
        counted(totals.subjects, "subject"),
        claims,
        counted(totals.gaps, "gap"),
        counted(totals.blockers, "blocker"),
        f"{counted(totals.hours, 'hour')} estimated",
    )
    return Markdown(" · ".join(parts))


def spread(counts: Iterable[tuple[str, int]]) -> Markdown:
    """`3 Low, 5 Medium, 6 High`."""
    return Markdown(", ".join(f"{number:,} {name}" for name, number in counts))


def blocker_text(blocker: Blocker) -> Markdown:
    """A blocker on one line: what is blocked, what was tried, what to do."""
    parts = [f"**Blocker ({blocker.impact}): {_sentence(blocker.title)}**", _sentence(blocker.description)]
    if blocker.attempted:
        parts.append(f"Attempted: {_sentence('; '.join(blocker.attempted))}")
    if blocker.recommendation:
        parts.append(f"Recommendation: {_sentence(blocker.recommendation)}")
    if blocker.workaround:
        parts.append(f"Workaround: {_sentence(blocker.workaround)}")
    return Markdown(" ".join(part for part in parts if part))


def unread_text(source: Searched) -> Markdown:
    """A source that could not be read, its state, and why."""
    why = f", {neutral(source.reason)}" if source.reason.strip() else ""
    return Markdown(f"Not read ({source.state}{why}): {source_text(source.source)}")
