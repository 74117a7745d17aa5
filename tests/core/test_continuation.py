"""What goes on in another session when the time of one is over: which subjects, with what money, how often."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.carrying import UNANSWERED
from bot.core.continuation import (
    MOST,
    continues,
    give_up,
    goes_on_in,
    handed_on,
    mission_file,
    next_session,
    open_subjects,
    parts,
)
from bot.core.continuing import attempts_left
from bot.core.findings import Blocker, CheckedFinding, Gap, Usage
from bot.core.loading import load_mission
from bot.core.mission import AgentDefaults, Criteria, Limits, Mission
from bot.core.pricing import Prices
from bot.core.records import AgentRecord, AgentState, Continues, FindingsFile
from bot.core.session import SessionData
from bot.core.state import SessionFacts, reduce
from tests.builders import NOW, agent, checked, mission, subject
from tests.sessions import LAUNCHED, record
from tests.sessions import data as session_data

LATER = NOW + timedelta(hours=7)
SESSION, NEXT = "cloud-providers-1", "cloud-providers-2"
EC2, S3, VULTR = subject("AWS EC2"), subject("AWS S3"), subject("Vultr")
WALL = Blocker(subject="vultr", title="Vultr is behind a wall", impact="High", description="403.")
REQUIRED = ("authentication", "operations")
PRICE = Prices(input="1", output="5", cache_read="0.1", cache_write="1.25")


def plan(**changes: object) -> Mission:
    values: dict[str, object] = {
        "limits": Limits(max_usd="2.50", when_over="continuation"),
        "agent": AgentDefaults(backend="claude", max_usd="0.25"),
        **changes,
    }
    return mission(agent("haiku-1", EC2), agent("haiku-2", S3, VULTR), **values)  # type: ignore[arg-type]


def session(
    *records: AgentRecord,
    files: Sequence[FindingsFile] = (),
    of: Mission | None = None,
    row: int = 0,
    cap: int = 250_000,
) -> SessionData:
    made = session_data(of or plan(), *records, files=tuple(files), session=SESSION)
    before = Continues(session="cloud-providers-9", row=row, mission_sha256="c" * 64) if row else None
    caps = {one.id: cap for one in made.mission.agents}
    launch = made.launch.model_copy(
        update={"caps": caps, "continues": before, "prices": {"anthropic:claude-haiku-5-5": PRICE}}
    )
    return replace(made, launch=launch)


def kept(state: AgentState, name: str = "haiku-2", **changes: object) -> AgentRecord:
    return record(SESSION, name, state, **changes)


def answered(name: str, *fields: str) -> tuple[CheckedFinding, ...]:
    return tuple(checked(subject=name, field=field) for field in fields or REQUIRED)


def found(*items: CheckedFinding | Gap | Blocker, name: str = "haiku-2") -> FindingsFile:
    return FindingsFile(
        agent=name,
        findings=tuple(one for one in items if isinstance(one, CheckedFinding)),
        gaps=tuple(one for one in items if isinstance(one, Gap)),
        blockers=tuple(one for one in items if isinstance(one, Blocker)),
    )


def after(of: SessionData, into: str = NEXT) -> SessionData:
    """The session with its unfinished work given up."""
    made = give_up(of, LATER, into)
    records = {**of.records, **{record.agent: record for record, _ in made}}
    return replace(of, records=records, findings={**of.findings, **{file.agent: file for _, file in made}})


def going_on(of: SessionData) -> dict[str, list[str]]:
    return {part.agent.id: [one.id for one in part.agent.subjects] for part in parts(of)}


# --- which session -----------------------------------------------------------------------------------------


def test_the_next_number_is_one_that_no_session_has() -> None:
    assert next_session(session(), ["cloud-providers-7", "other-12", "1"]) == "cloud-providers-8"
    assert next_session(session(), []) == NEXT


def test_without_a_word_in_the_mission_nothing_goes_on() -> None:
    assert next_session(session(of=plan(limits=Limits(max_usd="2.50"))), []) == ""


def test_a24_only_so_many_go_on_from_one_another() -> None:
    assert next_session(session(row=MOST - 1), []) == NEXT
    assert next_session(session(row=MOST), []) == ""


def test_the_launch_says_where_it_goes_on_from_and_what_was_launched_first() -> None:
    first = session().launch
    assert continues(first) == Continues(session=SESSION, row=1, mission_sha256=first.mission_sha256)
    assert continues(session(row=2).launch) == Continues(session=SESSION, row=3, mission_sha256="c" * 64)


# --- what goes on ------------------------------------------------------------------------------------------


def test_what_is_not_done_goes_on_with_the_money_that_is_left() -> None:
    of = after(session(kept("done", "haiku-1"), kept("failed", spent=100_000)))
    assert goes_on_in(of) == NEXT
    assert going_on(of) == {"haiku-2": ["aws-s3", "vultr"]}
    [part] = parts(of)
    assert part.agent.max_usd == 150_000
    made = of.records["haiku-2"]
    assert (made.state, made.attempt, made.spent, made.goes_on_in) == ("blocked", 2, 100_000, NEXT)
    assert made.idle_since == LAUNCHED + timedelta(minutes=7)
    assert [one.title for one in of.findings["haiku-2"].blockers] == [
        "AWS S3 goes on in another session",
        "Vultr goes on in another session",
    ]
    assert "Session cloud-providers-2 goes on with it" in of.findings["haiku-2"].blockers[0].description


def test_an_agent_that_never_began_stands_still_since_the_launch() -> None:
    of = after(session(kept("done", "haiku-1")))
    assert of.records["haiku-2"].idle_since == LAUNCHED


def test_g30_a_subject_that_is_finished_stays_where_it_is() -> None:
    gap = Gap(subject="vultr", field="operations", reason="nothing on it")
    file = found(*answered("aws-s3"), *answered("vultr", "authentication"), gap)
    of = after(session(kept("done", "haiku-1"), kept("failed"), files=[file]))
    assert goes_on_in(of) == ""
    assert (of.records["haiku-2"].state, of.records["haiku-2"].goes_on_in) == ("done", None)


def test_g16_a_subject_that_is_begun_goes_on_with_what_was_found() -> None:
    unsaid = Gap(subject="vultr", field="operations", reason=UNANSWERED)
    file = found(*answered("aws-s3"), *answered("vultr", "authentication", "pricing"), unsaid)
    of = after(session(kept("done", "haiku-1"), kept("failed"), files=[file]))
    [part] = parts(of)
    assert [one.id for one in part.agent.subjects] == ["vultr"]
    assert part.found == found(*answered("vultr", "authentication", "pricing"))
    assert set(of.findings["haiku-2"].findings) == set(file.findings), "it is kept here, too"


def test_a_subject_that_its_agent_calls_blocked_is_finished() -> None:
    assert open_subjects(plan(), plan().agents[1], found(*answered("aws-s3"), WALL)) == ()


def test_without_required_claims_a_word_is_enough() -> None:
    assessed = [field.model_copy(update={"required": field.kind != "claim"}) for field in plan().fields]
    of = plan(fields=tuple(assessed))
    assert open_subjects(of, of.agents[1], found(*answered("vultr", "pricing"))) == (S3,)


def test_whose_attempts_are_used_up_has_failed_and_goes_on_nowhere() -> None:
    of = after(session(kept("done", "haiku-1"), kept("failed", attempt=2)))
    assert (of.records["haiku-2"].state, goes_on_in(of)) == ("failed", "")


def test_whom_a_person_wanted_to_try_again_keeps_what_it_delivered() -> None:
    made = session(kept("done", "haiku-1"), kept("done"), files=[found(*answered("aws-s3"), *answered("vultr"))])
    made = replace(made, launch=made.launch.model_copy(update={"again": {"haiku-2": 2}}))
    of = after(made)
    assert (of.records["haiku-2"].attempt, of.records["haiku-2"].goes_on_in) == (2, None)


@pytest.mark.parametrize(("cap", "goes"), [(200_000, True), (60_000, True), (40_000, False), (0, False)])
def test_g23_who_cannot_pay_for_a_call_goes_on_nowhere(cap: int, goes: bool) -> None:
    of = after(session(kept("done", "haiku-1"), cap=cap))
    assert bool(goes_on_in(of)) == goes
    assert of.records["haiku-2"].state == "blocked"


def test_g23_without_a_known_price_any_money_is_enough() -> None:
    of = session(kept("done", "haiku-1"), cap=10)
    assert goes_on_in(after(replace(of, launch=of.launch.model_copy(update={"prices": {}})))) == NEXT


def test_who_needs_no_money_goes_on_without() -> None:
    assert goes_on_in(after(session(of=plan(agent=AgentDefaults()), cap=0))) == NEXT


def test_a_mission_that_could_not_be_launched_becomes_blockers() -> None:
    of = session(of=plan(fields=plan().fields[:1]))
    assert goes_on_in(after(of)) == ""
    assert [one.title for one in after(of).findings["haiku-1"].blockers] == ["AWS EC2 was not researched"]


def test_g30_a_retry_does_not_do_what_another_session_does() -> None:
    of = after(session(kept("done", "haiku-1")))
    launch = of.launch.model_copy(update={"again": {"haiku-2": 5}})
    assert attempts_left(launch, of.mission.agents[1], of.records["haiku-2"]) == range(0)


def test_a_file_that_is_not_there_says_nothing() -> None:
    of = after(session(kept("done", "haiku-1")))
    assert parts(replace(of, findings={})) == ()
    assert handed_on(of.mission.agents[1], None) == ()


# --- the mission of the session that goes on -----------------------------------------------------------------


def the_mission(of: SessionData, taken: Sequence[str] = ()) -> Mission:
    return load_mission(mission_file(of, NEXT, taken), "mission.yml")


def test_the_mission_has_the_unfinished_part_and_else_the_same() -> None:
    of = after(session(kept("done", "haiku-1"), of=plan(target_subjects=14, planned_hours=2, expected_agents=2)))
    made = the_mission(of)
    assert made.deliverable == "INTEGRATIONS-CLOUD-PROVIDERS-2.md"
    assert [one.id for one in made.agents] == ["haiku-2"]
    assert made.limits == Limits(max_usd="0.25", when_over="continuation")
    assert (made.target_subjects, made.planned_hours, made.expected_agents) == (None, None, None)
    same = {"mission", "session", "phase", "title", "domain", "branch", "agent", "fields"}
    assert made.model_dump(include=same) == of.mission.model_dump(include=same)


def test_the_deliverable_has_the_number_of_the_session_once() -> None:
    of = plan(deliverable="INTEGRATIONS-CLOUD-PROVIDERS-1.md")
    assert the_mission(after(session(of=of, row=1))).deliverable == "INTEGRATIONS-CLOUD-PROVIDERS-2.md"
    assert the_mission(after(session(of=of))).deliverable == "INTEGRATIONS-CLOUD-PROVIDERS-1-2.md"


def test_a_name_that_is_taken_gets_one_more_number() -> None:
    taken = ["INTEGRATIONS-CLOUD-PROVIDERS-2.md", "INTEGRATIONS-CLOUD-PROVIDERS-2-2.md"]
    assert the_mission(after(session()), taken).deliverable == "INTEGRATIONS-CLOUD-PROVIDERS-2-3.md"


def test_a_long_name_is_cut() -> None:
    long = f"INTEGRATIONS-{'A' * 76}-{'B' * 7}.md"
    assert the_mission(after(session(of=plan(deliverable=long)))).deliverable == f"INTEGRATIONS-{'A' * 76}-2.md"


def test_g29_what_is_tolerated_holds_for_all_sessions_together() -> None:
    of = plan(criteria=Criteria(blocked_subjects=3, required_field_gaps=1))
    gap = Gap(subject="aws-s3", field="operations", reason="nothing on it")
    file = found(*answered("aws-s3", "authentication"), gap, WALL)
    made = session(kept("failed"), files=[file], of=of)
    assert the_mission(after(made)).criteria == Criteria(blocked_subjects=2, required_field_gaps=0)


# --- whatever is unfinished -----------------------------------------------------------------------------------

STATES = st.sampled_from(["done", "blocked", "failed", "used up", "pending"])
FIELDS = st.sets(st.sampled_from([*REQUIRED, "pricing"]))


@st.composite
def sessions(draw: st.DrawFn) -> SessionData:
    """Three agents in any state, each with up to two subjects of which more or less is known."""
    agents = [
        agent(f"haiku-{n}", *(subject(f"API {n} {m}") for m in range(draw(st.integers(1, 2))))) for n in range(3)
    ]
    of = plan().model_copy(update={"teams": (plan().teams[0].model_copy(update={"agents": tuple(agents)}),)})
    records, files = [], []
    for spec in agents:
        state = draw(STATES)
        if state == "pending":
            continue
        items: list[CheckedFinding | Gap | Blocker] = [
            one for s in spec.subjects for one in answered(s.id, *sorted(draw(FIELDS)) or ["pricing"])
        ]
        items = [one for one in items if draw(st.booleans())]
        items = [*items, *(b for s in spec.subjects if (b := _blocked(draw, s.id)))]
        ended: AgentState = "failed" if state == "used up" else state  # type: ignore[assignment]
        attempt = 2 if state == "used up" else 1
        spent = draw(st.integers(0, 250_000))
        records.append(kept(ended, spec.id, attempt=attempt, spent=spent, usage=Usage()))
        files.append(found(*items, name=spec.id))
    return session(*records, files=files, of=of, row=draw(st.integers(0, MOST)))


def _blocked(draw: st.DrawFn, name: str) -> Blocker | None:
    if draw(st.integers(0, 4)):
        return None
    return Blocker(subject=name, title="No readable source", impact="Medium", description="403")


@settings(deadline=None, max_examples=150)
@given(sessions())
def test_g12_g29_g30_each_subject_goes_on_once_or_ends_here(before: SessionData) -> None:
    into = next_session(before, [])
    of = after(before, into)
    handed = [one.id for part in parts(of) for one in part.agent.subjects]
    assert len(handed) == len(set(handed))
    assert give_up(of, LATER, into) == [], "nothing is left over, and nothing is given up twice"
    assert bool(handed) == bool(goes_on_in(of))
    for spec in of.mission.agents:
        made, file = of.records[spec.id], of.findings[spec.id]
        said = (
            {f.subject for f in file.findings}
            | {b.subject for b in file.blockers}
            | {g.subject for g in file.gaps}
        )
        if made != before.records.get(spec.id):
            assert said >= {one.id for one in spec.subjects}
            old = before.findings.get(spec.id)
            assert {f for f in old.findings if f.state == "verified"} <= set(file.findings) if old else True
        assert made.spent == (before.records[spec.id].spent if spec.id in before.records else 0)
    state = reduce(SessionFacts(of), LATER)
    assert not state.agents.pending
    assert set(handed) <= {one.id for one in state.subjects.blocked}
    if handed:
        made_of = load_mission(mission_file(of, into, ()), "mission.yml")
        assert [one.id for one in made_of.subjects] == handed
        left = {one.id: of.launch.caps[one.id] - of.records[one.id].spent for one in made_of.agents}
        assert {one.id: one.max_usd for one in made_of.agents} == left
        assert made_of.limits.max_usd == sum(left.values())
