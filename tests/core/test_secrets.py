"""Our own patterns of keys. The keys are made up, in pieces, so that no scanner takes this file for a leak."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.secrets import (
    REDACTED,
    SecretHit,
    fingerprint,
    hits_of,
    line_of,
    line_starts,
    own_matches,
    redacted,
    scannable,
    unpublished,
)

KEYS = {
    "Anthropic key": "sk-" + "ant-api03-" + "Ab1" * 10,
    "OpenAI key": "sk-" + "proj-" + "Ab1" * 10,
    "GitHub token": "github" + "_pat_" + "Ab1" * 10,
    "Google API key": "AI" + "za" + "b" * 35,
    "Google OAuth secret": "GOC" + "SPX-" + "b" * 28,
    "age identity": "AGE-SECRET" + "-KEY-1" + "Q" * 58,
    "Hugging Face token": "h" + "f_" + "b" * 34,
    "DigitalOcean token": "do" + "p_v1_" + "a" * 64,
    "Slack app token": "xa" + "pp-1-A01-123-" + "a" * 30,
    "Stripe webhook secret": "wh" + "sec_" + "a" * 32,
    "private key": "BEGIN " + "OPENSSH PRIVATE KEY",
}


def find_secrets(texts: dict[str, str]) -> list[SecretHit]:
    """As the scanner does, without the detectors of others."""
    bare = {path: scannable(text) for path, text in texts.items()}
    return [hit for path, text in bare.items() for hit in hits_of(path, text, own_matches(text))]


@pytest.mark.parametrize(("kind", "key"), KEYS.items())
@pytest.mark.parametrize("frame", ["{}", "key: {}.", '"quote": "{}",', "`{}`"])
def test_keys_are_found_with_file_line_and_kind_and_never_shown(kind: str, key: str, frame: str) -> None:
    [hit] = find_secrets({"a.md": f"first\n\n{frame.format(key)}\n"})
    assert (hit.path, hit.line, hit.kind) == ("a.md", 3, kind)
    assert key not in repr(hit)


@pytest.mark.parametrize(
    "text",
    [
        'api_key = "q7Zk29dLm3Xc81Vb5Tn0"',
        "password: 'q7Zk29dLm3Xc81Vb5Tn0'",
        '"token": "q7Zk29dLm3Xc81Vb5Tn0"',
        '"quote": "{\\"secret\\": \\"q7Zk29dLm3Xc81Vb5Tn0\\"}"',
    ],
)
def test_credentials_that_are_assigned(text: str) -> None:
    assert [hit.kind for hit in find_secrets({"a.json": text})] == ["assigned credential"]


@pytest.mark.parametrize(
    "text",
    [
        '"sha256": "' + "9f2c" * 16 + '"',
        '"field": "authentication-and-tokens"',
        '"token": "short1"',
        '"token": "TokenCredentialProvider/Default"',
        "The api_key is passed in a header.",
        "sk-learn and hf_transfer and AIzaShort",
    ],
)
def test_what_is_no_key(text: str) -> None:
    assert find_secrets({"a.json": text}) == []


def test_examples_that_a_source_prints_are_no_leak() -> None:
    key = KEYS["Stripe webhook secret"]
    leak = find_secrets({"a.md": f"{key}\n{KEYS['private key']} and {KEYS['private key']}\n"})
    assert unpublished(leak, find_secrets({"quotes": "say " + key})) == (
        SecretHit("a.md", 2, "private key", fingerprint(KEYS["private key"])),
    )
    assert [hit.line for hit in unpublished(leak, [])] == [1, 2]


def test_escapes_make_no_difference_to_a_fingerprint() -> None:
    assert fingerprint("a\\_b") == fingerprint("a_b") != fingerprint("ab")


@given(st.text("ab\n", max_size=40), st.integers(0, 39))
def test_lines_are_counted_as_an_editor_does(text: str, at: int) -> None:
    if at < len(text):
        assert line_of(line_starts(text), at) == text[:at].count("\n") + 1


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\ufeff", "\u202e", "\U000e0041"])
def test_a5_a_key_that_invisible_characters_part_is_found(hidden: str) -> None:
    key = KEYS["Anthropic key"]
    [hit] = find_secrets({"a.md": f"first\n{key[:9]}{hidden}{key[9:]}"})
    assert (hit.line, hit.fingerprint) == (2, fingerprint(key))


@pytest.mark.parametrize("key", KEYS.values())
def test_g25_what_looks_like_a_key_is_taken_out_of_a_text(key: str) -> None:
    assert redacted(f"first {key} and {key}, then more") == f"first {REDACTED} and {REDACTED}, then more"
