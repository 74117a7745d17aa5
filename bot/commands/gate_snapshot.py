"""Reads what the gate looks at out of git, the sources and the scanner."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydantic import ValidationError

from bot.commands.conflicts import conflicts
from bot.commands.load import load_overview
from bot.core.changes import Change
from bot.core.citations import check
from bot.core.consolidate import consolidate
from bot.core.gate import Document, GateSnapshot, PhaseFacts, Recheck
from bot.core.launching import Reservation, number_of
from bot.core.loading import load_mission
from bot.core.mission import Mission
from bot.core.overview import phase_progress
from bot.core.paths import own_files
from bot.core.records import AgentRecord, Launch
from bot.core.secrets import SecretHit, unpublished
from bot.core.session import (
    SESSIONS,
    SessionData,
    agent_path,
    csv_path,
    findings_path,
    launch_path,
    mission_path,
    record_ref,
    reservation_ref,
)
from bot.core.snapshot import is_launched_mission, parse_launch, parse_session, value_of
from bot.core.state import SessionFacts, reduce
from bot.errors import InvalidInput, Refused
from bot.ports import Clock, LogEntry, Repository, SourceLibrary
from bot.render.csv_table import render_csv
from bot.render.deliverable import render_deliverable
from bot.render.state_files import TRACKER

Scan = Callable[[Mapping[str, bytes]], Sequence[SecretHit]]
"""Finds what looks like a secret in files by path."""


@dataclass(frozen=True, slots=True)
class Launched:
    """A session as its launch commit has it."""

    entry: LogEntry
    launch: Launch
    files: Mapping[str, bytes]


def launched(repository: Repository, session: str, tip: str, base_tip: str) -> Launched:
    """The session's launch and mission from its launch commit: the oldest one of the branch that holds it (G2).

    Raises Refused when there is none, or none that can be read.
    """
    history = repository.log(tip, since=base_tip)
    holding = repository.read([(entry.commit, launch_path(session)) for entry in history])
    entries = [entry for entry in history if (entry.commit, launch_path(session)) in holding]
    if not entries:
        raise Refused(f"{tip[:12]} holds no launch of session {session}", "launch the mission first")
    first = entries[-1]
    read = repository.read([(first.commit, path) for path in own_files(session)])
    files = {path: content for (_, path), content in read.items()}
    launch, problems = parse_launch(session, files.get(launch_path(session)))
    if launch is None:
        raise Refused(problems=problems)
    return Launched(first, launch, files)


def load_snapshot(
    repository: Repository,
    clock: Clock,
    session: str,
    tip: str,
    base_tip: str,
    library: SourceLibrary | None,
    scan: Scan,
    state_branch: str | None = None,
) -> GateSnapshot:
    """Everything that the verdict on one commit rests on. The tracker is read from the state branch, if any.

    Raises Refused when the commit holds no readable launch.
    """
    start = launched(repository, session, tip, base_tip)
    document = start.launch.mission.deliverable
    files = repository.files(tip, [f"{SESSIONS}{session}", document, csv_path(document)])
    data, problems = parse_session(session, {**files, **start.files})  # by the rules of the launch
    assert data is not None, "the launch was read above"
    rules, launch = data.mission, data.launch  # with what people have added in orders
    consolidated = consolidate(data)
    changes = repository.changes(base_tip, tip)
    written = {change.path: files[change.path] for change in changes if change.path in files}
    deliverable = _document(files, rules.deliverable, render_deliverable(consolidated))
    table = _document(files, csv_path(rules.deliverable), render_csv(consolidated))
    # What is rendered from the files that are scanned holds nothing of its own.
    rendered = {document.path for document in (deliverable, table) if document.committed == document.expected}
    notes = _reservations(repository, rules)
    merged = _is_merged(repository, launch.base, tip)
    return GateSnapshot(
        session=session,
        rules=rules,
        launch=launch,
        records=data.records,
        findings=data.findings,
        consolidated=consolidated,
        deliverable=deliverable,
        table=table,
        changes=tuple(changes),
        merged=merged,
        problems=tuple(map(str, problems)),
        edited=tuple(_edited(repository, session, start, files, base_tip, notes.values())),
        unrecorded=() if merged else tuple(_unrecorded(repository, session, files, data.records.values())),
        texts={path: content.decode(errors="replace") for path, content in written.items()},
        tree=_merged_tree(repository, base_tip, changes),
        conflicts=conflicts(repository, session, rules, base_tip, tip),
        reservations={subject: note.session for subject, note in notes.items()},
        handed_over=_handed_over(repository, launch, notes, base_tip, merged=merged),
        secrets=_secrets(scan, {path: text for path, text in written.items() if path not in rendered}, data),
        rechecks=None if library is None else tuple(_read_again(library, data)),
        tracker=_tracker(repository, base_tip, None if state_branch == launch.base else state_branch),
        phase=_phase(repository, clock, launch.base, state_branch, data, tip),
    )


def _document(files: Mapping[str, bytes], path: str, expected: str) -> Document:
    committed = files.get(path)
    return Document(path, None if committed is None else committed.decode(errors="replace"), expected)


def _is_merged(repository: Repository, base: str, tip: str) -> bool:
    ref = f"refs/heads/{base}"
    head = repository.refs(ref).get(ref)
    return head is not None and repository.contains(head, tip)


def _edited(
    repository: Repository,
    session: str,
    start: Launched,
    files: Mapping[str, bytes],
    base_tip: str,
    notes: Iterable[Reservation],
) -> Iterator[str]:
    """The launch's files as far as the branch changed them, or never had them from the base branch (G2)."""
    yield from (path for path in own_files(session) if files.get(path) != start.files.get(path))
    written = start.files.get(mission_path(session))
    if not is_launched_mission(written, start.launch) or _mission(written) != start.launch.mission:
        yield f"{mission_path(session)} (not the mission in launch.json)"
    base_commit = start.launch.base_commit
    if start.entry.parents != (base_commit,) or not repository.contains(base_tip, base_commit):
        yield f"{launch_path(session)} (its base commit)"
    # A reservation was made together with the launch, on a ref that a push to the branch does not reach.
    reserved = {note.mission_sha256 for note in notes if note.session == session}
    if reserved - {start.launch.mission_sha256}:
        yield f"{mission_path(session)} (not the mission that its subjects were reserved for)"


