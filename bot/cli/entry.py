"""What runs when `swarm` is called."""

import gc
import json
import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import click

from bot.cli.group import cli
from bot.cli.runner import inert, on_github

if TYPE_CHECKING:
    from bot.adapters.process_secrets import Secrets


def main(args: list[str] | None = None) -> None:
    """Runs the command line and exits: 0 done, 1 the user can act on it, 2 wrong usage, 3 a bug."""
    from bot.adapters.process_secrets import Secrets, discreet

    _start_quickly()
    secrets = Secrets(os.environ)
    try:
        with discreet(secrets, sys.stdout, sys.stderr):
            code = _carried_out(sys.argv[1:] if args is None else args, secrets)
    except BrokenPipeError:  # whoever read the output has seen enough
        sys.stdout = None
        code = 1
    sys.exit(code)


def _carried_out(arguments: list[str], secrets: "Secrets") -> int:
    try:
        return int(cli.main(arguments, standalone_mode=False, obj=secrets) or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; what was recorded is kept. The same command goes on from here.", err=True)
        return 1
    except BrokenPipeError:
        raise
    except Exception as error:
        return _failed(error, as_json="--json" in arguments)


def _start_quickly() -> None:
    """Takes a sixth off the start of every command that reads a model (`python -m bench.startup`)."""
    gc.disable()  # starting up makes many objects and no garbage; a workplace turns it on again
    # pydantic asks the metadata of all installed packages for plugins. None has any business here, and even with
    # PYDANTIC_DISABLE_PLUGINS the means to ask are imported, down to the parser of e-mails.
    none = ModuleType("pydantic.plugin._loader")
    vars(none)["get_plugins"] = tuple
    sys.modules.setdefault(none.__name__, none)


def _failed(error: Exception, *, as_json: bool) -> int:
    from bot.errors import InvalidInput, MachineError, SwarmError

    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        error = MachineError(f"{place}{error.strerror}", "mend that and run again; what was recorded is kept")
    if not isinstance(error, SwarmError):
        import traceback

        text = "".join(traceback.format_exception(error))
        click.echo(inert(text) if on_github() else text, nl=False, err=True)
        click.echo(
            "this is a bug in swarm; please report it with the lines above. What was recorded is kept.", err=True
        )
        return 3
    if as_json:
        click.echo(json.dumps({"errors": [problem.as_dict() for problem in error.problems]}, indent=2))
    for problem in error.problems:
        click.echo(inert(str(problem)) if on_github() else str(problem), err=True)
    if on_github() and not as_json:
        from bot.render.annotations import annotations

        click.echo(annotations(error.problems))
    if isinstance(error, InvalidInput) and any(problem.line for problem in error.problems):
        count = len(error.problems)
        problems = "1 problem" if count == 1 else f"{count} problems"
        click.echo(f"{problems}; nothing was started. The schema: swarm schema", err=True)
    return 1
