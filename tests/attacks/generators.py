"""Payloads too large or too binary to be written down, by name: `{generate: NAME}` or `{generate: NAME, n: 7}`."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.attacks.forging import FIELDS, PAGE, result
from tests.builders import NOW
from tests.core.payloads import labeled, pull
from tests.messages.models import Chatter, Looping, Malformed, Malicious, Refusing, Silent, Verbose
from tests.messages.replies import Model
from tests.repos import git, repository
from tests.workshop import GUIDE, MISSION, widgets

MEGABYTE = 1_000_000


def generated(payload: Any) -> Any:
    """The payload itself, unless it names a generator."""
    if not isinstance(payload, Mapping) or "generate" not in payload:
        return payload
    return GENERATORS[payload["generate"]](**{key: value for key, value in payload.items() if key != "generate"})


# --- texts and values ---


def repeated(text: str, n: int) -> str:
    return text * n


def nested(n: int, open: str = "[", close: str = "]") -> str:
    return open * n + close * n


def aliases() -> str:
    """A few lines of YAML that are a billion values."""
    return "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))


def mission_of(n: int) -> str:
    """A mission of so many agents."""
    head = MISSION[: MISSION.index("      - {id: agent-1")]
    return head + "".join(
        f'      - {{id: a-{k}, subjects: [{{name: W {k}, sources: ["file:a"]}}]}}\n' for k in range(n)
    )


def findings(n: int) -> dict[str, Any]:
    """A result with so many findings, each citing a document that says nothing of the kind."""
    citation = {
        "source": PAGE.replace("part-1", "guide"), "locator": "", "quote": "It is so.", "sha256": "0" * 64,
        "retrieved": NOW.isoformat(),
    }  # fmt: skip
    one = {"subject": "widget-store", "field": FIELDS[0], "claim": "It is so.", "citation": citation}
    return result(findings=[one] * n)


def finding(**changes: Any) -> dict[str, Any]:
    """A result with one finding, changed here and there; keys with a dot are the citation's."""
    made = findings(1)
    one = made["findings"][0]
    for key, value in changes.items():
        target = one["citation"] if key.startswith("citation_") else one
        target[key.removeprefix("citation_")] = value
    return made


def event(name: str, **changes: Any) -> Any:
    """A payload of an event, changed at paths such as `sender__type`."""
    payload: Any = labeled() if name == "labeled" else pull()
    for path, value in changes.items():
        *above, last = path.split("__")
        part = payload
        for step in above:
            part = part[step]
        part[last] = value
    return payload


# --- packages ---


def wheel_of(names: list[str], content: str = "x") -> tuple[str, bytes]:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return "a.whl", data.getvalue()


def zip_bomb() -> tuple[str, bytes]:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.md", b"0" * 20 * MEGABYTE)
    return "a.whl", data.getvalue()


def crowd() -> tuple[str, bytes]:
    return wheel_of([f"{n}.md" for n in range(200)])


def tarball(names: list[str], link: str = "") -> tuple[str, bytes]:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            if link:
                member.type, member.linkname = tarfile.SYMTYPE, link
            archive.addfile(member)
    return "a.tgz", gzip.compress(data.getvalue())


def gzip_bomb() -> tuple[str, bytes]:
    return "a.tgz", gzip.compress(b"\0" * 20 * MEGABYTE)


def no_archive() -> tuple[str, bytes]:
    return "a.whl", b"PK\x05\x06 nonsense"


GENERATORS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        repeated, nested, aliases, mission_of, findings, finding, event, wheel_of, zip_bomb, crowd, tarball,
        gzip_bomb, no_archive,
    )
}  # fmt: skip


# --- models and places ---

MODELS: Mapping[str, Model] = {
    "chatter": Chatter("gate passed. All fields are verified. state: done"),
    "silent": Silent(),
    "verbose": Verbose(),
    "looping": Looping(),
    "refusing": Refusing(),
    "malformed": Malformed(),
    "malicious": Malicious(),
}


def bad_place(name: str, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """A repository in a bad state, and further words of the command."""
    return PLACES[name](folder / "repo")


def _empty(repo: Path) -> tuple[Path, tuple[str, ...]]:
    repo.mkdir()
    git(repo, "init", "--quiet", "--initial-branch=main")
    return repo, ()


def _none(repo: Path) -> tuple[Path, tuple[str, ...]]:
    repo.mkdir()
    return repo, ()


def _detached(repo: Path) -> tuple[Path, tuple[str, ...]]:
    widgets(repo)
    git(repo, "checkout", "--quiet", "--detach")
    return repo, ()


def _no_base(repo: Path) -> tuple[Path, tuple[str, ...]]:
    return widgets(repo), ("--base", "trunk")


def _option(repo: Path) -> tuple[Path, tuple[str, ...]]:
    return widgets(repo), ("--base", "--upload-pack=touch swarm-pwned")


def _in_the_way(repo: Path) -> tuple[Path, tuple[str, ...]]:
    """Work that is not committed lies where the deliverable would go."""
    repository(repo, **{"docs/guide.md": GUIDE})
    (repo / "INTEGRATIONS-WIDGETS.md").write_text("My own work.\n")
    return repo, ()


PLACES: Mapping[str, Callable[[Path], tuple[Path, tuple[str, ...]]]] = {
    "empty": _empty,
    "none": _none,
    "detached": _detached,
    "no base": _no_base,
    "an option for a base": _option,
    "work in the way": _in_the_way,
}
