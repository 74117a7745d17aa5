"""The backends of an agent."""
