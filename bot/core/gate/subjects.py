"""Criteria about the subjects: all of them covered, assessed, and researched by nobody else."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.gate.snapshot import GateSnapshot
from bot.core.gate.verdict import Measured, failed, names, passed, plural, skipped


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of the mission's subjects, by id; `unsaid` are (subject, field) pairs, and so are `gaps`."""

    covered: tuple[str, ...]
    blocked: tuple[str, ...]
    goes_on: tuple[str, ...]
    dropped: tuple[str, ...]
    foreign: tuple[str, ...]
    gaps: tuple[tuple[str, str], ...]
    unsaid: tuple[tuple[str, str], ...]


def coverage(snapshot: GateSnapshot) -> Coverage:
    """Covered: at least one verified claim. Blocked: none, which a gap or a blocker says. Dropped: not a word.
    Goes on: another session has it now, whatever was found here.

    A required field without a verified finding is a gap when a gap or a finding that failed says so, and unsaid
    otherwise. The fields of a blocked subject are not counted again; assessments are computed, not searched for.
    """
    goes_on = snapshot.goes_on
    assigned = [subject for subject in snapshot.assigned if subject not in goes_on]
    claims = {field.id for field in snapshot.rules.fields if field.kind == "claim"}
    required = [field.id for field in snapshot.rules.fields if field.required and field.kind == "claim"]
    answered = {(finding.subject, finding.field) for finding in snapshot.verified()}
    verified = {subject for subject, field in answered if field in claims}
    said = _said(snapshot)
    covered = [subject for subject in assigned if subject in verified]
    spoken_of = {subject for subject, _ in said}
    missing = [(s, field) for s in covered for field in required if (s, field) not in answered]
    return Coverage(
        covered=tuple(covered),
        blocked=tuple(s for s in assigned if s not in verified and s in spoken_of),
        goes_on=tuple(goes_on),
        dropped=tuple(s for s in assigned if s not in verified and s not in spoken_of),
        foreign=tuple(sorted(_foreign(snapshot))),
        gaps=tuple(pair for pair in missing if pair in said),
        unsaid=tuple(pair for pair in missing if pair not in said),
    )


def _said(snapshot: GateSnapshot) -> set[tuple[str, str]]:
    """Subjects and fields of which it is said that they have no (good) answer; blockers speak of no field."""
    said: set[tuple[str, str]] = set()
    for file in snapshot.findings.values():
        said.update((gap.subject, gap.field) for gap in file.gaps)
        said.update((finding.subject, finding.field) for finding in file.findings)
        said.update((blocker.subject, "") for blocker in file.blockers if blocker.subject)
    return said


def _foreign(snapshot: GateSnapshot) -> Iterable[str]:
    """Subjects with findings that the mission does not assign to the agent who has them (A12, G29)."""
    assigned = snapshot.assigned
    for agent, file in snapshot.findings.items():
        yield from {finding.subject for finding in file.findings if assigned.get(finding.subject) != agent}


def subjects_covered(snapshot: GateSnapshot) -> Measured:
    """Every assigned subject is covered or said to be blocked, within what the mission tolerates (G29)."""
    found, tolerated = coverage(snapshot), snapshot.rules.criteria
    measured = _coverage_in_words(snapshot, found)
    if found.dropped or found.foreign:
        swaps = [f"{s} was dropped" for s in found.dropped] + [f"{s} was not assigned" for s in found.foreign]
        return failed(f"{measured}; {names(swaps)}", "run the agents of the dropped subjects again")
    if len(found.blocked) > tolerated.blocked_subjects:
        return failed(
            f"{measured}: {names(found.blocked)}",
            "give these subjects readable sources, or raise criteria.blocked_subjects in a new launch",
        )
    if found.unsaid:
        return failed(
            f"{measured}; neither answer nor gap for {names(map(' '.join, found.unsaid))}",
            "run the agents of these subjects again",
        )
    if len(found.gaps) > tolerated.required_field_gaps:
        return failed(
            f"{measured}: {names(map(' '.join, found.gaps))}",
            "give these subjects sources that answer, or raise criteria.required_field_gaps in a new launch",
        )
    return passed(measured)


def _coverage_in_words(snapshot: GateSnapshot, found: Coverage) -> str:
    tolerated = snapshot.rules.criteria
    words = f"{len(found.covered)} of {len(snapshot.assigned)}"
    if found.blocked:
        words += f", {len(found.blocked)} blocked ({tolerated.blocked_subjects} tolerated)"
    if found.goes_on:
        words += f", {_going_on(snapshot)}"
    if found.gaps:
        words += f", {plural(len(found.gaps), 'required field')} open ({tolerated.required_field_gaps} tolerated)"
    return words


def _going_on(snapshot: GateSnapshot) -> str:
    sessions = sorted(set(snapshot.goes_on.values()))
    return f"{plural(len(snapshot.goes_on), 'subject')} going on in {names(sessions)}"


def no_duplicates(snapshot: GateSnapshot) -> Measured:
    """Every subject is reserved by this session, and by it alone, unless the mission is a refresh (G30).

    One that it has handed over is reserved by the session that goes on with it.
    """
    subjects = [subject for subject in snapshot.assigned if subject not in snapshot.goes_on]
    holders = {subject: snapshot.reservations.get(subject, "nobody") for subject in subjects}
    others = [f"{s} ({holder})" for s, holder in holders.items() if holder != snapshot.session]
    measured = f"{len(subjects) - len(others)} of {len(subjects)} reserved by this session"
    if snapshot.goes_on:
        measured += f", {_going_on(snapshot)}"
    if not others:
        return passed(measured)
    if snapshot.merged:
        return skipped("merged already")
    if snapshot.rules.refresh:
        return skipped("a refresh may research again what others have researched")
    return failed(f"{measured}; not {names(others)}", "launch the mission again, or leave the subjects to those")
