"""What no attack may bring about: a secret that leaves, something that is executed, a state that changes."""

import base64
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from tests.github.server import GitHub

CANARY = "sk-ant-" + "api03-" + "CaNaRy4711" * 6
"""A key that nothing but the one client of the model may see. In parts, so that nobody takes this for a leak."""
PWNED = "swarm-pwned"
"""The file that payloads which are executed would create."""


def forms(secret: str) -> frozenset[str]:
    """A secret plain and in the encodings of G25, of which base64 has three by where it begins."""
    raw = secret.encode()
    based = {base64.b64encode(b"x" * shift + raw).decode()[4 * bool(shift) : -4] for shift in range(3)}
    urls = {text.replace("+", "-").replace("/", "_") for text in based}
    percent = "".join(f"%{byte:02x}" for byte in raw)
    whole = {secret, secret[::-1], raw.hex(), raw.hex().upper(), percent, percent.upper(), quote(secret, safe="")}
    return frozenset(whole | based | urls | {secret[6:], secret[: len(secret) // 2], secret[len(secret) // 2 :]})


def assert_no_leak(said: Iterable[str], *secrets: str) -> None:
    """None of the texts holds a secret in any form."""
    found = {form for secret in secrets or (CANARY,) for form in forms(secret)}
    for text in said:
        assert not [form for form in found if form in text], "a secret has left"


def assert_nothing_ran(*folders: Path) -> None:
    """No payload was executed: not here, not where the jobs work."""
    for folder in (Path(), Path("/tmp"), *folders):
        assert not (folder / PWNED).exists()
    for folder in folders:
        assert not list(folder.rglob(PWNED))


def assert_no_command(printed: str) -> None:
    """No line that a runner of GitHub Actions obeys but our annotations, and no character that a terminal does."""
    lines = [line for line in printed.splitlines() if re.match(r"\s*::", line) or "##[" in line]
    assert [line for line in lines if not re.match(r"::(error|warning|notice)( file=| title=|::)", line)] == []
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", printed)


def without_marker(comment: str) -> str:
    """A comment of ours without its first line, which says that it is ours."""
    marker, _, rest = comment.partition("\n")
    assert re.fullmatch(r"<!-- swarm-sessions: \w+ -->", marker)
    return rest


def published(github: GitHub) -> Iterator[str]:
    """Every text that anybody can read there: comments, pull requests, and all files of all commits."""
    yield from (comment.body for comment in github.state.comments.values())
    yield from (f"{it.title}\n{it.body}" for it in github.state.issues.values())
    yield committed(github.bare)


def committed(folder: Path) -> str:
    """Every object of a repository that was ever made, reachable or not."""
    command = ["git", "-C", str(folder), "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(command, check=True, capture_output=True).stdout.decode(errors="replace")
