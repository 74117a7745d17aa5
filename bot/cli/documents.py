"""Commands that show what holds of a document, or what an agent and its model said."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.group import command
from bot.cli.options import FILE, cache_folder, only_sources, repository

if TYPE_CHECKING:
    from bot.commands.outcome import Outcome


@command("verify")
@click.argument("deliverable")
@repository
@only_sources
@cache_folder
def verify(deliverable: str, repo: Path, only: str, cache: Path | None) -> "Outcome":
    """Show each quote of DELIVERABLE[#citation] in its source, and its state now."""
    from bot.assembly import verify

    return verify(deliverable, repo, only, cache)


@command("audit")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--min-cited", type=click.FloatRange(0, 100), help="Fail when a smaller percentage is cited.")
def audit(files: tuple[Path, ...], min_cited: float | None) -> "Outcome":
    """Count the claims of Markdown documents, and name those without a citation."""
    from bot.commands.audit import audit

    return audit(files, min_cited)


@command("transcript")
@click.argument("file", type=FILE)
@click.option("--full", is_flag=True, help="Show long texts whole.")
def transcript(file: Path, full: bool) -> "Outcome":
    """Show what an agent and its model said to each other, from the transcript that the agent left."""
    from bot.commands.transcript import transcript

    return transcript(file, full=full)
