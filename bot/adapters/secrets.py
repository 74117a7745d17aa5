"""The secret scanner: detect-secrets' detectors of keys with a known form, over texts in memory.

Its entropy and keyword detectors are left out: our files are full of SHA-256 hashes, and quotes of API
documentation speak of passwords all the time. So is Artifactory's (`AP` and nine characters), Twilio's (its SIDs
are identifiers that its documentation prints everywhere) and that of public IP addresses. The detectors run over
a whole text at a time; the scanner's own driver goes line by line, and takes many times as long.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from bot.core.leaks import Known
from bot.core.rows import ABOVE_ASCII, DIGITS, LETTERS, alphabet, reduced
from bot.core.secrets import KNOWN, Match, SecretHit, hits_of, in_layers, own_matches, scannable

if TYPE_CHECKING:
    from detect_secrets.plugins.base import RegexBasedDetector

OF_KEYS = alphabet(LETTERS + DIGITS + b"-_" + ABOVE_ASCII, kept=b".:")
"""With all that is above ASCII: a pattern's digits may be those of any script."""
KEPT = 100_000
"""Bytes of a file up to which what was found in it is kept."""

# Module, class, what a text must hold one of (in lower case) for its patterns to be worth running, and where that
# tells too little what is in each match besides, with an x for each letter, digit, hyphen or underscore.
DETECTORS: tuple[tuple[str, str, tuple[str, ...], bytes], ...] = (
    ("aws", "AWSKeyDetector", ("aws", "a3t", "abia", "acca", "akia", "asia"), b""),
    ("azure_storage_key", "AzureStorageKeyDetector", ("accountkey=",), b""),
    ("basic_auth", "BasicAuthDetector", ("://",), b""),
    ("discord", "DiscordBotTokenDetector", (".",), b"." + b"x" * 27),
    ("github_token", "GitHubTokenDetector", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), b""),
    ("gitlab_token", "GitLabTokenDetector", ("gl", "gr1348941"), b"x" * 20),
    ("jwt", "JwtTokenDetector", ("eyj",), b""),
    ("mailchimp", "MailchimpDetector", ("-us",), b""),
    ("npm", "NpmDetector", ("_authtoken",), b""),
    ("openai", "OpenAIDetector", ("t3blbkfj",), b""),
    ("private_key", "PrivateKeyDetector", ("private key",), b""),
    ("pypi_token", "PypiTokenDetector", ("pypi-age",), b""),
    ("sendgrid", "SendGridDetector", ("sg.",), b""),
    ("slack", "SlackDetector", ("xox", "hooks.slack"), b""),
    ("square_oauth", "SquareOAuthDetector", ("sq0csp-",), b""),
    ("stripe", "StripeDetector", ("k_live_",), b""),
    ("telegram_token", "TelegramBotTokenDetector", (":",), b"x:" + b"x" * 35),
)


@dataclass(frozen=True, slots=True)
class Scanner:
    """Looks for what looks like a secret, also encoded, and for the secrets that this process knows."""

    known: Known = field(default_factory=Known)

    def __call__(self, files: Mapping[str, bytes]) -> list[SecretHit]:
        """What is found in some files: by detect-secrets' detectors, by our own patterns, by value."""
        return sorted({hit for path, content in files.items() for hit in self._hits(path, content)})

    def _hits(self, path: str, content: bytes) -> Iterator[SecretHit]:
        looks = _kept_looks if len(content) <= KEPT else _looks_like_secrets
        yield from (replace(hit, path=path) for hit in looks(content))
        text = content.decode(errors="replace")
        yield from hits_of(path, text, ((KNOWN, "", start) for start, _ in self.known.spans(text)))


@lru_cache(maxsize=256)  # a gate looks again and again at files that have not changed
def _kept_looks(content: bytes) -> tuple[SecretHit, ...]:
    return _looks_like_secrets(content)


def _looks_like_secrets(content: bytes) -> tuple[SecretHit, ...]:
    """What looks like a secret in a file, whatever its path."""
    text = content.decode(errors="replace")
    bare = scannable(text)
    encoded = ((kind, secret, start) for kind, secret, (start, _) in in_layers(text, _matches))
    return (*hits_of("", bare, _matches(bare)), *hits_of("", text, encoded))


scan = Scanner()
"""The one that knows no secret."""


def _matches(text: str) -> Iterator[Match]:
    import detect_secrets.core.scan  # noqa: F401  its plugins import one another in circles unless this is first

    yield from own_matches(text)
    lower, row = text.lower(), reduced(text, OF_KEYS)
    for module, name, needles, form in DETECTORS:
        if form not in row:
            continue
        for needle in needles:
            if needle in lower:
                break
        else:
            continue
        detector = _detector(module, name)
        valid = getattr(detector, "is_formally_valid", bool)
        for pattern in detector.denylist:
            yield from (
                (detector.secret_type, match.group(), match.start())
                for match in pattern.finditer(text)
                if valid(match.group())
            )


@cache
def _detector(module: str, name: str) -> "RegexBasedDetector":
    found = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
    return cast("RegexBasedDetector", found)
