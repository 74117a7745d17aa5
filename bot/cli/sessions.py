"""Commands that carry out a session, on this machine or in the jobs of GitHub Actions, and show how far it is."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.group import command
from bot.cli.options import (
    FILE,
    agent_argument,
    base_branch,
    cache_folder,
    every_backend,
    only_sources,
    repository,
    session_argument,
    which_attempt,
    which_forge,
)
from bot.cli.places import hosted, model_access, model_access_anew, place, workplace

if TYPE_CHECKING:
    from bot.commands.outcome import Outcome
    from bot.core.mission import Backend


@command("run")
@click.argument("mission", type=FILE)
@repository
@base_branch
@every_backend
@click.option("--agents", type=click.IntRange(1, 256), default=4, show_default=True, help="How many at once.")
@click.option("--no-merge", is_flag=True, help="Stop after the gate.")
@only_sources
@cache_folder
def run(
    mission: Path,
    repo: Path,
    base: str,
    backend: "Backend | None",
    agents: int,
    no_merge: bool,
    only: str,
    cache: Path | None,
) -> "Outcome":
    """Carry out a whole mission on this machine; called again, go on where it was."""
    place = workplace(repo, base=base, only=only, cache=cache, access=model_access())
    return place.run(mission, backend=backend, parallel=agents, merge=not no_merge)


@command("launch")
@click.argument("mission", type=FILE)
@repository
@base_branch
@click.option("--by", default="local", show_default=True, help="Who launches; another launcher is refused.")
def launch(mission: Path, repo: Path, base: str, by: str) -> "Outcome":
    """Open the session's branch and reserve its subjects, in one step."""
    return workplace(repo, base=base).launch(mission, by)


@command("auto")
@only_sources
@cache_folder
def auto(only: str, cache: Path | None) -> "Outcome":
    """In a job of GitHub Actions: do what its event asks for."""
    return hosted(only, cache).auto()


@command("agent")
@session_argument
@agent_argument
@which_attempt
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    envvar="SWARM_ARTIFACT",
    help="The artifact.",
)
@which_forge
@repository
@only_sources
@cache_folder
def agent(
    session: str, agent: str, attempt: int, output: Path, forge: str, repo: Path, only: str, cache: Path | None
) -> "Outcome":
    """Carry out one agent's assignment and leave its result in a file."""
    access = model_access_anew() if forge == "github" else model_access()
    return place(forge, repo, only=only, cache=cache, access=access).agent(session, agent, attempt, output)


@command("record")
@session_argument
@agent_argument
@which_attempt
@click.option(
    "--artifact",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="SWARM_ARTIFACT",
    help="What the agent left; without it the attempt counts as failed.",
)
@click.option("--comment", type=int, envvar="SWARM_COMMENT", help="On GitHub: the session's status comment.")
@which_forge
@repository
@only_sources
@cache_folder
def record(
    session: str,
    agent: str,
    attempt: int,
    artifact: Path | None,
    comment: int | None,
    forge: str,
    repo: Path,
    only: str,
    cache: Path | None,
) -> "Outcome":
    """Check an agent's result against its sources and commit what holds."""
    if artifact and forge == "local" and not artifact.is_file():
        raise click.BadParameter(f"File '{artifact}' does not exist.", param_hint="--artifact")
    left = artifact if artifact and artifact.is_file() else None
    return place(forge, repo, only=only, cache=cache).record(session, agent, attempt, left, comment)


@command("close")
@session_argument
@which_forge
@repository
@base_branch
@click.option("--no-merge", is_flag=True, help="Stop after the gate.")
@only_sources
@cache_folder
def close(
    session: str, forge: str, repo: Path, base: str, no_merge: bool, only: str, cache: Path | None
) -> "Outcome":
    """Write the deliverable, gate the session and merge it."""
    return place(forge, repo, base=base, only=only, cache=cache).close(session, merge=not no_merge)


@command("gate")
@session_argument
@which_forge
@repository
@base_branch
@only_sources
@cache_folder
def gate(session: str, forge: str, repo: Path, base: str, only: str, cache: Path | None) -> "Outcome":
    """Say criterion by criterion whether a session may be merged."""
    return place(forge, repo, base=base, only=only, cache=cache).gate(session)


@command("status")
@click.argument("session", required=False, envvar="SWARM_SESSION")
@which_forge
@repository
@base_branch
@click.option("--write", is_flag=True, help="Commit the state files on the base branch.")
def status(session: str | None, forge: str, repo: Path, base: str, write: bool) -> "Outcome":
    """Say how far every session is, from what is in git."""
    return place(forge, repo, base=base).status(session, write=write)


@command("log")
@session_argument
@click.option("--jsonl", is_flag=True, help="Print one JSON object for each event, one a line.")
@repository
def log(session: str, jsonl: bool, repo: Path) -> "Outcome":
    """Show what was decided in a session: when, by whom, in which run, why."""
    from bot.assembly import log

    return log(repo, session, jsonl=jsonl)
