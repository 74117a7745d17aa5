"""Every text of tests/attacks/neutral.yml through everything that is posted, committed or printed."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from hypothesis import given

from bot.adapters.github.forge import described
from bot.adapters.terminal import PlainDisplay
from bot.core.comment_view import Answer
from bot.core.neutral import inert, neutral, unlinked, visible
from bot.errors import Problem
from bot.render.annotations import annotations
from bot.render.answer import answer_comment
from bot.render.comment import status_comment
from bot.render.csv_table import cell
from bot.render.pull_request import pull_request
from bot.render.quote import confirmation_comment
from bot.render.refusal import refusal_comment
from bot.render.timeline import section_name, timeline
from bot.render.verdict import verdict_markdown
from tests.adapters.test_terminal import made
from tests.render.inactive import TABLE, TEXT, assert_inactive, inline
from tests.render.test_answer import all_answers
from tests.render.test_comment import hostile
from tests.render.test_pull_request import session
from tests.render.test_quote import CLAUDE, quoted
from tests.render.test_summary import summaries
from tests.render.views import done, plan, spec, verdict, view

PAYLOADS = [pytest.param(text, id=f"{kind} {n}") for kind, texts in TABLE.items() for n, text in enumerate(texts)]
MARKDOWN: dict[str, Callable[[str], list[str]]] = {
    "status comment": lambda text: [status_comment(one) for one in hostile(text)],
    "answer": all_answers,
    "answer without a session": lambda text: [answer_comment(Answer(text, (text, text)))],
    "refusal": lambda text: [refusal_comment([Problem(text, 1, 1, text, text)], text, text)],
    "what a run would cost": lambda text: [confirmation_comment(quoted(CLAUDE)[1], text, 400_000, text)],
    "pull request": lambda text: [pull_request(session(text), verdict("fail", measured=text, action=text))],
    "page of a job": lambda text: [summaries(text)],
    "verdict": lambda text: [verdict_markdown(verdict("fail", measured=text, action=text))],
}
"""What GitHub renders, with a text wherever one from outside can stand."""
PLAIN: dict[str, Callable[[str], str]] = {
    "title of a pull request": unlinked,
    "description of a status": lambda text: described(verdict("fail", measured=text)),
}
"""What GitHub takes as it is."""
PRINTED: dict[str, Callable[[str], str]] = {
    "output": inert,
    "errors": lambda text: inert(str(Problem(text, 1, 1, text, text))),
    "a run elsewhere": lambda text: _displayed(text),
}
"""What stands in a job's log."""
COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)


def _displayed(text: str) -> str:
    stream = io.StringIO()
    display = PlainDisplay(plan({"A": (spec("a-1", "A"),)}), stream)
    display.note(text)
    display.recorded(made("a-1", "failed", text))
    assert len(stream.getvalue().splitlines()) == 2, "a line for each thing that happened"
    return stream.getvalue()


@pytest.mark.unwatched
@pytest.mark.parametrize("text", PAYLOADS)
@pytest.mark.parametrize("channel", MARKDOWN.values(), ids=MARKDOWN)
def test_a04_a15_a17_no_text_does_anything_where_markdown_is_rendered(
    channel: Callable[[str], list[str]], text: str
) -> None:
    for document in channel(text):
        assert_inactive(document)


@pytest.mark.parametrize("text", PAYLOADS)
@pytest.mark.parametrize("channel", PLAIN.values(), ids=PLAIN)
def test_a15_no_text_does_anything_where_it_stands_plainly(channel: Callable[[str], str], text: str) -> None:
    shown = channel(text)
    assert visible(shown) == shown
    assert not re.search(r"@\S|#\w|\bGH-\d|://|\bwww\.\S", shown, re.IGNORECASE)


@given(text=TEXT)
def test_a15_a_title_reads_the_same_and_refers_to_nothing(text: str) -> None:
    shown = unlinked(text)
    assert shown.replace(" ", "") == visible(text).replace(" ", "")
    assert not re.search(r"@\S|#\w|\bGH-\d|://|\bwww\.\S", shown, re.IGNORECASE)


@pytest.mark.parametrize("text", PAYLOADS)
@pytest.mark.parametrize("channel", PRINTED.values(), ids=PRINTED)
def test_a02_no_text_is_a_command_in_a_log(channel: Callable[[str], str], text: str) -> None:
    assert not any(COMMAND.search(line) for line in channel(text).splitlines())


@pytest.mark.parametrize("text", PAYLOADS)
def test_a02_a_text_in_an_annotation_starts_no_other(text: str) -> None:
    [line] = annotations([Problem(text, 1, 1, text, text)]).splitlines()
    assert line.startswith("::error ")


@pytest.mark.parametrize("text", PAYLOADS)
def test_a15_no_text_is_a_formula_in_a_table(text: str) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([cell(text), "next"])
    [[value, after]] = csv.reader(io.StringIO(out.getvalue()))
    assert after == "next"
    assert not re.match(r"[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]", value)


@pytest.mark.parametrize("text", PAYLOADS)
def test_a15_no_text_ends_a_line_of_a_diagram(text: str) -> None:
    of = plan({text.strip()[:500]: (spec("a-1", "A"),)})
    shown = timeline(view(done("a-1"), of=of))
    name = section_name(of.teams[0])
    assert f"    section {name}\n" in shown
    assert not re.search(r"[:;#%<>`\"{}]", name)
    assert len(shown.splitlines()) == len(
        timeline(view(done("a-1"), of=plan({"A": (spec("a-1", "A"),)}))).splitlines()
    )


@pytest.mark.parametrize("text", PAYLOADS)
def test_a15_every_text_is_one_line_of_plain_words(text: str) -> None:
    assert {token.type for token in inline(f"x {neutral(text)} x")} <= {"text", "text_special"}
