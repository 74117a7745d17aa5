"""Commands that prepare a repository on GitHub."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.group import command
from bot.cli.options import repository
from bot.cli.places import templates

if TYPE_CHECKING:
    from bot.commands.outcome import Outcome


@command("init")
@click.option("--action", required=True, metavar="OWNER/REPO@SHA", help="The action, pinned to a full commit id.")
@click.option("--version", "version", default="", help="What that commit is called, for a comment beside it.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@click.option("--force", is_flag=True, help="Overwrite files that differ.")
@repository
def init(action: str, version: str, dry_run: bool, force: bool, repo: Path) -> "Outcome":
    """Write the workflows, the issue form, the labels and the configuration into a repository."""
    from bot.commands.init import init

    return init(repo.resolve(), action, version, templates(), write=not dry_run, force=force)


@command("doctor")
@click.option("--repository", default="", metavar="OWNER/NAME", help="On GitHub (default: the remote origin's).")
@click.option("--fix", is_flag=True, help="Create the labels that are missing.")
@repository
@click.option("--base", default="", help="The branch to merge into (default: the repository's default branch).")
def doctor(repository: str, fix: bool, repo: Path, base: str) -> "Outcome":
    """Say what a repository on GitHub lacks for a session, before anything is spent."""
    from bot.hosting import doctor

    token = os.environ.get("SWARM_TOKEN") or os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN") or ""
    return doctor(repo, token, repository=repository, base=base, templates=templates(), fix=fix)
