"""The cloud mission with the backend `claude` and a scripted model: tokens, dollars, what the loop itself takes.

Real packages, the real SDK, and the Messages API server of the tests in place of Anthropic's. The scripted model
does what a diligent one does: it searches for each field, reads, records, and finishes. How much it says is its
own. Needs pip, npm and the network.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import assert_never

from bench.agents_256 import git
from bench.measure import SWARM, row
from bot.adapters.agents.claude.agent import Claude
from bot.adapters.agents.claude.client import Json
from bot.adapters.agents.claude.client import Reply as Answer
from bot.adapters.clock import SystemClock
from bot.adapters.journal import Journal
from bot.adapters.prices import ListedPrices
from bot.adapters.sources.library import Library
from bot.core.loading import load_mission
from bot.core.mission import AgentSpec, Mission
from bot.core.pricing import Prices, Tokens, cost
from bot.ports import Brief
from bot.render import prompts
from tests.messages.models import Diligent, Thinking
from tests.messages.replies import Block, Text, Thought, Use
from tests.messages.server import MessagesServer
from tests.messages.tokens import tokens as tokens_of

MISSION = Path("mission-templates/cloud-providers.yml")
MODEL = "claude-haiku-5-5"
AGENTS = 10
SCRIPT = Thinking(Diligent())


def main() -> None:
    prices = ListedPrices(SystemClock())("anthropic", MODEL)
    assert prices is not None
    with tempfile.TemporaryDirectory() as cache:
        with MessagesServer(SCRIPT) as server:
            found = session(server, Path(cache))
            report_session(server, found, prices)
        report_passages(Path(cache), prices)
    report_loop(prices)


def session(server: MessagesServer, cache: Path) -> Json:
    """What `swarm run` says of the whole mission; the gate may find that the script left a field open."""
    with tempfile.TemporaryDirectory() as repo:
        git(Path(repo), "init", "--quiet", "--initial-branch=main")
        git(Path(repo), "commit", "--quiet", "--allow-empty", "--message", "Begin")
        options = ("--backend", "claude", "--only", "packages", "--cache", str(cache), "--json")
        keys = {"ANTHROPIC_API_KEY": server.key, "ANTHROPIC_BASE_URL": server.url}
        command = (*SWARM, "run", str(MISSION), "--repo", repo, *options)
        done = subprocess.run(
            command, env={**os.environ, **keys}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        found: Json = json.loads(done.stdout)
        return found


def report_session(server: MessagesServer, found: Json, prices: Prices) -> None:
    used = [billed.tokens for billed in server.ledger]
    prompt, output = sum(one.prompt for one in used), sum(one.output for one in used)
    read = sum(one.cache_read for one in used)
    spent = sum(cost(prices, one) for one in used)
    bare = sum(cost(prices, Tokens(input=one.prompt, output=one.output)) for one in used)
    counts = f"{found['verified']} of {found['findings']} findings verified, {len(used)} calls"
    each = prompt / AGENTS
    what = f"an agent of the cloud mission with a scripted model ({counts}): tokens in"
    print(row(what, f"{each:,.0f}, {100 * read / prompt:.0f}% from the cache", "400,000", each <= 400_000))
    print(row("its tokens out", f"{output / AGENTS:,.0f}", "–", True))
    usd, without = spent / 1_000_000 / AGENTS, bare / 1_000_000 / AGENTS
    print(row(f"what it costs, at the prices of {MODEL}", f"{usd:.4f} USD", "0.10 USD", usd <= 0.10))
    print(row("the same calls without the cache", f"{without:.4f} USD, {without / usd:.1f} × as much", "–", True))
    share = later_share(server)
    print(row("tokens read from the cache, from the third turn on", f"{100 * share:.0f}%", "≥ 80%", share >= 0.8))


def later_share(server: MessagesServer) -> float:
    """Of the tokens that go in from the third turn of each conversation on, those that are read from the cache."""
    turns = {call.number: sum(m["role"] == "assistant" for m in call.body["messages"]) for call in server.calls}
    later = [billed.tokens for billed in server.ledger if turns[billed.call] >= 2]
    return sum(one.cache_read for one in later) / sum(one.prompt for one in later)


def report_passages(cache: Path, prices: Prices) -> None:
    """What it would cost to have each agent read its sources whole, once."""
    mission = load_mission(MISSION.read_bytes(), str(MISSION))
    library = Library(cache, Path(), SystemClock(), only=frozenset({"pypi", "npm"}))
    whole = [sum(map(tokens_of, texts(library, agent))) for agent in mission.agents]
    usd = sum(cost(prices, Tokens(input=tokens)) for tokens in whole) / 1_000_000 / AGENTS
    measured = f"{sum(whole) / AGENTS:,.0f} tokens in, {usd:.3f} USD"
    print(row("reading its sources whole, once", measured, "–", True))


def texts(library: Library, agent: AgentSpec) -> Iterator[str]:
    for uri in dict.fromkeys(uri for subject in agent.subjects for uri in subject.sources):
        source = library.open(uri)
        for kind in ("prose", "operation", "code", "metadata"):
            yield from (passage.text for passage in source.passages(kind))


def report_loop(prices: Prices) -> None:
    """The loop without a network: a model in the same process, on a source of a few pages."""
    with tempfile.TemporaryDirectory() as folder:
        model = Local()
        mission = one_agent(Path(folder))
        library = Library(Path(folder) / "cache", Path(folder), SystemClock())
        journal = Journal(Path(folder) / "journal")
        claude = Claude(library, SystemClock(), prompts, lambda *_: model, lambda _: journal)
        claude.research(brief(mission, prices, 1), lambda _: None)  # once, so that the sources are indexed
        model.turns, model.seconds = 0, 0.0
        began = time.perf_counter()
        claude.research(brief(mission, prices, 2), lambda _: None)
        taken = 1_000 * (time.perf_counter() - began - model.seconds) / model.turns
    print(row(f"the loop itself, a turn ({model.turns} turns)", f"{taken:.1f} ms", "20 ms", taken < 20))


class Local:
    """The scripted model without a server."""

    def __init__(self) -> None:
        self.turns, self.seconds = 0, 0.0

    def call(self, request: Json, most: int, deadline: object) -> Answer:
        began = time.perf_counter()
        reply = SCRIPT({"model": MODEL, "max_tokens": most, **request})
        self.turns += 1
        content = tuple(as_json(block, f"toolu_{self.turns}_{n}") for n, block in enumerate(reply.content))
        self.seconds += time.perf_counter() - began
        return Answer(content, reply.reason, Tokens(input=4_000, output=200), 4_000)


def as_json(block: Block, name: str) -> Json:
    match block:
        case Text(text):
            return {"type": "text", "text": text}
        case Thought(text):
            return {"type": "thinking", "thinking": text, "signature": name}
        case Use():
            return {"type": "tool_use", "id": name, "name": block.name, "input": block.input}
        case other:
            assert_never(other)


def one_agent(folder: Path) -> Mission:
    """A mission of one agent whose source is this project's documentation."""
    (folder / "docs").mkdir()
    for document in Path("docs").glob("*.md"):
        (folder / "docs" / document.name).write_bytes(document.read_bytes())
    text = MISSION.read_text()
    start = text.index("teams:")
    team = '  - {id: 1, name: A, agents: [{id: a-1, subjects: [{name: Swarm, sources: ["file:docs"]}]}]}'
    return load_mission(f"{text[:start]}teams:\n{team}\n".encode(), "bench.yml")


def brief(mission: Mission, prices: Prices, attempt: int) -> Brief:
    now = SystemClock().now()
    later = now + timedelta(hours=1)
    return Brief(mission, "cloud-1", now, mission.agents[0], attempt, 250_000, later, prices)


if __name__ == "__main__":
    main()
