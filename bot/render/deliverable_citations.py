"""How a deliverable shows where its claims are from: sources, footnotes, and what could not be verified."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from bot.core.assess import package
from bot.core.consolidate import Cited, SubjectReport
from bot.core.findings import Citation, Searched
from bot.core.neutral import code, link, neutral
from bot.render.engine import Markdown

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


def footnote(cited: Cited) -> Markdown:
    """Everything that a reader who doubts a claim needs: id, source, place, quote, state, date, hash."""
    citation = cited.finding.citation
    return Markdown(" · ".join((*_where(cited), f"verified {day(citation.retrieved)}", _hash(citation.sha256))))


def unverified_text(cited: Cited) -> Markdown:
    """A finding that is left out: its state, why, and what its citation would have been."""
    why = f" ({neutral(cited.finding.reason)})" if cited.finding.reason.strip() else ""
    claim = sentence(cited.finding.claim)
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


def unread_text(source: Searched) -> Markdown:
    """A source that could not be read, its state, and why."""
    why = f", {neutral(source.reason)}" if source.reason.strip() else ""
    return Markdown(f"Not read ({source.state}{why}): {source_text(source.source)}")


def sentence(text: str) -> str:
    """Text from outside as a sentence: with a full stop, unless it ends in one."""
    shown = neutral(text)
    return shown + "." if shown and shown[-1] not in ".!?" else shown
