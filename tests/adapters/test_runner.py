"""What a job hands to the runner, read back as the runner reads it."""

import subprocess
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.runner import Runner
from bot.core.redaction import Redactor
from bot.errors import InvalidInput, MachineError


def delimiters() -> Callable[[], str]:
    numbers = count()
    return lambda: f"END{next(numbers)}"


def parsed(text: str) -> dict[str, str]:
    """The outputs, by the runner's rule: `key<<delimiter`, lines, the delimiter alone on its line."""
    found, lines = {}, text.split("\n")
    while lines != [""]:
        key, _, delimiter = lines.pop(0).partition("<<")
        end = lines.index(delimiter)
        found[key], lines = "\n".join(lines[:end]), lines[end + 1 :]
    return found


def published(folder: Path, outputs: dict[str, str]) -> dict[str, str]:
    file = folder / "output"
    file.unlink(missing_ok=True)
    Runner(file, None, delimiters(), Redactor()).publish(outputs, "")
    return parsed(file.read_bytes().decode())


def test_outputs_and_summary_are_appended_to_what_is_there(tmp_path: Path) -> None:
    output, summary = tmp_path / "output", tmp_path / "summary"
    output.write_text("first=1\n")
    summary.write_text("# Before\n")
    Runner(output, summary, delimiters(), Redactor()).publish(
        {"session": "cloud-1", "max-parallel": "20"}, "# After"
    )
    assert output.read_text() == "first=1\nsession<<END0\ncloud-1\nEND0\nmax-parallel<<END1\n20\nEND1\n"
    assert summary.read_text() == "# Before\n# After\n"


def test_outside_of_a_job_and_without_a_summary_nothing_is_written(tmp_path: Path) -> None:
    Runner(None, None, delimiters(), Redactor()).publish({"session": "cloud-1"}, "# After")
    Runner(None, tmp_path / "summary", delimiters(), Redactor()).publish({}, "")
    assert list(tmp_path.iterdir()) == []


def test_a03_a_forged_delimiter_is_part_of_the_value(tmp_path: Path) -> None:
    forged = {"session": "x\nEND0\nadmin<<END1\nyes\nEND1", "commit": "a=b\n"}
    assert published(tmp_path, forged) == forged


@settings(deadline=None)
@given(
    values=st.lists(st.text(alphabet=st.one_of(st.sampled_from("END012<=\n\r "), st.characters(codec="utf-8"))))
)
def test_a03_any_value_comes_out_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, values: list[str]
) -> None:
    outputs = {f"key-{n}": value for n, value in enumerate(values)}
    assert published(tmp_path_factory.mktemp("runner"), outputs) == outputs


def test_a02_what_a_shell_would_run_is_not_run(tmp_path: Path) -> None:
    output = tmp_path / "output"
    Runner(output, None, delimiters(), Redactor()).publish(
        {"title": '"; touch here; $(touch there) `touch where`'}, ""
    )
    script = 'while IFS= read -r line; do printf "%s\\n" "$line"; done < "$OUTPUT"'
    done = subprocess.run(
        ["bash", "-c", script],
        env={"OUTPUT": str(output)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == output.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["output"]


@pytest.mark.parametrize("key", ["", "a b", "a\nb", "a=b", "1st", "-x", "é", "a<<END0"])
def test_a02_a_key_is_a_name(tmp_path: Path, key: str) -> None:
    with pytest.raises(InvalidInput, match="is no name of an output; use letters"):
        Runner(tmp_path / "output", tmp_path / "summary", delimiters(), Redactor()).publish(
            {"good": "1", key: "x"}, "# Summary"
        )
    assert list(tmp_path.iterdir()) == []


def test_g22_more_than_a_job_may_hand_on_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    runner = Runner(tmp_path / "output", None, delimiters(), Redactor())
    with pytest.raises(InvalidInput, match="have 1,000,002 bytes, agents alone 1,000,000; GitHub takes 1,000,000"):
        runner.publish({"session": "x", "agents": "€" * 500_000}, "")
    assert list(tmp_path.iterdir()) == []
    runner.publish({"agents": "€" * 500_000}, "")
    assert (tmp_path / "output").stat().st_size > 1_500_000


def test_g22_a_summary_that_is_too_large_is_cut_and_says_so(tmp_path: Path) -> None:
    Runner(None, tmp_path / "summary", delimiters(), Redactor()).publish({}, "€" * 500_000)
    written = (tmp_path / "summary").read_bytes()
    assert 999_990 < len(written) <= 1_000_000
    assert written.decode().endswith("€\n\nThe rest is left out: a summary has at most 1 MB.\n")


def test_a_half_character_breaks_nothing(tmp_path: Path) -> None:
    Runner(tmp_path / "output", tmp_path / "summary", delimiters(), Redactor()).publish(
        {"a": "x\ud800"}, "y\ud800"
    )
    assert parsed((tmp_path / "output").read_text()) == {"a": "x?"}
    assert (tmp_path / "summary").read_text() == "y?\n"


def test_a25_a_file_that_cannot_be_written_is_the_machines_fault(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="gone of the runner: No such file or directory; run the job again"):
        Runner(tmp_path / "no" / "gone", None, delimiters(), Redactor()).publish({"a": "1"}, "")
