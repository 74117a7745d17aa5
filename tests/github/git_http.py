"""Git over smart HTTP: git's own server, behind tokens, permissions and the rules for branches."""

import gzip
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO

from tests.github.merging import open_checks
from tests.github.plumbing import ENVIRONMENT
from tests.github.state import Actor, Protection
from tests.github.world import REPOSITORY, World

PATH = re.compile(rf"/{REPOSITORY}(?:\.git)?/(info/refs|git-upload-pack|git-receive-pack)")
HOOK = """#!/bin/sh
# Given ref, old and new: exits with 1 and writes why when GitHub would not move the ref.
refuse() { printf '%s\\t%s\\n' "$ref" "$1" >> "$GITHUB_REASONS"; printf 'error: %s\\n' "$2" >&2; exit 1; }
protect() { refuse protected "GH006: Protected branch update failed for $ref. $1"; }
ref=$1 old=$2 new=$3 none=0000000000000000000000000000000000000000
case $ref in refs/pull/*) refuse 'deny updating a hidden ref' "$ref is GitHub's own.";; esac
for guarded in $GITHUB_KEPT; do
  [ "$ref" = "$guarded" ] || continue
  [ "$new" = $none ] && protect "Cannot delete it."
  [ "$old" = $none ] || git merge-base --is-ancestor "$old" "$new" || protect "Cannot force-push to this branch."
done
for guarded in $GITHUB_CLOSED; do
  [ "$ref" = "$guarded" ] || continue
  case " $GITHUB_PASSED " in
    *" $ref:$new "*) ;;
    *) protect "Changes must be made through a pull request, and its checks must pass.";;
  esac
done
[ -n "$GITHUB_IS_JOB" ] && [ "$new" != $none ] || exit 0
path=$(git log --format= --name-only --full-history -c "$new" --not --all -- .github/workflows 2> /dev/null)
path=${path%%"
"*}
[ -z "$path" ] && exit 0
what="create or update workflow \\`$path\\` without \\`workflows\\` permission"
refuse "refusing to allow a GitHub App to $what" "$path"
"""


@dataclass(frozen=True)
class Command:
    """One line of a push: the ref and its values, None where it does not exist."""

    ref: str
    old: str | None
    new: str | None


@dataclass
class Report:
    """What git's server answered to a push, taken apart: which refs moved, and the rest to send on."""

    moved: list[str] = field(default_factory=list)
    body: bytes = b""


def install(world: World) -> None:
    hook = world.bare.path / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    hook.chmod(0o755)


