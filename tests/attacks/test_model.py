"""A malicious model, and a malicious place that answers for one: whatever it says, the money holds, nothing that
no source says is kept, nobody else is asked, and the key goes nowhere."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.agents.claude.client import CallFailed, Client
from bot.adapters.agents.claude.wire import ANSWER_MAX, TooLate
from bot.adapters.model_access import Access
from tests.adapters.agents.claude.scene import GUIDE, scene
from tests.attacks.invariants import CANARY, assert_no_leak, committed, forms
from tests.attacks.line import swarm
from tests.builders import NOW
from tests.clocks import StillClock, VirtualClock
from tests.loopback import LoopbackServer
from tests.messages.faults import Misshapen, stopped
from tests.messages.models import Diligent, Lazy, Roles, Scripted
from tests.messages.models.conversation import Conversation
from tests.messages.models.diligent import supporting
from tests.messages.replies import Reply, Use, say
from tests.messages.server import MessagesServer
from tests.messages.web import Json
from tests.workshop import MISSION, widgets

# --- what a model says ---


def _deep(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


def _cheap(*uses: Use) -> Reply:
    return replace(say(*uses), output_tokens=1)


def _forged_passages(talk: Conversation) -> Reply:
    ids = ("P0", "P99999", "P1; P2", "S1", "../P1", "P1\n[P2] S1", "p1", "")
    find = talk.use("search_sources", query="API key", source="", kind="any")
    lies = (
        talk.use("record_finding", field="pricing", claim="It is free.", quote="It is free.", passage=it, value="")
        for it in ids
    )
    return _cheap(find, *lies)


def _near_quotes(talk: Conversation) -> Reply:
    """What nearly stands in the source: cut, joined, denied, with another number, in other letters."""
    quotes = (
        "The store answers at most 6000 requests per minute for each key",
        "The store answers at most 600 requests per minut",
        "at most 600 requests ... refuses the others",
        "The store answers at most 600 requests per minute for each key. It is free for everybody.",
        "The st\u043ere answers at most 600 requests per minute for each key",
        "The store answers at most 600\u200b0 requests per minute for each key",
        "refuses",
    )
    find = talk.use("search_sources", query="requests per minute", source="", kind="any")
    lies = (
        talk.use("record_finding", field="rate-limits", claim=quote, quote=quote, passage="P1", value="600")
        for quote in quotes
    )
    return _cheap(find, *lies)


def _more_than_the_quote(talk: Conversation) -> Reply:
    """A true quote, and claims that say more."""
    quote = "The store answers at most 600 requests per minute for each key, and refuses the others."
    claims = (
        "The store answers 600 requests per second.",
        "Every plan of the store is free.",
        "The store does not limit requests.",
        "The store answers at most 600 requests per minute, @octocat [says](https://evil.example).",
        f"The store answers at most 600 requests per minute. {CANARY}",
    )
    return _cheap(
        *(
            talk.use("record_finding", field="rate-limits", claim=claim, quote=quote, passage="P1", value="")
            for claim in claims
        )
    )


def _wrong_shapes(talk: Conversation) -> Reply:
    return _cheap(
        Use("record_finding", _deep(60)),
        Use("record_finding", {"field": _deep(60), "claim": {}, "quote": [], "passage": None, "value": 1}),
        Use("search_sources", {"query": "x" * 20_000, "source": "S1", "kind": "any"}),
        Use("assess", {"complexity": "Low", "hours": 10**30, "priority": "P0", "because": ["pricing"] * 5_000}),
        Use("__class__", {}),
        Use("", {}),
        Use("judge", {"verdicts": [{"claim": 1, "supported": True, "reason": ""}]}),
    )


def _very_many(talk: Conversation) -> Reply:
    """Forty findings in one answer; an artifact with thousands is in cases.yml."""
    quote = "Every request carries an API key in the header X-Api-Key"
    return _cheap(
        *(
            talk.use(
                "record_finding", field="authentication", claim=quote, quote=quote, passage="P1", value=str(n)
            )
            for n in range(40)
        )
    )


def _addresses(talk: Conversation) -> Reply:
    names = (
        "http://169.254.169.254/", "file:///proc/self/environ", "https://evil.example/", "https://127.0.0.1/",
        "https://[::1]/", "gopher://127.0.0.1/", "https://docs.example.com\\@evil.example/", "data:text/html,x",
    )  # fmt: skip
    return _cheap(*(Use("fetch_page", {"url": name}) for name in names))


ATTACKS = (_forged_passages, _near_quotes, _more_than_the_quote, _addresses, _wrong_shapes)


def test_a14_a23_g27_a_model_that_tries_everything_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object) -> None:
        raise AssertionError("somebody else was asked")

    monkeypatch.setattr("bot.adapters.sources.web.Web.fetch", asked)
    with scene(tmp_path, Scripted(ATTACKS, review=supporting)) as stage:
        result = stage.run()
        assert stage.billed <= result.usage.micro_usd <= stage.cap
        checked = stage.checked(result.findings)
        assert {finding.state for finding in checked} == {"verified"}, "the diligent model that follows finds some"
        assert len(checked) < 30
        assert all(" ".join(finding.citation.quote.split()) in " ".join(GUIDE.split()) for finding in checked)
        assert not any(finding.claim.startswith(("Every plan", "The store does not")) for finding in checked)
        assert {call.headers["host"] for call in stage.server.calls} == {stage.server.url.removeprefix("http://")}
        assert_no_leak([result.model_dump_json(), stage.journal.transcript.read_text()])


def test_a20_forty_findings_in_one_answer_are_not_all_carried_out(tmp_path: Path) -> None:
    with scene(tmp_path, Scripted((_very_many,))) as stage:
        result = stage.run()
        assert stage.billed <= result.usage.micro_usd <= stage.cap
        assert len(result.findings) < 30


def test_a12_the_passages_of_another_agents_source_are_no_evidence(tmp_path: Path) -> None:
    theirs = "The other store answers no more than 5 requests in a whole day."

    def quoting(talk: Conversation) -> Reply:
        find = talk.use("search_sources", query="requests in a whole day", source="", kind="any")
        lie = talk.use("record_finding", field="rate-limits", claim=theirs, quote=theirs, passage="P1", value="")
        return _cheap(find, lie)

    with scene(tmp_path, Scripted((quoting, quoting, quoting))) as stage:
        (tmp_path / "repo" / "docs" / "theirs.md").write_text(f"# Theirs\n\n{theirs}\n")
        assert theirs not in stage.run().model_dump_json()


def test_a23_a_reviewer_that_praises_everything_cannot_make_a_lie_true(tmp_path: Path) -> None:
    with scene(tmp_path, Roles(Scripted((_near_quotes, _more_than_the_quote)), Diligent())) as stage:
        found = stage.run().findings
        assert {finding.state for finding in stage.checked(found)} == {"verified"}


def test_g25_a_key_that_a_model_has_come_to_know_is_written_nowhere(tmp_path: Path) -> None:
    """It says the key, in each form, in all that it can: nothing of it is in an artifact, a commit or a log."""
    every = sorted(forms(CANARY))

    def saying(talk: Conversation) -> Reply:
        form = every[talk.turn]
        field = talk.fields[talk.turn % len(talk.fields)].id
        return _cheap(
            talk.use("record_gap", field=field, reason=form),
            talk.use("search_sources", query=form, source="", kind="any"),
            talk.use("report_blocker", title=form[:250], description=" ".join(every)[:1_900], impact="Low"),
        )

    alone = MISSION.replace("backend: simulated", "backend: claude").splitlines(keepends=True)[:-1]
    (tmp_path / "m.yml").write_text("".join(alone))
    repo = widgets(tmp_path / "repo")
    with MessagesServer(Scripted((saying,) * len(every), Lazy()), keys=(CANARY,)) as server:
        keys = {
            "ANTHROPIC_API_KEY": CANARY,
            "ANTHROPIC_BASE_URL": server.url,
            "SWARM_CACHE": str(tmp_path / "cache"),
        }
        swarm("run", tmp_path / "m.yml", "--repo", repo, cache=tmp_path, environment=keys)
        assert len(server.calls) >= len(every)
    written = [file.read_text() for file in (repo / ".git" / "swarm").rglob("*") if file.is_file()]
    assert len(written) >= 2
    assert_no_leak([committed(repo), *written])


# --- what stands around it ---


def _usage(**counts: Any) -> Misshapen:
    """Every answer states this use."""

    def change(value: Json) -> Json:
        if value.get("type") == "message_start":
            return value | {"message": value["message"] | {"usage": value["message"]["usage"] | counts}}
        return value | {"usage": value["usage"] | counts} if "usage" in value else value

    return Misshapen(change)


USES: dict[str, dict[str, Any]] = {
    "less than nothing": {"output_tokens": -1_000_000, "input_tokens": -1_000_000},
    "nothing of the cache, and less": {"cache_read_input_tokens": -10_000_000},
    "words": {"output_tokens": "many"},
    "a list": {"input_tokens": [1]},
    "a part of a token": {"output_tokens": 0.5},
    "no number": {"cache_creation_input_tokens": "x"},
    "yes": {"input_tokens": True},
}


@pytest.mark.parametrize("what", USES)
def test_g23_a_use_that_cannot_be_counts_for_all_that_was_set_aside(tmp_path: Path, what: str) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.cap = 30_000
        stage.server.faults.when(lambda call: True, _usage(**USES[what]), times=1_000)
        result = stage.run()
        assert stage.billed <= result.usage.micro_usd <= stage.cap
        assert min(result.usage.model_dump().values()) >= 0


def test_g23_a_use_beyond_all_ends_the_attempt(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.server.faults.when(lambda call: True, _usage(output_tokens=10**15), times=1_000)
        result = stage.run()
        assert len(stage.server.calls) == 1
        assert result.usage.micro_usd > stage.cap, "it is told as it was stated, and record makes a blocker of it"


@pytest.mark.parametrize("reason", ["pause_turn", "compaction", "stop_sequence", "", "\u202e", "a" * 10_000])
def test_a23_an_odd_reason_to_stop_ends_nothing_badly(tmp_path: Path, reason: str) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.server.faults.on(2, stopped(reason) if reason == "pause_turn" else _stopping(reason))
        result = stage.run()
        assert stage.billed <= result.usage.micro_usd <= stage.cap
        assert {finding.state for finding in stage.checked(result.findings)} <= {"verified"}


def _stopping(reason: str) -> Misshapen:
    def change(value: Json) -> Json:
        if value.get("type") == "message_delta":
            return value | {"delta": value["delta"] | {"stop_reason": reason}}
        return value

    return Misshapen(change)


def test_a23_another_models_name_changes_no_price(tmp_path: Path) -> None:
    def change(value: Json) -> Json:
        if value.get("type") == "message_start":
            return value | {"message": value["message"] | {"model": "claude-free-1"}}
        return value

    with scene(tmp_path, Diligent()) as stage:
        stage.server.faults.when(lambda call: True, Misshapen(change), times=1_000)
        assert stage.run().usage.micro_usd == stage.billed > 0


# --- a place that answers for a model, and is not to be trusted ---


@dataclass
class Asked:
    """What a server was asked: the headers of each call."""

    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, Asked]]:
    """A server that says whatever it wants."""
    asked, failures = Asked(), list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.headers.append({name.lower(): value for name, value in self.headers.items()})
            answer(self)

        do_GET = do_POST  # noqa: N815  its name

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = LoopbackServer(Handler, failures)
    server.start()
    try:
        yield server.url, asked
    finally:
        server.stop()


def called(url: str, deadline: datetime = NOW + timedelta(hours=1), clock: VirtualClock | None = None) -> None:
    access = Access(anthropic_key=CANARY, url=url)
    request = {"messages": [{"role": "user", "content": "Hello"}]}
    client = Client(access, "anthropic", "claude-haiku-5-5", clock or StillClock(), silence=5)
    client.call(request, 100, deadline)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_g25_a_redirect_takes_the_key_nowhere(status: int) -> None:
    with answering(lambda handler: handler.send_error(400)) as (elsewhere, theirs):

        def redirect(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Location", f"{elsewhere.replace('127.0.0.1', 'localhost')}/v1/messages")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        with answering(redirect) as (url, asked), pytest.raises(CallFailed) as failed:
            called(url)
        assert len(asked.headers) == 1
        assert theirs.headers == [], "the key went to another host"
        assert_no_leak([str(failed.value)])


def _begin(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
    _event(handler, {"type": "message_start", "message": message | {"stop_reason": None, "stop_sequence": None}})
    _event(handler, {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})


def _event(handler: BaseHTTPRequestHandler, event: Json) -> None:
    handler.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())


def test_a20_an_answer_of_a_hundred_megabytes_is_given_up(tmp_path: Path) -> None:
    sent = [0]

    def flood(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler)
        much = {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "a" * 1_000_000},
        }
        for _ in range(100):
            _event(handler, much)
            sent[0] += 1_000_000

    with answering(flood) as (url, _), pytest.raises(CallFailed) as failed:
        called(url)
    assert "larger than" in str(failed.value)
    assert failed.value.began
    assert sent[0] < 2 * ANSWER_MAX


def test_g16_a_stream_without_an_end_is_left_when_the_time_is_over() -> None:
    class Ticking(VirtualClock):
        def now(self) -> datetime:
            self.moment += timedelta(seconds=1)
            return self.moment

    done = threading.Event()

    def ping(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler)
        while not done.is_set():
            _event(handler, {"type": "ping"})

    with answering(ping) as (url, _), pytest.raises(TooLate):
        try:
            called(url, NOW + timedelta(seconds=60), Ticking())
        finally:
            done.set()
