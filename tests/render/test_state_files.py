from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.conflicts import Conflict, Resolution
from bot.core.findings import Blocker
from bot.core.links import broken_links
from bot.core.loading import load_mission
from bot.core.overview import Overview, overview
from bot.core.records import Continues, FindingsFile
from bot.core.roadmap import Roadmap, compile_roadmap
from bot.core.session import SessionData
from bot.core.state import Merge, SessionFacts, SessionState, reduce
from bot.errors import Problem
from bot.render.state_files import (
    BLOCKERS,
    HANDOVER,
    ROADMAP,
    STATE_FILES,
    STATUS,
    TRACKER,
    expected_state_files,
    same_but_for_the_time,
)
from bot.render.status_text import SHOWN_SESSIONS, age, status_data, status_text
from tests.builders import NOW
from tests.disguises import leaks
from tests.sessions import LAUNCHED, blocker, data, findings, mission_yaml, record, state

CLOUD = load_mission(mission_yaml(), "mission.yml")
SIP = load_mission(mission_yaml("sip", 3, {"haiku-1": ("Plivo",)}, more="planned_hours: 4"), "mission.yml")
BASE = "b" * 40
FILE = findings("haiku-2", "vultr", blockers=(blocker(),))
CLOUD_DATA: SessionData = data(
    CLOUD,
    record("cloud-1", "haiku-1"),
    record("cloud-1", "haiku-2", "blocked"),
    files=(findings("haiku-1", "aws-ec2"), FILE),
)
MERGED = reduce(SessionFacts(CLOUD_DATA, None, Merge("c" * 40, NOW), deliverable=True), NOW)
RUNNING = state(CLOUD, record("cloud-1", "haiku-1"))
WAITING = state(SIP, session="sip-1")
COMPLETE = state(SIP, record("sip-1", "haiku-1"), session="sip-1")


def read(wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], FindingsFile]:
    return {key: CLOUD_DATA.findings[key[1]] for key in wanted}


def view(*sessions: SessionState, **more: object) -> Overview:
    return overview("main", BASE, NOW, sessions, **more)  # type: ignore[arg-type]


def files(*sessions: SessionState, merged: tuple[SessionData, ...] = (), **more: object) -> dict[str, str]:
    return expected_state_files(view(*sessions, **more), compile_roadmap(merged, read))


def section(text: str, heading: str) -> str:
    """A section of a file, from its heading to the next of its level."""
    start = text.index(f"## {heading}")
    end = text.find("\n## ", start + 1)
    return text[start : end if end > 0 else len(text)].rstrip()


def test_a_running_session_says_progress_completed_blockers_and_next() -> None:
    assert section(files(RUNNING)[STATUS], "Session 2") == (
        "## Session 2 Status (2026-11-22 16:17 UTC)\n"
        "\n"
        "- **Session**: `cloud-1`, The cloud mission\n"
        "- **Progress**: 1/2 agents reporting\n"
        "- **Completed**: haiku-1\n"
        "- **Last activity**: 2026-11-22 16:17 UTC\n"
        "- **Blockers**: none\n"
        "- **Next**: 1 agent (haiku-2) to report"
    )


def test_a_waiting_session_says_progress_status_branch_and_eta() -> None:
    assert section(files(WAITING)[STATUS], "Session 3") == (
        "## Session 3 Status (2026-11-22 16:10 UTC)\n"
        "\n"
        "- **Session**: `sip-1`, The sip mission\n"
        "- **Progress**: 0/1 agents reporting\n"
        "- **Status**: launched, no agent has reported yet\n"
        "- **Branch**: `swarm/sip-1`\n"
        "- **ETA**: +4 hours after 2026-11-22 16:10 UTC (planned)\n"
        "- **Blockers**: none\n"
        "- **Next**: 1 agent (haiku-1) to report for the first time"
    )
    assert "- **Status**: complete, waits to be merged\n" in files(COMPLETE)[STATUS]


