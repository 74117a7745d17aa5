"""The manifest and what is sealed, as values: what is written is read back as it was, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.credential_keys import KeyPair, KeyRing, Opener, key_file, parse_keys, parse_secret, secret_text
from bot.core.credentials import (
    VARIABLES,
    Entry,
    Kind,
    Manifest,
    SignedManifest,
    altered,
    cleaned,
    entry_for,
    entry_of,
    manifest_file,
    parse_manifest,
    payload_file,
    refuse_altered,
    refuse_older,
    signable,
    unsigned,
    value_of,
)
from bot.errors import Refused
from tests.builders import NOW

KIND: st.SearchStrategy[Kind] = st.sampled_from((*VARIABLES, "other"))
NAMES = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
HEX = "0123456789abcdef"
RECIPIENT = "age1" + "q" * 58
IDENTITY = "AGE-SECRET-KEY-1" + "Q" * 58


@st.composite
def manifests(draw: st.DrawFn) -> SignedManifest:
    names = sorted(draw(st.sets(NAMES, max_size=4)))
    serial = draw(st.integers(1, 10**9))
    entries = tuple(
        entry_for(name, draw(KIND), NOW, draw(st.integers(1, serial)), draw(st.binary(min_size=1, max_size=9)))
        for name in names
    )
    vault = draw(st.text(HEX, min_size=16, max_size=16))
    manifest = Manifest(vault=vault, serial=serial, recipient=RECIPIENT, credentials=entries)
    return SignedManifest(manifest=manifest, signature=draw(st.text(HEX, min_size=128, max_size=128)))


@given(signed=manifests())
def test_a_manifest_is_read_back_as_it_was_written(signed: SignedManifest) -> None:
    assert parse_manifest(manifest_file(signed)) == signed
    for entry in signed.manifest.credentials:
        assert entry_of(signed.manifest, entry.name) == entry


@given(one=manifests(), other=manifests())
def test_g26_two_manifests_are_never_signed_by_the_same_bytes(one: SignedManifest, other: SignedManifest) -> None:
    assert (signable(one.manifest) == signable(other.manifest)) == (one.manifest == other.manifest)


@given(content=st.binary(max_size=200))
def test_g26_any_bytes_are_a_manifest_or_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="is not as swarm writes it"):
        parse_manifest(content)


@given(signed=manifests(), spaces=st.sampled_from([b" ", b"\n", b"\r\n"]))
def test_g26_the_same_values_written_otherwise_are_refused(signed: SignedManifest, spaces: bytes) -> None:
    text = manifest_file(signed)
    for other in (text + spaces, spaces + text, text.replace(b'"vault"', b'"v\\u0061ult"'), text * 2):
        with pytest.raises(Refused, match="is not as swarm writes it"):
            parse_manifest(other)


def entry(name: str, serial: int = 1) -> Entry:
    return entry_for(name, "other", NOW, serial, b"content")


@pytest.mark.parametrize(
    "entries",
    [(entry("b"), entry("a")), (entry("a"), entry("a", 2)), (entry("a", 4),)],
    ids=["order", "twice", "new"],
)
def test_g26_a_manifest_that_cannot_have_come_about_is_refused(entries: tuple[Entry, ...]) -> None:
    manifest = Manifest(vault="0" * 16, serial=3, recipient=RECIPIENT, credentials=entries)
    with pytest.raises(Refused, match="is not as swarm writes it"):
        parse_manifest(manifest_file(SignedManifest(manifest=manifest, signature="0" * 128)))


def test_what_is_missing_is_told_with_what_there_is() -> None:
    with pytest.raises(Refused, match=r"no credentials/manifest.json; `swarm credentials init` makes one"):
        parse_manifest(None)
    empty = Manifest(vault="0" * 16, serial=3, recipient=RECIPIENT)
    with pytest.raises(Refused, match=r"there is no credential main in .*; there are: none"):
        entry_of(empty, "main")
    refuse_older(empty, 3)
    with pytest.raises(Refused, match="is number 3, and none before number 4 counts"):
        refuse_older(empty, 4)
    assert "is not signed by the keys that are trusted here" in str(unsigned())


def test_a_file_is_the_one_that_is_named_or_altered() -> None:
    one = entry("main", 2)
    assert one.path == "credentials/main.2.age"
    assert altered(one, b"content") == ""
    assert refuse_altered(one, b"content") == b"content"
    for other in (None, b"", b"contenu", b"content "):
        assert altered(one, other).startswith("credentials/main.2.age is ")
        with pytest.raises(Refused, match="take credentials/ back from the last commit that a maintainer made"):
            refuse_altered(one, other)


@given(value=st.text(st.characters(codec="utf-8"), max_size=50), kind=KIND)
def test_a_value_is_read_back_where_everything_else_agrees(value: str, kind: Kind) -> None:
    manifest = Manifest(vault="0" * 16, serial=3, recipient=RECIPIENT)
    sealed = payload_file("0" * 16, "main", kind, 2, value)
    one = entry_for("main", kind, NOW, 2, sealed)
    assert value_of(manifest, one, sealed) == value
    for wrong in (one.model_copy(update={"name": "mine"}), one.model_copy(update={"serial": 3})):
        with pytest.raises(Refused, match="is no value of that name, kind and time"):
            value_of(manifest, wrong, sealed)
    with pytest.raises(Refused, match="is no value of that name, kind and time"):
        value_of(manifest, one, sealed[:-1])


def test_a_payload_shows_no_value() -> None:
    from bot.core.credentials import Payload

    payload = Payload(vault="0" * 16, name="main", kind="other", serial=1, value="canary")
    assert "canary" not in repr(payload)
    assert "canary" not in str(payload)


@given(
    kind=KIND, value=st.text(st.characters(codec="utf-8", exclude_categories=["Z", "Cc"]), min_size=1, max_size=40)
)
def test_a_value_is_sealed_as_it_is_without_the_end_of_its_line(kind: Kind, value: str) -> None:
    assert {cleaned(kind, value + end) for end in ("", "\n", "\r\n")} == {value}


@pytest.mark.parametrize("value", ["", " ", "\n", "a\0b", "é" * 40_000])
@pytest.mark.parametrize("kind", ["other", "bedrock-api-key"])
def test_what_no_variable_can_hold_is_refused(kind: Kind, value: str) -> None:
    with pytest.raises(Refused, match="the value"):
        cleaned(kind, value)


def test_a_key_has_no_space_in_it_and_another_value_may() -> None:
    assert cleaned("other", "a b\nc\n") == "a b\nc"
    with pytest.raises(Refused, match="which no anthropic-token has"):
        cleaned("anthropic-token", "a b")


# --- keys --------------------------------------------------------------------------------------------------


@given(oldest=st.integers(1, 10**9), key=st.text(HEX, min_size=64, max_size=64))
def test_a_secret_is_read_back_as_it_was_written(oldest: int, key: str) -> None:
    opener = Opener(IDENTITY, key, oldest)
    assert parse_secret(secret_text(opener)) == opener
    assert parse_secret(f" {secret_text(opener)}\n") == opener
    assert IDENTITY not in repr(opener)


@given(text=st.text(max_size=100))
def test_g26_any_other_text_is_no_secret_and_is_not_shown(text: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_secret(f"canary{text}")
    assert "canary" not in str(caught.value)


def test_a_key_file_is_read_back_as_it_was_written() -> None:
    pair = KeyPair(identity=IDENTITY, seed="0" * 64)
    ring = KeyRing(vault="0" * 16, pairs=(pair, pair))
    assert parse_keys(key_file(ring), "k") == ring
    assert IDENTITY not in repr(ring)
    assert "0" * 64 not in repr(ring)


@given(content=st.binary(max_size=100))
def test_g26_any_other_file_holds_no_keys_and_is_not_shown(content: bytes) -> None:
    with pytest.raises(Refused, match=r"^k is no key file of swarm, or was cut off; take it back from"):
        parse_keys(content, "k")
