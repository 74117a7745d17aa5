"""The secret scanner over files in memory. The keys are made up, in pieces."""

import json
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.secrets import DETECTORS, OF_KEYS, scan
from bot.core.rows import reduced

PUTTY = "PuTTY-User" + "-Key-File-2"
"""Names a file without saying `private key`: it is no key itself."""
KEYS = {
    "AWS Access Key": "AK" + "IA" + "Q3EG7" * 3 + "Z",
    "Azure Storage Account access key": "Account" + "Key=" + "a" * 88,
    "Basic Auth Credentials": "https://ann" + ":hunter22@" + "example.com",
    "GitHub Token": "gh" + "p_" + "aB3" * 12,
    "GitLab Token": "gl" + "pat-" + "aB3" * 8,
    "JSON Web Token": ".".join(
        ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "c2lnbmF0dXJl")
    ),
    "Mailchimp Access Key": "0123456789abcdef" * 2 + "-us12",
    "NPM tokens": "//registry.example.com/:_auth" + "Token=npm_" + "aB3" * 12,
    "Private Key": "BEGIN " + "RSA PRIVATE KEY",
    "PyPI Token": "pypi-" + "AgEIcHlwaS5vcmc" + "aB3" * 24,
    "SendGrid API Key": "S" + "G." + "a" * 22 + "." + "b" * 43,
    "Slack Token": "xo" + "xb-123-456-abcdef",
    "Stripe Access Key": "sk" + "_live_" + "aB3" * 8,
    "Telegram Bot Token": "1234567890" + ":" + "a" * 35,
    "Anthropic key": "sk-" + "ant-api03-" + "aB3" * 10,
}


@pytest.mark.parametrize(("kind", "key"), KEYS.items())
def test_a_hit_names_file_line_and_kind_and_never_the_secret(kind: str, key: str) -> None:
    hits = scan({"a.md": f"one\ntwo\nsee {key} there\n".encode(), "b.md": b"nothing\n"})
    assert {(hit.path, hit.line) for hit in hits} == {("a.md", 3)}
    assert kind in {hit.kind for hit in hits}
    assert key not in repr(hits)


def test_hashes_numbers_and_documentation_are_no_secrets() -> None:
    finding = {
        "claim": "Pass the password or an API key as a bearer token; basic auth is not supported.",
        "citation": {
            "source": "pypi:botocore==1.44.5#botocore/data/ec2/2016-11-15/service-2.json.gz",
            "locator": "/operations/GetPasswordData/documentation",
            "quote": 'client = Client(api_key="YOUR_API_KEY", password="<password>") # us-east-1, 10.0.0.1',
            "sha256": "9f2c" * 16,
        },
    }
    table = f"botocore,{'9f2c' * 16},2026-11-22T16:40:00Z\n"
    assert scan({"a.json": json.dumps(finding, indent=2).encode(), "b.csv": table.encode()}) == []


def test_bytes_that_are_no_text_are_scanned_all_the_same() -> None:
    assert scan({"a.bin": b"\xff\xfe\n" + KEYS["GitHub Token"].encode()})[0].line == 2


def test_every_detector_that_we_name_exists() -> None:
    everything = " ".join(needle for _, _, needles, _ in DETECTORS for needle in needles)
    assert scan({"a.md": everything.encode()}) == []


@settings(max_examples=15)
@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector[1])
@given(data=st.data())
def test_whatever_a_detector_knows_is_looked_for(
    detector: tuple[str, str, tuple[str, ...], bytes], data: st.DataObject
) -> None:
    module, name, needles, form = detector
    found = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
    text = data.draw(st.one_of([st.from_regex(pattern) for pattern in found.denylist if pattern.pattern != PUTTY]))
    assert form in reduced(text, OF_KEYS)
    assert any(needle in text.lower() for needle in needles)
