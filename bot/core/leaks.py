"""Finds secrets whose values are known in a text, however they are written (G25).

A text is looked up a few letters at a time, every few letters, in an index of all forms of all secrets, which
costs the same however many there are. Only where something is found is more done.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.core.disguises import LEAST, Form, forms_of, letters_of
from bot.core.escapes import has_escapes, unescaped, with_places
from bot.core.layers import decoded
from bot.core.spans import Span, joined, without

TINY = 4
"""Characters below which a value is no secret: every text holds it."""
GRAM = 6
"""Letters that are looked up at once."""
VARIED = 3
"""Different letters among so few; `aaaaaa` says nothing, and may stand in a text a million times."""
REPEATS = 8
"""Places of the same few letters in a form that are tried: there are not more in a real secret."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Letters of a text that stand in a form of a secret: from `start` up to `end`."""

    start: int
    end: int
    secret: str
    enough: bool


class Known:
    """The secrets that a process knows. What it is made of stands in no representation of it."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._finder = _Finder(frozenset())
        self.learn(secrets)

    def __repr__(self) -> str:
        return f"Known({len(self.secrets)} secrets)"

    @property
    def secrets(self) -> frozenset[str]:
        return self._finder.secrets

    def learn(self, secrets: Iterable[str]) -> None:
        """More of them, from now on, for everybody who looks with this."""
        more = {secret for given in secrets if len(secret := given.strip()) >= TINY}
        if more - self.secrets:
            self._finder = _Finder(self.secrets | more)  # whoever is just looking does so with the one before

    def spans(self, text: str) -> list[Span]:
        """Where secrets stand in a text, in order, apart from each other: offsets of the first and after the last.

        Where enough of a secret stands to be a leak, all pieces of it are named that have LEAST characters.
        """
        return self._finder.spans(text) if self.secrets else []

    def hidden(self, text: str, instead: str) -> str:
        """The text with something else where secrets stand."""
        return without(text, self.spans(text), instead)


class _Finder:
    """Finds some secrets, which never change."""

    def __init__(self, secrets: frozenset[str]) -> None:
        self.secrets = secrets

    def spans(self, text: str) -> list[Span]:
        inner = (layer.place(*span) for layer in decoded(text) for span in self._here(layer.text))
        return joined([*self._here(text), *inner])

    def _here(self, text: str) -> list[Span]:
        """Where secrets stand in a text itself, in any of their forms."""
        found = list(self._literally(text)) + self._runs_in(text, range(len(text)), range(1, len(text) + 1), text)
        if has_escapes(text) and self._is_in(bare := unescaped(text)):
            there = with_places(text)
            places = [(there.starts[a], there.ends[b - 1]) for a, b in self._literally(bare)]
            found += places + self._runs_in(there.text, there.starts, there.ends, bare)
        return found

    def _is_in(self, text: str) -> bool:
        return any(True for _ in self._literally(text)) or bool(self._runs(letters_of(text)))

    def _literally(self, text: str) -> Iterator[Span]:
        for secret in self.secrets:
            at = text.find(secret)
            while at >= 0:
                yield at, at + len(secret)
                at = text.find(secret, at + len(secret))

    def _runs_in(self, text: str, starts: Sequence[int], ends: Sequence[int], plain: str) -> list[Span]:
        """The places of the runs in a text whose character `n` stood at `starts[n]` up to `ends[n]`."""
        runs = self._runs(letters_of(plain))
        if not runs:
            return []
        at = [n for n, letter in enumerate(text) if letter.isascii() and letter.isalnum()]
        return [(starts[at[run.start]], ends[at[run.end - 1]]) for run in runs]

    def _runs(self, letters: bytes) -> list[_Run]:
        index, size = self._index, len(letters) - GRAM + 1
        met = [at for at in range(0, size, self._stride) if letters[at : at + GRAM] in index]
        runs = {
            _grown(letters, at, form, place, secret)
            for at in met
            for secret, form, place in index[letters[at : at + GRAM]]
        }
        leaked = {run.secret for run in runs if run.enough}
        return [run for run in runs if run.enough or (run.secret in leaked and run.end - run.start >= LEAST)]

    @cached_property
    def _forms(self) -> list[tuple[str, Form]]:
        return [(secret, form) for secret in sorted(self.secrets) for form in forms_of(secret)]

    @cached_property
    def _stride(self) -> int:
        """How far apart letters are looked up, so that of the shortest piece some are, wherever it begins."""
        return min([LEAST, *(form.least for _, form in self._forms)]) - GRAM + 1

    @cached_property
    def _index(self) -> dict[bytes, list[tuple[str, Form, int]]]:
        """Where a few letters stand, in which form of which secret."""
        index: dict[bytes, list[tuple[str, Form, int]]] = {}
        for secret, form in self._forms:
            for place in range(len(form.letters) - GRAM + 1):
                gram = form.letters[place : place + GRAM]
                known = index.setdefault(gram, []) if len(set(gram)) >= VARIED else []
                if sum(other is form for _, other, _ in known) < REPEATS:
                    known.append((secret, form, place))
        return index


def _grown(letters: bytes, at: int, form: Form, place: int, secret: str) -> _Run:
    """All letters in a row around a place that are the same in a text and in a form."""
    there, room = form.letters, min(at, place)
    back = _alike(letters[at - room : at][::-1], there[place - room : place][::-1])
    ahead = _alike(letters[at : at + len(there)], there[place:])
    return _Run(at - back, at + ahead, secret, back + ahead >= form.least)


def _alike(one: bytes, other: bytes) -> int:
    """How many letters at the beginning are the same."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low
