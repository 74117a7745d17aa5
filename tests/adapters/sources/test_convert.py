# ruff: noqa: E501 - documents are read as wholes
"""From documents to passages."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.sources.convert import convert
from bot.adapters.sources.draft import LOCATOR_MAX, PARAGRAPH_MAX, Draft, cut, finished
from bot.adapters.sources.state import Caps, Unusable
from bot.core.evidence import PassageKind


def passages(path: str, text: str, kind: PassageKind | None = None) -> list[tuple[str, str]]:
    drafts = convert(path, text.encode(), Caps())
    return [(draft.locator, draft.text) for draft in drafts if kind in (None, draft.kind)]


AWS = {
    "metadata": {"apiVersion": "2016-11-15", "signatureVersion": "v4", "auth": ["aws.auth#sigv4"]},
    "operations": {
        "RunInstances": {
            "documentation": "<p>Launches the specified number of instances.</p><p>You can:</p>"
            "<ul><li><p>Use a <code>template</code>.</p></li><li>Pay &lt; 3 USD.</li></ul><!-- hidden -->"
        },
        "StopInstances": {},
    },
    "shapes": {
        "Id": {"documentation": "<p>An id.</p>", "members": {"a/b": {"documentation": "The <i>part</i><br>a."}}}
    },
}


def test_a_service_model_of_aws() -> None:
    text = json.dumps(AWS)
    assert passages("service-2.json", text, "metadata") == [
        ("/metadata/apiVersion", "apiVersion: 2016-11-15"),
        ("/metadata/signatureVersion", "signatureVersion: v4"),
        ("/metadata/auth/0", "auth: aws.auth#sigv4"),
    ]
    assert passages("service-2.json", text, "operation") == [
        ("/operations/RunInstances", "RunInstances: Launches the specified number of instances."),
        ("/operations/StopInstances", "StopInstances"),
    ]
    assert passages("service-2.json", text, "prose") == [
        ("/operations/RunInstances/documentation", "You can:"),
        ("/operations/RunInstances/documentation ¶2", "Use a template."),
        ("/operations/RunInstances/documentation ¶3", "Pay < 3 USD."),
        ("/shapes/Id/documentation", "An id."),
        ("/shapes/Id/members/a~1b/documentation", "The part a."),
    ]


DISCOVERY = {
    "kind": "discovery#restDescription",
    "version": "v1",
    "description": "Creates virtual machines.",
    "auth": {"oauth2": {"scopes": {"https://x/auth/compute": {"description": "Manage it"}}}},
    "resources": {
        "instances": {
            "methods": {"insert": {"id": "compute.instances.insert", "description": "Creates an instance."}},
            "resources": {"disks": {"methods": {"list": {"description": "Lists disks."}}}},
        }
    },
    "schemas": {"Disk": {"description": "A disk.", "properties": {"size": {"description": "Its size, in GB."}}}},
}


def test_a_discovery_document_of_google() -> None:
    assert passages("compute.v1.json", json.dumps(DISCOVERY)) == [
        ("/kind", "kind: discovery#restDescription"),
        ("/version", "version: v1"),
        ("/description", "Creates virtual machines."),
        ("/auth/oauth2/scopes/https:~1~1x~1auth~1compute", "https://x/auth/compute: Manage it"),
        ("/resources/instances/methods/insert", "compute.instances.insert: Creates an instance."),
        ("/resources/instances/resources/disks/methods/list", "list: Lists disks."),
        ("/schemas/Disk/description", "A disk."),
        ("/schemas/Disk/properties/size/description", "Its size, in GB."),
    ]


OPENAPI = """
openapi: 3.1.0
info: {title: Acme, version: "2", description: "<p>The <b>Acme</b> API.</p>"}
servers: [{url: https://api.acme.example}]
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
  schemas: {Server: {description: A server of yours., properties: {id: {description: The id of it.}}}}
paths:
  /servers:
    parameters: []
    get:
      summary: List servers
      description: At most 50 a page.
      parameters: [{name: page, description: The page to show.}, text]
    post: {}
"""


def test_an_openapi_description_in_yaml() -> None:
    assert passages("openapi.yaml", OPENAPI) == [
        ("/openapi", "openapi: 3.1.0"),
        ("/info/title", "title: Acme"),
        ("/info/version", "version: 2"),
        ("/info/description", "The Acme API."),
        ("/servers/0/url", "url: https://api.acme.example"),
        ("/components/securitySchemes/key/type", "type: http"),
        ("/components/securitySchemes/key/scheme", "scheme: bearer"),
        ("/paths/~1servers/get", "GET /servers: List servers"),
        ("/paths/~1servers/get/documentation", "At most 50 a page."),
        ("/paths/~1servers/get/parameters/0/description", "The page to show."),
        ("/paths/~1servers/post", "POST /servers"),
        ("/components/schemas/Server/description", "A server of yours."),
        ("/components/schemas/Server/properties/id/description", "The id of it."),
    ]


def test_other_data_is_facts() -> None:
    data = {"limits": [{"requests": 60, "burst": True, "note": None}], "text": "A long sentence. " * 20}
    found = passages("limits.json", json.dumps(data))
    assert found[:2] == [("/limits/0/requests", "requests: 60"), ("/limits/0/burst", "burst: true")]
    assert found[2] == ("/text", ("A long sentence. " * 20).strip())


@pytest.mark.unwatched
def test_a20_an_alias_bomb_is_walked_no_further_than_a_bound() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    assert len(passages("bomb.yaml", "\n".join(lines))) < 200_000


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.json", "[" * 100_000),
        ("a.json", "{"),
        ("a.yaml", "a: [1"),
        ("a.yaml", "a: !!python/object:os.system {}"),
        ("a.py", "def f(:"),
        ("a.py", "(" * 10_000),
        ("package.json", "[]"),
    ],
)
def test_a20_broken_documents_are_unreadable(path: str, text: str) -> None:
    with pytest.raises(Unusable) as caught:
        convert(path, text.encode(), Caps())
    assert caught.value.state == "unreadable"


PYTHON = '''
"""A client for Acme."""
__version__ = "1.2.3"
DEFAULT_TIMEOUT = 60
USE_LIMIT: bool = True
STATUS_RUNNING = "running"

def connect(host):
    """Connects to one host."""

def _private():
    """Nobody calls this here."""

class ServersClient(Base):
    """Manages servers.

    Example::

        client.create()

        client.list()

    .. code-block:: python
        :caption: an example

        client.stop()

    >>> client.start()

    Rate limits apply to all of it.
    """
    API_VERSION = "v4"

    def __init__(self, token: str, timeout: int = 30): ...

    @overload
    def create(self, name: str) -> None: ...
    @overload
    def create(self, name: int) -> None: ...
    def create(self, name):
        """Creates a server.

        Takes a minute::

        - One thing first
        - Another thing then

        :param str name: The name of the server,
            in lower case.
        :param id: int
        :type name: str
        :return: What was created now.
        """

    async def delete(self, id): ...
    def create_async(self, name): ...
    def delete_with_http_info(self, id): ...
    def _internal(self): ...
    def close(self): """Closes the session again."""
    @property
    def size(self):
        """The size of all."""
    @functools.cached_property
    def name(self): ...
    @classmethod
    def from_url(cls, url): ...

class AsyncServersClient:
    """The same again, asynchronous."""
    def create(self, name): """Creates a server."""

class RawHTTPClient:
    def get(self): ...

class Server:
    """One server."""
    def reboot(self):
        """Reboots the server."""

class CallList(base.ListResource):
    def fetch(self): """Fetches the call."""
'''


def test_a_python_client() -> None:
    assert passages("acme/client.py", PYTHON, "operation") == [
        ("ServersClient.create", "create: Creates a server."),
        ("ServersClient.delete", "delete: delete(id)"),
        ("CallList.fetch", "fetch: Fetches the call."),
    ]
    assert passages("acme/client.py", PYTHON, "metadata") == [
        ("__version__", "__version__: 1.2.3"),
        ("DEFAULT_TIMEOUT", "DEFAULT_TIMEOUT: 60"),
        ("USE_LIMIT", "USE_LIMIT: true"),
        ("ServersClient.API_VERSION", "API_VERSION: v4"),
    ]
    assert passages("acme/client.py", PYTHON, "prose") == [
        ("module", "A client for Acme."),
        ("connect", "Connects to one host."),
        ("ServersClient", "Manages servers."),
        ("ServersClient ¶6", "Rate limits apply to all of it."),
        ("ServersClient.create ¶2", "Takes a minute:"),
        ("ServersClient.create ¶3", "One thing first"),
        ("ServersClient.create ¶4", "Another thing then"),
        ("ServersClient.create ¶5", "str name: The name of the server, in lower case."),
        ("ServersClient.create ¶6", "What was created now."),
        ("ServersClient.size", "The size of all."),
        ("Server", "One server."),
        ("Server.reboot", "Reboots the server."),
    ]
    assert [text.split()[0] for _, text in passages("acme/client.py", PYTHON, "code")] == [
        "client.create()", "client.list()", "client.stop()", ">>>", "__init__(token,",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["acme/aio/client.py", "acme/_generated/client.py", "acme/models/api.py", "tests/client.py"]
)
def test_twins_and_generated_code_are_not_counted(path: str) -> None:
    assert not passages(path, PYTHON, "operation")


def test_a_large_module_is_read_class_by_class_with_the_same_result() -> None:
    large = PYTHON + "\n".join(f"class C{n}:\n    '''Number {n} of many classes.'''" for n in range(14_000))
    assert passages("acme/client.py", large)[: len(passages("acme/client.py", PYTHON))] == passages(
        "acme/client.py", PYTHON
    )
    tricky = large + '\nTEXT_URL = """\nclass X:\n"""\n'
    assert passages("acme/client.py", tricky)[-1] == ("TEXT_URL", "TEXT_URL: class X:")


TYPESCRIPT = """
/** Not for this
 */
import x from "y";
export declare const API_VERSION = "10";
export declare const other = "nothing";
declare enum Kind { Version = 3, Small = 4 }
/**
 * A client for Acme, see {@link https://acme.example|the site} and {@link Other}.
 * @deprecated Use another one.
 */
export declare class ServerResource extends Base {
    /**
     * Creates a server.
     * @param {string} name The name of it
     * @memberof ServerResource
     */
    create(name: string): Promise<Server>;
    create(name: string, size: number): Promise<Server>;
    createWithHttpInfo(name: string): Promise<Server>;
    size(): number;
    list(page?: number): Promise<Server[]>;
}
export declare function getStore(id: number): Promise<Store>;
declare namespace listRegions { const url: string; const requestType: string; }
export interface Routes {
    /**
     * Route for:
     * - GET `/channels/{id}`
     * - DELETE `/channels/{id}`
     */
    channel(id: string): string;
}
/**
 * List all of them.<br>
 * More on this elsewhere.
 */
exports.listPlans = { url: '/plans', requestType: 'GET' };
exports.helper = { a: 1 };
local = 3;
"""


def test_typescript_declarations() -> None:
    assert passages("index.d.ts", TYPESCRIPT, "operation") == [
        ("ServerResource.create", "create: Creates a server."),
        ("ServerResource.list", "list: list(page?: number): Promise<Server[]>"),
        ("getStore", "getStore: function getStore(id: number): Promise<Store>"),
        ("listRegions", "listRegions"),
        ("Routes.channel", "channel: Route for: GET `/channels/{id}`"),
        ("listPlans", "listPlans: List all of them."),
    ]
    assert passages("index.d.ts", TYPESCRIPT, "metadata") == [
        ("API_VERSION", "API_VERSION: 10"),
        ("Kind.Version", "Version: 3"),
    ]
    assert passages("index.d.ts", TYPESCRIPT, "prose") == [
        ("ServerResource", "A client for Acme, see the site and Other."),
        ("ServerResource ¶2", "Deprecated: Use another one."),
        ("ServerResource.create ¶2", "name The name of it"),
        ("Routes.channel ¶2", "DELETE `/channels/{id}`"),
        ("listPlans ¶2", "More on this elsewhere."),
    ]


MARKDOWN = """Before any heading.

# Guide
## Rate *limits*
At most `60` requests
per [minute](https://x.example) ![badge](b.png) <br> and account.

- One thing
- Another thing

| plan | limit |
|---|---|
| free | 60 a minute |

### Per account
    code here
## Other
```sh
curl x
```
Words again.
"""


def test_markdown_by_the_path_of_its_headings() -> None:
    assert passages("guide.md", MARKDOWN) == [
        ("(top)", "Before any heading."),
        ("Guide > Rate limits", "At most 60 requests per minute and account."),
        ("Guide > Rate limits ¶2", "One thing"),
        ("Guide > Rate limits ¶3", "Another thing"),
        ("Guide > Rate limits ¶4", "plan | limit"),
        ("Guide > Rate limits ¶5", "free | 60 a minute"),
        ("Guide > Rate limits > Per account", "code here"),
        ("Guide > Other", "curl x"),
        ("Guide > Other ¶2", "Words again."),
    ]


RST = """
=====
Guide
=====

.. image:: x.png
   :target: https://x.example

Limits
------

At most ``60`` requests per `minute <https://x.example>`__ and `account`_::

    code here

.. code-block:: python

    more code
"""


def test_rst_by_the_path_of_its_headings() -> None:
    assert passages("README.rst", RST) == [
        ("Guide > Limits", "At most 60 requests per minute and account:"),
        ("Guide > Limits ¶2", "code here\n\n\nmore code"),
    ]


METADATA = """Metadata-Version: 2.4
Name: acme
Version: 1.0
License: Apache License
        Version 2.0
Classifier: License :: OSI Approved
Classifier: Programming Language :: Python
Description-Content-Type: text/markdown

# Acme
Works with Python 3.11.
"""


def test_descriptions_with_parts_of_the_wrong_type_are_read_as_far_as_they_go() -> None:
    odd = {"metadata": {}, "operations": {"A": {"documentation": 7}, "B": 1}, "shapes": 3}
    assert passages("service-2.json", json.dumps(odd)) == [("/operations/A", "A")]
    odd = {"openapi": "3", "info": 1, "paths": {"/a": {"get": {"summary": 1, "parameters": None}, "x": 2}}}
    assert passages("openapi.json", json.dumps(odd)) == [("/openapi", "openapi: 3"), ("/paths/~1a/get", "GET /a")]


def test_what_a_python_package_says_of_itself() -> None:
    assert passages("acme-1.0.dist-info/METADATA", METADATA) == [
        ("Name", "Name: acme"),
        ("Version", "Version: 1.0"),
        ("License", "License: Apache License"),
        ("Classifier", "Classifier: License :: OSI Approved"),
        ("Classifier ¶2", "Classifier: Programming Language :: Python"),
        ("Description > Acme", "Works with Python 3.11."),
    ]


def test_plain_text_by_its_lines() -> None:
    text = "One thing\nand more.\n\n\n  Another thing.\n"
    assert passages("LICENSE", text) == [("line 1", "One thing and more."), ("line 5", "Another thing.")]


def test_html_is_told_by_its_beginning() -> None:
    page = (
        f"<!DOCTYPE html><html><body><main><h1>Limits</h1><p>{'At most 60 requests per minute. ' * 5}</p></main>"
    )
    assert passages("limits", page)[0][0] == "Limits"


@given(st.tuples(st.text(min_size=1, max_size=300), st.integers(1, 60)).map(lambda part: part[0] * part[1]))
def test_a_text_is_cut_into_pieces_that_hold_all_of_its_words(text: str) -> None:
    pieces = list(cut(text))
    assert all(len(piece) <= PARAGRAPH_MAX for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


KINDS = st.sampled_from(["prose", "operation", "metadata", "code"])


@given(st.lists(st.builds(Draft, st.text(max_size=400), KINDS, st.text(max_size=2_000))))
def test_passages_are_fit_to_be_cited(drafts: list[Draft]) -> None:
    done = finished(drafts)
    assert len({draft.locator for draft in done}) == len(done)
    assert all(draft.text.strip() and len(draft.text) <= PARAGRAPH_MAX for draft in done)
    assert all(len(draft.locator) <= LOCATOR_MAX for draft in done)


@given(
    st.binary(max_size=500),
    st.sampled_from(["a.json", "a.yaml", "a.py", "a.d.ts", "a.md", "a.rst", "METADATA", "a.gz"]),
)
def test_a20_any_bytes_are_read_or_refused(data: bytes, path: str) -> None:
    try:
        convert(path, data, Caps())
    except Unusable as problem:
        assert problem.reason


def test_what_is_handed_the_client_is_a_part_of_the_api() -> None:
    code = '''
class Voice:
    def __init__(self, http_client):
        self.http_client = http_client

    def create_call(self, params):
        """Creates a new call."""


class Player:
    def __init__(self, http_client, volume):
        """Plays what was recorded before."""

    def stop(self):
        """Stops the playing."""
'''
    assert passages("voice.py", code, "operation") == [("Voice.create_call", "create_call: Creates a new call.")]


def test_every_class_of_a_module_of_operations_is_a_part_of_the_api() -> None:
    code = "class Customer:\n    class Params(TypedDict):\n        def x(self): ...\n\n    def retrieve(self, id):\n        return id\n"
    found = passages("chargebee/models/customer/operations.py", code, "operation")
    assert found == [("Customer.retrieve", "retrieve: retrieve(id)")]
    assert passages("chargebee/models/customer/responses.py", code, "operation") == []


def test_what_a_client_without_operations_is_created_with() -> None:
    code = "class BaseClient:\n    def __init__(self, api_key, timeout=None):\n        self.api_key = api_key\n"
    assert passages("base_client.py", code, "code") == [
        ("BaseClient.__init__ signature", "__init__(api_key, timeout=None)")
    ]


def test_a_term_is_read_as_its_words() -> None:
    code = 'def authorize(key):\n    """\n    :param str key: user\'s :term:`application key` of it\n    """\n'
    assert passages("api.py", code) == [("authorize", "str key: user's application key of it")]


def test_operations_listed_in_markdown() -> None:
    listed = "# Client\n\n### Operations\n\n#### channels\n\nAbout them.\n\n##### hangup\n\nDelete the channel.\n\nIt is gone for good then.\n"
    assert passages("README.md", listed) == [
        ("Client > Operations > channels", "About them."),
        ("Client > Operations > channels > hangup", "channels.hangup: Delete the channel."),
        ("Client > Operations > channels > hangup ¶2", "It is gone for good then."),
    ]
