import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit.report import Audit, audit_text
from bot.core.consolidate import consolidate
from bot.core.session import SessionData
from bot.render.deliverable import render_deliverable
from tests.builders import checked, citation
from tests.core.test_cited_table import session_data

REPORT = """---
title: 5 GB of front matter
---
# Cloud providers: research report

Prepared 2025-11-13 by session 2. AWS holds 79% market share. The market grows by 20% a year.[^1]

## Effort

| API | Hours | Complexity |
|---|---:|---|
| EC2 | 400 | High |
| [S3](https://docs.example.com/s3) | 58 h | Low |
| Compute Engine | 600 | TBD |
| **Total** | **1,053** | |

**Total effort: 210-280 hours** for all APIs.

## EC2

- Rate limit: 10 requests/second
  - Source: https://docs.example.com/limits
- Uptime of 99.9%
- The SDK is v1.2.3 [1]
- IDs are 17 characters `IF.TTT.2025.CLOUD.EC2.1`, up to 5 per call

It costs $0.0116 per hour (see <https://example.com/pricing>). Storage is $0.08 a GB.

```
curl --limit 5 GB # TODO
```

## Next steps

[Insert next steps here]

## References

[1] The SDK, https://example.com/sdk

[^1]: https://example.com/market, 5 GB
"""


def uncited(audit: Audit) -> list[tuple[int, str]]:
    return [(found.line, found.text) for found in audit.uncited]


def test_a_report_as_agents_write_it_is_taken_apart() -> None:
    audit = audit_text(REPORT)
    assert uncited(audit) == [
        (6, "AWS holds 79% market share."),
        (12, "EC2, Hours: 400"),
        (14, "Compute Engine, Hours: 600"),
        (17, "Total effort: 210-280 hours for all APIs."),
        (23, "Uptime of 99.9%"),
        (27, "Storage is $0.08 a GB."),
    ]
    assert (audit.claims, audit.cited) == (12, 6)
    assert (audit.sections, audit.sections_with_source) == (5, 4)
    assert [(p.line, p.text) for p in audit.placeholders] == [(14, "TBD"), (35, "[Insert next steps here]")]
    assert [(t.line, t.stated, t.computed) for t in audit.totals] == [
        (15, "1,053", "1,058"),
        (17, "210 to 280", "1,058"),
    ]


def findings() -> SessionData:
    return session_data(
        checked(),
        checked("AWS EC2 has 615 operations.", field="operations", value="615", citation=citation("RunInstances")),
        checked("The limit is 100 requests per second.", field="rate-limits", value="100 per second"),
        checked("It has 5 GB", field="pricing", state="drifted", reason="the source has changed"),
    )


def test_our_own_deliverable_is_fully_cited() -> None:
    audit = audit_text(render_deliverable(consolidate(findings())))
    assert audit.claims >= 3
    assert uncited(audit) == []
    assert not audit.placeholders
    assert not audit.totals


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("It has 5 GB.", False),
        ("It has [5 GB](https://a.example).", True),
        ("It has [5 GB](docs/limits.md).", True),
        ("It has [5 GB](#other).", False),
        ("It has [5 GB](mailto:a@a.example).", False),
        ("It has 5 GB ![chart](https://a.example/x.png).", False),
        ("It has 5 GB. https://a.example", True),
        ("It has 5 GB. It is told at https://a.example too.", False),
        ("It has 5 GB, https://a.example", True),
        ("It has 5 GB, pypi:boto3==1.40.0#x.", True),
        ("It has 5 GB IF.TTT.2026.CLOUD.EC2.1.", True),
        ('It has 5 GB <a href="https://a.example">x</a>.', True),
        ("It has 5 GB <b>x</b>.", False),
        ("It has 5 GB.[^1]\n\n[^1]: a", True),
        ("It has 5 GB.[^1]", False),
        ("It has 5 GB [1].", False),
        ("It has 5 GB [1].\n\n[1] no address", False),
        ("It has 5 GB [1].\n\n- [1] a https://a.example", True),
        ("- It has 5 GB\n- https://a.example", False),
        ("- It has 5 GB. More at https://a.example", True),
        ("- Source: https://a.example\n  - It has 5 GB", False),
        ("It has 5 GB [there](#src).\n\n# Src\n\n## Sub\n\nx https://a.example", True),
        ("It has 5 GB [there](#src-1).\n\n# Src\n\na\n\n# Src\n\nx https://a.example", True),
        ("It has 5 GB [there](#src).\n\n# Src\n\na\n\n# Src\n\nx https://a.example", False),
        ("| a | b |\n|---|---|\n| 5 GB | [x](https://a.example) |", True),
        ("| a | b |\n|---|---|\n| 5 GB | x |\n| y | [x](https://a.example) |", False),
        ("> It has 5 GB,  \n> https://a.example", True),
    ],
)
def test_a_citation_counts_in_its_sentence_row_or_bullet(text: str, cited: bool) -> None:
    audit = audit_text(text)
    assert (audit.claims, audit.cited) == (1, int(cited))