def test_a_merged_session_says_its_commit_and_links_its_deliverable() -> None:
    assert section(files(MERGED)[STATUS], "Session 2") == (
        "## Session 2 Status (2026-11-22 16:40 UTC)\n"
        "\n"
        "- **Session**: `cloud-1`, The cloud mission\n"
        "- **Progress**: 2/2 agents reporting\n"
        "- **Completed**: 2 of 3 subjects, 2 verified claims\n"
        f"- **Merged**: `{'c' * 40}` at 2026-11-22 16:40 UTC\n"
        "- **Deliverable**: [INTEGRATIONS-CLOUD.md](INTEGRATIONS-CLOUD.md)\n"
        "- **Blockers**: linode has no readable source (High)\n"
        "- **Next**: nothing, it is merged"
    )
    unknown = replace(MERGED, merge=Merge(), deliverable=False)
    assert "- **Merged**: yes, by a commit that does not say so\n- **Blockers**" in files(unknown)[STATUS]


def test_an_open_session_says_that_its_money_runs_out() -> None:
    rich = record("cloud-1", "haiku-1", spent=2_000_000)
    assert "- **Money**: over 75% of the money is spent\n- **Blockers**" in files(state(CLOUD, rich))[STATUS]
    merged = state(CLOUD, rich, merge=Merge("c" * 40, NOW))
    assert "**Money**" not in files(RUNNING)[STATUS] + files(merged)[STATUS]


def test_an_overdue_session_says_since_when() -> None:
    late = state(CLOUD, now=NOW + timedelta(days=1))
    assert "- **Overdue**: since 2026-11-22 22:10 UTC\n" in files(late)[STATUS]
    assert "- **Status**: launched, overdue since 2026-11-22 22:10 UTC\n" in files(late)[HANDOVER]


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        ((), "no session yet"),
        ((MERGED,), "complete"),
        ((WAITING,), "unknown"),
        ((RUNNING,), "2026-11-22 16:23 UTC, from the durations of the recorded agents"),
    ],
)
def test_the_estimate_is_computed_or_unknown(sessions: tuple[SessionState, ...], expected: str) -> None:
    assert f"- **Estimated completion**: {expected}\n" in files(*sessions)[STATUS]


def test_the_metrics_are_those_of_the_protocol() -> None:
    text = files(MERGED, WAITING)[STATUS]
    assert "- **Agents deployed**: 3\n" in text
    assert "- **Reports completed**: 2 (1 done, 1 blocked, 0 failed)\n" in text
    assert "- **Blockers**: 1, 0 resolved\n" in text
    assert "- **Commit activity**: 2 launches, 2 records, 1 merge; the last at 2026-11-22 16:40 UTC\n" in text


def test_blockers_that_cannot_be_read_are_counted() -> None:
    hidden = state(CLOUD, record("cloud-1", "haiku-2", "blocked"))
    assert "- **Blockers**: 1, not readable\n" in files(hidden)[STATUS]


@pytest.mark.parametrize(
    ("one", "status", "covered", "last"),
    [
        (WAITING, "Pending (Session 3)", "0/1", "ETA: +4 hours after 2026-11-22 16:10 UTC (planned)"),
        (RUNNING, "In Progress (Session 2)", "1/3", "ETA: +0.1 hours, 2026-11-22 16:23 UTC"),
        (COMPLETE, "In Progress (Session 3)", "1/1", "ETA: unknown"),
        (MERGED, "Complete (Session 2)", "2/3", f"Commit: {'c' * 40}"),
        (replace(MERGED, merge=Merge()), "Complete (Session 2)", "2/3", "Commit: unknown"),
    ],
)
def test_the_tracker_has_a_section_for_each_phase(one: SessionState, status: str, covered: str, last: str) -> None:
    heading = f"Phase {one.mission.phase.number}: Phase of {one.mission.mission}"
    assert section(files(one)[TRACKER], heading) == (
        f"## {heading}\n\n- Status: {status}\n- APIs: {covered} complete\n- {last}"
    )


