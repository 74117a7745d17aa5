"""What a job's page on GitHub shows: the summaries of the launch, of one agent, of the end."""

from bot.core.comment_view import CommentView
from bot.core.mission import Mission
from bot.core.neutral import code
from bot.core.records import AgentRecord, FindingsFile
from bot.render.comment import status_comment
from bot.render.verdict import verdict_markdown


def run_summary(view: CommentView) -> str:
    """How a session stands, for any job that isn't an agent's: the status comment."""
    return status_comment(view)


def close_summary(view: CommentView) -> str:
    """How a session ended or why it did not: the status comment and every criterion of the gate."""
    return status_comment(view) + ("\n" + verdict_markdown(view.verdict) if view.verdict else "")


def agent_summary(mission: Mission, record: AgentRecord, file: FindingsFile) -> str:
    """What was recorded of one agent."""
    return f"### {code(record.agent)}: {record.state}\n"
