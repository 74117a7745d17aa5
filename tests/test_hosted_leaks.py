"""A model that has somehow come by the key that pays for it, and tells it in every way it can (G25)."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.github.client import Client
from bot.adapters.github.conversation import Issues
from bot.adapters.model_access import Access
from bot.adapters.remote import RemoteRepository
from bot.core.neutral import neutral
from bot.core.redaction import Redactor
from bot.errors import Refused
from bot.ports import Proposal
from tests.clocks import StillClock
from tests.disguises import DISGUISES, SEVEN, leaks
from tests.github.server import GitHub
from tests.hosted import Swarm
from tests.messages import faults
from tests.messages.models import Diligent
from tests.messages.models.conversation import Conversation
from tests.messages.models.scripted import Scripted
from tests.messages.replies import Reply, say
from tests.messages.server import MessagesServer
from tests.repos import git
from tests.test_claude_session import Place
from tests.test_hosted_claude import CLAUDE

CANARY = "sk-" + "canary-Xq7LmW2pRz9-TgK4vBn8_sYd3HfJc6A"
TOLD = [DISGUISES[name](CANARY) for name in SEVEN]


def telling(talk: Conversation) -> Reply:
    """Every tool, every input, every encoding."""
    uses = []
    for number, text in enumerate(TOLD):
        field = talk.fields[number % len(talk.fields)].id
        uses += [
            talk.use("record_gap", field=field, reason=text),
            talk.use("report_blocker", title=f"See {text}", description=text, impact="High"),
            talk.use("record_finding", field=field, claim=text, quote=text, passage="P1", value=text),
            talk.use("search_sources", query=text, source="", kind="any"),
            talk.use("read_passage", passage=text, part=1),
            talk.use("fetch_page", url=f"https://docs.example.com/?{text}"),
        ]
    return say(*uses)


def objects(repository: Path) -> str:
    """Everything that git keeps, whatever refers to it."""
    asked = "--batch-check=%(objecttype) %(objectname)"
    lines = git(repository, "cat-file", "--batch-all-objects", asked).splitlines()
    names = [name for kind, _, name in (line.partition(" ") for line in lines) if kind != "tree"]
    trees = [name for kind, _, name in (line.partition(" ") for line in lines) if kind == "tree"]
    done = subprocess.run(
        ["git", "-C", str(repository), "cat-file", "--batch"],
        input="\n".join(names).encode(),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode(errors="replace") + "".join(git(repository, "ls-tree", tree) for tree in trees)


def posted(github: GitHub) -> Iterator[str]:
    """Everything that was sent to GitHub's API, and everything that people see there."""
    for issue in github.state.issues.values():
        yield f"{issue.title}\n{issue.body}"
        yield from (comment.body for comment in github.comments(issue.number))


def told_by_files(folder: Path, *skipped: str) -> str:
    files = [file for file in folder.rglob("*") if file.is_file() and not set(skipped) & set(file.parts)]
    return "\n".join(file.read_text(errors="replace") for file in files)


def test_g25_a_session_on_github_tells_nobody_what_its_model_tells(github: GitHub, tmp_path: Path) -> None:
    with MessagesServer(Scripted((telling,), Diligent()), keys=(CANARY,)) as server:
        made = Swarm(github, tmp_path, CLAUDE, over_http=True)
        made.access = Access(anthropic_key=server.key, url=server.url)
        reason = faults.bad_request(f"no such thing: {' and '.join(TOLD[:3])}")
        server.faults.on(1, reason)
        event = made.ask()
        launched = made.launch(event)
        made.research(event, launched)
        made.close(event, launched)
        made.status()
        assert len(server.calls) > 4
    seen = "\n".join(posted(github)), objects(github.bare)
    assert "See [redacted]" in "".join(seen), "what the model has said was kept, without the key"
    assert "no such thing: [redacted] and [redacted]" in seen[1], "and so was why it failed"
    artifacts = "\n".join(file.read_text() for file in tmp_path.glob("widgets-1-*.json"))
    assert "[redacted]" in artifacts
    said = "\n".join(file.read_text() for file in tmp_path.rglob("transcript.jsonl"))
    assert "[redacted]" in said
    for place in (*seen, artifacts, said):
        assert not leaks(place, CANARY)


def test_g25_a_session_on_one_machine_prints_and_keeps_nothing_of_it(tmp_path: Path) -> None:
    with MessagesServer(Scripted((telling,), Diligent()), keys=(CANARY,)) as server:
        here = Place(tmp_path, server)
        done = here.swarm("run", here.mission, "--no-merge")
    printed = done.stdout + done.stderr
    assert "gate" in printed, printed
    assert not leaks(printed, CANARY)
    assert not leaks(objects(here.folder), CANARY)
    journals = told_by_files(here.folder / ".git" / "swarm")
    assert "[redacted]" in journals
    assert not leaks(journals, CANARY)


