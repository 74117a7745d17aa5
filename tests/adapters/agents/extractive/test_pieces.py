# ruff: noqa: E501 - patterns and sentences are read as wholes
"""Facts, credentials, operations and the scope of a subject: pure functions over passages."""

import pytest

from bot.adapters.agents.extractive import counts
from bot.adapters.agents.extractive.client_examples import exemplified
from bot.adapters.agents.extractive.credentials import credentials, scheme_named
from bot.adapters.agents.extractive.facts import known
from bot.adapters.agents.extractive.operations import named, operation, shown
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
        ("Version: 1.44.5", "Version", METADATA, "versions", "The package x was read in its version 1.44.5.", "1.44.5"),
        ("API_VERSION: v4", "API_VERSION", "b2/raw_api.py", "versions", "The client speaks to version v4 of the API (API_VERSION).", "v4"),
        ("Name: pydo", "Name", METADATA, "sdks", "The package that was read is pydo.", ""),
        ("name: @vultr/vultr-node", "/name", "package.json", "sdks", "The package that was read is @vultr/vultr-node.", ""),
        ("Requires-Python: >=3.10", "Requires-Python", METADATA, "sdks", "The package x says Requires-Python: >=3.10.", ""),
        ("License: MIT", "License", METADATA, "licence", "The licence of the package x is MIT.", "MIT"),
        ("license: MIT", "/license", "package.json", "licence", "The licence of the package x is MIT.", "MIT"),
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


def test_the_api_version_is_that_of_the_first_description() -> None:
    texts = (
        ("apiVersion: 2016-11-15", "ec2/service-2.json"),
        ("apiVersion: 2011-01-01", "autoscaling/service-2.json"),
    )
    found = known(passage(text, "/metadata/apiVersion", path) for text, path in texts)
    assert [one.short for one in found] == ["2016-11-15"]


def test_two_packages_are_told_apart() -> None:
    documents = ("pypi:google-cloud-storage==3.17.1#a/METADATA", "npm:@vonage/voice@1.21.0#package.json")
    texts = (("Version: 3.17.1", "Version"), ("version: 1.21.0", "/version"))
    found = known(
        Passage(document.replace("a/", "a.dist-info/"), locator, "metadata", text, "0" * 64)
        for document, (text, locator) in zip(documents, texts, strict=True)
    )
    assert [one.claim for one in found] == [
        "The package google-cloud-storage was read in its version 3.17.1.",
        "The package @vonage/voice was read in its version 1.21.0.",
    ]


def code(text: str, locator: str = "Client.__init__ signature", path: str = "x/client.py") -> Passage:
    return passage(text, locator, path, "code")


def test_credentials_of_a_documented_parameter() -> None:
    documented = passage("token: Hetzner Cloud API token", "Client.__init__ ¶2", "x/client.py", "prose")
    found = credentials([code("__init__(token, endpoint='x')"), documented])
    assert [(c.claim, c.short, c.quote) for c in found] == [
        ("token: Hetzner Cloud API token", "token", "token: Hetzner Cloud API token")
    ]


def test_the_type_of_a_documented_parameter_is_not_quoted() -> None:
    text = "str application_key: user's application key"
    found = credentials([passage(text, "B2Api.authorize_account ¶3", "b2/api.py", "prose")])
    assert [(c.quote, c.short) for c in found] == [("application_key: user's application key", "application key")]


def test_credentials_from_the_environment() -> None:
    text = "`api_token` from `CLOUDFLARE_API_TOKEN`"
    found = credentials([passage(text, "Cloudflare.__init__", "cloudflare/_client.py", "prose")])
    assert [(c.claim, c.short) for c in found] == [
        ("The client takes api_token from the environment variable CLOUDFLARE_API_TOKEN.", "api token")
    ]


def test_credentials_of_a_signature() -> None:
    found = credentials([code("__init__(api_key, timeout=3)"), code("__init__(token)", path="x/y/z/client.py")])
    assert [(c.claim, c.short) for c in found] == [("The client is created with api_key.", "api key")]


