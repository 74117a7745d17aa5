"""The indexes that the clients of packages ask, by their own settings on this machine."""

import re
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress

from bot.adapters.sources.packages import npm_client, python_with_pip
from bot.adapters.sources.state import Unusable

_SET = re.compile(r"^(?:[\w:-]*\.)*(index-url|extra-index-url|find-links|no-index)=(['\"])(.*)\2$", re.MULTILINE)
_DEFAULT = re.compile(r"--index-url.*?(https?://[^\s)]+)", re.DOTALL)
SECONDS = 30


def indexes(schemes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The addresses by scheme (pypi, npm); none for a client that is not installed or does not say."""
    asked = {"pypi": _pip, "npm": _npm}
    return {scheme: asked[scheme]() for scheme in schemes if scheme in asked}


def _pip() -> tuple[str, ...]:
    pip = [python_with_pip(), "-m", "pip", "--disable-pip-version-check"]
    said = [(name, value.split()) for name, _, value in _SET.findall(_said([*pip, "config", "list"]))]
    found = [address for name, addresses in said if name != "no-index" for address in addresses]
    if not {"index-url", "no-index"} & {name for name, _ in said}:
        found += _DEFAULT.findall(_said([*pip, "download", "--help"]))[:1]
    return tuple(found)


def _npm() -> tuple[str, ...]:
    with suppress(Unusable):
        return tuple(_said([npm_client(), "config", "get", "registry", "--no-update-notifier"]).split())
    return ()


def _said(command: list[str]) -> str:
    """What a client prints, run outside of the repository, whose settings do not count; nothing when it fails."""
    with tempfile.TemporaryDirectory() as folder, suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=True
        )
        return done.stdout.decode(errors="replace")
    return ""
