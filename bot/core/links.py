"""The links of a Markdown document: do they lead somewhere that a reader of the repository can follow?

Deliverables hold tens of thousands of links, so the text is scanned by lines, as GitHub reads them, instead of
being parsed into a tree: fenced code and code spans are left out, everything else that links is looked at.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
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
SIMPLE_SPAN = re.compile(r"`[^`]*`")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
WRITTEN = re.compile(ESCAPE.pattern + r"|&(?:#\w+|\w+);")


@dataclass(frozen=True, slots=True, order=True)
class BrokenLink:
    """A link that leads nowhere, and why. Lines count from 1."""

    file: str
    line: int
    target: str
    why: str


@dataclass(frozen=True, slots=True)
class Linked:
    """What a Markdown text links to: (line, target) of each link, the lines of footnotes' references by label."""

    links: tuple[tuple[int, str], ...]
    notes: Mapping[str, int]
    defined: frozenset[str]


def broken_links(
    file: str, documents: Mapping[str, str], tree: Set[str], found: Linked | None = None
) -> Iterator[BrokenLink]:
    """What is wrong with the links of `documents[file]`; `found` saves looking for them again.

    `tree` holds every path of the repository; anchors are looked up in those Markdown files that `documents`
    has the text of, and taken on trust in others.
    """
    found = found or linked(documents[file])
    known: dict[str, frozenset[str]] = {}
    one_in_each = {posixpath.dirname(path): path for path in tree}.values()
    there = tree | {folder for path in one_in_each for folder in _folders(path)}
    for line, target in found.links:
        if why := _wrong(file, target, documents, known, there):
            yield BrokenLink(file, line, target, why)
    for label, line in found.notes.items():
        if label not in found.defined:
            yield BrokenLink(file, line, f"[^{label}]", "there is no such footnote")


@lru_cache(maxsize=8)  # as `anchors`: the same documents are looked at again
def linked(text: str) -> Linked:
    """All links, images, definitions and footnotes of a Markdown text."""
    links: list[tuple[int, str]] = []
    notes: dict[str, int] = {}
    defined: set[str] = set()
    for number, line in _prose(text):
        links += ((number, target) for target in _targets(line))
        for match in FOOTNOTE.finditer(line) if "[^" in line else ():
            if match["colon"] and not line[: match.start()].strip():
                defined.add(match["id"])
            else:
                notes.setdefault(match["id"], number)
    return Linked(tuple(links), notes, frozenset(defined))


def _targets(line: str) -> Iterator[str]:
    patterns = [INLINE] if "](" in line else []
    if "<" in line:
        patterns += [AUTOLINK, ATTRIBUTE]
    if "]:" in line and not line.startswith("[^"):
        patterns.append(DEFINITION)
    for pattern in patterns:
        for match in pattern.finditer(line):
            if pattern is not INLINE or _opens(line, match.start()):
                target = next((group for group in match.groups() if group is not None), "")
                yield ESCAPE.sub(r"\1", target)


def _opens(line: str, end: int) -> bool:
    """Whether the bracket at `end` closes one that no backslash escapes."""
    depth = 0
    for at in range(end - 1, -1, -1):
        if line[at] in "[]" and not (at and line[at - 1] == "\\"):
            depth += 1 if line[at] == "]" else -1
            if depth < 0:
                return True
    return False


def without_code(line: str) -> str:
    """A line without what stands in its code spans."""
    if "`" not in line:
        return line
    pattern = CODE_SPAN if "``" in line or "\\`" in line else SIMPLE_SPAN
    return pattern.sub("``", line)


@lru_cache(maxsize=8)
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
    kept = re.sub(r"[^\w\- ]", "", plain(shown).strip().lower())
    return kept.replace(" ", "-")


def plain(markdown: str) -> str:
    """The characters that Markdown's escapes and entities stand for."""
    return WRITTEN.sub(lambda match: match[1] or unescape(match[0]), markdown)


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
        elif not fence and ("[" in line or "<" in line):
            yield number, without_code(line)


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


def _folders(path: str) -> Iterator[str]:
    yield "."
    while path := posixpath.dirname(path):
        yield path
