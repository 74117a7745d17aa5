"""Why a source cannot be read, and the caps that keep a hostile one from filling the machine."""

from dataclasses import dataclass

from bot.core.findings import SourceState

MB = 1_000_000
REASON_MAX = 300  # what `Searched.reason` holds


class Unusable(Exception):
    """A source (or one document of it) that cannot be read: a state with its reason, never a crash."""

    def __init__(self, state: SourceState, reason: str) -> None:
        self.state: SourceState = state
        self.reason = " ".join(reason.split())[:REASON_MAX]
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True)
class Caps:
    """Upper bounds, in bytes, seconds and pieces. What lies beyond one is left out, and said so."""

    package_bytes: int = 200 * MB
    package_files: int = 20_000
    package_unpacked_bytes: int = 1_000 * MB
    package_seconds: float = 180
    file_bytes: int = 64 * MB
    page_bytes: int = 20 * MB
    page_seconds: float = 30
    redirects: int = 5
    text_characters: int = 32 * MB
    passages: int = 400_000
