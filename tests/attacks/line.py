"""The command line in this process, in an environment that holds the canary wherever a key or a token may be."""

import io
import os
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

import bot.cli
from tests.attacks.invariants import CANARY, assert_no_command, assert_no_leak

OURS = ("GITHUB_", "SWARM_", "ANTHROPIC_", "RUNNER_", "GH_")


@dataclass(frozen=True)
class Done:
    """What a command has printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def swarm(*args: object, cache: Path, environment: Mapping[str, str] | None = None) -> Done:
    """Runs a command. Whatever comes of it: it is no bug (3), no secret is printed, and nothing that obeys."""
    out, err = io.StringIO(), io.StringIO()
    keys = {"ANTHROPIC_API_KEY": CANARY, "GH_TOKEN": CANARY, "SWARM_CACHE": str(cache), "GITHUB_ACTIONS": "true"}
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name.startswith(OURS)]:
            patch.delenv(name)
        for name, value in (keys if environment is None else environment).items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            bot.cli.main([str(arg) for arg in args])
    done = Done(int(ended.value.code or 0), out.getvalue(), err.getvalue())
    assert done.code in (0, 1, 2), done.err
    assert_no_leak([done.said])
    assert_no_command(done.said)
    return done
