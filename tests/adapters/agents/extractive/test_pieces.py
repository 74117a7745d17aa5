# ruff: noqa: E501 - patterns and sentences are read as wholes
"""Facts, credentials, operations and the scope of a subject: pure functions over passages."""

import pytest

from bot.adapters.agents.extractive.credentials import credentials
from bot.adapters.agents.extractive.facts import known
from bot.adapters.agents.extractive.operations import operation, shown
from bot.adapters.agents.extractive.scope import of_the_package, product_words, scope_of
from bot.adapters.agents.extractive.unknown import asked
from bot.core.evidence import Passage, PassageKind

AWS = "botocore/data/ec2/2016-11-15/service-2.json.gz"
METADATA = "x-1.0.dist-info/METADATA"


def passage(text: str, locator: str, path: str = AWS, kind: PassageKind = "metadata") -> Passage:
    return Passage(f"pypi:x==1.0#{path}", locator, kind, text, "0" * 64)


@pytest.mark.parametrize(
    ("text", "locator", "path", "field", "claim", "short"),
    [
        ("auth: aws.auth#sigv4", "/metadata/auth/0", AWS, "authentication", "The API description names the authentication scheme aws.auth#sigv4.", "sigv4"),
        ("signatureVersion: v4", "/metadata/signatureVersion", AWS, "authentication", "Requests are signed with signature version v4 (signatureVersion).", "v4"),
        ("apiVersion: 2016-11-15", "/metadata/apiVersion", AWS, "versions", "The API version is 2016-11-15 (apiVersion).", "2016-11-15"),
        ("https://www.googleapis.com/auth/compute: View and manage your resources", "/auth/oauth2/scopes/x", "compute.v1.json", "authentication", "An access token can have the scope https://www.googleapis.com/auth/compute: View and manage your resources", "oauth scope"),
        ("scheme: bearer", "/components/securitySchemes/token/scheme", "openapi.yaml", "authentication", "The API description declares the scheme bearer.", "bearer"),
        ("version: v1", "/version", "compute.v1.json", "versions", "The API version is v1.", "v1"),
        ("Version: 1.44.5", "Version", METADATA, "versions", "The SDK that was read has the version 1.44.5.", "1.44.5"),
        ("API_VERSION: v4", "API_VERSION", "b2/raw_api.py", "versions", "The client speaks to version v4 of the API (API_VERSION).", "v4"),
        ("Name: pydo", "Name", METADATA, "sdks", "A package for it is pydo.", ""),
        ("name: @vultr/vultr-node", "/name", "package.json", "sdks", "name: @vultr/vultr-node", ""),
        ("Requires-Python: >=3.10", "Requires-Python", METADATA, "sdks", "The package says Requires-Python: >=3.10.", ""),
        ("License: MIT", "License", METADATA, "licence", "The SDK's licence is MIT.", "MIT"),
        ("license: MIT", "/license", "package.json", "licence", "The SDK's licence is MIT.", "MIT"),
    ],
)  # fmt: skip
def test_facts(text: str, locator: str, path: str, field: str, claim: str, short: str) -> None:
    assert [(f.field, f.claim, f.short) for f in known([passage(text, locator, path)])] == [(field, claim, short)]


@pytest.mark.parametrize(
    ("text", "locator", "path"),
    [
        ("signatureVersion: s3", "/metadata/signatureVersion", AWS),
        ("License: UNKNOWN", "License", METADATA),
        ("License: SEE LICENSE IN LICENSE.txt", "License", METADATA),
        ("license: MIT", "/dependencies/left-pad/license", "package.json"),
        ("version: 2019", "/components/schemas/x/version/default", "openapi.yaml"),
        ("no fact at all", "Name", METADATA),
    ],
)
def test_what_is_no_fact(text: str, locator: str, path: str) -> None:
    assert known([passage(text, locator, path)]) == []


def test_one_licence_and_one_way_of_signing_for_each_document() -> None:
    facts = [
        passage("License: MIT", "License", METADATA),
        passage("License-Expression: MIT", "License-Expression", METADATA),
        passage("Classifier: License :: OSI Approved :: MIT License", "Classifier", METADATA),
        passage("auth: aws.auth#sigv4", "/metadata/auth/0"),
        passage("signatureVersion: v4", "/metadata/signatureVersion"),
    ]
    assert [f.passage.locator for f in known(facts)] == ["/metadata/auth/0", "License-Expression"]


def test_the_same_claim_only_once() -> None:
    twice = [passage("Name: pydo", "Name", METADATA), passage("Name: pydo", "Name", "y-2.0.dist-info/METADATA")]
    assert len(known(twice)) == 1


def code(text: str, locator: str = "Client.__init__ signature", path: str = "x/client.py") -> Passage:
    return passage(text, locator, path, "code")


def test_credentials_of_a_documented_parameter() -> None:
    documented = passage("token: Hetzner Cloud API token", "Client.__init__ ¶2", "x/client.py", "prose")
    found = credentials([code("__init__(token, endpoint='x')"), documented])
    assert [(c.claim, c.short, c.quote) for c in found] == [
        ("token: Hetzner Cloud API token", "token", "token: Hetzner Cloud API token")
    ]


