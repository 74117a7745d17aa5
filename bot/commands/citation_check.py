"""`audit` at a pull request's event: are the claims cited that it makes in Markdown files?

The head is read as data with git's plumbing, a fork's too, and nothing is written anywhere: what is found goes to
the lines of the files, to the job's page and into the exit code.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from bot.commands.audit import MAX_BYTES, readable
from bot.commands.discovery import HEADS
from bot.commands.outcome import Exit, Outcome
from bot.core.audit.difference import Introduced, introduced
from bot.core.audit.report import Audit, audit_text
from bot.core.configuration import PATH, CitationCheck
from bot.core.events import PullChanged
from bot.core.globs import selected
from bot.errors import InvalidInput, Problem, Refused
from bot.ports import Repository
from bot.render.audit import check_markdown, check_text, percent_cited, places

MAX_FILES = 200
MAX_TOTAL = 8_000_000
"""Bytes of all files together, as they were and as they are: some 20 s of work, and 2 min if made to be slow."""
MAX_NOTES = 50
"""GitHub shows this many annotations of one job."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One changed file as it is now; `new` is what the pull request made of it."""

    path: str
    audit: Audit
    new: Introduced


def citation_check(repo: Repository, pull: PullChanged, check: CitationCheck) -> Outcome:
    """Audits the Markdown files that a pull request changes.

    Exit code 1 when one of them has a smaller percentage of cited claims than `min_cited`, or could not be
    audited. Raises Refused when the head or the base cannot be found.
    """
    base = HEADS + pull.base
    base_tip = repo.refs(base).get(base)
    if base_tip is None:
        raise Refused(f"the branch {pull.base} has no commit", "look at the pull request's base branch")
    head = _head(repo, pull)
    if head != pull.head_sha:
        passed = f"it is at {head[:12]} by now, no longer at {pull.head_sha[:12]}; that push has its own check"
        return _ignored(pull, passed)
    start = fork_point(repo, base_tip, head)
    paths = _changed(repo, base_tip, head, check.paths)
    if not paths:
        return _ignored(pull, f"it changes no file that audit.paths in {PATH} means")
    checked, problems = _audit(repo, start, head, paths)
    return _outcome(pull, check, checked, problems)


def _head(repo: Repository, pull: PullChanged) -> str:
    """The pull request's newest commit; from its own branch where no forge keeps refs of pull requests."""
    ref = f"refs/pull/{pull.number}/head"
    branch = HEADS + pull.head
    head = repo.refs(ref).get(ref) or (repo.refs(branch).get(branch) if pull.same_repository else None)
    if head is None:
        raise Refused(f"pull request #{pull.number} has no commit here", "run again when it is open")
    return head


def fork_point(repo: Repository, base_tip: str, head: str) -> str | None:
    """The commit that a branch left the base at, or took in from it last; None for a history of its own."""
    own = repo.log(head, since=base_tip, first_parent=False)
    if not own:
        return head
    commits = {entry.commit for entry in own}
    shared = dict.fromkeys(parent for entry in own for parent in entry.parents if parent not in commits)
    best: str | None = None
    for commit in shared:
        if best is None or repo.contains(commit, best):
            best = commit
    return best


def _changed(repo: Repository, base_tip: str, head: str, patterns: Sequence[str]) -> list[str]:
    """The files that the configuration means; links and submodules have no text of their own."""
    return sorted(
        change.path
        for change in repo.changes(base_tip, head)
        if change.status != "deleted" and change.mode.startswith("100") and selected(change.path, patterns)
    )


def _audit(
    repo: Repository, start: str | None, head: str, paths: Sequence[str]
) -> tuple[list[Checked], list[Problem]]:
    checked, problems, total = [], [], 0
    for path in paths[:MAX_FILES]:
        # One at a time: a hundred files of the largest size that a forge takes would not fit into memory.
        found = repo.read([(head, path), *([(start, path)] if start else [])])
        after, before = found.get((head, path)), found.get((start or "", path), b"")[:MAX_BYTES]
        total += len(after or b"") + len(before)
        if total > MAX_TOTAL:
            problems.append(_left_out(path, f"the changed files have more than {MAX_TOTAL:,} bytes"))
        elif after is None:
            problems.append(_left_out(path, "its name has a line break"))
        else:
            try:
                checked.append(_compare(path, readable(path, after), before))
            except InvalidInput as error:
                problems += error.problems
    if more := len(paths[MAX_FILES:]):
        problems.append(_left_out(paths[MAX_FILES], f"it is one of {more:,} files beyond the first {MAX_FILES}"))
    return checked, problems


def _compare(path: str, after: str, before: bytes) -> Checked:
    audit = audit_text(after)
    if not (before and (audit.uncited or audit.placeholders or audit.totals)):
        return Checked(path, audit, introduced(None, audit))
    return Checked(path, audit, introduced(audit_text(before.decode("utf-8-sig", errors="replace")), audit))


def _left_out(path: str, why: str) -> Problem:
    return Problem(
        path, what=f"was not audited: {why}", todo=f"split the pull request, or narrow audit.paths in {PATH}"
    )


def _ignored(pull: PullChanged, reason: str) -> Outcome:
    data = {"state": "ignored", "pull": pull.number, "commit": pull.head_sha, "reason": reason}
    return Outcome(data, f"nothing to audit at pull request #{pull.number}: {reason}")


def _outcome(
    pull: PullChanged, check: CitationCheck, checked: Sequence[Checked], problems: Sequence[Problem]
) -> Outcome:
    below = [one.path for one in checked if percent_cited(one.audit) < check.min_cited]
    data: dict[str, object] = {
        "state": "audited",
        "pull": pull.number,
        "commit": pull.head_sha,
        "min_cited": check.min_cited,
        "below": below,
        "files": [_data(one) for one in checked],
        "left_out": [problem.as_dict() for problem in problems],
    }
    audits = {one.path: (one.audit, one.new) for one in checked}
    title = f"pull request #{pull.number} at {pull.head_sha[:12]}"
    return Outcome(
        data,
        f"{title}\n{check_text(audits, problems, check.min_cited)}",
        Exit.ACT if below or problems else Exit.DONE,
        summary=check_markdown(audits, problems, check.min_cited),
        notes=(*problems, *_notes(checked, frozenset(below)))[:MAX_NOTES],
    )


def _data(one: Checked) -> dict[str, object]:
    return {
        "path": one.path,
        "claims": one.audit.claims,
        "cited": one.audit.cited,
        "uncited_before": len(one.audit.uncited) - len(one.new.uncited),
        "uncited": [asdict(found) for found in one.new.uncited],
        "placeholders": [asdict(found) for found in one.new.placeholders],
        "totals": [asdict(found) for found in one.new.totals],
    }


def _notes(checked: Sequence[Checked], below: frozenset[str]) -> Iterator[Problem]:
    """What the pull request made, at its lines: errors in the files that fail because of it, advice in others."""
    for one in sorted(checked, key=lambda one: one.path not in below):
        for line, what in places(one.new):
            yield Problem(one.path, line, 1, what, level="error" if one.path in below else "advice")