def environment(world: World, request: Mapping[str, str], actor: Actor, reasons: Path) -> dict[str, str]:
    """What git http-backend and the hook are told. `request` holds the CGI variables."""
    kept, closed, passed = _guarded(world, actor)
    return ENVIRONMENT | dict(request) | {
        "GIT_PROJECT_ROOT": str(world.bare.path.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "REMOTE_USER": actor.login,
        "GITHUB_REASONS": str(reasons),
        "GITHUB_IS_JOB": "1" if actor.is_job else "",
        "GITHUB_KEPT": " ".join(kept),
        "GITHUB_CLOSED": " ".join(closed),
        "GITHUB_PASSED": " ".join(passed),
    }  # fmt: skip


def _guarded(world: World, actor: Actor) -> tuple[list[str], list[str], list[str]]:
    """Refs that may only grow, refs that take no pushes, and the exceptions: commits whose checks have passed."""
    state = world.state
    admin = not actor.is_job and state.user(actor.login).role == "admin"
    holding = {name: it for name, it in state.protections.items() if not admin or it.admins_too}
    kept = [f"refs/heads/{name}" for name, it in holding.items() if not it.force_pushes]
    closed = [f"refs/heads/{name}" for name, it in holding.items() if it.checks or it.reviews]
    shas = {status.sha for status in state.statuses} | {run.sha for run in state.check_runs}
    passed = [
        f"refs/heads/{name}:{sha}"
        for name, it in holding.items()
        if not it.reviews
        for sha in shas
        if not open_checks(world, it, sha)
    ]
    return kept, closed, passed


@cache
def server() -> Path:
    """git's own server. `git http-backend` would be one process more for every request."""
    done = subprocess.run(["git", "--exec-path"], check=True, capture_output=True, text=True)
    return Path(done.stdout.strip(), "git-http-backend")


def backend(variables: Mapping[str, str], body: IO[bytes]) -> Iterator[bytes]:
    """The answer of git's server: first its headers as one piece, then the body as it comes."""
    os.lseek(body.fileno(), 0, os.SEEK_SET)
    with subprocess.Popen(
        [server()], stdin=body, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(variables)
    ) as process:
        assert process.stdout
        headers = b""
        while not headers.endswith(b"\r\n\r\n"):
            line = process.stdout.readline()
            if not line:
                break
            headers += line
        yield headers
        while piece := process.stdout.read1(65536):  # type: ignore[attr-defined]
            yield piece


def answer(world: World, variables: Mapping[str, str], body: IO[bytes]) -> Iterator[bytes]:
    """As `backend`. What protocol 2 says before anything is asked names no ref: it is the same every time."""
    asked = (variables.get("QUERY_STRING"), variables.get("GIT_PROTOCOL"))
    if asked != ("service=git-upload-pack", "version=2"):
        return backend(variables, body)
    world.capabilities = world.capabilities or tuple(backend(variables, body))
    return iter(world.capabilities)


def commands(body: IO[bytes], encoding: str) -> list[Command]:
    """What a push asks for, from the beginning of its body."""
    stream: IO[bytes] = gzip.GzipFile(fileobj=body) if encoding == "gzip" else body  # type: ignore[assignment]
    found = []
    with suppress(ValueError):
        while size := int(stream.read(4) or b"0", 16):
            line = stream.read(size - 4).split(b"\0")[0].decode().strip()
            if not line.startswith("shallow "):  # a push out of a clone that has the tips alone says so first
                old, new, ref = line.split(" ", 2)
                found.append(Command(ref, _value(old), _value(new)))
    body.seek(0)
    return found


def _value(text: str) -> str | None:
    return text if text.strip("0") else None


def packets(data: bytes) -> Iterator[bytes]:
    """The lines of git's packet format; flushes are left out."""
    at = 0
    while at + 4 <= len(data):
        size = int(data[at : at + 4], 16)
        if size > 4:
            yield data[at + 4 : at + size]
        at += max(size, 4)


def packet(data: bytes) -> bytes:
    return f"{len(data) + 4:04x}".encode() + data


def report(body: bytes, reasons: Mapping[str, str]) -> Report:
    """Takes the answer to a push apart and puts GitHub's reasons in the place of git's."""
    lines = list(packets(body))
    said = b"".join(line[1:] for line in lines if line[:1] == b"\1")
    if not said:
        return Report([], body)
    done = Report()
    inner = b""
    for line in packets(said):
        word, _, rest = line.decode().strip().partition(" ")
        ref = rest.split(" ")[0]
        if word == "ok":
            done.moved.append(ref)
        given = f"ng {ref} {reasons[ref]}\n".encode() if word == "ng" and ref in reasons else line
        inner += packet(given)
    others = b"".join(packet(line) for line in lines if line[:1] == b"\2")
    done.body = others + packet(b"\1" + inner + b"0000") + b"0000"
    return done


def explained(world: World, reasons: Path) -> dict[str, str]:
    """Why the hook refused which ref, in the words of GitHub."""
    found = {}
    for line in reasons.read_text().splitlines() if reasons.exists() else ():
        ref, why = line.split("\t", 1)
        protection = world.state.protections.get(ref.removeprefix("refs/heads/"), Protection())
        rule = "push declined due to repository rule violations" if protection.ruleset else ""
        found[ref] = (rule or "protected branch hook declined") if why == "protected" else why
    return found
