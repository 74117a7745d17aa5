"""Reads what an agent's job handed over, as hostile as a file can be (A11, A20)."""

import os
import stat
from pathlib import Path

from bot.core.artifacts import MAX_BYTES
from bot.core.redaction import Redactor


def read_artifact(path: Path, most: int = MAX_BYTES) -> bytes | None:
    """The content of a plain file, one byte more than `most` at most, so that too much is seen to be too much.

    None for what is no plain file: a link, which could lead to any file of this machine, a folder, a pipe.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as stream:
        return stream.read(most + 1)


def read_discreetly(path: Path, redactor: Redactor) -> bytes | None:
    """The same without the secrets that this process knows (G25)."""
    content = read_artifact(path)
    return None if content is None else redactor.artifact(content)
