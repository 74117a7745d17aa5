"""The audit trail of a session, for a terminal and for a machine. What `TrailEvent` holds does nothing there."""

from collections.abc import Sequence

from bot.core.trail import TrailEvent


def trail_data(events: Sequence[TrailEvent]) -> list[dict[str, object]]:
    """The events as `swarm log --json` prints them; documented in docs/trail.md."""
    return [event.model_dump(mode="json") for event in events]


def trail_text(events: Sequence[TrailEvent]) -> str:
    """A line for each event: `2026-11-26 16:40:03  recorded  haiku-22/2  done: 3 findings   (run 77/1, swarm)`."""
    rows = [(f"{one.time:%Y-%m-%d %H:%M:%S}", one.kind, _who(one), f"{one.reason}   {_by(one)}") for one in events]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row[:3], widths)) + f"  {row[3]}" for row in rows)


def _who(event: TrailEvent) -> str:
    """The attempt, or the agent, or the session as a whole."""
    if not event.agent:
        return "-"
    return f"{event.agent}/{event.attempt}" if event.attempt else event.agent


def _by(event: TrailEvent) -> str:
    return f"(run {event.run}, {event.actor})" if event.run else f"({event.actor})"
