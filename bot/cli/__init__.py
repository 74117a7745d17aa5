"""The command line: the only reader of the environment, and the builder of adapters.

Each command imports what it needs when it runs, so that `swarm --help` and `swarm validate` start at once.
"""

# The modules of commands are imported for what they add to the group.
from bot.cli import credentials, documents, missions, orders, repositories, sessions  # noqa: F401
from bot.cli.entry import main as main
