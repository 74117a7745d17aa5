"""What a process keeps to itself. The keys are made up, in pieces."""

import json

import pytest

from bot.core.redaction import WITHHELD, Redactor, secrets_in
from bot.core.secrets import REDACTED

CANARY = "canary-Xq7LmW2pRz9-TgK4vBn8"
KEY = "sk-" + "ant-api03-" + "Ab1" * 10


@pytest.mark.parametrize(
    "name",
    [
        "SWARM_TOKEN",
        "ANTHROPIC_API_KEY",
        "npm_config__authToken",
        "DB_PASSWORD",
        "MY_SECRET_2",
        "GH_PAT",
        "KEY",
        "AWS_BEARER_TOKEN_BEDROCK",
    ],
)
def test_g25_variables_whose_names_say_that_they_hold_a_secret(name: str) -> None:
    assert secrets_in({name: CANARY}) == (CANARY,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEYBOARD_LAYOUT", CANARY),
        ("MONKEY", CANARY),
        ("TOKEN_FILE", CANARY),
        ("SSH_KEY", "/home/ann/.ssh/id_ed25519"),
        ("ID_TOKEN", "https://token.example.com/"),
        ("SECRET", "development"),
        ("GIT_CONFIG_KEY_0", "http.extraheader"),
    ],
)
def test_g25_variables_that_hold_none(name: str, value: str) -> None:
    assert secrets_in({name: value}) == ()


def test_g25_what_is_known_goes_always_and_what_looks_like_a_key_where_people_read() -> None:
    redactor = Redactor([CANARY])
    assert redactor.discreet(f"{CANARY} {KEY}") == f"{REDACTED} {KEY}"
    assert redactor.clean(f"{CANARY} {KEY}") == f"{REDACTED} {REDACTED}"


def test_g25_texts_of_an_artifact_are_cleaned_and_it_stays_what_it_is() -> None:
    content = {"a": [f"say {CANARY}", 1, None], f"k {CANARY[::-1]}": {"b": True, "c": "é"}}
    cleaned = Redactor([CANARY]).artifact(json.dumps(content).encode())
    assert json.loads(cleaned) == {"a": [f"say {REDACTED}", 1, None], f"k {REDACTED}": {"b": True, "c": "é"}}
    same = json.dumps({"a": KEY}, indent=3).encode()
    assert Redactor([CANARY]).artifact(same) is same


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(["say", CANARY[:9], CANARY[9:18], CANARY[18:]]),
        f"no JSON, {CANARY}",
        f'{{"a": "{CANARY}"',
        "[" * 100_000 + CANARY,
    ],
)
def test_g25_what_cannot_be_cleaned_is_withheld(content: str) -> None:
    assert json.loads(Redactor([CANARY]).artifact(content.encode())) == {"failure": WITHHELD}
