"""The command line."""

import click


@click.group()
@click.version_option(package_name="swarm-sessions")
def main() -> None:
    """Swarms of research agents whose every claim is checked before it is merged."""
