"""The machine's clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """UTC, to the second, as it goes into files."""

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
