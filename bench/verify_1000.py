"""How long it takes to verify 1,000 quotes against a source of 4 MB.

    python -m bench.verify_1000

Half of the citations name the right place. The other half are the expensive ones: the quote stands elsewhere in
the document, or nowhere at all although all of its words do.
"""

import hashlib
import random
from collections import Counter
from datetime import UTC, datetime
from time import perf_counter

from bench.measure import row
from bot.core.citations import check
from bot.core.evidence import Evidence
from bot.core.findings import Citation, Finding

QUOTES = 1_000
SIZE = 4_000_000
WORDS = [
    f"{stem}{ending}"
    for stem in "limit request token key scope region call retry".split()
    for ending in range(250)
]


def passages(size: int) -> list[str]:
    """Sentences of about 120 characters, `size` characters together."""
    choose = random.Random(2026)
    found, length = [], 0
    while length < size:
        found.append(" ".join(choose.choices(WORDS, k=14)) + " a second.")
        length += len(found[-1]) + 1
    return found


def cases(parts: list[str], text: str) -> list[tuple[Finding, Evidence]]:
    """Citations and what their source says: in place, elsewhere, without a place, absent."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    made = []
    for index in range(QUOTES):
        part = parts[index * (len(parts) // QUOTES)]
        absent = " ".join(reversed(part.split()))
        quote, there = [(part, part), (part, part), (part, ""), (absent, part)][index % 4]
        citation = Citation(
            source="file:source.md", locator=f"/{index}", quote=quote, sha256=sha256, retrieved=datetime.now(UTC)
        )
        finding = Finding(subject="source", field="overview", claim=quote, citation=citation)
        made.append((finding, Evidence("readable", sha256=sha256, text=there, document_text=lambda: text)))
    return made


def main() -> None:
    parts = passages(SIZE)
    text = "\n".join(parts)
    work = cases(parts, text)
    start = perf_counter()
    states = Counter(check(finding, evidence).state for finding, evidence in work)
    seconds = perf_counter() - start
    assert states["verified"] == states["unsupported"] == QUOTES / 2, states
    print(
        row(
            f"verifying {QUOTES:,} quotes against {len(text) / 1e6:.0f} MB", f"{seconds:.2f} s", "1 s", seconds < 1
        )
    )


if __name__ == "__main__":
    main()
