"""Every secret of this process, and the standard streams that do not print them (G25)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cached_property
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from bot.core.redaction import Redactor


class Secrets:
    """What an environment held when the process began, and what was learned later."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self.asked_for = ""
        """The one value that a person has asked to see, which is printed all the same."""

    def learn(self, secrets: Iterable[str]) -> None:
        """Values that stand in no variable whose name says so."""
        self.redactor.learn(secrets)

    @cached_property
    def redactor(self) -> "Redactor":
        """Takes all of them out of texts."""
        from bot.core.redaction import Redactor, secrets_in

        return Redactor(secrets_in(self._environment))

    def printable(self, text: str) -> str:
        """A text as it may be printed."""
        if not self.asked_for:
            return self.redactor.clean(text)
        return self.asked_for.join(map(self.redactor.clean, text.split(self.asked_for)))


class DiscreetStream:
    """A text stream that prints no secret, as long as one is not written in several pieces.

    It has no `buffer`, so that nobody writes past it.
    """

    def __init__(self, stream: TextIO, secrets: Secrets) -> None:
        self._stream, self._secrets = stream, secrets
        self.encoding, self.errors = stream.encoding, stream.errors

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"a text stream takes texts, not {type(text).__name__}")
        self._stream.write(self._secrets.printable(text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    def writable(self) -> bool:
        return True


@contextmanager
def discreet(secrets: Secrets, out: TextIO, err: TextIO) -> Iterator[None]:
    """Whatever is printed meanwhile holds none of the secrets, on either stream."""
    first, second = (cast("TextIO", DiscreetStream(stream, secrets)) for stream in (out, err))
    with redirect_stdout(first), redirect_stderr(second):
        yield
