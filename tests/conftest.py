"""Fixtures for every test."""

pytest_plugins = ["tests.github.fixtures"]
