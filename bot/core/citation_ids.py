"""Ids of citations, as the protocol writes them, and the labels of their footnotes."""

from datetime import UTC, datetime


def citation_id(domain: str, subject: str, number: int, retrieved: datetime) -> str:
    """`IF.TTT.<year>.<DOMAIN>.<PROVIDER>.<n>`; the year is that (in UTC) in which the source was read."""
    return f"IF.TTT.{retrieved.astimezone(UTC).year}.{domain}.{subject.upper()}.{number}"


def footnote_label(subject: str, number: int) -> str:
    """`aws-ec2-1`: unique in a deliverable, since ids of subjects are and the number comes last."""
    return f"{subject}-{number}"