@pytest.mark.parametrize(
    ("text", "totals"),
    [
        ("| a | Hours |\n|---|---|\n| x | 5 |\n| y | 6 |\n| Total | 11 |", []),
        ("| a | Hours |\n|---|---|\n| x | 5 |\n| y | 6 |\n| Total | 12 |", [(5, "12", "11")]),
        ("| a | Hours |\n|---|---|\n| x | 5 |\n| y | - |\n| z | 6 |\n| Sum | 11 |", []),
        ("| a | Hours |\n|---|---|\n| x | 5 |\n| Subtotal | 5 |\n| y | 6 |\n| Total | 11 |", []),
        ("| a | Hours |\n|---|---|\n| x | 5-6 |\n| y | 6-8 |\n| Total | 11-15 |", [(5, "11 to 15", "11 to 14")]),
        ("| a | Hours |\n|---|---|\n| x | many |\n| y | 6 |\n| Total | 12 |", []),
        ("| a | Hours |\n|---|---|\n| x | 5 h |\n| y | 6 d |\n| Total | 12 |", []),
        ("| a | Rate |\n|---|---|\n| x | 5 |\n| y | 6 |\n| Total | 5.5 |", []),
        ("| a | Done |\n|---|---|\n| x | 5% |\n| y | 6% |\n| Total | 5% |", []),
        ("| a | Hours |\n|---|---|\n| x | 12 |\n| Total | 13 |", []),
        ("| a | Hours |\n|---|---|\n| x | 5 |\n| y | 6 |\n| Total | see below |", []),
        ("| a | Hours |\n|---|---|\n| x | 5 |\n| y | 6 |\n\nIn total 11 hours.", []),
        ("| a | Hours |\n|---|---|\n| x | 5 |\n| y | 6 |\n\nOverall, 12 hours.", [(6, "12", "11")]),
        ("| a | Hours |\n|---|---|\n| x | 5 |\n| y | 6 |\n\nA\nTotal of 12 h.", [(7, "12", "11")]),
        ("| a | Hours |\n|---|---|\n| x | 5 |\n| y | 6 |\n\nTotal: 12 days, 3 agents.", []),
        ("| a | Hours |\n|---|---|\n| x | 5 |\n| y | 6 |\n\nIt takes 12 hours.", []),
        ("Total: 12 hours.", []),
        ("Hours: 8 + 4 = 13", [(1, "13", "12")]),
        ("| a | Cost (USD) |\n|---|---|\n| x | $5 |\n| y | $6.50 |\n\nTotal cost: $11.50", []),
    ],
)
def test_totals_are_added_up(text: str, totals: list[tuple[int, str, str]]) -> None:
    assert [(t.line, t.stated, t.computed) for t in audit_text(text).totals] == totals


def test_what_a_document_adds_up_itself_is_no_claim() -> None:
    table = "| a | Hours |\n|---|---|\n| [x](https://a.example) | 5 |\n| [y](#z) | 6 |"
    assert uncited(audit_text(f"This takes 11 hours.\n\n{table}\n\n# Z\n\nq")) == [(6, "y, Hours: 6")]


def test_the_rules_of_a_documents_own_figures_are_no_claims() -> None:
    assert audit_text("## How hours are estimated\n\nEach API takes 8 hours.").claims == 0


@given(st.text())
def test_a16_any_text_can_be_audited(text: str) -> None:
    audit = audit_text(text)
    assert 0 <= audit.cited <= audit.claims
    assert audit.sections_with_source <= audit.sections


LINES = st.sampled_from([*REPORT.splitlines(), "", "  ", "| a |", "- ", "# x", "[^1]: y", "<div>"])


@given(st.lists(LINES, max_size=40))
def test_a16_any_order_of_lines_can_be_audited(lines: list[str]) -> None:
    audit = audit_text("\n".join(lines))
    places = [found.line for found in (*audit.uncited, *audit.placeholders)] + [one.line for one in audit.totals]
    assert all(1 <= place <= len(lines) for place in places)
