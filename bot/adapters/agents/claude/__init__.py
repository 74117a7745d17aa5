"""The backend `claude`: a model on Anthropic's Messages API, with tools of ours and inside a hard budget."""

from bot.adapters.agents.claude.agent import Claude, models_of, refuse_without_key, unreachable

__all__ = ["Claude", "models_of", "refuse_without_key", "unreachable"]
