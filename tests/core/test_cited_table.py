import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.cited_table import chosen, footnotes, read_table
from bot.core.consolidate import consolidate
from bot.core.findings import CheckedFinding, Citation, Gap
from bot.core.neutral import visible
from bot.core.records import FindingsFile, Launch
from bot.core.session import SessionData
from bot.errors import InvalidInput
from bot.render.csv_table import render_csv
from tests.builders import NOW, checked, citation, mission


def session_data(*findings: CheckedFinding) -> SessionData:
    launch = Launch(
        session="cloud-1",
        mission=mission(),
        mission_sha256="0" * 64,
        launched=NOW,
        by="someone",
        base="main",
        base_commit="0" * 40,
        caps={"haiku-21": 0},
    )
    file = FindingsFile(agent="haiku-21", findings=findings, gaps=(Gap(subject="aws-ec2", field="pricing"),))
    return SessionData("cloud-1", mission(), launch, {}, {"haiku-21": file})


def table(*findings: CheckedFinding) -> str:
    return render_csv(consolidate(session_data(*findings)))


def test_the_table_of_a_deliverable_gives_back_its_findings() -> None:
    finding = checked(value="v4", citation=citation('=SUM, "quoted", at 10,000'))
    unsupported = checked("Other.", state="unsupported", reason="why", citation=citation(method="counted"))
    first, second = read_table(table(finding, unsupported), "x.csv")
    assert (first.id, first.label, first.recorded) == ("IF.TTT.2026.CLOUD.AWS-EC2.1", "aws-ec2-1", "verified")
    assert CheckedFinding(**dict(first.finding), state="verified") == finding
    assert second.recorded == "unsupported"
    assert second.finding.citation.method == "counted"


@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_any_text_comes_back_as_a_reader_sees_it(claim: str, quote: str) -> None:
    if visible(claim) and visible(quote) and not visible(claim + quote).startswith("'"):
        (row,) = read_table(table(checked(claim, citation=citation(quote))), "x.csv")
        assert row.finding.claim == visible(claim)
        assert row.finding.citation.quote in (visible(quote), visible(quote).removeprefix("'"))


def test_a_citation_is_chosen_by_its_label_or_its_id() -> None:
    rows = read_table(table(checked(), checked("Other.")), "x.csv")
    for name in ("aws-ec2-2", "AWS-EC2-2", "IF.TTT.2026.CLOUD.AWS-EC2.2", "user-content-fn-aws-ec2-2"):
        assert chosen(rows, name, "X.md") == rows[1:]
    with pytest.raises(InvalidInput, match=r"X.md has no citation 'aws-ec2-3'; the first one is aws-ec2-1"):
        chosen(rows, "aws-ec2-3", "X.md")
    with pytest.raises(InvalidInput, match="there are none"):
        chosen((), "aws-ec2-3", "X.md")


def test_the_footnotes_of_a_document_are_listed_once() -> None:
    assert footnotes("a[^b-1]\n\n[^b-1]: x\n  [^b-2]: y\n[^b-1]: again\n    [^code]: z") == ("b-1", "b-2")


def row(**changes: str) -> str:
    made = Citation.model_validate(citation().model_dump()).model_dump(mode="json")
    values = {"field": "a", "claim": "c", "value": "", "state": "verified", "citation": "IF.TTT.2026.A.B.1"} | made
    out = io.StringIO()
    writer = csv.DictWriter(out, list(values))
    writer.writeheader()
    writer.writerow(values | changes)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "x.csv:1:1: the table has no column field, claim"),
        ("a,b\n1,2\n", "the table has no column field"),
        (row(sha256="short"), "x.csv:2:1: citation 'IF.TTT.2026.A.B.1' cannot be read: sha256: String should"),
        (row(field="Not an id"), "field: String should"),
        (row(citation="none"), "citation 'none' cannot be read: its id does not end in .SUBJECT.NUMBER"),
        (row() + '"', "x.csv:2:1: this is no CSV: unexpected end of data"),
        (row(claim="x" * 200_000), "this is no CSV: field larger than field limit"),
    ],
)
def test_a16_a_broken_table_is_refused_with_its_line(text: str, why: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_table(text, "x.csv")
    assert why in str(caught.value)


@given(st.text())
def test_a16_any_text_is_a_table_or_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_table(text, "x.csv")
