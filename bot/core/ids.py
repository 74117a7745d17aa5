"""Ids of missions, sessions, agents and subjects: what is allowed, and how a name becomes one."""

import re
import unicodedata
from functools import lru_cache
from typing import Annotated

from pydantic import StringConstraints

ID_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
ID_MAX = 64

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, min_length=1, max_length=ID_MAX)]
"""Lower-case words joined by single hyphens, at most 64 characters: safe in a ref, a path and an option."""


@lru_cache(maxsize=4_096)
def slug(name: str) -> str:
    """The id of a name: `Let's Encrypt` gives `lets-encrypt`. Empty when nothing of it can stay."""
    plain = unicodedata.normalize("NFKD", name.replace("'", "").replace("’", ""))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:ID_MAX].strip("-")
