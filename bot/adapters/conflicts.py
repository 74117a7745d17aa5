"""What a merge would conflict in, asked of any repository in the same way."""

from bot.core.changes import in_the_way
from bot.ports import Repository


def conflicting(repo: Repository, base: str, tip: str) -> tuple[str, ...]:
    """The paths that both have changed, differently, or where one has a file in the way of the other's."""
    there, here = repo.changes(tip, base), repo.changes(base, tip)
    both = {change.path for change in there} & {change.path for change in here}
    texts = repo.read([(side, path) for side in (base, tip) for path in both])
    differ = {path for path in both if texts.get((base, path)) != texts.get((tip, path))}
    return tuple(sorted(differ | in_the_way(there, here)))