def _mission(content: bytes | None) -> Mission | None:
    """The mission of a file; None when there is none that may be launched."""
    try:
        return load_mission(content or b"", "mission.yml")
    except InvalidInput:
        return None


def _unrecorded(
    repository: Repository, session: str, files: Mapping[str, bytes], records: Iterable[AgentRecord]
) -> Iterator[str]:
    """Agents whose files are not, byte for byte, those on the ref that their record job wrote (A13)."""
    refs = repository.refs(record_ref(session, "", 0).rpartition("//")[0])
    kept = {record.agent: refs.get(record_ref(session, record.agent, record.attempt), "") for record in records}
    paths = {agent: (agent_path(session, agent), findings_path(session, agent)) for agent in kept}
    found = repository.read([(commit, path) for agent, commit in kept.items() if commit for path in paths[agent]])
    for agent, commit in kept.items():
        if any(found.get((commit, path)) != files.get(path) for path in paths[agent]):
            yield agent


def _merged_tree(repository: Repository, base_tip: str, changes: Sequence[Change]) -> frozenset[str]:
    gone = {change.path for change in changes if change.status == "deleted"}
    return frozenset((repository.paths(base_tip).keys() | {change.path for change in changes}) - gone)


def _reservations(repository: Repository, rules: Mission) -> dict[str, Reservation]:
    refs = repository.refs(reservation_ref(""))
    held = {s.id: refs[ref] for s in rules.subjects if (ref := reservation_ref(s.id)) in refs}
    notes = repository.read([(commit, "reservation.json") for commit in sorted(set(held.values()))])
    found = {subject: _note(notes.get((commit, "reservation.json"), b"")) for subject, commit in held.items()}
    return {subject: note for subject, note in found.items() if note}


def _handed_over(
    repository: Repository, launch: Launch, notes: Mapping[str, Reservation], base_tip: str, *, merged: bool
) -> dict[str, str]:
    """The subjects that a later session of this mission holds, which is open or merged.

    Once this session is merged it does not matter who took them after that.
    """
    others = {subject: note for subject, note in notes.items() if note.session != launch.session}
    if merged or not others:
        return {subject: note.session for subject, note in others.items()}
    refs, own = repository.refs("refs/heads/"), number_of(launch.mission, launch.session)
    base = refs.get(f"refs/heads/{launch.base}", base_tip)
    later = [note for note in others.values() if number_of(launch.mission, note.session) > own]
    wanted = {note.session: refs.get(f"refs/heads/{note.branch}", base) for note in later}
    there = repository.read([(commit, launch_path(one)) for one, commit in wanted.items()])
    alive = {path.split("/")[1] for _, path in there}
    return {subject: note.session for subject, note in others.items() if note.session in alive}


def _note(content: bytes) -> Reservation | None:
    """A reservation; None when it cannot be read, which then counts as none."""
    try:
        return value_of(Reservation, content)
    except ValidationError:
        return None


def _secrets(scan: Scan, written: Mapping[str, bytes], data: SessionData) -> tuple[SecretHit, ...]:
    """What the scanner finds, without the example keys that a quoted source prints itself."""
    hits = scan(written)
    if not hits:
        return ()
    quotes = (f.citation.quote for file in data.findings.values() for f in file.findings if f.state == "verified")
    return unpublished(hits, scan({"quotes": "\n".join(quotes).encode()}))


def _read_again(library: SourceLibrary, data: SessionData) -> Iterator[Recheck]:
    evidence = lru_cache(maxsize=256)(library.evidence)  # an agent's findings often cite the same few passages
    for file in data.findings.values():
        for finding in file.findings:
            if finding.state == "verified":
                cited = finding.citation
                found = check(finding, evidence(cited.source, cited.locator, cited.method))
                yield Recheck(finding.subject, finding.field, found.state, found.reason)


def _tracker(repository: Repository, base_tip: str, state_branch: str | None) -> str | None:
    """The tracker where `status` writes it: on the branch of the state files as it is now, or on the base."""
    ref = f"refs/heads/{state_branch}"
    commit = repository.refs(ref).get(ref) if state_branch else base_tip
    content = repository.read([(commit, TRACKER)]).get((commit, TRACKER)) if commit else None
    return None if content is None else content.decode(errors="replace")


def _phase(
    repository: Repository, clock: Clock, base: str, state_branch: str | None, data: SessionData, tip: str
) -> PhaseFacts:
    """What the tracker has to say of the session's phase, before this commit of it is merged."""
    now = clock.now()
    own = reduce(SessionFacts(data, tip), now)
    others = load_overview(repository, now, base=base, state_branch=state_branch).overview.sessions
    number = data.mission.phase.number
    same = [s for s in others if s.mission.phase.number == number and s.session != data.session]
    progress = phase_progress([*same, own])
    status = f"{progress.status} (Session {progress.session.mission.session})"
    return PhaseFacts(number, status, progress.covered, progress.assigned)
