"""Texts within texts, and where they stand."""

import re
import time
from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.layers import decoded, layers
from bot.core.secrets import REDACTED, redacted
from tests.disguises import DISGUISES

KEY = "sk-" + "ant-api03-" + "Ab1-xY9_" * 5 + "AA"
LIKE_A_KEY = [
    name
    for name in DISGUISES
    # Without knowing the key, nobody can tell what these are.
    if name
    not in (
        "hex in pairs",
        "spaced",
        "in lines",
        "dotted",
        "in quotes",
        "JSON lines",
        "first characters cut",
        "last characters cut",
        "both ends cut, in base64",
        "cut, in hex",
        "cut, backwards",
        "upper",
    )
]


def places(text: str, wanted: str) -> set[str]:
    """The parts of a text that say something when they are decoded."""
    found = set()
    for layer in layers(text):
        at = layer.text.find(wanted)
        if at >= 0:
            start, end = layer.place(at, at + len(wanted))
            found.add(text[start:end])
    return found


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("dGhlIHdvcmQgaXMgc3dvcmRmaXNo", "dGhlIHdvcmQgaXMgc3dvcmRmaXNo"),
        ("74686520776f72642069732073776f726466697368", "74686520776f72642069732073776f726466697368"),
        ("the word is hsifdrows", "hsifdrows"),
        ("the word is s%77ordfish, %20%s", "s%77ordfish"),
        ("the word is \\u0073wordfish and more", "\\u0073wordfish"),
        ("the word is swordfish", ""),
    ],
)
def test_what_a_text_says_when_it_is_decoded(said: str, part: str) -> None:
    assert places(said, "swordfish") == ({part} if part else set())


def test_what_is_encoded_twice_is_decoded_twice() -> None:
    twice = b64encode(b64encode(b"the word is swordfish")).decode()
    assert places(f"{twice} ", "swordfish") == {twice.rstrip("=")}
    thrice = b64encode(twice.encode()).decode()
    assert places(thrice, "swordfish") == set()


@pytest.mark.parametrize("disguise", LIKE_A_KEY)
def test_g25_a_key_of_a_known_form_is_found_in_disguise(disguise: str) -> None:
    hidden = redacted(f"first {DISGUISES[disguise](KEY)} then")
    assert REDACTED in hidden, hidden
    assert hidden.startswith("first ")
    assert hidden.endswith(" then")


def test_g25_many_keys_in_one_text_do_not_take_long() -> None:
    began = time.process_time()
    assert redacted("sk%2Dant%2D" + "Ab1" * 10 + "\n") == REDACTED + "\n"
    many = ("sk%2Dant%2D" + "Ab1" * 10 + " sk-\u200bant-" + "Ab1" * 10 + "\n") * 500
    assert redacted(many) == f"{REDACTED} {REDACTED}\n" * 500
    assert time.process_time() - began < 3


PIECES = st.sampled_from(
    [
        *"=\n\r\\n+/-_. %é\u200b0aA",
        "0123456789abcdef" * 2,
        "cache_write_tokens",
        "dGhlIHdvcmQgaXMgc3dvcmRmaXNo",
        "VGhlIFdvcmQgaXMg\nVGhlIFdvcmQgaXMg",
        "\\n",
        "\r\n",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_may_be_hex_or_base64_is_decoded(text: str) -> None:
    """Two patterns say what that is; the search for it takes a shorter way."""
    printable = re.compile(rb"[\t\n\r -~]{16,}")
    data = [bytes.fromhex(match[0]) for match in re.finditer("(?:[0-9A-Fa-f]{2}){16,}", text)]
    lines = r"[\w+/-]{16,}(?:(?:\r?\n|\\+n)[\w+/-]{16,})*(?:(?:\r?\n|\\+n)[\w+/-]{1,15}=)?"
    for match in re.finditer(lines, text, re.ASCII):
        run = re.sub(r"(?:\r?\n|\\+n)+", "", match[0]).rstrip("=").replace("-", "+").replace("_", "/")
        if not run.islower():
            for piece in (run[skipped:] for skipped in range(4)):
                rest = len(piece) % 4
                data.append(b64decode(piece[: len(piece) - rest] + (f"{piece[-rest:]:=<4}" if rest > 1 else "")))
    assert [layer.text.encode() for layer in decoded(text, 1)] == [
        said[0] for one in data for said in printable.finditer(one)
    ]
