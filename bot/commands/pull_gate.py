"""`gate` at a pull request's event: the verdict on exactly the commit that was pushed to a session's branch.

The head is data: it is read with git and never run. What a pull request brings decides nothing about the rules,
which are those of the session's launch (G2).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from bot.commands.citation_check import citation_check
from bot.commands.discovery import HEADS, endings
from bot.commands.gate import criteria_data, judge
from bot.commands.gate_snapshot import Scan
from bot.commands.outcome import Exit, Outcome
from bot.core.configuration import CitationCheck
from bot.core.events import PullChanged
from bot.core.gate import CRITERIA, CriterionResult, Verdict
from bot.core.launching import Reservation
from bot.core.neutral import code, visible
from bot.core.session import RESERVATIONS, branch_ref, launch_path
from bot.core.snapshot import parse_launch
from bot.errors import Problem, Refused
from bot.ports import Clock, Forge, Repository, SourceLibrary
from bot.render.verdict import verdict_markdown, verdict_text


@dataclass(frozen=True, slots=True)
class Gating:
    """What gating works with. `base` is the branch that sessions are merged into, whatever a pull request says;
    `state_branch` is where the state files are when that is not the base."""

    repo: Repository
    forge: Forge
    clock: Clock
    base: str
    library: SourceLibrary | None
    scan: Scan
    state_branch: str | None = None


def check_pull(parts: Gating, pull: PullChanged, citations: CitationCheck | None) -> Outcome:
    """The gate on a session's branch; on every other pull request the citation check, where it is configured.

    What the gate verifies claim by claim is not audited again.
    """
    gated = pull_gate(parts, pull)
    if "session" in gated.data or citations is None:
        return gated
    return citation_check(parts.repo, pull, citations)


def pull_gate(parts: Gating, pull: PullChanged) -> Outcome:
    """The verdict on the commit that was pushed to a session's branch, reported at that commit.

    Nothing is reported for a fork's commit (A9), nor for one that is not the branch's tip any more (G1). Exit
    code 1 unless the verdict is pass or there is nothing to gate. Raises Refused when there is no base branch.
    """
    if not pull.same_repository:
        return _ignored(pull, f"it comes from a fork, whose branch {pull.head} is no session's whatever its name")
    if pull.base != parts.base:
        return _ignored(pull, f"it goes into {pull.base}; sessions are merged into {parts.base}")
    refs = parts.repo.refs("refs/")
    base_tip, tip = refs.get(HEADS + parts.base), refs.get(HEADS + pull.head)
    if base_tip is None:
        raise Refused(f"the branch {parts.base} has no commit", "make a first commit on it")
    if pull.head == parts.state_branch:
        return _ignored(pull, f"{pull.head} holds the state files; it is not merged")
    session = _session(parts.repo, refs, pull, base_tip) if tip == pull.head_sha else None
    if tip != pull.head_sha:
        return _ignored(pull, _passed_by(pull, tip))
    if session is None:
        return _ignored(pull, f"{pull.head} is no session's branch")
    if parts.repo.read([(base_tip, launch_path(session))]):
        return _ignored(pull, f"session {session} is merged already", session)
    verdict = _verdict(parts, session, pull, base_tip)
    now = parts.repo.refs(HEADS + pull.head).get(HEADS + pull.head)
    if now != pull.head_sha:
        return _ignored(pull, _passed_by(pull, now), session)
    parts.forge.report(pull.head_sha, verdict)
    return _outcome(parts, pull, session, base_tip, verdict)


def _session(repo: Repository, refs: Mapping[str, str], pull: PullChanged, base_tip: str) -> str | None:
    """The session whose branch the head is: a launch in its history or a reservation names it.

    The launch alone would not do: whoever takes it off the branch would have an ordinary pull request.
    """
    launched = set(_launched(repo, pull, base_tip))
    reserved = set(_reserved(repo, refs, pull.head))
    return min(launched & reserved or launched or reserved, default=None)


def _launched(repo: Repository, pull: PullChanged, base_tip: str) -> Iterator[str]:
    """The sessions whose oldest launch in the branch's own history names the branch."""
    ref = HEADS + pull.head
    history = [entry.commit for entry in repo.log(pull.head_sha, since=base_tip)]
    sessions = list(endings(ref))
    found = repo.read([(commit, launch_path(session)) for commit in history for session in sessions])
    for session in sessions:
        first = next((commit for commit in reversed(history) if (commit, launch_path(session)) in found), None)
        launch, _ = parse_launch(session, found[first, launch_path(session)]) if first else (None, ())
        if launch and branch_ref(launch.mission, session) == ref:
            yield session


def _reserved(repo: Repository, refs: Mapping[str, str], head: str) -> Iterator[str]:
    """The sessions that reserved their subjects for this branch, on refs that a push to it does not reach."""
    held = sorted({commit for ref, commit in refs.items() if ref.startswith(RESERVATIONS)})
    for content in repo.read([(commit, "reservation.json") for commit in held]).values():
        try:
            note = Reservation.model_validate_json(content)
        except ValidationError:
            continue
        if note.branch == head:
            yield note.session


def _verdict(parts: Gating, session: str, pull: PullChanged, base_tip: str) -> Verdict:
    try:
        return judge(
            parts.repo,
            session=session,
            tip=pull.head_sha,
            base_tip=base_tip,
            library=parts.library,
            scan=parts.scan,
            clock=parts.clock,
            state_branch=parts.state_branch,
        )
    except Refused as error:  # the launch was taken off the branch, so there are no rules to judge by
        criterion = next(one for one in CRITERIA if one.id == "allowed-paths")
        todo = "put back the commit that launched the session, or delete the branch and launch again"
        measured = str(error.problems[0]._replace(todo=""))
        found = CriterionResult(criterion.id, criterion.title, "fail", measured, todo)
        return Verdict("fail", (found,))


def _passed_by(pull: PullChanged, tip: str | None) -> str:
    if tip is None:
        return f"the branch {pull.head} is gone"
    return f"{pull.head} is at {tip[:12]} by now, no longer at {pull.head_sha[:12]}; that push has its own verdict"


def _ignored(pull: PullChanged, reason: str, session: str = "") -> Outcome:
    data = {"state": "ignored", "pull": pull.number, "commit": pull.head_sha, "reason": reason}
    text = f"nothing to gate at pull request #{pull.number}: {visible(reason)}"
    return Outcome(data | ({"session": session} if session else {}), text)


def _outcome(parts: Gating, pull: PullChanged, session: str, base_tip: str, verdict: Verdict) -> Outcome:
    data: dict[str, object] = {
        "state": "gated",
        "pull": pull.number,
        "session": session,
        "commit": pull.head_sha,
        "base_commit": base_tip,
        "verdict": verdict.state,
        "criteria": criteria_data(verdict),
    }
    what = f"commit {pull.head_sha[:12]} of pull request #{pull.number}, into {parts.base} at {base_tip[:12]}"
    shown = f"`{pull.head_sha[:12]}` of #{pull.number}, into {code(parts.base)} at `{base_tip[:12]}`"
    summary = f"### Gate on session {code(session)}\n\n{verdict_markdown(verdict)}\n<sub>{shown}</sub>\n"
    notes = tuple(
        Problem(what=f"{one.title}: {one.measured}", todo=one.action)
        for one in verdict.criteria
        if one.state == "fail"
    )
    ended = Exit.DONE if verdict.state == "pass" else Exit.ACT
    return Outcome(data, f"{session}: {what}\n{verdict_text(verdict)}", ended, summary=summary, notes=notes)