def test_the_handover_says_what_the_next_orchestrator_needs() -> None:
    broken = Problem("sessions/x/launch.json", what="the file is missing", todo="launch the mission again")
    text = files(MERGED, RUNNING, problems=[broken], conflicts={"sip-1": (Conflict("a.md"),)})[HANDOVER]
    for heading in (
        "Snapshot",
        "Branches",
        "What is blocked",
        "Next actions",
        "Failure modes",
        "Session 2 Update",
    ):
        assert f"\n## {heading}" in text
    assert section(text, "Branches").endswith(f"- `swarm/cloud-1`: running, 1/2 agents, at `{'a' * 40}`")
    assert "- `cloud-1`, `haiku-2`: linode has no readable source (High); see [BLOCKERS.md](BLOCKERS.md)" in text
    assert "### P0\n\n- mend sessions/x/launch.json: the file is missing; launch the mission again\n" in text
    assert "| no duplicate work | not met | 1 of 3 subjects in one session only | keep one session of each" in text
    assert "| zero merge conflicts | not met | 1 of 2 merged, 0 of 1 that wait would merge cleanly |" in text
    assert "| a merge conflict | sip-1: a.md |" in text
    assert "| a session over its time | not seen |" in text


def test_the_handover_has_an_update_for_each_session() -> None:
    assert section(files(MERGED)[HANDOVER], "Session 2 Update") == (
        "## Session 2 Update (2026-11-22 16:40 UTC)\n"
        "\n"
        "- **Session**: `cloud-1`, The cloud mission\n"
        "- **Status**: merged\n"
        "- **Agents**: 1 done, 1 blocked, 0 failed, 0 to come\n"
        "- **Branch**: `swarm/cloud-1`, deleted\n"
        "- **Findings**: 4, 2 verified, 2 gaps\n"
        f"- **Commit**: `{'c' * 40}`\n"
        "- **Next**: nothing, it is merged"
    )
    assert f"- **Commit**: `{'a' * 40}`\n" in files(RUNNING)[HANDOVER]
    assert (
        "- **Commit**: merged by a commit that does not say so\n"
        in files(replace(MERGED, merge=Merge()))[HANDOVER]
    )
    assert "- **Commit**: none\n" in files(replace(RUNNING, tip=None))[HANDOVER]


def test_many_failures_are_counted_and_the_first_are_named() -> None:
    agents = {f"haiku-{n}": (f"Subject {n}",) for n in range(1, 8)}
    mission = load_mission(mission_yaml(agents=agents), "mission.yml")
    failed = [record("cloud-1", agent, "failed", reason="") for agent in agents]
    row = next(
        line for line in files(state(mission, *failed))[HANDOVER].splitlines() if "agents that failed" in line
    )
    assert row.count("no reason") == 5
    assert " and 2 more |" in row


def test_a_blocker_has_all_that_the_protocol_asks_for() -> None:
    tried = blocker("linode", attempted=("fetched it twice", "asked a mirror"), recommendation="Add a source.")
    file = findings("haiku-2", "vultr", blockers=(tried,))
    found = state(CLOUD, record("cloud-1", "haiku-2", "blocked"), files=(file,))
    assert section(files(found)[BLOCKERS], "Blocker: linode") == (
        "## Blocker: linode has no readable source\n"
        "\n"
        "- **Date**: 2026-11-22 16:17 UTC\n"
        "- **Session**: `cloud-1`, `haiku-2`\n"
        "- **Subjects**: Linode\n"
        "- **Impact**: High\n"
        "- **Status**: open\n"
        "- **Description**: Its only source answered 403 three times.\n"
        "- **Attempted solutions**: fetched it twice; asked a mirror\n"
        "- **Recommendation**: Add a source.\n"
        "- **Workaround**: none"
    )


