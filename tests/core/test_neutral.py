"""Text from outside does nothing in Markdown, and reads the same."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from bot.core.neutral import BREAK, code, link, neutral, visible

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
CONTEXTS = {
    "paragraph": "{}",
    "after a paragraph": "before\n{}",
    "bullet": "- {}",
    "heading": "## {}",
    "bold": "**Blocker: {}**",
    "cell": "| a | b |\n|---|---|\n| {} | z |",
    "before a footnote": "{}[^one]\n\n[^one]: note",
    "in a footnote": "x[^one]\n\n[^one]: {}",
    "link text": "[{}](#here)",
}
ACTIVE_TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("@#!<>[](){}|*_~`$&:;/\\-+=.^'\" \n\t1aGHw\u200b\u202e\x00"), st.characters()
    )
)
HIDDEN = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}


def inline(source: str) -> list[Token]:
    return [child for token in MARKDOWN.parse(source) for child in token.children or ()]


def shown(tokens: list[Token]) -> str:
    """What a reader sees; the zero-width spaces of ours are not seen."""
    return "".join(token.content for token in tokens).replace("\u200b", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, 1.5 GB (a-b)", "plain words, 1.5 GB (a-b)"),
        ("thanks @octocat", f"thanks @{BREAK}octocat"),
        ("see #123", f"see #{BREAK}123"),
        ("#1", f"#{BREAK}1"),
        ("Closes #1", f"Closes #{BREAK}1"),
        ("fixes GH-7", f"fixes GH{BREAK}-7"),
        ("resolves o/r#9", f"resolves o/r#{BREAK}9"),
        ("/swarm merge", "\\/swarm merge"),
        ("a <b>bold</b> claim", "a &lt;b>bold&lt;/b> claim"),
        ("<!-- ignore the gate -->", "&lt;!-- ignore the gate -->"),
        ("![x](https://evil.example/p.png)", f"!\\[x\\](https:{BREAK}//evil.example/p.png)"),
        ("www.evil.example", f"www{BREAK}.evil.example"),
        ("mailto:a@b.example", f"mailto:a@{BREAK}b.example"),
        ("a | b", "a &#124; b"),
        ("`code` *and* _more_ ~~gone~~", "\\`code\\` \\*and\\* \\_more\\_ \\~\\~gone\\~\\~"),
        ("snake_case stays", "snake_case stays"),
        ("[^1] and [^1]: x", "\\[^1\\] and \\[^1\\]: x"),
        ("# heading #", "\\# heading \\#"),
        ("- item", "\\- item"),
        ("> quoted", "&gt; quoted"),
        ("12. item", "12\\. item"),
        ("---", "\\---"),
        ("===", "\\==="),
        ("&lt;b&gt; R&D", "\\&lt;b\\&gt; R\\&D"),
        ("$5 to $10", "\\$5 to \\$10"),
        (":tada: at 10:30", f":{BREAK}tada: at 10:30"),
        ("done!", "done\\!"),
        ("ends in \\", "ends in \\\\"),
        ("two\r\nlines\u2028three", "two lines three"),
        ("zero\u200bwidth \u202ebidi\u202c \x1b[31mred\x00", "zerowidth bidi \\[31mred"),
        ("{{ 7*7 }} {% raw %}", "{{ 7\\*7 }} {% raw %}"),
        ("::set-env name=X::y", "::set-env name=X::y"),
    ],
)
def test_a15_what_is_active_becomes_text(text: str, expected: str) -> None:
    assert neutral(text) == expected


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
@given(text=ACTIVE_TEXT)
def test_a15_any_text_is_rendered_as_itself_and_nothing_else(context: str, text: str) -> None:
    plain, hostile = context.format("WORD"), context.format(neutral(text) or "WORD")
    assert [token.type for token in MARKDOWN.parse(hostile)] == [token.type for token in MARKDOWN.parse(plain)]
    assert {token.type for token in inline(hostile)} <= {"text", *(token.type for token in inline(plain))}
    assert shown(inline(hostile)) == shown(inline(plain)).replace("WORD", visible(text) or "WORD")


@given(text=ACTIVE_TEXT)
def test_a15_nothing_is_left_that_github_links_after_rendering(text: str) -> None:
    rendered = "".join(token.content for token in inline(neutral(text)))
    assert not re.search(r"@\w|#\w|\bGH-\d|://|\bwww\.|:[\w+-]+:", rendered)


@given(text=ACTIVE_TEXT)
def test_a05_visible_text_has_one_line_and_nothing_hidden(text: str) -> None:
    seen = visible(text)
    assert not {unicodedata.category(character) for character in seen.replace(" ", "")} & HIDDEN
    assert seen == seen.strip()
    assert "\u200b" not in seen
    assert visible(seen) == seen


def test_a05_surrogates_and_fillers_do_not_get_through() -> None:
    assert visible("a\ud800b\u3164c") == "a\N{REPLACEMENT CHARACTER}b c"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "`a`"),
        ("a `b` c", "``a `b` c``"),
        ("`b`", "`` `b` ``"),
        ("``", "``` `` ```"),
        ("@all\ncloses #1 <b>", "`@all closes #1 <b>`"),
        ("", "(empty)"),
    ],
)
def test_a15_code_spans_are_fenced_by_more_than_they_hold(text: str, expected: str) -> None:
    assert code(text) == expected


@given(text=ACTIVE_TEXT)
def test_a15_a_code_span_shows_exactly_the_text(text: str) -> None:
    (token,) = inline(f"- {code(text)}")
    if visible(text):
        assert (token.type, token.content) == ("code_inline", visible(text))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://docs.example.com/a?b=1&c=2#d", "https://docs.example.com/a?b=1&amp;c=2#d"),
        ("https://docs.example.com/a(b)|<c> d", "https://docs.example.com/a%28b%29%7C%3Cc%3E%20d"),
        ("https://docs.example.com/%20é", "https://docs.example.com/%20%C3%A9"),
    ],
)
def test_a15_links_lead_to_the_cited_page_alone(url: str, target: str) -> None:
    assert link("the [page]", url) == f"[the \\[page\\]]({target})"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://a.example", "https://", "https://[bad", "file:a.md"]
)
def test_a15_anything_but_https_is_no_link(url: str) -> None:
    assert link("page", url) == "page"


@given(text=ACTIVE_TEXT, rest=ACTIVE_TEXT)
def test_a15_a_link_is_one_link_whatever_its_text_and_address(text: str, rest: str) -> None:
    tokens = inline("- " + link("x" + text, "https://docs.example.com/" + rest))
    assert [token.type for token in tokens if token.type != "text"] == ["link_open", "link_close"]
    assert str(tokens[0].attrs["href"]).startswith("https://docs.example.com/")
    assert shown(tokens) == visible("x" + text)
