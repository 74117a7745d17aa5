"""Decisions: pure functions from snapshots to values."""