def test_a_merge_conflict_that_needs_a_person_is_a_blocker_of_its_session() -> None:
    later = COMPLETE.last_activity + timedelta(hours=1)
    found = (
        Conflict("INTEGRATIONS-SIP.md", own=True),
        Conflict("README.md", by="Ann", commit="c" * 40, time=later),
    )
    texts = files(COMPLETE, conflicts={"sip-1": found})
    assert section(texts[BLOCKERS], "Blocker: sip") == (
        "## Blocker: sip-1 has a merge conflict with main\n"
        "\n"
        "- **Date**: 2026-11-22 17:17 UTC\n"
        "- **Session**: `sip-1`\n"
        "- **Impact**: Critical\n"
        "- **Status**: open\n"
        "- **Description**: The session's branch and main both changed README.md (Ann in cccccccccccc), "
        "INTEGRATIONS-SIP.md.\n"
        "- **Attempted solutions**: none recorded\n"
        "- **Recommendation**: Merge the base branch into the session's branch by hand and keep the base's "
        "version of every file that is not the session's own, or move those files away on the base; then swarm "
        "close goes on.\n"
        "- **Workaround**: All findings are kept on the session's branch, where they can be read; nothing was "
        "merged."
    )
    assert "- `sip-1`: sip-1 has a merge conflict with main (Critical); see [BLOCKERS.md]" in texts[HANDOVER]
    assert "- **Blockers**: 1, 0 resolved" in texts[STATUS]
    assert "- **Blockers**: sip-1 has a merge conflict with main (Critical)\n" in texts[STATUS]
    many = tuple(Conflict(f"docs/{number}.md") for number in range(12))
    assert "docs/9.md and 2 more." in files(COMPLETE, conflicts={"sip-1": many})[BLOCKERS]


def test_a_merge_conflict_that_close_settles_is_no_blocker() -> None:
    texts = files(COMPLETE, conflicts={"sip-1": (Conflict("INTEGRATIONS-SIP.md", own=True),)})
    assert "No agent has recorded a blocker." in texts[BLOCKERS]
    assert "swarm close, which resolves the conflict in INTEGRATIONS-SIP.md" in texts[HANDOVER]


def test_the_handover_says_what_was_resolved() -> None:
    over = "d" * 40
    merge = Merge("c" * 40, NOW, (Resolution("INTEGRATIONS-CLOUD.md", over), Resolution("sessions/a/b", over)))
    text = files(reduce(SessionFacts(CLOUD_DATA, None, merge, deliverable=True), NOW))[HANDOVER]
    assert (
        "- **Resolved**: a merge conflict in `INTEGRATIONS-CLOUD.md` (rendered again from the findings, over what "
        f"`{over}` has), `sessions/a/b` (kept as recorded, over what `{over}` has)\n"
        "- **Next**: nothing, it is merged"
    ) in text


def test_a_blocker_says_what_resolved_it_and_that_nothing_was_recorded() -> None:
    again = load_mission(mission_yaml("again", 4, {"a": ("Linode",)}, more="refresh: true"), "mission.yml")
    text = files(MERGED, state(again, record("again-1", "a"), session="again-1"))[BLOCKERS]
    assert "- **Status**: resolved by again-1\n" in text
    assert "- **Attempted solutions**: none recorded\n- **Recommendation**: none\n- **Workaround**: none\n" in text


def test_a_blocker_of_a_subject_that_nobody_has_names_none() -> None:
    file = findings("haiku-2", blockers=(blocker("aws-ec2"),))
    found = state(CLOUD, record("cloud-1", "haiku-2", "blocked"), files=(file,))
    assert "**Subjects**" not in files(found)[BLOCKERS]


def test_the_roadmap_compiles_the_merged_sessions() -> None:
    text = files(MERGED, merged=(CLOUD_DATA,))[ROADMAP]
    assert "3 subjects of 1 merged session · 2 verified claims · " in text
    assert "| [AWS EC2](INTEGRATIONS-CLOUD.md#aws-ec2) | P2 | " in text
    assert "| Linode | not assessed | | | 0 | 0 | `cloud-1` |" in text
    assert "| not assessed | 1 | |\n" in text
    assert "## Researched more than once\n\nNo subject.\n" in text


def test_the_roadmap_names_what_was_researched_more_than_once() -> None:
    second = replace(CLOUD_DATA, session="cloud-2")
    text = files(MERGED, merged=(CLOUD_DATA, second))[ROADMAP]
    assert "- AWS EC2: `cloud-2` counts; also in cloud-1\n" in text


def test_links_lead_to_files_that_are_there() -> None:
    texts = files(MERGED, RUNNING, merged=(CLOUD_DATA,))
    documents = texts | {"INTEGRATIONS-CLOUD.md": "# Cloud\n\n## AWS EC2\n\n## Vultr\n"}
    assert [broken for name in texts for broken in broken_links(name, documents, documents.keys())] == []


