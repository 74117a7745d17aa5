"""Which paths of a repository a list of patterns means."""

import re
from collections.abc import Sequence
from functools import lru_cache

_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def selected(path: str, patterns: Sequence[str]) -> bool:
    """Whether the last pattern that fits a path, relative to the repository, lets it in.

    `*` and `?` stand for what is in one folder, `**` for folders too (`**/*.md` fits `a.md`). A pattern that
    begins with `!` leaves out what it fits.
    """
    fitting = (pattern for pattern in reversed(patterns) if _regex(pattern.removeprefix("!")).fullmatch(path))
    return not next(fitting, "!").startswith("!")


@lru_cache(maxsize=256)
def _regex(pattern: str) -> re.Pattern[str]:
    parts = _PARTS.findall(pattern)
    return re.compile("".join(_MEANING.get(part) or re.escape(part) for part in parts), re.DOTALL)
