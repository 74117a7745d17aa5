"""The links of a Markdown document: do they lead somewhere that a reader of the repository can follow?

Deliverables hold tens of thousands of links, so the text is scanned by lines, as GitHub reads them, instead of
being parsed into a tree: fenced code and code spans are left out, everything else that links is looked at.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
CODE_SPAN = re.compile(r"(?<![\\`])(`+)(?!`).+?(?<!`)\1(?!`)")
TARGET = r"(?:<(?P<{0}a>[^<>\n]*)>|(?P<{0}b>[^\s<>()]*(?:\([^\s()]*\)[^\s<>()]*)*))"
INLINE = re.compile(r"(?<!\\)\]\(\s*" + TARGET.format("i") + r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)")
DEFINITION = re.compile(r"^ {0,3}\[(?!\^)[^\]]+\]:\s+" + TARGET.format("d"))
AUTOLINK = re.compile(r"(?<!\\)<(?P<uri>[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*)>")
ATTRIBUTE = re.compile(r"<[A-Za-z][^<>]*?\s(?:href|src)\s*=\s*[\"']?(?P<url>[^\"'\s>]*)", re.IGNORECASE)
FOOTNOTE = re.compile(r"(?<!\\)\[\^(?P<id>[^\]\s]+)\](?P<colon>:)?")
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(?P<text>.*?)(?:[ \t]+#+)?[ \t]*$")
NAMED = re.compile(r"<[A-Za-z][^<>]*?\s(?:id|name)\s*=\s*[\"']?(?P<id>[^\"'\s>]+)", re.IGNORECASE)
LINKING = re.compile(r"\]\(|<|\[\^|\]:")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True, order=True)
class BrokenLink:
    """A link that leads nowhere, and why. Lines count from 1."""

    file: str
    line: int
    target: str
    why: str


def broken_links(file: str, documents: Mapping[str, str], tree: Set[str]) -> Iterator[BrokenLink]:
    """What is wrong with the links of `documents[file]`.

    `tree` holds every path of the repository; anchors are looked up in those Markdown files that `documents`
    has the text of, and taken on trust in others.
    """
    text = documents[file]
    known = {file: anchors(text)}
    folders = {folder for path in tree for folder in _folders(path)}
    for line, target in links(text):
        if why := _wrong(file, target, documents, known, tree | folders):
            yield BrokenLink(file, line, target, why)
    yield from _footnotes(file, text)


def links(text: str) -> Iterator[tuple[int, str]]:
    """The targets of all links, images and definitions of a Markdown text, with their lines."""
    for number, line in _prose(text):
        for pattern in (INLINE, DEFINITION, AUTOLINK, ATTRIBUTE):
            for match in pattern.finditer(line):
                if pattern is not INLINE or _opens(line, match.start()):
                    target = next((group for group in match.groups() if group is not None), "")
                    yield number, ESCAPE.sub(r"\1", target)


def _opens(line: str, end: int) -> bool:
    """Whether the bracket at `end` closes one that no backslash escapes."""
    depth = 0
    for at in range(end - 1, -1, -1):
        if line[at] in "[]" and not (at and line[at - 1] == "\\"):
            depth += 1 if line[at] == "]" else -1
            if depth < 0:
                return True
    return False


def anchors(text: str) -> frozenset[str]:
    """The anchors that GitHub gives to a Markdown text's headings, and those that it names itself."""
    found: set[str] = set()
    counts: dict[str, int] = {}
    for _, line in _prose(text, everything=True):
        found.update(match["id"] for match in NAMED.finditer(line))
        if heading := HEADING.match(line):
            slug = github_slug(heading["text"])
            again = counts.get(slug, 0)
            counts[slug] = again + 1
            found.add(f"{slug}-{again}" if again else slug)
    return frozenset(found)


def github_slug(heading: str) -> str:
    """A heading's anchor: the text in lower case, without punctuation, spaces as hyphens."""
    shown = re.sub(r"!?\[([^\]]*)\]\([^)]*\)|\[\^[^\]]+\]|<[^>]*>", r"\1", heading)
    kept = re.sub(r"[^\w\- ]", "", ESCAPE.sub(r"\1", shown).strip().lower())
    return kept.replace(" ", "-")


def _prose(text: str, everything: bool = False) -> Iterator[tuple[int, str]]:
    """The lines outside of fenced code: all, or those that may link, without their code spans."""
    fence = ""
    for number, line in enumerate(text.split("\n"), start=1):
        mark = FENCE.match(line) if fence or line.lstrip()[:3] in ("```", "~~~") else None
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip(" `~"):
            fence = ""
        elif not fence and everything:
            yield number, line
        elif not fence and LINKING.search(line):
            yield number, CODE_SPAN.sub("``", line) if "`" in line else line


def _wrong(
    file: str, target: str, documents: Mapping[str, str], known: dict[str, frozenset[str]], tree: Set[str]
) -> str:
    try:
        parts = urlsplit(target)
    except ValueError:
        return "it is no URL"
    if parts.scheme or target.startswith("//"):
        return "" if parts.scheme == "https" and parts.netloc else "it is no https URL and not relative"
    if target.startswith("/") or "\\" in target:
        return "it is a path of a machine; make it relative to the document"
    path = unquote(parts.path)
    there = posixpath.normpath(posixpath.join(posixpath.dirname(file), path)) if path else file
    if path and there not in tree:
        return "there is no such file in the repository"
    if not parts.fragment or there not in documents:
        return ""
    if there not in known:
        known[there] = anchors(documents[there])
    return "" if unquote(parts.fragment) in known[there] else "there is no such heading or anchor"


def _footnotes(file: str, text: str) -> Iterator[BrokenLink]:
    used: dict[str, int] = {}
    defined: set[str] = set()
    for number, line in _prose(text):
        for match in FOOTNOTE.finditer(line):
            if match["colon"] and match.start() == len(line) - len(line.lstrip()):
                defined.add(match["id"])
            else:
                used.setdefault(match["id"], number)
    for name, number in used.items():
        if name not in defined:
            yield BrokenLink(file, number, f"[^{name}]", "there is no such footnote")


def _folders(path: str) -> Iterator[str]:
    yield "."
    while path := posixpath.dirname(path):
        yield path
