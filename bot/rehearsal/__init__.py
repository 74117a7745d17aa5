"""A whole swarm on a virtual clock: the real commands, over a repository, a forge and workflows in memory."""