def test_every_file_says_when_it_was_true_and_from_which_commit() -> None:
    assert "An old time means that nothing is new, or that nobody looks any more" in files(MERGED)[STATUS]
    for text in files(MERGED).values():
        assert f"\nTrue at 2026-11-22 16:40 UTC, from commit `{BASE}` of `main`.\n" in text


def test_later_and_from_another_commit_the_files_say_the_same() -> None:
    sessions = (MERGED, RUNNING, WAITING)
    before = files(*sessions)
    later = overview("main", "d" * 40, NOW + timedelta(minutes=30), sessions)
    after = expected_state_files(later, compile_roadmap((), read))
    assert all(before[path] != after[path] for path in STATE_FILES)
    assert all(same_but_for_the_time(before[path], after[path]) for path in STATE_FILES)
    assert "- **Last activity**: " in before[STATUS]
    assert not same_but_for_the_time(before[TRACKER], files(MERGED)[TRACKER])


HOSTILE = (
    "x\n## Session 9 Status\nTrue at now | @team #1 ![](https://evil.example/a.png) <!-- {{ 7*7 }} --> \u202e"
)


def test_a15_a17_text_of_findings_does_nothing_in_the_state_files() -> None:
    evil = Blocker(
        subject="linode",
        title=HOSTILE,
        impact="High",
        description=HOSTILE,
        attempted=(HOSTILE,),
        recommendation=HOSTILE,
        workaround=HOSTILE,
    )
    file = findings("haiku-2", "vultr", blockers=(evil,))
    one = state(
        CLOUD,
        record("cloud-1", "haiku-2", "blocked"),
        record("cloud-1", "haiku-1", "failed", reason=HOSTILE),
        files=(file,),
    )
    hostile = Conflict(HOSTILE, by=HOSTILE + "\udcff")
    texts = files(one, problems=[Problem(HOSTILE, what=HOSTILE)], conflicts={"cloud-1": (hostile,)})
    for text in texts.values():
        assert "\n## Session 9" not in text
        assert sum(line.startswith("True at ") for line in text.splitlines()) == 1
        for active in ("@team", "#1 ", "![", "<!--", "\u202e"):
            assert active not in text
    assert any("{{ 7\\*7 }}" in text for text in texts.values())


def test_without_a_session_all_files_say_so() -> None:
    texts = files()
    assert set(texts) == set(STATE_FILES)
    assert "No session has been launched yet." in texts[TRACKER]
    assert "No agent has recorded a blocker." in texts[BLOCKERS]
    assert "No branch of a session exists." in texts[HANDOVER]
    assert "0 subjects of 0 merged sessions" in texts[ROADMAP]


def test_the_roadmap_of_nothing_is_empty() -> None:
    assert compile_roadmap([], read) == Roadmap((), ())


def test_the_terminal_shows_a_line_for_each_session() -> None:
    lines = status_text(view(MERGED, WAITING)).splitlines()
    assert lines[0] == (
        "sessions 2, 1 merged · agents 3, 2 reported · findings 4, 2 verified · gaps 2 · blockers 1 · 0.02 USD"
    )
    assert lines[1].split() == ["session", "state", "agents", "verified", "gaps", "blockers", "USD", "age", "next"]
    assert lines[2].split()[:4] == ["cloud-1", "merged", "2/2", "2/4"]
    assert lines[3].split()[:4] == ["sip-1", "launched", "0/1", "0/0"]
    assert lines[4:] == [
        "waiting  all sessions done within 24 hours: 1 of 2 merged, the 24 hours end at 2026-11-23 16:10 UTC",
        "met      no duplicate work: 4 of 4 subjects in one session only",
        "waiting  findings compiled into the master roadmap: 1 of 2 sessions compiled",
        "waiting  zero merge conflicts: 1 of 2 merged",
        "not met  every blocker documented and resolved: 1 of 1 documented, 0 of 1 resolved; see BLOCKERS.md",
    ]


def test_the_terminal_says_that_there_is_nothing_and_what_cannot_be_read() -> None:
    problem = Problem("sessions/x/\x1b[31m", what="it is broken")
    lines = status_text(view(problems=[problem])).splitlines()
    assert lines[0].startswith("no session on main")
    assert lines[1] == "unreadable: sessions/x/ [31m: it is broken"


