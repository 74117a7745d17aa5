"""Swarm Sessions: sessions of research agents whose every claim is checked before it is merged."""

__version__ = "0.3.0"
