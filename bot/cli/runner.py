"""What is told to a runner of GitHub Actions, which reads what a command prints."""

import os
from typing import TYPE_CHECKING

import click

from bot.cli.places import process_redactor

if TYPE_CHECKING:
    from bot.commands.outcome import Outcome


def on_github() -> bool:
    """Whether what is printed is read by a runner of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def inert(text: str) -> str:
    """Lines that no runner takes for a command (A2)."""
    from bot.core.neutral import inert

    return inert(text)


def publish(outcome: "Outcome", *, as_json: bool) -> None:
    """What a runner shows: annotations at files and lines; in a job of the action also outputs and a page."""
    if outcome.notes and not as_json:
        from bot.render.annotations import annotations

        click.echo(annotations(outcome.notes))
    if os.environ.get("SWARM_FORGE") == "github":
        from bot.hosting import Job, publish

        publish(Job.from_environment(os.environ), outcome, process_redactor())
