"""Places in a text: offsets of the first character and after the last."""

from collections.abc import Iterable

Span = tuple[int, int]


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same places in order, those that overlap made one."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return apart


def without(text: str, spans: Iterable[Span], instead: str) -> str:
    """The text with something else in some places, which are in order and apart."""
    kept, last = [], 0
    for start, end in spans:
        kept += [text[last:start], instead]
        last = end
    return "".join([*kept, text[last:]])
