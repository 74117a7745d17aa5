"""What a job's page on GitHub shows: how the session stands, how it ended, what one agent handed over."""

from collections.abc import Iterator

from bot.core.comment_view import CommentView
from bot.core.continuing import attempts_allowed
from bot.core.mission import AgentSpec
from bot.core.records import AgentRecord, FindingsFile, Launch
from bot.render.comment import status_comment
from bot.render.engine import Markdown, counted, render
from bot.render.verdict import bounded, verdict_markdown
from bot.render.words import clip, dollars, duration, sentence, table

SHOWN = 10
SUBJECTS_SHOWN = 40
NAME_MAX = 80
PART_MAX = 300


def run_summary(view: CommentView) -> str:
    """How a session stands, for any job that isn't an agent's: the status comment."""
    return status_comment(view)


def close_summary(view: CommentView) -> str:
    """How a session ended or why it did not: the status comment, and every criterion of the gate."""
    gate = f"\n#### Gate\n\n{verdict_markdown(bounded(view.verdict))}" if view.verdict else ""
    return status_comment(view, gate=False) + gate


def agent_summary(launch: Launch, record: AgentRecord, file: FindingsFile | None = None) -> str:
    """What was recorded of one agent, with what was found of each of its subjects; an unknown agent has none."""
    agent = next((agent for agent in launch.mission.agents if agent.id == record.agent), None)
    return render(
        "agent_summary.md.j2",
        record=record,
        figures=_figures(launch, agent, record),
        subjects=_subjects(agent, file) if agent and file else Markdown(""),
        lines=[Markdown(line) for line in _lines(record, file or FindingsFile(agent=record.agent))],
    )


def _figures(launch: Launch, agent: AgentSpec | None, record: AgentRecord) -> Markdown:
    most = attempts_allowed(launch, agent, record) if agent else launch.mission.agent.attempts
    used = record.usage
    tokens = f"{counted(used.calls, 'call')}, {used.input_tokens:,} tokens in and {used.output_tokens:,} out"
    findings = f"{record.verified:,} of {counted(record.findings, 'finding')} verified"
    parts = [
        f"**{findings if record.findings else 'no finding'}**",
        counted(record.gaps, "gap"),
        f"attempt {record.attempt} of {most}",
        duration(record.finished - record.started),
        f"{dollars(used.micro_usd)} USD",
        *[tokens] * bool(used.calls),
    ]
    return Markdown(" · ".join(parts))


def _subjects(agent: AgentSpec, file: FindingsFile) -> Markdown:
    """Of each subject: verified claims, those that are not, gaps, blockers."""
    rows = []
    for subject in agent.subjects[:SUBJECTS_SHOWN]:
        states = [finding.state == "verified" for finding in file.findings if finding.subject == subject.id]
        gaps = sum(gap.subject == subject.id for gap in file.gaps)
        blockers = sum(blocker.subject == subject.id for blocker in file.blockers)
        numbers = (sum(states), len(states) - sum(states), gaps, blockers)
        rows.append([clip(subject.name, NAME_MAX), *(f"{number:,}" for number in numbers)])
    made = table(["subject", "verified", "not verified", "gaps", "blockers"], 1, rows)
    more = len(agent.subjects) - SUBJECTS_SHOWN
    return Markdown(f"{made}\n\nand {counted(more, 'more subject')}") if more > 0 else made


def _lines(record: AgentRecord, file: FindingsFile) -> Iterator[str]:
    """Why it failed, what stands in its way, what it claimed and could not bear out."""
    if record.state == "failed":
        yield f"**Failed** · {sentence(record.reason, PART_MAX) or 'No reason is known.'}"
    for blocker in file.blockers[:SHOWN]:
        said = (blocker.title, blocker.description, blocker.recommendation)
        text = " ".join(sentence(part, PART_MAX) for part in said if part.strip())
        yield f"**Blocker ({blocker.impact})** · {text}"
    left_out = [finding for finding in file.findings if finding.state != "verified"]
    for finding in left_out[:SHOWN]:
        why = f", {clip(finding.reason, PART_MAX)}" if finding.reason.strip() else ""
        yield f"**Not verified ({finding.state}{why})** · {clip(finding.claim, PART_MAX)}"
    if more := max(0, len(file.blockers) - SHOWN) + max(0, len(left_out) - SHOWN):
        yield f"and {more:,} more"
