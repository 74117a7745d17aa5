import json
from pathlib import Path

import pytest

from bot.commands.audit import MAX_BYTES, audit
from bot.commands.outcome import Exit
from bot.errors import InvalidInput

TEXT = "# A\n\nIt has 5 GB. It costs $5 (https://a.example).\n\nTODO\n\n1 + 1 = 3\n"


def written(folder: Path, name: str = "A.md", content: str | bytes = TEXT) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_an_audit_names_what_is_to_be_looked_at(tmp_path: Path) -> None:
    path = written(tmp_path)
    outcome = audit([path])
    assert outcome.exit == Exit.DONE
    assert outcome.text.splitlines() == [
        f"{path}:3: claim without a citation: It has 5 GB.",
        f"{path}:5: placeholder: TODO",
        f"{path}:7: total doesn't add up: says 3, the rows sum to 2 (1 + 1 = 3)",
        "",
        f"{path}: 1 of 2 claims cited (50.0%) · 1 of 1 sections have a source · 1 placeholders · 1 wrong totals",
    ]


def test_an_audit_as_data_has_the_documented_shape(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert json.loads(json.dumps(audit([path]).data)) == {
        "files": [
            {
                "path": str(path),
                "claims": 2,
                "cited": 1,
                "uncited": [{"line": 3, "text": "It has 5 GB."}],
                "sections": 1,
                "sections_with_source": 1,
                "placeholders": [{"line": 5, "text": "TODO"}],
                "totals": [{"line": 7, "text": "1 + 1 = 3", "stated": "3", "computed": "2"}],
            }
        ]
    }


@pytest.mark.parametrize(("least", "code"), [(50.0, Exit.DONE), (50.1, Exit.ACT), (None, Exit.DONE)])
def test_too_few_citations_end_with_exit_code_1(tmp_path: Path, least: float | None, code: Exit) -> None:
    outcome = audit([written(tmp_path), written(tmp_path, "B.md", "Nothing is claimed.")], least)
    assert outcome.exit == code
    assert ("50.0% of the claims are cited; at least 50.1% have to be" in outcome.text) == (code == Exit.ACT)


def test_an_audit_without_anything_to_say_is_one_line(tmp_path: Path) -> None:
    path = written(tmp_path, content=b"\xef\xbb\xbfFine.")
    assert audit([path]).text.startswith(f"{path}: 0 of 0 claims cited (100.0%)")


def test_long_claims_are_cut_in_the_text_and_a2_nothing_reaches_the_terminal(tmp_path: Path) -> None:
    path = written(tmp_path, content="It has 5 GB \x1b[2J " + "and more " * 50)
    outcome = audit([path])
    assert outcome.text.splitlines()[0].endswith("...")
    assert "\x1b" not in outcome.text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x7fELF\0\0", "it is no text but binary; name a Markdown file"),
        (b"fine\nbad \xff", "line 2 is not UTF-8"),
        (b"x" * (MAX_BYTES + 1), "it has more than 2,000,000 bytes"),
    ],
)
def test_a16_what_is_no_document_is_a_clear_error(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        audit([written(tmp_path, content=content), tmp_path / "absent.md"])
    assert f"A.md: cannot be audited: {why}" in str(caught.value)
    assert "absent.md: cannot be audited: No such file" in str(caught.value)
