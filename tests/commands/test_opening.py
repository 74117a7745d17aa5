"""G26: a sealed credential is opened as it was sealed, or refused; nothing in between, and nothing is shown."""

import json
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.sealing import Sealing
from bot.commands.credentials import add, publish, rotate
from bot.commands.opening import open_credential
from bot.core.credential_keys import KeyPair, Opener
from bot.core.credentials import (
    MANIFEST,
    Manifest,
    entry_for,
    manifest_file,
    parse_manifest,
    payload_file,
    sealed_path,
    signable,
)
from bot.errors import Refused
from tests.builders import NOW
from tests.sealed import CANARY, OTHER, Place, changed, plaintexts, sealed

SEALING = Sealing()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return sealed(tmp_path_factory.mktemp("sealed"))


@pytest.fixture(scope="module")
def opener(place: Place) -> Opener:
    return place.opener


def refusal(act: Callable[[], object]) -> str:
    """What is said when something is refused; nothing that was sealed is in the error or its traceback."""
    with pytest.raises(Refused) as caught:
        act()
    told = "".join(traceback.format_exception(caught.value))
    assert CANARY not in told
    assert OTHER not in told
    assert "AGE-SECRET-KEY" not in told
    return str(caught.value)


def resigned(place: Place, manifest: Manifest, pair: KeyPair) -> bytes:
    """A manifest that is well formed, and signed by somebody."""
    signed = parse_manifest((place.root / MANIFEST).read_bytes())
    signature = SEALING.sign(pair.seed, signable(manifest))
    return manifest_file(signed.model_copy(update={"manifest": manifest, "signature": signature}))


def test_g26_what_was_sealed_is_opened(place: Place) -> None:
    opened = place.open()
    assert (opened.name, opened.kind, opened.value) == ("main", "anthropic-api-key", CANARY)
    assert place.open("other").value == OTHER
    assert CANARY not in repr(opened)
    assert plaintexts(place.home) == []


@given(value=st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=200))
@settings(max_examples=50, deadline=None)
def test_g26_any_text_comes_back_as_it_was(place: Place, value: str) -> None:
    manifest = place.manifest
    plaintext = payload_file(manifest.vault, "any", "other", 7, value)
    content = SEALING.seal(manifest.recipient, plaintext)
    entry = entry_for("any", "other", NOW, 7, content)
    changed_manifest = manifest.model_copy(update={"credentials": (entry,), "serial": 7})
    pair = _pair(place)
    files = {MANIFEST: resigned(place, changed_manifest, pair), entry.path: content}
    assert open_credential(files.get, SEALING, place.opener, "any").value == value


