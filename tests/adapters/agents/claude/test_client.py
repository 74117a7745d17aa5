"""One call through the SDK, by each provider."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bot.adapters.agents.claude.client import CallFailed, Client
from bot.adapters.agents.claude.conversation import Conversation, text
from bot.adapters.agents.claude.endings import Halted
from bot.adapters.agents.claude.tools import NAMES, schemas
from bot.adapters.model_access import Access, take_access
from bot.core.halting import halts
from bot.core.mission import Provider
from tests.builders import NOW
from tests.clocks import StillClock
from tests.messages import faults
from tests.messages.models import Chatter
from tests.messages.server import MessagesServer

MODEL = "claude-haiku-5-5"
LATER = NOW + timedelta(hours=1)


def request() -> dict[str, object]:
    conversation = Conversation(schemas(NAMES), ["You are an agent."])
    conversation.tell(text("Begin."))
    return conversation.request()


def test_bedrock_speaks_the_same_api_with_a_key_of_its_own() -> None:
    with MessagesServer(Chatter("Yes."), keys=("bedrock-key",)) as server:
        access = Access(bedrock_key="bedrock-key", region="eu-west-1", url=server.url)
        reply = Client(access, "bedrock", MODEL, StillClock()).call(request(), 1_000, LATER)
        assert [block["text"] for block in reply.content] == ["Yes."]
        assert not {"context_management", "service_tier"} & server.calls[0].body.keys()  # Anthropic's own
        assert not reply.regional  # its prices are those of regions already


@contextmanager
def refusing_everything(status: int = 403, to: str = "") -> Iterator[tuple[str, list[tuple[str, str]]]]:
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            self.send_response(status)
            if to:
                self.send_header("Location", to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815  # what some redirects become

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


def test_vertex_is_asked_at_its_own_address_with_a_token() -> None:
    with refusing_everything() as (url, asked):
        access = Access(vertex_token="vertex-token", project="acme", region="europe-west1", url=url)
        with pytest.raises(CallFailed) as error:
            Client(access, "vertex", MODEL, StillClock()).call(request(), 1_000, LATER)
    place = "/projects/acme/locations/europe-west1/publishers/anthropic/models/claude-haiku-5-5"
    assert asked == [(f"{place}:streamRawPredict", "Bearer vertex-token")]
    assert halts(error.value.failure).startswith("the key may not use this model")
    assert not error.value.began


@pytest.mark.parametrize(
    ("provider", "access", "names"),
    [
        ("anthropic", Access(), "ANTHROPIC_API_KEY"),
        ("bedrock", Access(anthropic_key="k"), "AWS_BEARER_TOKEN_BEDROCK"),
        ("vertex", Access(vertex_token="t", region="global"), "SWARM_CLOUD_PROJECT"),
    ],
)
def test_without_a_key_it_is_said_which_one_is_missing(provider: Provider, access: Access, names: str) -> None:
    with pytest.raises(Halted, match=names):
        Client(access, provider, MODEL, StillClock())


def test_g17_a_stream_that_falls_silent_is_left() -> None:
    with MessagesServer(Chatter("Yes.")) as server:
        server.faults.on(1, faults.stalled())
        access = Access(anthropic_key=server.key, url=server.url)
        client = Client(access, "anthropic", MODEL, StillClock(), silence=0.2)
        with pytest.raises(CallFailed) as error:
            client.call(request(), 1_000, LATER)
        assert error.value.began
        assert error.value.failure.ambiguous


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("provider", ["anthropic", "bedrock", "vertex"])
def test_a21_g25_a_model_that_sends_elsewhere_is_not_followed(provider: Provider, status: int) -> None:
    """Neither the key nor what an agent has read goes to anybody but who was asked."""
    with (
        refusing_everything() as (elsewhere, asked),
        refusing_everything(status, f"{elsewhere}/v1/x") as (url, first),
    ):
        access = Access("key", bedrock_key="key", vertex_token="key", region="eu", project="acme", url=url)
        with pytest.raises(CallFailed) as error:
            Client(access, provider, MODEL, StillClock()).call(request(), 1_000, LATER)
    assert (len(first), asked) == (1, [])
    assert error.value.failure.status == status


def test_g24_keys_are_taken_out_of_the_environment() -> None:
    environment = {
        "ANTHROPIC_API_KEY": " key ",
        "ANTHROPIC_AUTH_TOKEN": "token",
        "AWS_BEARER_TOKEN_BEDROCK": "bedrock",
        "SWARM_VERTEX_ACCESS_TOKEN": "vertex",
        "SWARM_CREDENTIALS_KEY": "opens",
        "SWARM_CLOUD_REGION": "eu",
        "AWS_REGION": "us",
        "SWARM_CLOUD_PROJECT": "acme",
        "PATH": "/bin",
    }
    access = take_access(environment)
    assert access == Access("key", "token", "bedrock", "vertex", "eu", "acme", None, "opens")
    assert access.secrets == ("key", "token", "bedrock", "vertex", "opens")
    assert set(environment) == {"SWARM_CLOUD_REGION", "AWS_REGION", "SWARM_CLOUD_PROJECT", "PATH"}
    assert "key" not in repr(access).replace("_key", "").replace("key_file", "")
    assert "opens" not in repr(access)


def test_what_is_not_set_is_empty() -> None:
    assert take_access({"AWS_REGION": "us", "ANTHROPIC_BASE_URL": "http://proxy"}) == Access(
        region="us", url="http://proxy"
    )
