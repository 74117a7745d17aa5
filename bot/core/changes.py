"""What a branch changes."""

from dataclasses import dataclass
from typing import Literal

ChangeStatus = Literal["added", "modified", "deleted"]


@dataclass(frozen=True, slots=True)
class Change:
    """A path that differs between two commits. `mode` is git's (100644, 100755, 120000, 160000; 000000 gone)."""

    path: str
    status: ChangeStatus
    mode: str