def _pair(place: Place) -> KeyPair:
    ring = place.vault.keys.read()
    assert ring is not None
    return ring.pairs[0]


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_g26_a_flipped_bit_anywhere_is_refused(place: Place, opener: Opener, data: st.DataObject) -> None:
    file = data.draw(st.sampled_from([place.root / MANIFEST, place.file()]))
    content = bytearray(file.read_bytes())
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    content[bit // 8] ^= 1 << (bit % 8)
    with changed(file, bytes(content)):
        assert refusal(lambda: place.open(opener=opener)).startswith("credential main: credentials/")


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_g26_what_is_cut_off_or_longer_is_refused(place: Place, opener: Opener, data: st.DataObject) -> None:
    file = data.draw(st.sampled_from([place.root / MANIFEST, place.file()]))
    content = file.read_bytes()
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    longer = content + data.draw(st.sampled_from([b"\n", b" ", b"\0", content]))
    for other in (cut, longer):
        with changed(file, other):
            assert "credential main: credentials/" in refusal(lambda: place.open(opener=opener))


def test_g26_age_itself_refuses_every_flipped_bit(place: Place) -> None:
    """The second line of defence: whoever could sign a manifest still cannot change what was sealed."""
    content, identity = place.file().read_bytes(), place.opener.identity
    for bit in range(0, 8 * len(content), 7):
        bad = bytearray(content)
        bad[bit // 8] ^= 1 << (bit % 8)
        refusal(lambda bad=bad: SEALING.open(identity, bytes(bad)))  # type: ignore[misc]


def test_g26_the_wrong_key_opens_nothing(place: Place, tmp_path: Path) -> None:
    mine, others = place.opener, sealed(tmp_path / "others").opener
    cases = {
        "not signed by the keys that are trusted here": Opener(mine.identity, others.verify_key),
        "sealed to another identity": Opener(others.identity, mine.verify_key),
        "is not signed by": others,
        "mistyped": Opener(mine.identity[:-1] + ("P" if mine.identity.endswith("Q") else "Q"), mine.verify_key),
    }
    for said, opener in cases.items():
        assert said in refusal(lambda opener=opener: place.open(opener=opener))  # type: ignore[misc]
    assert "cannot be opened with this key" in refusal(
        lambda: SEALING.open(others.identity, place.file().read_bytes())
    )


def test_g26_two_files_that_changed_places_are_refused(place: Place) -> None:
    main, other = place.file("main"), place.file("other")
    one, two = main.read_bytes(), other.read_bytes()
    with changed(main, two), changed(other, one):
        for name in ("main", "other"):
            assert "is not the file that the manifest names" in refusal(lambda name=name: place.open(name))  # type: ignore[misc]


def test_g26_a_missing_file_or_manifest_is_refused(place: Place) -> None:
    opener = place.opener
    with changed(place.file(), None):
        assert ".age is missing" in refusal(place.open)
    with changed(place.root / MANIFEST, None):
        assert "there is no credentials/manifest.json" in refusal(lambda: place.open(opener=opener))


def test_g26_a_strangers_file_that_is_sealed_to_us_is_refused(place: Place) -> None:
    """The recipient is public: anybody can seal something to it that opens and is well formed."""
    entry = place.manifest.credentials[0]
    forged = payload_file(place.manifest.vault, "main", entry.kind, entry.serial, "sk-of-a-stranger-000000001")
    with changed(place.file(), SEALING.seal(place.manifest.recipient, forged)):
        assert "is not the file that the manifest names" in refusal(place.open)


def test_g26_a_strangers_manifest_is_refused(place: Place) -> None:
    """With everything in it as it should be, but signed by another key."""
    opener, stranger, manifest = place.opener, SEALING.new_keys(), place.manifest
    entry = manifest.credentials[0]
    forged = SEALING.seal(
        manifest.recipient, payload_file(manifest.vault, "main", entry.kind, entry.serial, "sk-of-a-stranger")
    )
    theirs = manifest.model_copy(
        update={"credentials": (entry_for("main", entry.kind, entry.since, entry.serial, forged),)}
    )
    content = resigned(place, theirs, stranger)
    with changed(place.root / MANIFEST, content), changed(place.file(), forged):
        assert "is not signed by the keys that are trusted" in refusal(lambda: place.open(opener=opener))


def test_g26_a_signature_of_something_else_is_none_of_a_manifest(place: Place) -> None:
    opener, manifest = place.opener, place.manifest
    bare = json.dumps(manifest.model_dump(mode="json"), sort_keys=True, separators=(",", ":")).encode()
    signed = parse_manifest((place.root / MANIFEST).read_bytes())
    forged = signed.model_copy(update={"signature": SEALING.sign(_pair(place).seed, bare)})
    with changed(place.root / MANIFEST, manifest_file(forged)):
        assert "is not signed by" in refusal(lambda: place.open(opener=opener))


@pytest.mark.parametrize(
    "changes", [{"name": "other"}, {"kind": "anthropic-token"}, {"serial": 1}, {"vault": "f" * 16}]
)
def test_g26_what_says_something_else_of_itself_is_refused(place: Place, changes: dict[str, str]) -> None:
    """A file under another name, even when the manifest agrees: as by a tool that mixes things up and signs it."""
    manifest, opener = place.manifest, place.opener
    entry = next(entry for entry in manifest.credentials if entry.name == "main")
    says = {"vault": manifest.vault, "name": "main", "kind": entry.kind, "serial": entry.serial} | changes
    content = SEALING.seal(manifest.recipient, json.dumps(says | {"value": OTHER}).encode())
    mixed = manifest.model_copy(
        update={"credentials": (entry_for("main", entry.kind, entry.since, entry.serial, content),)}
    )
    with changed(place.root / MANIFEST, resigned(place, mixed, _pair(place))), changed(place.file(), content):
        assert "is no value of that name, kind and time" in refusal(lambda: place.open(opener=opener))


@pytest.mark.parametrize(
    "plaintext", [b"", b"{", b"something else", json.dumps({"value": OTHER}).encode(), b"\xff"]
)
def test_g26_what_is_no_credential_inside_is_refused_and_not_shown(place: Place, plaintext: bytes) -> None:
    manifest, opener = place.manifest, place.opener
    entry = next(entry for entry in manifest.credentials if entry.name == "main")
    content = SEALING.seal(manifest.recipient, plaintext)
    mixed = manifest.model_copy(
        update={"credentials": (entry_for("main", entry.kind, entry.since, entry.serial, content),)}
    )
    with changed(place.root / MANIFEST, resigned(place, mixed, _pair(place))), changed(place.file(), content):
        assert "is no value of that name, kind and time" in refusal(lambda: place.open(opener=opener))


def test_g26_an_older_manifest_does_not_open_a_newer_file(tmp_path: Path) -> None:
    place = sealed(tmp_path)
    older, path = (place.root / MANIFEST).read_bytes(), place.file()
    old_file = path.read_bytes()
    rotate(place.vault, "main", "sk-of-today-0000000003")
    newer = place.file().read_bytes()
    newest = place.opener
    opener = Opener(newest.identity, newest.verify_key)
    with changed(place.root / MANIFEST, older):
        assert ".age is missing" in refusal(lambda: place.open(opener=opener))
        with changed(path, newer):
            assert "is not the file that the manifest names" in refusal(lambda: place.open(opener=opener))
        with changed(path, old_file):
            assert place.open(opener=opener).value == CANARY, "whole and old, and nothing says that it is too old"
            said = refusal(lambda: place.open(opener=newest))
            assert "is number 3, and none before number 4 counts any more" in said


def test_g26_another_repositorys_credentials_are_refused(tmp_path: Path) -> None:
    """Copied as a whole, from a repository whose maintainer is the same."""
    here, there = sealed(tmp_path / "here"), Place(tmp_path / "there", vault_id="fedcba9876543210")
    here_opener = here.opener
    there.root.mkdir(parents=True)
    ring = SEALING.new_keys()
    publish(
        there.vault,
        Manifest(vault=there.vault_id, serial=9, recipient=SEALING.recipient(ring.identity)),
        ring,
    )
    with changed(here.root / MANIFEST, (there.root / MANIFEST).read_bytes()):
        assert "is not signed by" in refusal(lambda: here.open(opener=here_opener))
        assert "sealed to other keys" in refusal(lambda: add(here.vault, "new", "other", "value"))


def test_g26_an_unknown_name_is_told_what_there_is(place: Place) -> None:
    said = refusal(lambda: place.open("nobody"))
    assert "there is no credential nobody in credentials/manifest.json; there are: main, other" in said
    assert "swarm credentials add nobody" in said


def test_g26_only_the_one_file_is_read(place: Place) -> None:
    seen: list[str] = []

    def read(path: str) -> bytes | None:
        seen.append(path)
        return (place.root / path).read_bytes()

    open_credential(read, SEALING, place.opener, "main")
    assert seen == [MANIFEST, sealed_path("main", 2)]
