"""The ids of citations."""

from datetime import UTC, datetime, timedelta, timezone

from bot.core.citation_ids import citation_id, footnote_label


def test_an_id_is_written_as_the_protocol_says() -> None:
    assert citation_id("CLOUD", "aws-ec2", 1, datetime(2026, 11, 22, tzinfo=UTC)) == "IF.TTT.2026.CLOUD.AWS-EC2.1"


def test_the_year_is_that_of_utc() -> None:
    midnight = datetime(2027, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert citation_id("SIP", "plivo", 12, midnight) == "IF.TTT.2026.SIP.PLIVO.12"


def test_labels_of_footnotes_differ_between_subjects_of_similar_names() -> None:
    assert footnote_label("aws-ec2", 1) == "aws-ec2-1"
    assert footnote_label("aws-ec2-1", 1) == "aws-ec2-1-1"