def test_each_parameter_that_may_be_left_out_stands_alone() -> None:
    found = credentials([code("__init__(auth_id=None, auth_token=None, proxy=None)")])
    assert [(c.claim, c.short) for c in found] == [
        ("The client is created with auth_token.", "auth token"),
        ("The client is created with auth_id.", "auth id"),
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


EXAMPLES = "x-1.0.dist-info/METADATA"


@pytest.mark.parametrize(
    ("example", "claim", "short", "quote"),
    [
        (
            'client = Square(\n    token="YOUR_TOKEN",\n)',
            "Square is called with token.",
            "token",
            "Square(\n    token",
        ),
        (
            'cb_client = Chargebee(api_key="api_key", site="site")',
            "Chargebee is called with api_key.",
            "api key",
            "Chargebee(api_key",
        ),
        (
            'ClientCredentials(\n    client_id="your-app-id",\n    client_secret="your-app-secret"\n)',
            "ClientCredentials is called with client_id and client_secret.",
            "client id and client secret",
            'ClientCredentials(\n    client_id="your-app-id",\n    client_secret',
        ),
        (
            "client.connect(url, username, password, function (err, ari) {})",
            "client.connect is called with username and password.",
            "username and password",
            "client.connect(url, username, password",
        ),
    ],
)
def test_credentials_of_an_example(example: str, claim: str, short: str, quote: str) -> None:
    (found,) = exemplified([code(example, "Usage", EXAMPLES)])
    assert (found.claim, found.short, found.quote) == (f"In the package's example, {claim}", short, quote)


@pytest.mark.parametrize(
    "example",
    [
        'AsyncCloudflare(api_token="x")',
        'Client(os.environ("API_KEY"), API_KEY, 3)',
        "client = Square()",
        'raise AuthError(token="x")',
        "Client(timeout=3)",
        f'Client({"x" * 400}, token="x")',
    ],
)
def test_examples_that_pass_no_credential(example: str) -> None:
    assert exemplified([code(example, "Usage", EXAMPLES)]) == []


@pytest.mark.parametrize(
    ("sources", "subject", "called"),
    [
        (["pypi:a==1#x/y.py"], "acme", ["source"]),
        (
            [
                "pypi:botocore==1.44.5#botocore/data/ec2/*/service-2.json.gz",
                "pypi:botocore==1.44.5#botocore/data/autoscaling/*/service-2.json.gz",
            ],
            "aws-ec2",
            ["source for ec2", "source for autoscaling"],
        ),
        (
            ["pypi:twilio==9.13.0#twilio/rest/voice", "pypi:twilio==9.13.0#twilio/rest/api/v2010/account/call"],
            "twilio-voice-and-sip",
            ["source for voice", "source for call"],
        ),
        (
            [
                "pypi:google-api-python-client==2.202.0#discovery_cache/documents/storage.v1.json",
                "pypi:google-cloud-storage==3.17.1#google/cloud/storage/*.py",
            ],
            "google-cloud-storage",
            ["source for google-api-python-client", "source for google-cloud-storage"],
        ),
        (["pypi:a1==1#x/y.py", "pypi:a1==1#z/y.py"], "acme", ["first source", "second source"]),
        (["file:README.md", "file:api.json"], "acme", ["first source", "second source"]),
    ],
)
def test_no_two_counts_read_alike(sources: list[str], subject: str, called: list[str]) -> None:
    assert counts.names(sources, subject) == called


def test_a_class_is_told_by_what_it_is_about() -> None:
    assert (
        counts.said(4, counts.thing("DropletActionsOperations."))
        == "The source describes 4 operations of droplet actions."
    )
    assert counts.said(1) == "The source describes 1 operation."


@pytest.mark.parametrize(
    ("sentence", "short"),
    [
        (
            "Vultr uses a PAT (Personal Access Token) to interact/authenticate with the APIs.",
            "personal access token",
        ),
        ("To authenticate, you'll need an API key.", "api key"),
        ("The API takes no API key at all.", ""),
        ("Sign in at any time before.", ""),
    ],
)
def test_the_short_form_of_a_sentence_about_authentication(sentence: str, short: str) -> None:
    assert scheme_named(sentence) == short


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
        "deleteServer: Modify the Server associated with this Client.",
        "get: Increase cache lifetimes by automatically storing all cacheable files into buckets.",
        "dns.operations.list: Lists operations that match the specified filter in the request.",
        "dns.operations.get: Gets the latest state of a long-running operation.",
        "bucket: Factory constructor for bucket object.",
        "check: Check to see if the allowed field from authorize-account has a bucket restriction.",
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
    assert len(quotes) == 5


def test_no_more_than_three_operations_about_what_is_not_the_subject() -> None:
    verbs = ("Creates", "Lists", "Retrieves", "Updates", "Deletes")
    passages = [op(f"{verb[:-1].lower()}: {verb} a policy of the {verb}.", "PoliciesClient.x") for verb in verbs]
    assert len(shown(passages, ("storage",))) == 3


def test_a_verb_stands_once_for_a_thing() -> None:
    passages = [
        op("list: Lists buckets of the account.", "BucketsClient.list"),
        op("list_all: Retrieves everything there is, in any order.", "BucketsClient.list_all"),
    ]
    assert [one.quote for one in shown(passages, ("storage",))] == ["list: Lists buckets of the account."]


def test_without_a_product_the_field_of_work_says_what_matters() -> None:
    passages = [
        op("create: Creates a balance platform account.", "BalancePlatformsApi.create"),
        op("refund: Refunds what was paid before.", "PaymentsApi.refund"),
        op("create: Creates a payment of any kind.", "PaymentsApi.create"),
    ]
    assert shown(passages, ("Adyen",), "Payment and billing")[0].quote == "create: Creates a payment of any kind."


def test_a_route_says_what_an_operation_does() -> None:
    route = "channelMessages: Route for: GET  `/channels/{channel.id}/messages`"
    assert [one.quote for one in shown([op(route)], ())] == [route]


def test_operations_without_a_description_are_named_where_their_name_tells() -> None:
    passages = [op("listBackups"), op("backups"), op("list"), op("createInstance"), op("list_all: Lists it.")]
    assert [one.quote for one in named(passages, ("compute",))] == ["createInstance", "listBackups"]


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
