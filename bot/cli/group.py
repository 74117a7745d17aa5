"""The group of all commands, and what is done with the outcome of each."""

import json
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

import click

from bot import __version__
from bot.cli.runner import inert, on_github, publish

if TYPE_CHECKING:
    from bot.commands.outcome import Outcome


P = ParamSpec("P")
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, prog_name="swarm")
def cli() -> None:
    """Swarms of research agents whose every claim is checked against its source before it is merged."""


def command(name: str, group: click.Group = cli) -> Callable[[Callable[P, "Outcome"]], click.Command]:
    """A command whose outcome is printed as text, or with --json as one object, and decides the exit code."""

    def wrap(function: Callable[P, "Outcome"]) -> click.Command:
        @wraps(function)
        def printed(*args: P.args, **kwargs: P.kwargs) -> None:
            as_json = bool(kwargs.pop("as_json"))
            outcome = function(*args, **kwargs)
            text = json.dumps(outcome.data, indent=2, ensure_ascii=False) if as_json else outcome.text
            if text:
                click.echo(inert(text) if on_github() else text)
            if on_github():
                publish(outcome, as_json=as_json)
            click.get_current_context().exit(int(outcome.exit))

        as_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
        return group.command(name)(as_option(printed))

    return wrap
