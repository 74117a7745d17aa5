"""Links of a Markdown document."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.core.links import anchors, broken_links, github_slug, linked
from bot.core.neutral import neutral

TREE = frozenset({"README.md", "docs/guide.md", "docs/a b.md", "INTEGRATIONS-X.md", "INTEGRATIONS-X.csv"})
DOC = "INTEGRATIONS-X.md"


def broken(text: str, file: str = DOC, **documents: str) -> list[tuple[int, str, str]]:
    found = broken_links(file, {file: text, **{f"{k}.md": v for k, v in documents.items()}}, TREE)
    return [(link.line, link.target, link.why) for link in found]


@pytest.mark.parametrize(
    "text",
    [
        "[guide](docs/guide.md)",
        "[guide](docs/guide.md#anything)",
        "[folder](docs)",
        "[folder](docs/)",
        "[self](./README.md)",
        "[space](<docs/a b.md>)",
        "[space](docs/a%20b.md 'title')",
        "[web](https://example.com/x?y=(1)#z)",
        "![picture](docs/guide.md)",
        "<https://example.com/>",
        "[ref][one]\n\n[one]: docs/guide.md",
        '<a href="docs/guide.md">x</a>',
        "## A head\n\n[up](#a-head)",
        '<a id="here"></a> [up](#here)',
        "claim[^one-1]\n\n[^one-1]: note",
        "`[code](nowhere.md)`",
        "```\n[code](nowhere.md)\n```",
        "~~~~\n[code](nowhere.md)\n~~~\n[code](nowhere.md)\n~~~~",
        "\\[escaped\\](nowhere.md)",
        "plain [brackets] and (parentheses)",
        "no bracket opens](nowhere.md)",
        "[one] that closes](nowhere.md)",
        "a < b and c > d",
        "[query](docs/guide.md?plain=1)",
    ],
)
def test_good_links(text: str) -> None:
    assert broken(text) == []


@pytest.mark.parametrize(
    ("text", "target", "why"),
    [
        ("[x](docs/missing.md)", "docs/missing.md", "no such file"),
        ("[x](../README.md)", "../README.md", "no such file"),
        ("[x](readme.md)", "readme.md", "no such file"),
        ("![x](missing.png)", "missing.png", "no such file"),
        ("[x](/README.md)", "/README.md", "a path of a machine"),
        ("[x](docs\\guide.md)", "docs\\guide.md", "a path of a machine"),
        ("[x](http://example.com)", "http://example.com", "no https URL"),
        ("[x](//example.com)", "//example.com", "no https URL"),
        ("[x](https:///path)", "https:///path", "no https URL"),
        ("[x](javascript:alert)", "javascript:alert", "no https URL"),
        ("[x](file:///etc/passwd)", "file:///etc/passwd", "no https URL"),
        ("<mailto:a@b.c>", "mailto:a@b.c", "no https URL"),
        ("[x](https://[)", "https://[", "it is no URL"),
        ("[x](#nowhere)", "#nowhere", "no such heading"),
        ("[one]: missing.md", "missing.md", "no such file"),
        ("<img src='missing.png'>", "missing.png", "no such file"),
        ("claim[^one-1]", "[^one-1]", "no such footnote"),
    ],
)
def test_broken_links_are_told_with_their_line(text: str, target: str, why: str) -> None:
    [(line, found, said)] = broken(f"# Title\n\n{text}\n")
    assert (line, found) == (3, target)
    assert why in said


def test_links_are_relative_to_their_document() -> None:
    assert broken("[x](../README.md) [y](guide.md)", "docs/other.md") == []
    assert [target for _, target, _ in broken("[x](README.md)", "docs/other.md")] == ["README.md"]


def test_anchors_of_other_documents_are_looked_up_when_their_text_is_known() -> None:
    text = "[x](README.md#top) [y](README.md#bottom)"
    assert broken(text) == []
    assert [target for _, target, _ in broken(text, README="# Top")] == ["README.md#bottom"]


def test_a_footnote_is_told_once() -> None:
    assert len(broken("a[^x] b[^x]\nc[^x]\n")) == 1


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("AWS EC2", "aws-ec2"),
        ("Cloud Storage & CDN", "cloud-storage--cdn"),
        ("Let's Encrypt", "lets-encrypt"),
        ("A [link](https://x.y) here", "a-link-here"),
        ("snake_case `code`", "snake_case-code"),
        ("Zürich", "zürich"),
        ("\\[escaped\\]", "escaped"),
    ],
)
def test_github_slugs(heading: str, slug: str) -> None:
    assert github_slug(heading) == slug


def test_repeated_headings_are_numbered() -> None:
    assert anchors("# One\n## One\n### One ###\n```\n# Code\n```\n") == {"one", "one-1", "one-2"}


# --- against a whole parser --------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["[a](b.md)", "![i](c.png)", "`[d](e.md)`", "\\[f](g.md)", "<https://h.i>", "text", "[j](<k l>)"]
)
LINES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
BLOCKS = st.lists(st.one_of(LINES, st.sampled_from(["```", "~~~", "", "# head", "- [m](n.md)"])), max_size=8)


@given(BLOCKS)
def test_the_links_are_those_that_a_markdown_parser_finds(lines: list[str]) -> None:
    text = "\n".join(lines)
    tokens = [child for token in MarkdownIt().parse(text) for child in token.children or ()]
    parsed = [str(t.attrs.get("href", t.attrs.get("src"))) for t in tokens if t.type in ("link_open", "image")]
    assert sorted(target for _, target in linked(text).links) == sorted(map(unquote, parsed))


@pytest.mark.parametrize(
    "name", ["R@B", "#1 Host", "A | B", "AT&T (US)", "x [y]", "Node.js", "Q:b", "C:\\x", "$d *e* _f_"]
)
def test_a15_a_neutralised_heading_has_the_anchor_of_its_text(name: str) -> None:
    assert anchors(f"## {neutral(name)}\n") == {github_slug(name)}
