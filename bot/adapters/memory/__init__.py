"""The world in memory: a repository, a forge, issues and runs that a whole swarm can be rehearsed on in no time.

They keep to the same contracts as the adapters for git and GitHub, and to one thread.
"""
