"""Options and arguments that several commands have."""

from pathlib import Path

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

repository = click.option("--repo", type=FOLDER, default=Path(), help="The git repository (default: here).")
base_branch = click.option("--base", default="", help="The branch to merge into (default: the one checked out).")
cache_folder = click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SWARM_CACHE",
    help="Where sources are kept.",
)
only_sources = click.option(
    "--only",
    type=click.Choice(["all", "packages", "files"]),
    default="all",
    envvar="SWARM_ONLY",
    help="Read only sources of this kind; the others count as skipped.",
)
which_forge = click.option(
    "--forge",
    type=click.Choice(["local", "github"]),
    default="local",
    show_default=True,
    envvar="SWARM_FORGE",
    help="Where the session lives: in this repository, or on GitHub (in a job of Actions).",
)
session_argument = click.argument("session", envvar="SWARM_SESSION")
agent_argument = click.argument("agent", envvar="SWARM_AGENT")
every_backend = click.option(
    "--backend",
    type=click.Choice(["claude", "extractive", "simulated"]),
    help="For every agent of the mission, whatever it says.",
)
which_attempt = click.option(
    "--attempt", type=click.IntRange(1, 10), default=1, show_default=True, envvar="SWARM_ATTEMPT"
)
