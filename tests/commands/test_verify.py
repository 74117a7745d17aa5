import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.outcome import Exit
from bot.commands.verify import Reader, verify
from bot.core.cited_table import altered, read_table
from bot.core.consolidate import consolidate
from bot.core.evidence import Evidence
from bot.core.findings import Method, SourceState
from bot.core.neutral import visible
from bot.errors import InvalidInput
from bot.ports import Source
from bot.render.csv_table import render_csv
from bot.render.deliverable import render_deliverable
from tests.builders import checked, citation
from tests.core.test_cited_table import session_data, table

SHA = "9f2c" * 16
LONG = "Intro " * 40 + "Requests use signatureVersion: v4 always. " + "Outro " * 40
MARKDOWN = """# D

- Requests use signature version v4.[^aws-ec2-1]
- **Version**: It is v5.[^aws-ec2-2]

[^aws-ec2-1]: `IF.TTT`
[^aws-ec2-2]: `IF.TTT`
"""


class Library:
    """A source that says the same whatever it is asked."""

    def __init__(self, text: str = LONG, state: SourceState = "readable", count: int = 0) -> None:
        self._evidence = Evidence(state, sha256=SHA, text=text, document_text=lambda: text, count=count)

    def open(self, uri: str, within: Callable[[str], bool] | None = None) -> Source:
        raise NotImplementedError

    def evidence(self, source: str, locator: str, method: Method) -> Evidence:
        return self._evidence


def reader(**files: str | bytes) -> Reader:
    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        content = files[path]
        return content.encode() if isinstance(content, str) else content

    return read


SIGNED = checked("Requests use signature version v4.")
OTHER = checked("It is v5.", citation=citation("signatureVersion: v5"))
FILES = {"D.md": MARKDOWN, "D.csv": table(SIGNED, OTHER)}


def test_a_quote_is_shown_in_its_source_with_its_state() -> None:
    outcome = verify("D.md#aws-ec2-1", reader(**FILES), Library())
    assert outcome.exit == Exit.DONE
    lines = outcome.text.splitlines()
    assert lines[0] == "aws-ec2-1  verified"
    assert lines[1] == "  claim    Requests use signature version v4."
    assert "Requests use [signatureVersion: v4] always." in " ".join(outcome.text.split())
    assert lines[-1] == "D.md: 1 of 1 citations verified"


def test_g27_what_is_not_verified_ends_with_exit_code_1() -> None:
    outcome = verify("D.md", reader(**FILES), Library())
    assert outcome.exit == Exit.ACT
    assert "aws-ec2-2  unsupported: the quote is not at the locator, nor anywhere" in outcome.text
    assert outcome.text.endswith("D.md: 1 of 2 citations verified, 1 unsupported")


def test_the_same_as_data() -> None:
    data = json.loads(json.dumps(verify("D.md", reader(**FILES), Library("signatureVersion: v4")).data))
    assert (data["deliverable"], data["verified"], data["missing"]) == ("D.md", 1, [])
    first, second = data["citations"]
    assert first["label"] == "aws-ec2-1"
    assert first["retrieved"] == "2026-11-22T16:40:00Z"
    assert (first["before"], first["quote"], first["after"]) == ("", "signatureVersion: v4", "")
    assert (second["recorded"], second["state"]) == ("verified", "unsupported")


def test_a_counted_citation_says_what_is_counted_now() -> None:
    counted = checked("EC2 has 3 operations.", citation=citation("RunInstances", method="counted"))
    files = {"D.csv": table(counted)}
    assert "counted  3 now" in verify("D.csv", reader(**files), Library("RunInstances: x", count=3)).text
    assert verify("D.csv", reader(**files), Library("RunInstances: x", count=4)).exit == Exit.ACT


def test_g28_a_footnote_that_the_table_lacks_is_told() -> None:
    files = FILES | {"D.md": MARKDOWN + "[^invented-1]: trust me\n", "D.csv": table(SIGNED)}
    outcome = verify("D.md", reader(**files), Library())
    assert outcome.exit == Exit.ACT
    assert outcome.data["missing"] == ["aws-ec2-2", "invented-1"]
    assert "not in the table of the deliverable: aws-ec2-2, invented-1" in outcome.text


@pytest.mark.parametrize(
    "sentence", ["Requests use signature version v2.", "It is wrong that Requests use signature version v4."]
)
def test_g28_a_claim_that_was_edited_in_the_document_is_told(sentence: str) -> None:
    """Whoever reads the document must not be told that another sentence is verified."""
    files = {"D.md": MARKDOWN.replace("Requests use signature version v4.", sentence), "D.csv": table(SIGNED)}
    outcome = verify("D.md#aws-ec2-1", reader(**files), Library())
    assert (outcome.exit, outcome.data["verified"], outcome.data["altered"]) == (Exit.ACT, 1, ["aws-ec2-1"])
    assert outcome.text.endswith("one of them was edited: aws-ec2-1")


@settings(deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_g28_a_claim_of_any_text_is_found_in_the_document(claim: str) -> None:
    if visible(claim) and not visible(claim).startswith("'"):
        deliverable = consolidate(session_data(checked(claim)))
        rows = read_table(render_csv(deliverable), "D.csv")
        assert altered(render_deliverable(deliverable), rows) == ()


def test_a_source_that_is_gone_says_so() -> None:
    outcome = verify("D.md#aws-ec2-1", reader(**FILES), Library(state="dead"))
    assert outcome.text.startswith("aws-ec2-1  dead: the source does not exist any more")


def test_a2_a_source_cannot_write_control_sequences_to_the_terminal() -> None:
    outcome = verify("D.md", reader(**FILES), Library("\x1b[31mred signatureVersion: v4 \x1b]0;x"))
    assert outcome.text.isprintable() or "\x1b" not in outcome.text
    assert "[31mred [signatureVersion: v4]" in outcome.text


@pytest.mark.parametrize(
    ("target", "files", "why"),
    [
        ("E.md", FILES, "E.md cannot be read: No such file or directory"),
        ("D.md", {"D.md": MARKDOWN}, "D.csv cannot be read"),
        ("D.md", FILES | {"D.md": b"\xff"}, r"D.md is no UTF-8 text \(byte 1\)"),
        ("D.md", FILES | {"D.csv": b" " * 50_000_001}, "D.csv has 50,000,001 bytes"),
        ("D.md#nowhere", FILES, "D.md has no citation 'nowhere'"),
    ],
)
def test_a16_what_cannot_be_read_is_a_clear_error(target: str, files: dict[str, str], why: str) -> None:
    read: Callable[[str], bytes] = reader(**files)
    with pytest.raises(InvalidInput, match=why):
        verify(target, read, Library())
