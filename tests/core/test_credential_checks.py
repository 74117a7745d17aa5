"""The credentials that a mission names, by the manifest that lies beside it: before anything is spent."""

import hashlib

import pytest

from bot.core.credential_checks import check_credentials, named
from bot.core.credentials import Entry, Kind, Manifest, SignedManifest, manifest_file
from bot.core.loading import load
from bot.errors import InvalidInput
from tests.builders import NOW
from tests.core.mission_text import edited

CLAUDE = ("agent: {", "agent: {backend: claude, credential: main, ")


def manifest(**kinds: Kind) -> bytes:
    digest = hashlib.sha256(b"x").hexdigest()
    entries = tuple(
        Entry(name=name, kind=kind, since=NOW, serial=1, sha256=digest, size=1)
        for name, kind in sorted(kinds.items())
    )
    made = Manifest(vault="0" * 16, serial=2, recipient="age1" + "q" * 58, credentials=entries)
    return manifest_file(SignedManifest(manifest=made, signature="0" * 128))


def problems(content: bytes | None, *changes: tuple[str, str]) -> list[str]:
    loaded = load(edited(*changes), "m.yml")
    return [str(problem) for problem in check_credentials(loaded, content)]


def test_a_credential_that_is_there_and_pays_is_fine() -> None:
    assert problems(manifest(main="anthropic-api-key"), CLAUDE) == []
    assert problems(manifest(main="anthropic-token"), CLAUDE) == []


@pytest.mark.parametrize(
    "changes",
    [(), (("agent: {", "agent: {credential: main, "),), (("agent: {", "agent: {backend: claude, "),)],
    ids=["no model", "a credential and no model", "a model and no credential"],
)
def test_only_an_agent_that_asks_a_model_by_a_credential_needs_one(changes: tuple[tuple[str, str], ...]) -> None:
    loaded = load(edited(*changes), "m.yml")
    assert named(loaded.mission) == {}
    assert check_credentials(loaded, None) == ()


def test_a_credential_that_is_not_there_is_told_where_it_is_named() -> None:
    [told] = problems(manifest(other="other"), CLAUDE)
    assert told == (
        "m.yml:7:38: haiku-21 is to use the credential main, and there is none; "
        "seal it with `swarm credentials add main --kind anthropic-api-key`, or name another"
    )


def test_each_that_is_wrong_is_told_once_at_its_own_place() -> None:
    own = ("      - id: haiku-22", "      - id: haiku-22\n        provider: bedrock\n        credential: cloud")
    one, two = problems(manifest(cloud="other"), CLAUDE, own)
    assert one.startswith("m.yml:7:38: haiku-21 is to use the credential main, and there is none")
    assert two == (
        "m.yml:19:21: haiku-22 asks its model through bedrock, and the credential cloud is of the kind other; "
        "name one of the kind bedrock-api-key"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no credentials/manifest.json"),
        (b"{}", "credentials/manifest.json is not as swarm writes it"),
    ],
)
def test_without_a_manifest_that_can_be_read_it_is_told_once(content: bytes | None, said: str) -> None:
    [told] = problems(content, CLAUDE)
    assert told.startswith(f"m.yml:7:38: haiku-21 is to use the credential main: {said}")


@pytest.mark.parametrize("name", ["Main", "a/b", "..", "-x", ""])
def test_a11_a_name_that_could_be_a_path_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"m\.yml:7:21: agent\.credential"):
        load(edited(("agent: {", f'agent: {{credential: "{name}", ')), "m.yml")
