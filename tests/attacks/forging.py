"""Artifacts that an attacker hands over in place of an agent: each text wherever a result has room for one."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.adapters.sources.library import Library
from bot.core.evidence import Passage
from tests.builders import NOW
from tests.clocks import StillClock

SOURCE, PAGE = "file:docs", "file:docs/part-1.md"
FIELDS = ("authentication", "operations", "rate-limits", "webhooks", "pricing")


def pages(texts: Iterable[str]) -> dict[str, str]:
    """A document for each text, between sentences that somebody would quote; binary ones will be left out."""
    page = "# Part {n}\n\nThe widget store keeps part {n} of it.\n\n{text}\n"
    return {f"docs/part-{n}.md": page.format(n=n, text=text) for n, text in enumerate(texts, 1)}


def quoting(repo: Path, cache: Path) -> Iterator[dict[str, Any]]:
    """A finding for each passage of the documents, which quotes it truly: it will be called verified."""
    source = Library(cache, repo, StillClock()).open(SOURCE)
    for number, passage in enumerate(source.passages("prose")):
        yield _finding(passage, FIELDS[number % len(FIELDS)])


def _finding(passage: Passage, field: str) -> dict[str, Any]:
    words = " ".join(passage.text.split())[:1_000]
    return {
        "subject": "widget-store",
        "field": field,
        "claim": words,
        "value": words[:60],
        "citation": {
            "source": passage.document, "locator": passage.locator, "quote": words, "sha256": passage.sha256,
            "retrieved": NOW.isoformat(), "method": "quoted",
        },
    }  # fmt: skip


def result(**changes: object) -> dict[str, Any]:
    """The result of the first attempt of agent-1."""
    empty = {"session": "widgets-1", "agent": "agent-1", "attempt": 1, "started": NOW.isoformat()}
    return {**empty, "finished": NOW.isoformat(), "findings": [], "gaps": [], "blockers": [], **changes}


def talking(texts: Iterable[str]) -> dict[str, Any]:
    """A result whose every free text is one of the texts: claims that no source has, gaps, blockers."""
    findings, gaps, blockers = [], [], []
    for text in map(_plain, texts):
        citation = {
            "source": PAGE, "locator": text[:300], "quote": text[:2_000], "sha256": "0" * 64,
            "retrieved": NOW.isoformat(),
        }  # fmt: skip
        findings.append(
            {"subject": "widget-store", "field": "pricing", "claim": text[:1_000], "value": text[:60],
             "doubt": text[:300], "citation": citation}
        )  # fmt: skip
        searched = [{"source": PAGE, "state": "readable", "reason": text[:300]}]
        gaps.append({"subject": "widget-store", "field": "regions", "reason": text[:300], "searched": searched})
        blockers.append(
            {"subject": "widget-store", "title": text[:300], "impact": "Low", "description": text[:2_000],
             "attempted": [text[:300]], "recommendation": text[:300], "workaround": text[:300]}
        )  # fmt: skip
    return result(findings=findings, gaps=gaps, blockers=blockers)


def _plain(text: str) -> str:
    """Without control characters: a result that has them is refused as a whole."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text) or "x"


def as_bytes(value: object) -> bytes:
    return json.dumps(value).encode()
