"""The extractive backend: no model; it looks for the sentences and facts that answer a field, and quotes them."""

from bot.adapters.agents.extractive.agent import Extractive

__all__ = ["Extractive"]
