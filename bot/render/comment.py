"""The status comment of a session: one for an issue, edited in place."""

from bot.core.comment_view import CommentView, stage
from bot.core.neutral import code


def status_comment(view: CommentView) -> str:
    """Markdown of at most 64,000 bytes; every figure in it is counted from facts at `view.commit`."""
    return f"### Swarm session {code(view.state.session)}: {stage(view)}\n"
