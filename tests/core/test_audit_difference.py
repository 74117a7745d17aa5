"""What a change brings into a document: compared is what is said, not where."""

from bot.core.audit.difference import Introduced, introduced
from bot.core.audit.report import audit_text

BEFORE = """# Prices

A seat costs $5. Storage is 10 GB ([docs](https://a.example)).

TODO

| item | hours |
|---|---:|
| a | 1 |
| b | 2 |
| Total | 4 |
"""


def new(after: str, before: str | None = BEFORE) -> Introduced:
    return introduced(None if before is None else audit_text(before), audit_text(after))


def said(found: Introduced) -> list[tuple[int, str]]:
    return [(one.line, one.text) for one in (*found.uncited, *found.placeholders)]


def test_all_of_a_new_document_is_new() -> None:
    found = new(BEFORE, None)
    assert said(found)[0] == (3, "A seat costs $5.")
    assert said(found)[-1] == (5, "TODO")
    assert (len(found.totals), len(found)) == (1, 5)


def test_what_was_there_before_is_not_new_wherever_it_has_moved_to() -> None:
    assert len(new(BEFORE)) == 0
    assert len(new("An introduction.\n\n" + BEFORE.replace("# Prices", "# All prices"))) == 0


def test_a_claim_that_was_written_or_edited_is_new() -> None:
    assert said(new(BEFORE.replace("$5.", "$5. A desk costs $9."))) == [(3, "A desk costs $9.")]
    assert said(new(BEFORE.replace("$5", "$6"))) == [(3, "A seat costs $6.")]


def test_a_claim_that_wraps_is_found_although_its_first_line_is_unchanged() -> None:
    before = "# A\n\nThe price of\na seat is $5.\n"
    assert [line for line, _ in said(new(before.replace("$5", "$6"), before))] == [3]


def test_a_claim_that_lost_its_citation_is_new() -> None:
    assert said(new(BEFORE.replace(" ([docs](https://a.example))", ""))) == [(3, "Storage is 10 GB.")]
    before = "# A\n\nIt has 5 GB.[^1]\n\nMore text.\n\n[^1]: https://a.example\n"
    assert said(new(before.replace("[^1]: https://a.example\n", ""), before))[0][0] == 3


def test_a_claim_that_is_said_once_more_is_new_once() -> None:
    assert said(new(BEFORE + "\nA seat costs $5.\n")) == [(13, "A seat costs $5.")]


def test_a_total_whose_rows_were_changed_is_new() -> None:
    found = new(BEFORE.replace("| b | 2 |", "| b | 7 |"))
    assert [(one.line, one.computed) for one in found.totals] == [(11, "8")]


def test_what_was_mended_is_gone() -> None:
    assert len(new("# Prices\n\nNothing is claimed.\n")) == 0
