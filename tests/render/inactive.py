"""Whether a text that is posted on GitHub does anything but be read."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).use(footnote_plugin)
OUR_HTML = re.compile(r"(</?(details|summary|sub)>|[\w ,:]|\n)*")
DETAILS = ["<details>", "<summary>", "</summary>", "</details>"]
TABLE: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent.parent / "attacks" / "neutral.yml").read_text()
)
"""What texts from outside try, by kind."""
HOSTILE = tuple(TABLE["dense"])
"""Templates, mentions, references, HTML, images, links, blocks, commands: much in few texts."""
TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("@#!<>[](){}|*_~`$&:;/\\-+=.^'\" \n\t1aGHw\u200b\u202e"), st.characters(codec="utf-8")
    ),
    min_size=1,
    max_size=200,
)


def inline(source: str) -> Iterator[Token]:
    """Every inline token of a document."""
    for token in MARKDOWN.parse(source):
        yield from token.children or ()


def links(source: str) -> list[str]:
    return [str(token.attrs["href"]) for token in inline(source) if token.type == "link_open"]


def read(source: str) -> str:
    """What a reader sees outside of code."""
    return "\n".join(token.content for token in inline(source) if token.type == "text")


def assert_inactive(source: str, ours: str = "https://github.com/acme/") -> None:
    """No image, no HTML but ours, no link but ours, and nothing that GitHub links once Markdown is rendered."""
    html = [t.content for t in [*MARKDOWN.parse(source), *inline(source)] if t.type.startswith("html_")]
    assert [found for found in html if not OUR_HTML.fullmatch(found)] == []
    tags = re.findall(r"<[^>]*>", "".join(html))
    assert tags in ([], ["<sub>", "</sub>"]) or tags == [*DETAILS * tags.count("<details>"), "<sub>", "</sub>"]
    assert not any(token.type in ("image", "footnote_ref") for token in inline(source))
    assert [address for address in links(source) if not address.startswith(ours)] == []
    found = re.search(r"@\w|#\w|\bGH-\d|://|\bwww\.|:[\w+-]+:", read(source))
    assert found is None, found
    assert not re.search("[\u200b\u202e]", source)
