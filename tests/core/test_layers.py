"""Texts within texts, and where they stand."""

import time
from base64 import b64encode

import pytest

from bot.core.layers import layers
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
