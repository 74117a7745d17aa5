"""What maintainers do with sealed credentials, cut off anywhere (G10), and never a plaintext on the disk (G26)."""

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.credential_files import CredentialFolder, KeyFile
from bot.commands.credential_list import listed
from bot.commands.credential_rotation import rotate_all
from bot.commands.credentials import Vault, add, init, known, refuse_known, rotate
from bot.commands.outcome import Exit
from bot.core.credential_keys import KeyPair
from bot.core.credentials import MANIFEST
from bot.errors import MachineError, Refused
from tests.sealed import CANARY, OTHER, Place, changed, plaintexts, sealed
from tests.workshop import Countdown, Killed

NEW = "sk-canary-of-the-provider-0001-and-newer"
"""It has the canary in it."""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return sealed(tmp_path)


def files(place: Place) -> list[str]:
    return sorted(path.name for path in (place.root / "credentials").iterdir())


def test_g26_what_is_sealed_lies_in_files_that_the_manifest_names(place: Place) -> None:
    assert files(place) == ["main.2.age", "manifest.json", "other.3.age"]
    assert [(entry.name, entry.kind, entry.serial) for entry in place.manifest.credentials] == [
        ("main", "anthropic-api-key", 2), ("other", "other", 3),
    ]  # fmt: skip
    assert place.manifest.serial == 3
    assert place.file().read_text().startswith("-----BEGIN AGE ENCRYPTED FILE-----\n")
    assert plaintexts(place.home) == []


def test_g26_the_keys_lie_outside_and_are_their_owners_alone(place: Place) -> None:
    assert stat.S_IMODE(place.key_path.stat().st_mode) == 0o600
    assert "AGE-SECRET-KEY" in place.key_path.read_text()
    assert not any("AGE-SECRET-KEY" in text for text in place.files().values())
    place.key_path.chmod(0o640)
    with pytest.raises(Refused, match=r"may be read by others; chmod 600 '.*keys.json'"):
        add(place.vault, "third", "other", "value")


@pytest.mark.parametrize("inside", ["keys.json", ".git/keys.json", "sub/../keys.json"])
def test_g26_keys_inside_the_repository_are_refused(tmp_path: Path, inside: str) -> None:
    place = Place(tmp_path)
    (place.root / ".git").mkdir(parents=True)
    (place.root / "sub").mkdir()
    vault = replace(place.vault, keys=KeyFile(place.root / inside, place.root))
    with pytest.raises(Refused, match="lies in the repository, from where it could be committed"):
        init(vault, place.vault_id, "", secret=False)
    assert not (place.root / "credentials").exists()
    assert not (place.root / inside).exists()


