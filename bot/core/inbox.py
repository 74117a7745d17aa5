"""What the agents of a session delivered, sorted by subject and field; repeats are found here."""

from collections.abc import Iterable, Sequence

from bot.core.findings import Blocker, CheckedFinding, Gap, Opinion
from bot.core.neutral import visible
from bot.core.session import SessionData


class Inbox:
    """Findings and gaps by subject and field, blockers and opinions by subject, in the mission's order of agents.

    `accepted` counts the findings taken in; `strays` the findings and gaps that name a subject or a field which
    the mission does not have.
    """

    def __init__(self, data: SessionData) -> None:
        self.findings: dict[tuple[str, str], list[CheckedFinding]] = {}
        self.gaps: dict[tuple[str, str], list[Gap]] = {}
        self.blockers: dict[str | None, list[Blocker]] = {}
        self.opinions: dict[str, Opinion] = {}
        self.accepted = 0
        self.strays = 0
        mission = data.mission
        self._subjects = {subject.id for subject in mission.subjects}
        self._fields = {field.id for field in mission.fields}
        order = [agent.id for agent in mission.agents]
        for agent in [*order, *sorted(data.findings.keys() - set(order))]:
            if agent in data.findings:
                file = data.findings[agent]
                self._take(file.findings, file.gaps, file.blockers)
                self.opinions |= {opinion.subject: opinion for opinion in file.opinions}

    def _take(self, findings: Iterable[CheckedFinding], gaps: Iterable[Gap], blockers: Iterable[Blocker]) -> None:
        for finding in findings:
            if self._wanted(finding):
                self.accepted += 1
                self.findings.setdefault((finding.subject, finding.field), []).append(finding)
        for gap in gaps:
            if self._wanted(gap):
                self.gaps.setdefault((gap.subject, gap.field), []).append(gap)
        for blocker in blockers:
            subject = blocker.subject if blocker.subject in self._subjects else None
            self.blockers.setdefault(subject, []).append(blocker)

    def _wanted(self, item: CheckedFinding | Gap) -> bool:
        if item.subject in self._subjects and item.field in self._fields:
            return True
        self.strays += 1
        return False


def without_repeats(findings: Sequence[CheckedFinding]) -> list[CheckedFinding]:
    """The findings of one field without those that say the same with the same quote.

    Case, spacing and a final full stop make no difference. The first one stays, in its place, unless a later one
    is verified and it is not.
    """
    kept: dict[tuple[str, str], CheckedFinding] = {}
    for finding in findings:
        key = (_gist(finding.claim), _gist(finding.citation.quote))
        if key not in kept or (finding.state == "verified" and kept[key].state != "verified"):
            kept[key] = finding
    return list(kept.values())


def _gist(text: str) -> str:
    return visible(text).casefold().rstrip(" .;,")
