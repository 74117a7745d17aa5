"""The body of a session's pull request: what it holds, and what a person might review."""

from bot.core.gate.verdict import Verdict
from bot.core.session import SessionData
from bot.render.verdict import verdict_markdown


def pull_request(data: SessionData, verdict: Verdict) -> str:
    """Markdown; nothing in it comes from outside without having been made harmless."""
    return verdict_markdown(verdict)