def test_g26_a_link_from_outside_into_the_repository_is_inside(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.root.mkdir()
    (tmp_path / "link").symlink_to(place.root)
    with pytest.raises(Refused, match="lies in the repository"):
        KeyFile(tmp_path / "link" / "keys.json", place.root).read()


def test_g26_keys_that_are_there_are_never_overwritten(place: Place) -> None:
    before = place.key_path.read_bytes()
    with changed(place.root / MANIFEST, None), pytest.raises(Refused, match="may open what another repository"):
        init(place.vault, "f" * 16, "", secret=False)
    assert place.key_path.read_bytes() == before


def test_init_again_changes_nothing_and_says_where_the_keys_are(place: Place) -> None:
    before = place.files()
    again = init(place.vault, place.vault_id, "KEYS", secret=False)
    assert place.files() == before
    assert again.data["made"] is False
    assert "is there already" in again.text
    assert "the keys are in KEYS" in again.text
    assert "swarm credentials init --secret | gh secret set SWARM_CREDENTIALS_KEY" in again.text
    assert "AGE-SECRET-KEY" not in again.text + json.dumps(dict(again.data))


def test_g26_a_runner_can_open_and_never_sign(place: Place) -> None:
    pair = json.loads(place.key_path.read_text())["pairs"][0]
    assert pair["identity"] in place.secret
    assert pair["seed"] not in place.secret
    assert place.vault.sealing.verify_key(pair["seed"]) in place.secret
    assert pair["identity"] not in repr(place.opener)
    assert pair["seed"] not in repr(KeyPair(**pair))
    assert pair["identity"] not in repr(KeyPair(**pair))


def test_a_name_is_added_once(place: Place) -> None:
    before = place.files()
    for act in (lambda: add(place.vault, "main", "other", "x"), lambda: refuse_known(place.vault, "main")):
        with pytest.raises(Refused, match=r"already; `swarm credentials rotate main` replaces its value"):
            act()
    assert place.files() == before
    refuse_known(place.vault, "third")


@pytest.mark.parametrize("value", ["", "\n", "  \n", "a b\n", "a\nb", "a\0b", "x" * 65_537])
def test_a_value_that_can_be_none_is_refused(place: Place, value: str) -> None:
    before = place.files()
    with pytest.raises(Refused):
        add(place.vault, "third", "anthropic-token", value)
    assert place.files() == before


def test_what_a_terminal_or_file_adds_to_a_value_is_no_part_of_it(place: Place) -> None:
    add(place.vault, "token", "anthropic-token", " token-1 \r\n")
    assert place.open("token").value == "token-1"
    add(place.vault, "pem", "other", "two\nlines\n\n")
    assert place.open("pem").value == "two\nlines\n"


def test_a_new_value_takes_the_place_of_the_old_one(place: Place) -> None:
    rotate(place.vault, "main", NEW)
    assert (place.open().value, place.open().kind) == (NEW, "anthropic-api-key")
    assert files(place) == ["main.4.age", "manifest.json", "other.3.age"]
    assert known(place.vault, "main").serial == 4
    with pytest.raises(Refused, match="there is no credential nobody"):
        rotate(place.vault, "nobody", NEW)


def test_new_keys_open_everything_and_the_old_ones_nothing(place: Place) -> None:
    old, since = place.opener, place.manifest.credentials[0].since
    outcome = rotate_all(place.vault)
    assert outcome.data["sealed"] == ["main", "other"]
    assert (place.open().value, place.open("other").value) == (CANARY, OTHER)
    assert place.manifest.credentials[0].since == since, "the value is as old as it was"
    with pytest.raises(Refused, match="is not signed by the keys"):
        place.open(opener=old)
    assert len(json.loads(place.key_path.read_text())["pairs"]) == 1
    assert place.opener.identity != old.identity


# --- cut off anywhere --------------------------------------------------------------------------------------

ACTS: dict[str, Callable[[Vault], object]] = {
    "add": lambda vault: add(vault, "third", "other", OTHER),
    "rotate": lambda vault: rotate(vault, "main", NEW),
    "rotate --all": rotate_all,
}


def effects(home: Path, act: Callable[[Vault], object]) -> int:
    counted = replace(sealed(home), countdown=Countdown(None))
    act(counted.vault)
    return len(counted.countdown.effects)


@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("name", ACTS)
def test_g10_g26_cut_off_anywhere_the_old_or_the_new_state_is_whole(tmp_path: Path, name: str, torn: bool) -> None:
    act = ACTS[name]
    count = effects(tmp_path / "counted", act)
    assert count >= 2
    for number in range(1, count + 1):
        home = tmp_path / str(number)
        sealed(home)
        mortal = Place(home, countdown=Countdown(number), torn=torn)
        with pytest.raises(Killed):
            act(mortal.vault)
        place = Place(home)
        assert plaintexts(home) == []
        assert place.open().value in (CANARY, NEW), "whichever it is, it opens"
        assert place.open("other").value == OTHER
        assert listed(place.vault).exit is Exit.DONE
        _again(name, place)
        assert plaintexts(home) == []
        assert place.open().value == (NEW if name == "rotate" else CANARY)
        assert place.open("other").value == OTHER
        assert listed(place.vault).data["strays"] == []
        assert len(json.loads(place.key_path.read_text())["pairs"]) == 1
        named = [entry.path.removeprefix("credentials/") for entry in place.manifest.credentials]
        assert files(place) == sorted([*named, "manifest.json"])


def _again(name: str, place: Place) -> None:
    """The same command. One that had come to its end says so, or does the same once more."""
    try:
        ACTS[name](place.vault)
    except Refused as error:
        assert "there is a credential third already" in str(error)
        rotate(place.vault, "third", OTHER)  # the next change sweeps up
    if name == "add":
        assert place.open("third").value == OTHER


def test_g10_keys_that_a_rotation_had_made_are_gone_on_with(place: Place) -> None:
    mortal = Place(place.home, countdown=Countdown(1))
    with pytest.raises(Killed):
        rotate_all(mortal.vault)
    old, made = json.loads(place.key_path.read_text())["pairs"]
    rotate(place.vault, "main", NEW)  # by the old keys, meanwhile
    assert place.opener.identity == old["identity"]
    rotate_all(place.vault)
    assert place.opener.identity == made["identity"]
    assert place.open().value == NEW


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_g10_a_disk_that_is_full_leaves_the_old_files_whole(
    place: Place, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whatever is written when there is no room, what was there stays."""
    before, keys = place.files(), place.key_path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for act in ACTS.values():
        with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
            patch.setattr(step, full)
            act(place.vault)
        whole = {name: text for name, text in place.files().items() if not name.endswith(".part")}
        assert (whole, place.key_path.read_bytes()) == (before, keys)
    monkeypatch.undo()
    rotate(place.vault, "main", NEW)
    assert not [name for name in place.files() if name.endswith(".part")]


def test_g26_only_one_command_changes_credentials_at_a_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = KeyFile(place.key_path, place.root)
    monkeypatch.setattr("bot.adapters.credential_files.PATIENCE", 0)
    with keys.alone(), pytest.raises(MachineError, match="another `swarm credentials` is at work"), keys.alone():
        pass
    with keys.alone():
        pass


# --- what is not ours is not signed ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ACTS)
def test_g26_nothing_is_signed_on_top_of_what_is_not_trusted(place: Place, name: str) -> None:
    text = (place.root / MANIFEST).read_bytes()
    for wrong in (text.replace(b'"anthropic-api-key"', b'"anthropic-token"'), text[:-1], b"{}"):
        with changed(place.root / MANIFEST, wrong):
            before = place.files()
            with pytest.raises(Refused):
                ACTS[name](place.vault)
            assert place.files() == before


def test_g26_everything_is_opened_before_new_keys_count(place: Place) -> None:
    """One damaged file: nothing is sealed anew with something missing."""
    manifest = (place.root / MANIFEST).read_bytes()
    with changed(place.file("other"), b"age"), pytest.raises(Refused, match="is not the file that the manifest"):
        rotate_all(place.vault)
    assert (place.root / MANIFEST).read_bytes() == manifest
    assert place.open().value == CANARY


def test_without_the_keys_nothing_is_sealed(place: Place) -> None:
    with changed(place.key_path, None), pytest.raises(Refused, match="are not on this machine"):
        add(place.vault, "third", "other", "value")


@pytest.mark.parametrize("content", [b"", b"{}", b"AGE-SECRET-KEY-1"])
def test_a_key_file_that_is_none_is_said_and_not_shown(place: Place, content: bytes) -> None:
    with changed(place.key_path, content), pytest.raises(Refused, match="is no key file of swarm"):
        add(place.vault, "third", "other", "value")


def test_a_key_file_of_another_repository_is_refused(place: Place) -> None:
    """Its keys fit, and yet it says that it is of another vault."""
    ring = place.key_path.read_bytes().replace(place.vault_id.encode(), b"f" * 16)
    with changed(place.key_path, ring), pytest.raises(Refused, match="is not signed by the keys"):
        add(place.vault, "third", "other", "value")


# --- list --------------------------------------------------------------------------------------------------


def test_the_list_says_what_is_intact(place: Place) -> None:
    outcome = listed(place.vault)
    assert outcome.exit is Exit.DONE
    assert outcome.text.splitlines() == [
        "main   anthropic-api-key    since 2026-11-22 16:40 UTC  intact",
        "other  other                since 2026-11-22 16:40 UTC  intact",
        "signature: verified",
    ]
    assert json.loads(json.dumps(outcome.data))["credentials"][0] == {
        "name": "main", "kind": "anthropic-api-key", "since": "2026-11-22T16:40:00Z",
        "path": "credentials/main.2.age", "wrong": "",
    }  # fmt: skip
    assert CANARY not in outcome.text


def test_the_list_names_what_is_not(place: Place) -> None:
    stray = place.root / "credentials" / "other.9.age"
    with changed(place.file(), b"x"), changed(stray, b"x"):
        outcome = listed(place.vault)
    assert outcome.exit is Exit.ACT
    assert "credentials/main.2.age is not the file that the manifest names" in outcome.text
    assert outcome.text.endswith("credentials/other.9.age is named by no manifest: the next change deletes it")


def test_g26_the_list_says_whether_the_signature_holds(place: Place) -> None:
    with changed(place.key_path, None):
        outcome = listed(place.vault)
        assert (outcome.exit, outcome.data["signature"]) == (Exit.DONE, "not verified")
        assert "the keys are not on this machine" in outcome.text
    with changed(place.key_path, b"none"):
        outcome = listed(place.vault)
        assert (outcome.exit, outcome.data["signature"]) == (Exit.DONE, "not verified")
        assert "is no key file of swarm" in outcome.text
    text = (place.root / MANIFEST).read_bytes().replace(b'"anthropic-api-key"', b'"anthropic-token"')
    with changed(place.root / MANIFEST, text):
        outcome = listed(place.vault)
        assert (outcome.exit, outcome.data["signature"]) == (Exit.ACT, "refused")
        assert "somebody else made or changed it" in outcome.text


def test_the_list_of_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.root.mkdir()
    with pytest.raises(Refused, match=r"there is no credentials/manifest\.json"):
        listed(place.vault)
    init(place.vault, place.vault_id, "", secret=False)
    assert listed(place.vault).text.startswith("no credential is sealed here\n")
    assert CredentialFolder(place.root).sealed() == []
