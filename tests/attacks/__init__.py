"""Texts and files that attack, as data."""
