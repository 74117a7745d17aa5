"""Pieces of the deliverable that are put together from values: all of them return Markdown."""

from collections.abc import Iterable

from bot.core.assess import Assessment, Input, sdk_names
from bot.core.consolidate import Deliverable, FieldReport, SubjectReport
from bot.core.findings import Blocker, Gap
from bot.core.neutral import neutral
from bot.core.rubric import FULL_READINESS
from bot.render.deliverable_citations import sentence
from bot.render.engine import Markdown, counted


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


def gap_text(gap: Gap) -> Markdown:
    """Where an answer was looked for, and why there is none."""
    read = [source for source in gap.searched if source.state == "readable"]
    left_out = sum(source.state == "skipped" for source in gap.searched)
    failed = len(gap.searched) - len(read) - left_out
    where = []
    if read:
        passages = sum(source.passages for source in read)
        where.append(f"{counted(len(read), 'source')} searched, {counted(passages, 'passage')}")
    if failed:
        where.append(f"{counted(failed, 'source')} could not be read")
    if left_out:
        where.append(f"{counted(left_out, 'source')} left out of this run")
    text = "not answered by the sources" if read else "no source was read" if gap.searched else "not answered"
    places = f" ({'; '.join(where)})" if where else ""
    reason = f" {sentence(gap.reason)}" if gap.reason.strip() else ""
    return Markdown(f"*Gap*: {text}{places}.{reason}")


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


def dependencies(subject: SubjectReport, made: Assessment) -> Markdown:
    """What an integration will depend on, each with the footnote of a claim whose source it is."""
    sdks = [cited for cited in reversed(subject.claims) if cited.finding.field == "sdks"]
    known = {name: cited.label for cited in sdks for name in sdk_names([cited.finding])}
    return Markdown(", ".join(f"{neutral(name)}[^{known[name]}]" for name in made.dependencies) or "none known")


def opinion_text(subject: SubjectReport) -> Markdown:
    """What the agent thinks, told apart from what was computed; without grounds that are verified, nothing."""
    opinion = subject.opinion
    if opinion is None or not subject.grounds:
        return Markdown("")
    grounds = ", ".join(f"{neutral(one.field.title)}[^{one.claims[0].label}]" for one in subject.grounds)
    view = f"{opinion.complexity} complexity, {counted(opinion.hours, 'hour')}, {opinion.priority}"
    return Markdown(f"- The agent's own view, which counts nowhere: {view}. It rests on: {grounds}")


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
    parts = [f"**Blocker ({blocker.impact}): {sentence(blocker.title)}**", sentence(blocker.description)]
    if blocker.attempted:
        parts.append(f"Attempted: {sentence('; '.join(blocker.attempted))}")
    if blocker.recommendation:
        parts.append(f"Recommendation: {sentence(blocker.recommendation)}")
    if blocker.workaround:
        parts.append(f"Workaround: {sentence(blocker.workaround)}")
    return Markdown(" ".join(part for part in parts if part))
