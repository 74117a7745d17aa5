"""Commands for sealed credentials."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.group import cli, command
from bot.cli.options import repository
from bot.cli.places import process_secrets

if TYPE_CHECKING:
    from bot.commands.outcome import Outcome
    from bot.core.credentials import Kind


KINDS = ["anthropic-api-key", "anthropic-token", "bedrock-api-key", "vertex-access-token", "other"]


@cli.group("credentials")
def credentials() -> None:
    """Credentials that lie in the repository sealed: what a mission names, its agents get, and nothing else."""


keys_option = click.option(
    "--keys",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="SWARM_CREDENTIALS_FILE",
    help="The maintainers' key file, outside of the repository (default: in your data folder).",
)
credential_argument = click.argument("name")


@command("init", credentials)
@click.option("--secret", is_flag=True, help="Print the value of the secret SWARM_CREDENTIALS_KEY, and no more.")
@keys_option
@repository
def credentials_init(secret: bool, keys: Path | None, repo: Path) -> "Outcome":
    """Make the keys and an empty manifest; called again, print the secret for Actions (--secret)."""
    from bot.vaults import Maintained

    outcome = Maintained.at(repo, keys).init(secret=secret)
    if secret:
        process_secrets().asked_for = str(outcome.data["secret"])
    return outcome


@command("add", credentials)
@credential_argument
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What it is for.")
@keys_option
@repository
def credentials_add(name: str, kind: "Kind", keys: Path | None, repo: Path) -> "Outcome":
    """Seal a value, from the standard input or typed unseen, under a new name."""
    from bot.commands.credentials import add, refuse_known
    from bot.vaults import Maintained

    with Maintained.at(repo, keys).alone() as vault:
        refuse_known(vault, name)
        return add(vault, name, kind, _hidden_value(name))


@command("list", credentials)
@keys_option
@repository
def credentials_list(keys: Path | None, repo: Path) -> "Outcome":
    """Show names, kinds, since when, and whether each file is intact."""
    from bot.commands.credential_list import listed
    from bot.vaults import Maintained

    return listed(Maintained.at(repo, keys).vault)


@command("use", credentials)
@credential_argument
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--as", "variable", default="", metavar="VAR", help="The variable (default: the usual of its kind).")
@keys_option
@repository
def credentials_use(
    name: str, program: tuple[str, ...], variable: str, keys: Path | None, repo: Path
) -> "Outcome":
    """Run a program (after --) with the value in one variable of its environment; its exit code is the answer."""
    from bot.commands.outcome import Outcome
    from bot.vaults import Maintained

    if code := Maintained.at(repo, keys).use(name, variable, program, os.environ):
        click.get_current_context().exit(code)
    return Outcome({"name": name, "exit": 0}, "")


@command("rotate", credentials)
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="New keys, and everything sealed to them again.")
@keys_option
@repository
def credentials_rotate(name: str | None, everything: bool, keys: Path | None, repo: Path) -> "Outcome":
    """Seal a new value in the place of an old one; or, with --all, everything again to new keys."""
    from bot.commands.credential_rotation import rotate_all
    from bot.commands.credentials import known, rotate
    from bot.vaults import Maintained

    if (name is None) != everything:
        raise click.UsageError("Name a credential, or write --all.")
    with Maintained.at(repo, keys).alone() as vault:
        if name is None:
            return rotate_all(vault)
        known(vault, name)
        return rotate(vault, name, _hidden_value(name))


def _at_terminal() -> bool:
    return sys.stdin.isatty()


def _hidden_value(name: str) -> str:
    """What is piped in, or typed unseen: never an argument, which others on the machine could read."""
    if _at_terminal():
        return str(click.prompt(f"The value of {name}", hide_input=True, err=True, default="", show_default=False))
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise click.UsageError(
            "What was piped in is no text in UTF-8; encode it, in base64 for example."
        ) from None
