"""Auditing any Markdown document: its claims, their citations, its sections, placeholders and totals."""
