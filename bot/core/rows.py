"""Texts reduced to which of their characters keys are made of: there what may be a key stands out by its length.

Most texts hold nothing that is as long as a key, and a pattern takes many times as long to find that out.
"""

LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
DIGITS = b"0123456789"
ABOVE_ASCII = bytes([ord("?"), *range(128, 256)])
"""Every character above ASCII, and the question mark: `reduced` does not tell them all apart."""


def alphabet(characters: bytes, kept: bytes = b"") -> bytes:
    """Which characters `reduced` tells from the others: `x` stands for each of them, a space for all that is not
    `kept` as it is."""
    return bytes(ord("x") if byte in characters else byte if byte in kept else ord(" ") for byte in range(256))


def reduced(text: str, of: bytes) -> bytes:
    """A text with one byte for each of its characters, as an `alphabet` has them."""
    return text.encode("latin-1", "replace").translate(of)
