"""Strings that look like keys: our own patterns, for what the scanner that we use does not know.

A hit never carries the secret, only a fingerprint of it: enough to tell that two hits are the same string.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.core.layers import UNSEEN, layers
from bot.core.rows import DIGITS, LETTERS, alphabet, reduced
from bot.core.spans import Span, joined, without

Match = tuple[str, str, int]
"""A kind of secret, the secret, and its offset in a text."""

# Each with a literal that it needs: looking for that first is what makes megabytes of findings cheap.
PATTERNS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("Anthropic key", "sk-ant-", re.compile(r"sk-ant-[A-Za-z0-9_-]{20,}")),
    ("OpenAI key", "sk-", re.compile(r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}")),
    ("GitHub token", "github_pat_", re.compile(r"github_pat_[A-Za-z0-9_]{22,}")),
    ("Google API key", "AIza", re.compile(r"AIza[0-9A-Za-z_-]{35}")),
    ("Google OAuth secret", "GOCSPX-", re.compile(r"GOCSPX-[0-9A-Za-z_-]{28}")),
    ("age identity", "AGE-SECRET-KEY-1", re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]{58}")),
    ("Hugging Face token", "hf_", re.compile(r"\bhf_[A-Za-z0-9]{34}")),
    ("DigitalOcean token", "_v1_", re.compile(r"\bdo[opr]_v1_[a-f0-9]{64}")),
    ("Slack app token", "xapp-", re.compile(r"xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]{20,}")),
    ("Stripe webhook secret", "whsec_", re.compile(r"whsec_[A-Za-z0-9+/=]{24,}")),
    ("private key", "PRIVATE KEY", re.compile(r"BEGIN (?:[A-Z]+ )?PRIVATE KEY")),
)
ASSIGNED = re.compile(r"""[:=]\s{0,3}\\?["']([A-Za-z0-9+/=_.~-]{20,200})\\?["']""")
_OF_ASSIGNED = alphabet(LETTERS + DIGITS + b"+/=_.~-")
KEYWORD = re.compile(
    r"""(?i:api[_-]?key|secret|passw(?:or)?d|token|access[_-]?key|private[_-]?key)\\?["']?\s{0,3}$"""
)
REDACTED = "[redacted]"
KNOWN = "secret of this process"
"""The kind of a hit whose value the scanner's own process knows: no source may publish that."""
HASHES = re.compile(r'"sha256": "[0-9a-f]{64}"')


@dataclass(frozen=True, slots=True, order=True)
class SecretHit:
    """Where something that looks like a secret stands, and of which kind. Lines count from 1."""

    path: str
    line: int
    kind: str
    fingerprint: str


def fingerprint(secret: str) -> str:
    """What tells two secrets apart without being one; the escapes of JSON and Markdown make no difference."""
    return hashlib.sha256(secret.replace("\\", "").encode(errors="replace")).hexdigest()[:16]


def line_starts(text: str) -> list[int]:
    """The offsets at which the lines of a text begin, for `line_of`."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


def line_of(starts: list[int], offset: int) -> int:
    """The line, from 1, in which an offset lies."""
    return bisect_right(starts, offset)


def hits_of(path: str, text: str, found: Iterable[Match]) -> Iterator[SecretHit]:
    """The hits that matches in one text are."""
    starts: list[int] = []
    for kind, secret, offset in found:
        starts = starts or line_starts(text)
        yield SecretHit(path, line_of(starts, offset), kind, fingerprint(secret))


def scannable(text: str) -> str:
    """The text without what would hide a key, and without the hashes of our own files, which cost most time.

    Its lines stay. Documents drop invisible characters, so that a key which they part would be whole there.
    """
    bare = HASHES.sub("", text)
    return bare if bare.isascii() else UNSEEN.sub("", bare)


def own_matches(text: str) -> Iterator[Match]:
    """What our own patterns find in one text."""
    for name, needle, pattern in PATTERNS:
        if needle in text:
            yield from ((name, match.group(), match.start()) for match in pattern.finditer(text))
    if b"x" * 20 not in reduced(text, _OF_ASSIGNED):
        return
    for match in ASSIGNED.finditer(text):
        if KEYWORD.search(text, max(0, match.start() - 24), match.start()) and _mixed(match[1]):
            yield "assigned credential", match[1], match.start(1)


def in_all_layers(text: str, matches: Callable[[str], Iterable[Match]]) -> Iterator[tuple[str, str, Span]]:
    """What is found in a text, decoded and backwards too: the kind, the secret and where it stands in the text."""
    yield from ((kind, secret, (at, at + len(secret))) for kind, secret, at in matches(text))
    yield from in_layers(text, matches)


def in_layers(text: str, matches: Callable[[str], Iterable[Match]]) -> Iterator[tuple[str, str, Span]]:
    """The same, of what is only found when the text is decoded or read backwards."""
    for layer in layers(text):
        for kind, secret, at in matches(layer.text):
            yield kind, secret, layer.place(at, at + len(secret))


def redacted(text: str) -> str:
    """The text without whatever looks like a key by our own patterns, also decoded or backwards."""
    if not text:
        return ""
    return without(text, joined(span for _, _, span in in_all_layers(text, own_matches)), REDACTED)


def _mixed(value: str) -> bool:
    """Whether a value could be random: names of classes and paths rarely hold both letters and several digits."""
    return sum(c.isdigit() for c in value) >= 3 and any(c.isalpha() for c in value)


def unpublished(hits: Iterable[SecretHit], published: Iterable[SecretHit]) -> tuple[SecretHit, ...]:
    """The hits that are none of the examples that a source prints itself, each place once, in order."""
    public = {hit.fingerprint for hit in published}
    places: dict[tuple[str, int], SecretHit] = {}
    for hit in sorted(hits):
        if hit.kind == KNOWN or hit.fingerprint not in public:
            places.setdefault((hit.path, hit.line), hit)
    return tuple(places.values())
