"""Whatever is unfinished when the time is over, again and again: each subject is one session's, and ends once."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.memory.repository import MemoryRepository
from bot.commands.continuation import hand_over
from bot.commands.dispatching import end_work
from bot.commands.launch import held_subjects
from bot.commands.load import load_session
from bot.commands.record import record_files
from bot.core.artifacts import Failure
from bot.core.continuation import MOST, goes_on_in, handed_on
from bot.core.findings import AgentResult, CheckedFinding, Finding
from bot.core.mission import Mission
from bot.core.recording import Attempt, accepted, failed
from bot.core.session import SessionData, record_ref
from bot.ports import RefUpdate
from tests.builders import NOW, checked
from tests.clocks import VirtualClock
from tests.workshop import MISSION, launch_here

AGENT = "      - {{id: agent-{n}, subjects: [{subjects}]}}\n"
SUBJECT = '{{name: API {n} {m}, sources: ["file:docs/guide.md"]}}'
ENDS = st.sampled_from(["pending", "failed", "lost", "done"])
"""How an agent stands when the time is over: failed is with something found, lost without."""


def mission(sizes: list[int]) -> str:
    head = MISSION.partition("    agents:\n")[0].replace("max_usd: 1.00", "max_usd: 1.00, when_over: continuation")
    agents = [
        AGENT.format(n=n, subjects=", ".join(SUBJECT.format(n=n, m=m) for m in range(size)))
        for n, size in enumerate(sizes)
    ]
    return f"{head}    agents:\n{''.join(agents)}"


def keep(repo: MemoryRepository, data: SessionData, agent: int, end: str, known: set[str]) -> None:
    """Records the first attempt of an agent, which ends so and has answered what is asked of `known` subjects."""
    spec = data.mission.agents[agent]
    attempt = Attempt(data.launch, spec, 1, None, data.findings.get(spec.id))
    names = [s.id for s in spec.subjects if end == "done" or s.id in known]
    answers = [checked(subject=name, field=field) for name in names for field in ("authentication", "operations")]
    made, file = (
        failed(attempt, NOW, NOW, Failure("lost"))
        if end == "lost"
        else accepted(
            attempt, _result(data, spec.id, answers, "" if end == "done" else "no time"), tuple(answers), NOW
        )
    )
    commit = repo.commit([], record_files(made, file), "Record", NOW)
    repo.update([RefUpdate(record_ref(data.session, spec.id, 1), commit, None)])


def _result(data: SessionData, agent: str, answers: list[CheckedFinding], unfinished: str) -> AgentResult:
    plain = tuple(Finding(**{name: getattr(one, name) for name in Finding.model_fields}) for one in answers)
    return AgentResult(
        session=data.session,
        agent=agent,
        attempt=1,
        started=NOW,
        finished=NOW,
        findings=plain,
        unfinished=unfinished,
    )


def session(repo: MemoryRepository, name: str) -> SessionData:
    return load_session(repo, repo.refs("refs/heads")[f"refs/heads/swarm/{name}"], name)


def holders(repo: MemoryRepository, of: Mission) -> dict[str, str]:
    return {subject: note.session for subject, note in held_subjects(repo, of, repo.refs("refs/")).items()}


@settings(deadline=None, max_examples=40)
@given(st.data(), st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_g12_g29_g30_each_subject_is_one_sessions_and_ends_once(drawn: st.DataObject, sizes: list[int]) -> None:
    repo, clock = MemoryRepository(), VirtualClock()
    first = repo.commit([], {"docs/guide.md": b"A guide.\n"}, "Begin", NOW)
    repo.update([RefUpdate("refs/heads/main", first, None)])
    name = launch_here(repo, mission(sizes)).session
    whole = session(repo, name).mission
    ended: list[str] = []
    row = 0
    while name:
        data = session(repo, name)
        for at, spec in enumerate(data.mission.agents):
            if (end := drawn.draw(ENDS)) != "pending":
                known = drawn.draw(st.sets(st.sampled_from([s.id for s in spec.subjects])))
                keep(repo, data, at, end, known)
        clock.moment += timedelta(hours=7)
        data = end_work(repo, clock, f"refs/heads/swarm/{name}", name).data
        assert set(holders(repo, data.mission).values()) == {name}
        into = hand_over(repo, clock, data)
        assert into == hand_over(repo, clock, data) == goes_on_in(data)
        gone = [s.id for spec in data.mission.agents for s in handed_on(spec, data.findings.get(spec.id))]
        mine = {subject.id for subject in data.mission.subjects}
        assert {s for s, holder in holders(repo, whole).items() if holder == into} == set(gone)
        assert {s for s, holder in holders(repo, whole).items() if holder == name} == mine - set(gone)
        ended += sorted(mine - set(gone))
        row += bool(into)
        name = into
    assert sorted(ended) == sorted(subject.id for subject in whole.subjects), "each ends in one session, once"
    assert row <= MOST
    assert len(repo.refs("refs/heads")) == row + 2
