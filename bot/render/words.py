"""Words for people in comments: durations, money, and texts from outside within a hard bound."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import lru_cache

from bot.core.alerts import NEAR, Alert
from bot.core.money import MICRO
from bot.core.neutral import code, neutral, visible
from bot.render.engine import Markdown

LIMIT = 64_000
"""Bytes of a comment, a pull request's text or a summary. GitHub takes 65,536 characters of the first two."""
CENT = MICRO // 100
_SPAN = re.compile(r"`[^`]+`")


def size(text: str) -> int:
    """Bytes: at least as many as any other way to count gives."""
    return len(text.encode("utf-8", "replace"))


def prose(text: str) -> str:
    """Text with code between backticks, as our own messages have it: the code stays, the rest does nothing."""
    shown, parts, at = visible(text), [], 0
    for span in _SPAN.finditer(shown):
        parts += [_spaced(shown[at : span.start()]), code(span[0][1:-1]) if span[0][1:-1].strip() else ""]
        at = span.end()
    return "".join([*parts, _spaced(shown[at:])]).strip()


def _spaced(text: str) -> str:
    """Neutral text between two others, with the spaces around it."""
    inner = neutral(text)
    return f"{' ' * text.startswith(' ')}{inner}{' ' * text.endswith(' ')}" if inner else " " * bool(text)


def shorten(text: str, most: int, make: Callable[[str], str] = neutral) -> str:
    """A text from outside on one line, cut with an ellipsis to what `make` renders to at most `most` bytes (3 or
    more)."""
    shown = visible(text[: 4 * most])[: most + 1]
    rest = shown
    while size(make(shown)) > most:
        rest = rest[: max(0, len(rest) * most // size(make(shown)) - 1)].rstrip()
        shown = rest + "…"
    return shown


@lru_cache(maxsize=4_096)
def clip(text: str, most: int, make: Callable[[str], str] = neutral) -> Markdown:
    """The same as Markdown."""
    return Markdown(make(shorten(text, most, make)))


def sentence(text: str, most: int, make: Callable[[str], str] = neutral) -> Markdown:
    """The same with a full stop, unless it ends in one; empty for an empty text."""
    made = clip(text, most, make)
    return Markdown(made if not made or made.endswith((".", "!", "?", "…")) else made + ".")


def named(names: list[Markdown], limit: int = 3) -> Markdown:
    """`a, b, c and 4 more`."""
    more = f" and {len(names) - limit:,} more" if len(names) > limit else ""
    return Markdown(", ".join(names[:limit]) + more)


@lru_cache(maxsize=256)
def duration(time: timedelta) -> str:
    """`40 s`, `12 min`, `1 h 5 min`, `2 days 3 h`; nothing is shorter than no time at all."""
    seconds = max(0, int(time.total_seconds()))
    minutes = seconds // 60
    if minutes < 1:
        return f"{seconds} s"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} days {hours} h" if hours else f"{days} days"


def dollars(micro: int) -> str:
    """Millionths of a dollar in dollars and cents; what was spent is never shown as nothing."""
    cents = (micro + CENT // 2) // CENT
    if micro and not cents:
        return "under 0.01"
    return f"{cents // 100:,}.{cents % 100:02}"


def alert_words(alert: Alert) -> Markdown:
    """`over 75% of the money is spent; over 90% of its own cap: a, b`."""
    spent = {0: "", 100: "all of the money is spent"}.get(alert.over, f"over {alert.over}% of the money is spent")
    agents = [Markdown(code(agent)) for agent in alert.agents]
    near = f"over {NEAR}% of {'its' if len(agents) == 1 else 'their'} own cap: {named(agents, 10)}" * bool(agents)
    return Markdown("; ".join(part for part in (spent, near) if part))


def to(text: str, url: str) -> Markdown:
    """A link of our own: `text` is Markdown already, `url` was made by `Addresses` or by the forge."""
    return Markdown(f"[{text}]({url.replace('(', '%28').replace(')', '%29')})")


def table(header: Sequence[str], left: int, rows: Iterable[Sequence[str]]) -> Markdown:
    """A table of cells that are Markdown; the first `left` columns hold words, the others figures."""
    rule = "".join("---|" if at < left else "---:|" for at in range(len(header)))
    lines = [f"| {' | '.join(header)} |", f"|{rule}", *(f"| {' | '.join(row)} |" for row in rows)]
    return Markdown("\n".join(lines))
