"""Known secrets are found however they are written, and nothing else is (G25)."""

import random
import string
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.leaks import Known
from bot.core.secrets import REDACTED
from tests.disguises import DISGUISES, leaks

ROOT = Path(__file__).parent.parent.parent
CANARY = "sk-" + "canary-Xq7LmW2pRz9-TgK4vBn8_sYd3H"
SECRETS = st.text(string.ascii_letters + string.digits + "-_", min_size=20, max_size=120).filter(
    lambda s: sum(c.isalnum() for c in s) >= 0.9 * len(s) and len(set(s)) >= 8
)
AROUND = st.text(st.sampled_from("abc XYZ 019 .,:;\n\"'=+/&%\\{}[]é\u200b"), max_size=30)


def instead(text: str, *secrets: str) -> str:
    return Known(secrets).hidden(text, REDACTED)


@pytest.mark.parametrize("disguise", DISGUISES)
def test_g25_a_secret_in_any_disguise_is_found(disguise: str) -> None:
    text = f"The key is {DISGUISES[disguise](CANARY)}, they say."
    assert disguise in ("first characters cut", "last characters cut") or leaks(text, CANARY), "a disguise of it"
    hidden = instead(text, CANARY)
    assert not leaks(hidden, CANARY), hidden
    assert hidden.startswith("The key is ")
    assert hidden.endswith(", they say.")


@given(SECRETS, st.sampled_from(sorted(DISGUISES)), AROUND, AROUND)
@example("a" * 12 + "bcdefgh1", "base64", "", "")
@example("001A00004001A0002536", "base64 twice", "", "")  # which is letters alone
def test_g25_any_secret_in_any_disguise_in_any_text(secret: str, disguise: str, before: str, after: str) -> None:
    text = f"{before} {DISGUISES[disguise](secret)} {after}"
    known = Known([secret])
    hidden = known.hidden(text, REDACTED)
    assert REDACTED in hidden, text
    assert not known.spans(hidden)


@given(st.text(min_size=8, max_size=40).filter(lambda s: len(s.strip()) >= 8), AROUND, AROUND)
def test_g25_any_text_at_all_may_be_a_secret(secret: str, before: str, after: str) -> None:
    assert secret.strip() not in Known([secret]).hidden(f"{before}{secret}{after}", "*")


@given(SECRETS, st.data())
def test_g25_a_piece_that_is_large_enough_is_found(secret: str, data: st.DataObject) -> None:
    size = min(48, max(12, round(0.4 * len(secret))))
    start = data.draw(st.integers(0, len(secret) - size))
    piece = secret[start : start + size]
    encoding = data.draw(st.sampled_from(["plain", "base64", "hex", "backwards", "percent", "in lines", "upper"]))
    assert REDACTED in instead(f"see {DISGUISES[encoding](piece)} there", secret)


def test_g25_what_is_left_of_a_secret_beside_a_large_piece_goes_too() -> None:
    first, rest = "Xq7LmW2pRz9TgK4vBn8sYd3", "HfJc6AuE5wQtVb"
    assert 12 <= len(rest) < 0.4 * len(first + rest)
    assert instead(f"{first} and then {rest}", first + rest) == f"{REDACTED} and then {REDACTED}"
    assert instead(f"and then {rest}", first + rest) == f"and then {rest}"


@pytest.mark.parametrize(
    ("secret", "text", "hidden"),
    [
        ("s3cret", "a s3cret, S3CRET, s-3-cret", f"a {REDACTED}, S3CRET, s-3-cret"),
        ("s3cret", "czNjcmV0", "czNjcmV0"),
        ("abc", "abc", "abc"),
        ("  ", "a  b", "a  b"),
        ("!!--##__//", "so !!--##__// it is", f"so {REDACTED} it is"),
        ("!!--##__//", "so %21!--##__// it is", f"so {REDACTED} it is"),
        ("пароль-и-ключ", "вот пароль-и-ключ", f"вот {REDACTED}"),
        ("пароль-и-ключ", "0LLQvtGCINC/0LDRgNC+0LvRjC3QuC3QutC70Y7Rhw==", f"0LLQvtGCIN{REDACTED}w=="),
        ("swordfish-1", "the word is swordfish-1\n", f"the word is {REDACTED}\n"),
    ],
)
def test_g25_short_ones_and_those_without_letters(secret: str, text: str, hidden: str) -> None:
    assert instead(text, secret) == hidden


def test_g25_prose_is_never_taken_for_a_secret() -> None:
    chance = random.Random(25)
    secrets = ["".join(chance.choices(string.ascii_letters + string.digits, k=n)) for n in range(8, 120, 12)]
    known = Known([*secrets, "hunter22", "sk-ant-api03-" + secrets[-1], "github_pat_" + secrets[-2]])
    for file in [*ROOT.glob("docs/*.md"), *ROOT.glob("requirements*.lock")]:
        assert known.spans(file.read_text()[:100_000]) == [], file.name


def test_g25_beginnings_that_tokens_share_are_no_leak() -> None:
    token = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9." + "Qx7" * 60
    assert Known([token]).spans("a header such as eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9 says so") == []


def test_known_secrets_stand_in_no_representation() -> None:
    assert repr(Known([CANARY])) == "Known(1 secrets)"


@pytest.mark.parametrize("text", ["a" * 1_000_000, "abcdefgh" * 125_000, "\\n" * 500_000, "%41" * 333_000])
def test_g25_a_text_that_is_made_to_take_long_does_not(text: str) -> None:
    known = Known(["a" * 30 + "bcdefgh1", "abcdefgh" * 4 + "x1", CANARY])
    began = time.process_time()
    known.spans(text[:50_000])
    assert time.process_time() - began < 3
