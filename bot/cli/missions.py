"""Commands about mission files: write one, check it, see what it would do and cost, rehearse it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.group import command
from bot.cli.options import FILE, every_backend
from bot.cli.places import templates

if TYPE_CHECKING:
    from bot.commands.outcome import Outcome
    from bot.core.mission import Backend


@command("new")
@click.argument("template")
@click.argument("destination", required=False, type=click.Path(dir_okay=False, path_type=Path))
def new(template: str, destination: Path | None) -> "Outcome":
    """Write a mission file from a template (blank, cloud-providers, ...)."""
    from bot.commands.new import new

    return new(template, destination, templates())


@command("validate")
@click.argument("files", nargs=-1, required=True, type=FILE)
def validate(files: tuple[Path, ...]) -> "Outcome":
    """Say everything that is wrong with mission files, and how they contradict each other."""
    from bot.commands.validate import validate

    return validate(files)


@command("plan")
@click.argument("file", type=FILE)
def plan(file: Path) -> "Outcome":
    """Show what a mission would run: agents, subjects, caps, batches."""
    from bot.commands.plan import plan

    return plan(file)


@command("hosts")
@click.argument("file", type=FILE)
def hosts(file: Path) -> "Outcome":
    """List the hosts that a session asks, for what a runner may reach."""
    from bot.assembly import hosts

    return hosts(file, os.environ)


@command("quote")
@click.argument("mission", type=FILE)
@every_backend
def quote(mission: Path, backend: "Backend | None") -> "Outcome":
    """Say what a run will cost and take: low, likely, at most."""
    from bot.assembly import quote

    return quote(mission, backend)


@command("rehearse")
@click.argument("missions", nargs=-1, required=True, type=FILE)
@click.option("--faults", metavar="FILE|random", default="", help="What goes wrong (default: nothing).")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed gives the same.")
@click.option("--seeds", type=click.IntRange(1), help="So many rehearsals, from that seed on.")
@click.option(
    "--rate",
    type=click.FloatRange(0, 0.9),
    default=0.1,
    show_default=True,
    help="With random faults: the share of occasions at which something goes wrong.",
)
@every_backend
def rehearse(
    missions: tuple[Path, ...],
    faults: str,
    seed: int,
    seeds: int | None,
    rate: float,
    backend: "Backend | None",
) -> "Outcome":
    """Play whole sessions on a virtual clock, with whatever goes wrong, and say whether the guarantees held."""
    from bot.assembly import rehearse

    return rehearse(missions, faults, seed, seeds, rate, backend)


@command("schema")
def schema() -> "Outcome":
    """Print the JSON Schema of mission files."""
    from bot.commands.schema import schema

    return schema()