# --- every way out, by itself ---

each_encoding = pytest.mark.parametrize("encoding", SEVEN)


def proposal(text: str) -> Proposal:
    tip = "0" * 40
    return Proposal("widgets-1", "swarm/widgets-1", tip, "main", tip, f"T {text}", f"B {text}", f"M {text}")


@each_encoding
def test_g25_nothing_is_posted(github: GitHub, encoding: str) -> None:
    text = DISGUISES[encoding](CANARY)
    clock, redactor = StillClock(), Redactor([CANARY])
    token = github.token(
        permissions={"issues": "write", "contents": "write", "pull_requests": "write", "statuses": "write"}
    )
    client = Client(github.api_url, github.repository, token, "tests", clock, paced=False, redactor=redactor)
    github.seed({"a": "b"})
    issue = github.open_issue("Widgets").number
    comment = Issues(client).say(issue, "status", f"first {text}")
    Issues(client).edit(comment, f"then {text}")
    client.repo.create_issue(f"Another {text}", body=text)
    tip = github.tip()
    assert tip
    client.repo.get_commit(tip).create_status("failure", description=text[:140], context="swarm/gate")
    bodies = [call.body for call in github.calls if call.method != "GET"]
    assert len(bodies) == 4
    assert not leaks(json.dumps(bodies), CANARY)
    assert not leaks("\n".join(posted(github)), CANARY)


@pytest.mark.parametrize("encoding", ["plain", "base64", "hex", "PERCENT", "backwards"])
def test_g25_what_looks_like_a_key_is_not_posted_either(github: GitHub, encoding: str) -> None:
    key = "github" + "_pat_" + "Ab1" * 10
    token = github.token(permissions={"issues": "write"})
    client = Client(github.api_url, github.repository, token, "tests", StillClock(), paced=False)
    issue = github.open_issue("Widgets").number
    Issues(client).say(issue, "status", neutral(f"blocked by {DISGUISES[encoding](key)}"))
    [comment] = github.comments(issue)
    assert "blocked by [redacted]" in comment.body
    assert not leaks(comment.body, key)
    calls = len(github.calls)
    Issues(client).say(issue, "status", neutral(f"blocked by {DISGUISES[encoding](key)}"))
    assert [call.method for call in github.calls[calls:] if call.method != "GET"] == [], (
        "the same is not said again"
    )


@each_encoding
def test_g25_nothing_is_committed(tmp_path: Path, encoding: str) -> None:
    text = DISGUISES[encoding](CANARY)
    repo = RemoteRepository(tmp_path / "store", str(tmp_path), None, "tests", None, known=Redactor([CANARY]).known)
    for files, message in (
        ({"a.md": f"one\n{text}\n".encode()}, "Say it"),
        ({}, f"Say {text}"),
        ({text: b""}, "Say it"),
    ):
        with pytest.raises(Refused, match="holds a secret of this process, so nothing was committed") as refused:
            repo.commit([], files, message, StillClock().now())
        assert not leaks(str(refused.value), CANARY)
    assert not leaks(objects(tmp_path / "store"), CANARY)


@each_encoding
def test_g25_nothing_is_printed_or_handed_to_the_runner(tmp_path: Path, encoding: str) -> None:
    """A bug, a refusal, an annotation, help: through the command line itself."""
    text = DISGUISES[encoding](CANARY)
    program = (
        "import sys, bot.cli\n"
        "from bot.commands.outcome import Outcome\n"
        "from bot.errors import Problem, Refused\n"
        "import bot.commands.schema as schema\n"
        "def told():\n"
        "    text = sys.argv.pop()\n"
        "    if text.startswith('bug'): raise KeyError(text)\n"
        "    if text.startswith('no'): raise Refused(text, text)\n"
        "    print(text, file=sys.stderr)\n"
        "    return Outcome({'t': text}, text, outputs={'o': text}, summary=text, notes=(Problem(what=text),))\n"
        "schema.schema = told\n"
        "bot.cli.main(['schema'])\n"
    )
    runner = {"GITHUB_OUTPUT": tmp_path / "output", "GITHUB_STEP_SUMMARY": tmp_path / "summary"}
    environment = {
        "DEPLOY_TOKEN": CANARY,
        "GITHUB_ACTIONS": "true",
        "SWARM_FORGE": "github",
        "GITHUB_REPOSITORY": "acme/widgets",
        "GITHUB_EVENT_NAME": "push",
        **{name: str(file) for name, file in runner.items()},
    }
    for word, code in (("yes", 0), ("no", 1), ("bug", 3)):
        done = subprocess.run(
            [sys.executable, "-c", program, f"{word} {text}"],
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stderr
        assert "[redacted]" in done.stderr
        assert not leaks(done.stdout + done.stderr, CANARY)
    written = "\n".join(file.read_text() for file in runner.values())
    assert written.count("[redacted]") == 2
    assert not leaks(written, CANARY)
