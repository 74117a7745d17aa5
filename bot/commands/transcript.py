"""`transcript`: what was said between an agent and its model."""

from dataclasses import asdict
from pathlib import Path

from bot.commands.outcome import Outcome
from bot.core.money import MICRO
from bot.core.transcripts import read_transcript, spent
from bot.render.transcript import render_transcript


def transcript(file: Path, *, full: bool) -> Outcome:
    """The conversation in a transcript file. Raises InvalidInput when it is none."""
    entries = read_transcript(file.read_bytes(), str(file))
    data = {"entries": [asdict(entry) for entry in entries], "usd": spent(entries) / MICRO}
    return Outcome(data, render_transcript(entries, full=full))