def test_credentials_from_the_environment() -> None:
    text = "`api_token` from `CLOUDFLARE_API_TOKEN`"
    found = credentials([passage(text, "Cloudflare.__init__", "cloudflare/_client.py", "prose")])
    assert [(c.claim, c.short) for c in found] == [(text, "api_token")]


def test_credentials_of_a_signature() -> None:
    found = credentials([code("__init__(api_key, timeout=3)"), code("__init__(token)", path="x/y/z/client.py")])
    assert [(c.claim, c.short) for c in found] == [("The client is created with api_key.", "api_key")]


def test_a_signature_with_defaults_has_no_short_form() -> None:
    found = credentials([code("__init__(auth_id=None, auth_token=None, proxy=None)")])
    assert [(c.claim, c.short) for c in found] == [
        ("The client is created with auth_id=None, auth_token=None.", "")
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        code("__init__(timeout=3)"),
        code("__init__(token)", "AsyncClient.__init__ signature"),
        code("__init__(token)", path="x/types/client.py"),
        code("__init__(token)", "WSClient.__init__ signature"),
        passage("token: the token", "Client.__init__", "x/client.py", "prose"),
        passage("key: Any key of this dictionary.", "Client.__init__", "x/client.py", "prose"),
        passage("token: Opaque (page token to go on with.", "Client.__init__", "x/client.py", "prose"),
    ],
)
def test_what_is_no_credential(wrong: Passage) -> None:
    assert credentials([wrong]) == []


def op(text: str, locator: str = "") -> Passage:
    name = text.partition(":")[0]
    return passage(text, locator or f"BucketsClient.{name}", "x/client.py", "operation")


@pytest.mark.parametrize(
    "text",
    [
        "create",
        "create: create(self, name=None)",
        "create: We strongly recommend to use another operation for this.",
        "create: Creates a bucket. This operation is deprecated, use another.",
        "request: Performs any request to the API.",
        "create: creates a bucket in lower case",
        "create: Creates a `bucket with a broken quote.",
    ],
)
def test_operations_that_say_nothing(text: str) -> None:
    assert operation(op(text)) is None


def test_an_operation_is_quoted_with_its_name_and_first_sentence() -> None:
    found = operation(op("create: Creates a bucket. The name must be unique."))
    assert found is not None
    assert found.quote == "create: Creates a bucket."


def test_operations_about_the_subject_come_first_and_are_diverse() -> None:
    passages = [
        op("get: Retrieves the settings of an account.", "AccountsClient.get"),
        op("delete: Deletes a bucket for good.", "BucketsClient.delete"),
        op("create: Creates a bucket in a location.", "BucketsClient.create"),
        op("list: Lists buckets of the account.", "BucketsClient.list"),
        op("get: Retrieves one bucket by its name.", "BucketsClient.get"),
    ]
    quotes = [one.quote for one in shown(passages, ("storage",))]
    assert quotes[0] == "create: Creates a bucket in a location."
    assert quotes[-1] == "get: Retrieves the settings of an account."
    assert len(quotes) == 4  # no more than three about the same thing


def test_at_most_ten_operations_are_shown() -> None:
    words = "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima".split()
    passages = [
        op(f"create: Creates a {word} in its {word} place.", f"{word.title()}Client.create") for word in words
    ]
    assert len(shown(passages, ())) == 10


def test_a_product_in_a_large_sdk_has_a_scope_of_its_own() -> None:
    others = [op(f"get_{n}: Retrieves thing {n}.", f"OtherOperations.get_{n}") for n in range(250)]
    droplets = [op("create: Creates a droplet.", "DropletsOperations.create")]
    scope = scope_of("DigitalOcean Droplets", [*others, *droplets])
    assert scope.shared
    assert scope.parts([*others, *droplets]) == ("DropletsOperations.",)
    assert scope.allows(droplets[0])
    assert not scope.allows(others[0])
    assert scope.allows(passage("Anything", "Usage", METADATA, "prose"))


def test_a_vendor_alone_has_the_whole_sdk() -> None:
    assert product_words("Linode") == frozenset()
    scope = scope_of("Linode", [op("get: Gets it.", f"Linode{n}Client.get") for n in range(300)])
    assert not scope.shared
    assert scope.parts([]) == ("",)
    assert scope.allows(op("get: Gets it."))


def test_where_a_package_speaks_of_itself() -> None:
    assert of_the_package(passage("x", "Usage", METADATA, "prose"))
    assert not of_the_package(passage("x", "Usage", "docs/guide.md", "prose"))


def test_a_field_nobody_foresaw_is_asked_by_its_title() -> None:
    rule = asked("Data residency of the objects")
    assert rule.queries == ('"data" AND "residency" AND "objects"',)
    assert rule.answers[0].pattern.search("Objects keep the data residency that their bucket has.")
    assert not rule.answers[0].pattern.search("Objects have data in them.")
    assert asked("Is it?").queries == ()