def test_the_terminal_shows_the_open_and_the_newest_of_many() -> None:
    many = [replace(MERGED, session=f"cloud-{n}") for n in range(SHOWN_SESSIONS)]
    lines = status_text(view(*many, state(SIP, session="sip-1", now=NOW + timedelta(days=1)))).splitlines()
    assert lines[2].split()[:2] == ["sip-1", "overdue"]
    assert "and 1 more: swarm status --json has all of them" in lines


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(-5, "0 min"), (3, "3 min"), (119, "119 min"), (120, "2 h"), (2_879, "47 h"), (2_880, "2 days")],
)
def test_an_age_is_said_in_the_largest_unit_that_says_it(minutes: int, said: str) -> None:
    assert age(NOW - timedelta(minutes=minutes), NOW) == said


def test_data_for_a_machine_holds_every_session() -> None:
    found = status_data(view(MERGED, WAITING))
    assert found["commit"] == BASE
    sessions = found["sessions"]
    assert isinstance(sessions, list)
    merged, waiting = sessions
    assert (merged["state"], merged["merged"], merged["deliverable"]) == (
        "merged",
        "c" * 40,
        "INTEGRATIONS-CLOUD.md",
    )
    assert (waiting["state"], waiting["merged"], waiting["eta"], waiting["deliverable"]) == (
        "launched",
        None,
        None,
        None,
    )
    assert merged["subjects"] == {"assigned": 3, "covered": ["aws-ec2", "vultr"], "blocked": ["linode"]}
    assert (merged["projected_usd"], waiting["projected_usd"]) == (0.02, 0.0)
    criteria = found["criteria"]
    assert isinstance(criteria, list)
    assert criteria[0] == {
        "id": "within-a-day",
        "title": "all sessions done within 24 hours",
        "state": "waiting",
        "done": 1,
        "of": 2,
        "measured": "1 of 2 merged, the 24 hours end at 2026-11-23 16:10 UTC",
        "action": "see the next actions in SESSION-HANDOVER-PROTOCOL.md",
    }
    assert (merged["cost_usd"], merged["launched"]) == (0.02, LAUNCHED.strftime("%Y-%m-%dT%H:%M:%SZ"))


def test_the_handover_says_what_there_was_no_time_for_and_where_it_goes_on() -> None:
    agents = {f"haiku-{n}": (f"Subject {n}",) for n in range(1, 13)}
    mission = load_mission(mission_yaml(agents=agents), "mission.yml")
    over = [
        record("cloud-1", name, "blocked", attempt=2, idle_since=LAUNCHED, goes_on_in="cloud-2" if at else None)
        for at, name in enumerate(agents)
    ]
    made = data(mission, *over)
    before = Continues(session="cloud-0", row=1, mission_sha256="0" * 64)
    made = replace(made, launch=made.launch.model_copy(update={"continues": before}))
    text = section(files(reduce(SessionFacts(made, "a" * 40), NOW))[HANDOVER], "Session 2 Update")
    so_far = "nothing since 2026-11-22 16:10 UTC, 1 attempt, 2 findings, 1 verified"
    assert (
        "- **Goes on from**: `cloud-0`, whose time was over\n"
        "- **Time over**: since 2026-11-22 22:10 UTC; 12 assignments given up\n"
        f"  - `haiku-1`: {so_far}; goes on nowhere\n"
        f"  - `haiku-2`: {so_far}; goes on in `cloud-2`\n"
    ) in text
    assert "`haiku-10`" in text
    assert "`haiku-11`" not in text
    assert "\n  - and 2 more\n- **Findings**: 24" in text


def test_g25_what_no_gate_has_scanned_is_told_without_what_looks_like_a_key() -> None:
    key = "github" + "_pat_" + "Ab1" * 10
    tried = blocker("linode", attempted=(f"asked with {key}",), recommendation=f"Not {key[::-1]}.")
    file = findings("haiku-2", "vultr", blockers=(tried,))
    text = "".join(files(state(CLOUD, record("cloud-1", "haiku-2", "blocked"), files=(file,))).values())
    assert "asked with [redacted]" in text
    assert not leaks(text, key)
