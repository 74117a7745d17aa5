"""The table that accompanies a deliverable."""

import csv
import io
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.consolidate import consolidate
from bot.core.findings import CheckedFinding, Gap, Searched
from bot.core.mission import Subject
from bot.core.records import FindingsFile, Launch
from bot.core.session import SessionData
from bot.render.csv_table import COLUMNS, cell, render_csv
from tests.builders import NOW, agent, checked, citation, mission, subject

LAUNCH = Launch(
    session="cloud-1",
    mission=mission(),
    mission_sha256="0" * 64,
    launched=NOW,
    by="octocat",
    base="main",
    base_commit="0" * 40,
    caps={},
)


def table(*findings: CheckedFinding, gaps: tuple[Gap, ...] = (), about: Subject | None = None) -> str:
    file = FindingsFile(agent="haiku-21", findings=findings, gaps=gaps)
    plan = mission(agent("haiku-21", about or subject()))
    return render_csv(consolidate(SessionData("cloud-1", plan, LAUNCH, {}, {"haiku-21": file})))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_claim_is_one_row_with_its_whole_citation() -> None:
    (row, *_) = rows(table(checked("Requests are signed.", value="SigV4", citation=citation("x" * 2_000))))
    assert row == {
        "subject": "AWS EC2",
        "field": "authentication",
        "claim": "Requests are signed.",
        "value": "SigV4",
        "state": "verified",
        "citation": "IF.TTT.2026.CLOUD.AWS-EC2.1",
        "source": "pypi:botocore==1.44.5#botocore/data/ec2/2016-11-15/service-2.json.gz",
        "locator": "/metadata/signatureVersion",
        "quote": "x" * 2_000,
        "retrieved": "2026-11-22T16:40:00Z",
        "sha256": "9f2c" * 16,
        "method": "quoted",
        "reason": "",
    }


def test_what_is_not_verified_is_there_with_its_state_and_reason() -> None:
    (row,) = rows(table(checked(state="dead", reason="404")))
    assert (row["state"], row["reason"]) == ("dead", "404")


def test_gaps_and_computed_values_are_rows_too() -> None:
    searched = (Searched(source="file:docs/api.md", state="readable"), Searched(source="npm:a@1", state="dead"))
    found = rows(
        table(checked(), gaps=(Gap(subject="aws-ec2", field="regions", searched=searched, reason="none"),))
    )
    assert [(row["field"], row["state"], row["value"]) for row in found] == [
        ("authentication", "verified", ""),
        ("regions", "gap", ""),
        ("complexity", "computed", "Medium"),
        ("hours", "computed", "54"),
        ("priority", "computed", "P2"),
    ]
    assert (found[1]["source"], found[1]["reason"]) == ("file:docs/api.md (readable); npm:a@1 (dead)", "none")


def test_times_are_in_utc() -> None:
    east = datetime(2026, 11, 22, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert rows(table(checked(citation=citation(retrieved=east))))[0]["retrieved"] == "2026-11-21T23:00:00Z"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r\n@x", "\u200b=1"])
def test_a15_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")
    about = subject(f"{text}a")
    finding = checked(text, subject=about.id, value=text, citation=citation(text, locator=text))
    (row, *_) = rows(table(finding, about=about))
    for column in ("subject", "claim", "value", "quote", "locator"):
        assert row[column].startswith("'"), column


@given(st.text(min_size=1, max_size=50), st.text(min_size=1, max_size=50))
def test_a02_any_text_stays_in_its_row_and_column(claim: str, quote: str) -> None:
    text = table(checked(claim, citation=citation(quote)))
    assert text.count("\n") == 1 + 4
    assert {len(row) for row in csv.reader(io.StringIO(text, newline=""))} == {len(COLUMNS)}
    assert rows(text)[0]["claim"] == cell(claim)
