"""Each criterion by itself: what it measures, whom it names, what it says to do."""

import re
from dataclasses import replace

import pytest

from bot.core.changes import Change
from bot.core.conflicts import Conflict
from bot.core.fields import STANDARD_FIELDS, Field
from bot.core.findings import Blocker, Gap
from bot.core.gate import GateSnapshot, Recheck, decide
from bot.core.gate.document import difference
from bot.core.gate.totals import stated
from bot.core.records import AgentRecord, Continues, FindingsFile
from bot.core.secrets import SecretHit
from tests.builders import checked, citation
from tests.core.gate_snapshots import (
    SESSION,
    answers,
    committed,
    criterion,
    files_of,
    findings_file,
    rules,
    snapshot,
)

GOOD = snapshot()
HOURS = GOOD.consolidated.totals.hours


def with_record(name: str, **changes: object) -> GateSnapshot:
    record = GOOD.records[name].model_copy(update=changes)
    return replace(GOOD, records={**GOOD.records, name: record})


# --- agents ------------------------------------------------------------------------------------------------


def test_agents_that_are_still_running_are_waited_for() -> None:
    found = criterion(replace(GOOD, records={}, findings={}), "agents-complete")
    assert (found.state, found.measured) == ("waiting", "0 of 2, waiting for haiku-21, haiku-22")


def test_a_failed_agent_fails_and_is_named() -> None:
    found = criterion(with_record("haiku-22", state="failed"), "agents-complete")
    assert (found.state, found.measured) == ("fail", "1 of 2, failed: haiku-22")
    assert "retry haiku-22" in found.action


def test_a_failed_agent_needs_no_findings_file() -> None:
    failed = with_record("haiku-21", state="failed", findings=0, verified=0, gaps=0, blockers=0)
    found = criterion(replace(failed, findings={"haiku-22": GOOD.findings["haiku-22"]}), "agents-complete")
    assert found.measured == "1 of 2, failed: haiku-21"


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        (with_record("haiku-21", verified=3), "the record of haiku-21 counts other findings than its file holds"),
        (
            with_record("haiku-21", agent="haiku-22"),
            "the record of haiku-21 is one of haiku-22",
        ),
        (with_record("haiku-21", session="other-1"), "the record of haiku-21 is one of haiku-21 in other-1"),
        (
            replace(GOOD, findings={"haiku-22": GOOD.findings["haiku-22"]}),
            "haiku-21 has a record without findings",
        ),
        (replace(GOOD, records={"haiku-22": GOOD.records["haiku-22"]}), "haiku-21 has findings without a record"),
        (
            replace(GOOD, findings={**GOOD.findings, "haiku-21": GOOD.findings["haiku-22"]}),
            "the findings of haiku-21 are those of haiku-22",
        ),
        (
            replace(GOOD, findings={**GOOD.findings, "haiku-99": findings_file("haiku-99")}),
            "haiku-99 is no agent of the mission",
        ),
        (replace(GOOD, unrecorded=("haiku-22",)), "the files of haiku-22 are not those that were recorded"),
        (replace(GOOD, problems=("agents/haiku-21.json: no JSON",)), "agents/haiku-21.json: no JSON"),
    ],
)
def test_a13_a_forged_record_fails(forged: GateSnapshot, said: str) -> None:
    found = criterion(forged, "agents-complete")
    assert found.state == "fail"
    assert said in found.measured


def spending(micro: int) -> AgentRecord:
    return GOOD.records["haiku-21"].model_copy(update={"spent": micro})


def test_g23_an_agent_over_its_cap_fails() -> None:
    over = replace(GOOD, records={**GOOD.records, "haiku-21": spending(250_001)})
    found = criterion(over, "budget-kept")
    assert (found.state, found.measured) == ("fail", "0.290001 of 2.50 USD; haiku-21 spent 0.250001 of 0.25")
    at_the_cap = replace(GOOD, records={**GOOD.records, "haiku-21": spending(250_000)})
    assert criterion(at_the_cap, "budget-kept").state == "pass"


def test_g23_an_agent_without_a_cap_may_spend_nothing() -> None:
    launch = GOOD.launch.model_copy(update={"caps": {"haiku-22": 250_000}})
    assert "haiku-21 spent 0.04 of 0.00" in criterion(replace(GOOD, launch=launch), "budget-kept").measured


def test_g23_caps_that_exceed_the_session_fail() -> None:
    launch = GOOD.launch.model_copy(update={"caps": {"haiku-21": 2_000_000, "haiku-22": 600_000}})
    assert "the caps add up to 2.60" in criterion(replace(GOOD, launch=launch), "budget-kept").measured


def test_g23_the_session_over_its_limit_fails() -> None:
    stray = GOOD.records["haiku-22"].model_copy(update={"spent": 2_500_000})
    over = replace(GOOD, records={**GOOD.records, "haiku-99": stray})
    found = criterion(over, "budget-kept")
    assert (found.state, found.measured) == ("fail", "2.58 of 2.50 USD")


def test_an_attempt_too_many_fails() -> None:
    assert "haiku-21 took attempt 3 of 2" in criterion(with_record("haiku-21", attempt=3), "budget-kept").measured


def test_an_attempt_that_was_halted_uses_up_none_of_the_missions() -> None:
    assert criterion(with_record("haiku-21", attempt=3, halts=1), "budget-kept").state == "pass"
    found = criterion(with_record("haiku-21", attempt=4, halts=1), "budget-kept")
    assert "haiku-21 took attempt 4 of 3" in found.measured


def test_an_agent_that_is_still_running_has_spent_nothing() -> None:
    assert criterion(replace(GOOD, records={}), "budget-kept").measured == "0.00 of 2.50 USD"


def test_g16_what_a_failed_agent_has_found_stands_and_the_agent_still_fails() -> None:
    failed = with_record("haiku-22", state="failed", reason="its process ended", spent=250_000)
    assert criterion(failed, "agents-complete").measured == "1 of 2, failed: haiku-22"
    assert criterion(failed, "subjects-covered") == criterion(GOOD, "subjects-covered")
    assert criterion(failed, "claims-verified") == criterion(GOOD, "claims-verified")
    assert criterion(failed, "budget-kept").state == "pass"


# --- subjects ----------------------------------------------------------------------------------------------


def test_g29_a_dropped_subject_is_named() -> None:
    files = {**files_of(), "haiku-22": findings_file("haiku-22", *answers("vultr"))}
    found = criterion(snapshot(rules(), files), "subjects-covered")
    assert (found.state, found.measured) == ("fail", "2 of 3; wasabi was dropped")


def test_g29_a_swapped_subject_is_named() -> None:
    files = {**files_of(), "haiku-21": findings_file("haiku-21", *answers("fossbilling"))}
    found = criterion(snapshot(rules(), files), "subjects-covered")
    assert found.state == "fail"
    assert "aws-ec2 was dropped, fossbilling was not assigned" in found.measured


def test_a12_findings_on_the_subject_of_another_agent_fail() -> None:
    files = {**files_of(), "haiku-21": findings_file("haiku-21", *answers("aws-ec2"), *answers("vultr"))}
    assert "vultr was not assigned" in criterion(snapshot(rules(), files), "subjects-covered").measured


def test_more_blocked_subjects_than_tolerated_fail() -> None:
    found = criterion(snapshot(rules(blocked_subjects=0)), "subjects-covered")
    assert (found.state, found.measured) == ("fail", "2 of 3, 1 blocked (0 tolerated): wasabi")


def test_a_subject_with_gaps_only_counts_as_blocked() -> None:
    files = {**files_of(), "haiku-21": findings_file("haiku-21", Gap(subject="aws-ec2", field="authentication"))}
    found = criterion(snapshot(rules(), files), "subjects-covered")
    assert (found.state, found.measured) == ("fail", "1 of 3, 2 blocked (1 tolerated): aws-ec2, wasabi")
    assert criterion(snapshot(rules(blocked_subjects=2), files), "subjects-covered").state == "pass"


def test_a_blocker_of_the_whole_agent_does_not_speak_for_its_subjects() -> None:
    trouble = Blocker(title="The backend refused", impact="High", description="401")
    files = {**files_of(), "haiku-22": findings_file("haiku-22", *answers("vultr"), trouble)}
    assert "wasabi was dropped" in criterion(snapshot(rules(), files), "subjects-covered").measured


def test_required_fields_stay_open_within_what_is_tolerated() -> None:
    gap = Gap(subject="aws-ec2", field="operations")
    files = {**files_of(), "haiku-21": findings_file("haiku-21", checked(), gap)}
    found = criterion(snapshot(rules(), files), "subjects-covered")
    words = "2 of 3, 1 blocked (1 tolerated), 1 required field open"
    assert (found.state, found.measured) == ("fail", f"{words} (0 tolerated): aws-ec2 operations")
    tolerant = criterion(snapshot(rules(required_field_gaps=1), files), "subjects-covered")
    assert (tolerant.state, tolerant.measured) == ("pass", f"{words} (1 tolerated)")


def test_a_required_field_that_nobody_mentions_fails_whatever_is_tolerated() -> None:
    files = {**files_of(), "haiku-21": findings_file("haiku-21", checked())}
    found = criterion(snapshot(rules(required_field_gaps=9), files), "subjects-covered")
    assert found.state == "fail"
    assert "neither answer nor gap for aws-ec2 operations" in found.measured


def test_g30_a_subject_of_another_session_fails_and_names_it() -> None:
    held = {**GOOD.reservations, "vultr": "hosting-panels-1"}
    found = criterion(replace(GOOD, reservations=held), "no-duplicates")
    assert (found.state, found.measured) == (
        "fail",
        "2 of 3 reserved by this session; not vultr (hosting-panels-1)",
    )


def test_g30_a_reservation_that_is_gone_fails() -> None:
    found = criterion(replace(GOOD, reservations={}), "no-duplicates")
    assert "aws-ec2 (nobody)" in found.measured
    assert found.state == "fail"


def test_g30_a_refresh_may_repeat_and_a_merged_session_be_repeated() -> None:
    held = {**GOOD.reservations, "vultr": "cloud-providers-2"}
    assert criterion(replace(snapshot(rules(refresh=True)), reservations=held), "no-duplicates").state == "skipped"
    assert criterion(replace(GOOD, reservations=held, merged=True), "no-duplicates").state == "skipped"


# --- claims ------------------------------------------------------------------------------------------------


def many(verified: int, doubted: int) -> GateSnapshot:
    """A session with so many findings of each kind besides those that cover its subjects."""
    more = [checked(f"Signature version v4 is used, {w}.", field="versions") for w in range(verified)]
    odd = [checked(f"Rate {n}", field="regions", state="drifted", reason="changed") for n in range(doubted)]
    gap = Gap(subject="aws-ec2", field="regions")
    return snapshot(
        rules(), {**files_of(), "haiku-21": findings_file("haiku-21", *answers("aws-ec2"), *more, *odd, gap)}
    )


def test_unverified_findings_are_left_out_and_counted() -> None:
    found = criterion(many(14, 2), "claims-verified")
    assert (found.state, found.measured) == ("pass", "18 of 18, 2 unverified left out, read again")


def test_more_than_a_tenth_unverified_fails() -> None:
    found = criterion(many(13, 2), "claims-verified")
    assert (found.state, found.measured) == ("fail", "17 of 17, 2 unverified left out, of 19 (2 drifted)")
    assert "at most 10%" in found.action


def test_a_claim_that_no_finding_bears_out_fails() -> None:
    forged = GOOD.deliverable.expected + "\n[^aws-ec2-9]: `IF.TTT.2026.X.9` · verified 2026-11-22 · x\n"
    found = criterion(committed(GOOD, forged), "claims-verified")
    assert (found.state, found.measured) == ("fail", "5 of 5 citations are called verified, 4 findings are")


def test_g27_a_citation_that_is_not_called_verified_fails() -> None:
    text = GOOD.deliverable.expected.replace(" verified 2026", " **not verified: drifted** 2026", 1)
    found = criterion(committed(GOOD, text), "claims-verified")
    assert found.measured == "3 of 4 citations are called verified, 4 findings are"


def test_g27_a_quote_that_says_verified_is_no_state() -> None:
    quoted = GOOD.deliverable.expected.replace(" verified 2026", " `all verified 2026` drifted 2026", 1)
    assert criterion(committed(GOOD, quoted), "claims-verified").state == "fail"


def test_without_a_library_the_records_are_taken_as_they_are_and_that_is_said() -> None:
    found = criterion(replace(GOOD, rechecks=None), "claims-verified")
    assert (found.state, found.measured) == ("pass", "4 of 4, as recorded")


def test_g27_a_finding_that_no_longer_verifies_fails() -> None:
    again = (Recheck("aws-ec2", "operations", "drifted", "changed"), *[Recheck("x", "y", "verified")] * 3)
    found = criterion(replace(GOOD, rechecks=again), "claims-verified")
    assert (found.state, found.measured) == ("fail", "4 of 4, but 1 no longer: aws-ec2 operations is drifted")


def test_g3_a_source_that_cannot_be_read_now_is_waited_for() -> None:
    again = (Recheck("aws-ec2", "operations", "blocked"), *[Recheck("x", "y", "verified")] * 3)
    found = criterion(replace(GOOD, rechecks=again), "claims-verified")
    assert (found.state, found.measured) == ("waiting", "4 of 4, 1 could not be read again")


def test_without_a_deliverable_its_criteria_wait() -> None:
    bare = replace(GOOD, deliverable=replace(GOOD.deliverable, committed=None))
    for name in ("claims-verified", "totals-right", "complexity-for-every-subject"):
        assert criterion(bare, name).state == "waiting"


# --- the document ------------------------------------------------------------------------------------------


def test_g28_a_hand_edit_is_named_by_its_line() -> None:
    lines = GOOD.deliverable.expected.split("\n")
    lines[2] += " Edited by hand."
    found = criterion(committed(GOOD, "\n".join(lines)), "deliverable-committed")
    assert found.state == "fail"
    assert found.measured.startswith("INTEGRATIONS-CLOUD-PROVIDERS.md:3 differs (1 line added, 1 removed)")


def test_g28_an_edit_of_the_table_is_named() -> None:
    table = replace(GOOD.table, committed=GOOD.table.expected.replace("verified", "checked"))
    assert (
        "INTEGRATIONS-CLOUD-PROVIDERS.csv:2"
        in criterion(replace(GOOD, table=table), "deliverable-committed").measured
    )


def test_g28_lines_that_were_cut_off_added_or_moved_are_told_apart() -> None:
    document = replace(GOOD.deliverable, committed="a\nb", expected="a\nb\nc")
    assert difference(document).endswith(":3 differs (0 lines added, 1 removed)")
    assert difference(replace(document, committed="a\nb\nc\nd")).endswith(":4 differs (1 line added, 0 removed)")
    assert difference(replace(document, committed="b\na\nc")).endswith(":1 differs (lines in another order)")


def test_a_deliverable_that_is_not_there_fails_or_waits_for_its_agents() -> None:
    absent = replace(GOOD, table=replace(GOOD.table, committed=None))
    found = criterion(absent, "deliverable-committed")
    assert (found.state, found.measured) == ("fail", "INTEGRATIONS-CLOUD-PROVIDERS.csv is not committed")
    early = criterion(replace(absent, records={}), "deliverable-committed")
    assert (early.state, early.measured) == ("waiting", "not written before haiku-21, haiku-22 is done")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("3 subjects", "14 subjects", "says 14 subjects, 3 are there"),
        ("4 claims", "612 claims", "says 612 claims, 4 are there"),
        (f"{HOURS} hours", "1,053 hours", f"says 1,053 hours, {HOURS} are there"),
        (f"{HOURS} hours", "some time", "no total of hours"),
    ],
)
def test_a_wrong_total_is_named(old: str, new: str, said: str) -> None:
    head, _, rest = GOOD.deliverable.expected.partition(old)
    found = criterion(committed(GOOD, head + new + rest), "totals-right")
    assert found.state == "fail"
    assert said in found.measured


def test_a_wrong_row_shows_in_the_sum_of_its_column() -> None:
    lines = GOOD.deliverable.expected.split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("| [Vultr]"))
    lines[at] = lines[at].removesuffix("2 |") + "9 |"
    found = criterion(committed(GOOD, "\n".join(lines)), "totals-right")
    assert found.measured == "the column claims sums to 11, not 4"
    del lines[at]
    assert "2 rows for 3 subjects" in criterion(committed(GOOD, "\n".join(lines)), "totals-right").measured


def test_a_document_without_a_table_has_no_rows() -> None:
    assert stated("# Title\n\n2 subjects and 1 claim.") == stated("2 subjects, 1 claim")
    assert stated("# Title\n").rows == {}


def test_complexity_is_read_from_the_document() -> None:
    text = re.sub(r"(\| \[AWS EC2\].*) (Low|Medium|High) ", r"\1 Small ", GOOD.deliverable.expected, count=1)
    found = criterion(committed(GOOD, text), "complexity-for-every-subject")
    assert (found.state, found.measured) == ("fail", "1 of 2; not AWS EC2")


def test_a_mission_that_asks_for_no_complexity_gets_none() -> None:
    fields = tuple(f for f in STANDARD_FIELDS if f.id != "complexity")
    assert criterion(snapshot(rules(fields=fields)), "complexity-for-every-subject").state == "skipped"


def test_without_a_covered_subject_there_is_no_complexity() -> None:
    files = {name: findings_file(name) for name in files_of()}
    found = criterion(snapshot(rules(), files), "complexity-for-every-subject")
    assert (found.state, found.measured) == ("fail", "0 of 0")


def test_names_with_markup_are_found_in_the_matrix() -> None:
    plan = rules()
    team = plan.teams[0]
    odd = team.agents[0].model_copy(
        update={"subjects": (team.agents[0].subjects[0].model_copy(update={"name": "A|B [x] @you"}),)}
    )
    odd_plan = plan.model_copy(update={"teams": (team.model_copy(update={"agents": (odd, team.agents[1])}),)})
    files = {**files_of(), "haiku-21": findings_file("haiku-21", *answers("a-b-x-you"))}
    assert criterion(snapshot(odd_plan, files), "complexity-for-every-subject").measured == "2 of 2"


# --- the branch --------------------------------------------------------------------------------------------


def test_conflicts_are_named() -> None:
    own, other = Conflict("INTEGRATIONS-CLOUD.md", own=True), Conflict("b.md", by="Ann", commit="c" * 40)
    found = criterion(replace(GOOD, conflicts=(own, other)), "mergeable")
    said = "2 conflicts: b.md (Ann in cccccccccccc), INTEGRATIONS-CLOUD.md"
    assert (found.state, found.measured) == ("fail", said)
    assert "keep the base's version of what is not the session's own" in found.action
    assert f"then `swarm close {SESSION}` or `/swarm merge` goes on" in found.action


def test_conflicts_in_the_sessions_own_files_are_the_bots_to_resolve() -> None:
    found = criterion(replace(GOOD, conflicts=(Conflict("INTEGRATIONS-CLOUD.md", own=True),)), "mergeable")
    assert found.state == "fail"
    assert found.action.startswith(f"`swarm close {SESSION}` or `/swarm merge` resolves it")


def test_a10_a_foreign_path_is_named() -> None:
    changes = (*GOOD.changes, Change(".github/workflows/ci.yml", "modified", "100644"))
    found = criterion(replace(GOOD, changes=changes), "allowed-paths")
    assert found.state == "fail"
    assert ".github/workflows/ci.yml holds rules or workflows" in found.measured


def test_g2_an_edited_mission_fails() -> None:
    found = criterion(replace(GOOD, edited=(f"sessions/{SESSION}/mission.yml",)), "allowed-paths")
    assert found.measured == f"1 not allowed: sessions/{SESSION}/mission.yml was changed after the launch"


@pytest.mark.parametrize(
    ("tracker", "said"),
    [
        (None, "there is no tracker"),
        ("# Tracker\n", "phase 2 says nothing, not 2/3"),
        ("## Phase 2: Cloud\n\n- APIs: 0/3 complete\n", "phase 2 says 0/3, not 2/3"),
        ("## Phase 2: Cloud\n\n- APIs: 2/3 complete\n", "phase 2 says nothing, not In Progress (Session 2)"),
        (
            "## Phase 2: Cloud\n- Status: Complete (Session 2)\n- APIs: 2/3\n## Phase 3: X\n- APIs: 9/9\n",
            "phase 2 says Complete (Session 2), not In Progress (Session 2)",
        ),
        ("## Phase 22: Cloud\n- Status: In Progress (Session 2)\n- APIs: 2/3\n", "phase 2 says nothing, not 2/3"),
    ],
)
def test_a_stale_tracker_is_told(tracker: str | None, said: str) -> None:
    found = criterion(replace(GOOD, tracker=tracker), "tracker-current")
    assert (found.state, found.measured, found.action) == ("fail", said, "run `swarm status --write`")


def test_the_tracker_of_a_merged_session_has_moved_on() -> None:
    moved = replace(GOOD, tracker="## Phase 2: Cloud\n- Status: Complete (Session 2)\n- APIs: 2/3\n", merged=True)
    assert criterion(moved, "tracker-current").state == "skipped"
    assert criterion(replace(GOOD, merged=True), "tracker-current").state == "pass"


# --- what was written --------------------------------------------------------------------------------------


def test_a_secret_is_named_by_place_and_kind() -> None:
    found = criterion(replace(GOOD, secrets=(SecretHit("a.md", 3, "GitHub Token", "f"),)), "no-secrets")
    assert (found.state, found.measured) == ("fail", "1 secret: a.md:3 (GitHub Token)")


def writing(text: str) -> GateSnapshot:
    return committed(GOOD, GOOD.deliverable.expected + text)


def test_a_path_of_a_machine_is_named() -> None:
    found = criterion(writing("see /Users/ann/notes.md\n"), "no-machine-paths")
    assert found.state == "fail"
    assert found.measured.endswith("/Users/ann/notes.md")


def test_a_path_that_a_source_prints_is_the_sources_own() -> None:
    says = checked("It logs there.", field="versions", citation=citation("Logs go to /tmp/sdk/log.txt by default"))
    files = {**files_of(), "haiku-21": findings_file("haiku-21", *answers("aws-ec2"), says)}
    quoted = snapshot(rules(), files)
    assert "/tmp/sdk/log.txt" in quoted.deliverable.expected
    assert criterion(quoted, "no-machine-paths").state == "pass"
    doubted = says.model_copy(update={"state": "unsupported"})
    files["haiku-21"] = findings_file("haiku-21", *answers("aws-ec2"), doubted)
    unread = replace(snapshot(rules(), files), texts={"x.md": "/tmp/sdk/log.txt"})
    assert criterion(unread, "no-machine-paths").state == "fail"


def test_a_link_that_leads_nowhere_is_named() -> None:
    found = criterion(writing("\n[report](docs/missing.md)\n"), "links-good")
    assert found.state == "fail"
    assert "docs/missing.md: there is no such file in the repository" in found.measured


def test_a_field_of_the_missions_own_is_asked_for() -> None:
    fields = (*STANDARD_FIELDS, Field(id="sla", title="SLA", section="Overview", required=True))
    found = criterion(snapshot(rules(fields=fields)), "subjects-covered")
    assert "aws-ec2 sla, vultr sla" in found.measured


def test_what_is_rendered_is_scanned_where_it_comes_from() -> None:
    assert set(GOOD.texts) - set(GOOD.unrendered()) == {GOOD.deliverable.path, GOOD.table.path}
    assert GOOD.deliverable.path in writing("edited").unrendered()


def test_g25_while_there_are_secrets_nothing_of_the_text_is_shown() -> None:
    leaking = replace(writing("[x](docs/hunter2.md) /home/ann/hunter2\n"), secrets=None)
    for name in ("links-good", "no-machine-paths", "deliverable-committed"):
        found = criterion(leaking, name)
        assert found.state == "fail"
        assert "hunter2" not in found.measured


# --- what another session goes on with ----------------------------------------------------------------------

LATER = "cloud-providers-2"
NAMES = {"wasabi": "Wasabi", "vultr": "Vultr", "aws-ec2": "AWS EC2"}


def goes_on(name: str) -> Blocker:
    return Blocker(
        subject=name,
        title=f"{NAMES[name]} goes on in another session",
        impact="Low",
        description=f"Session {LATER} goes on with it.",
    )


def handed_over(*subjects: str, files: dict[str, FindingsFile] | None = None) -> GateSnapshot:
    """A session of which these subjects go on, as its findings say and the reservations do."""
    handing = {**files_of(), "haiku-22": findings_file("haiku-22", *answers("vultr"), goes_on("wasabi"))}
    made = snapshot(rules(blocked_subjects=0), handing if files is None else files)
    taken = dict.fromkeys(subjects, LATER)
    return replace(made, reservations={**made.reservations, **taken}, handed_over=taken)


def test_g29_a_subject_goes_on_elsewhere_only_when_its_reservation_says_so_too() -> None:
    found = handed_over("wasabi")
    assert decide(found).state == "pass"
    assert criterion(found, "subjects-covered").measured == f"2 of 3, 1 subject going on in {LATER}"
    assert criterion(found, "no-duplicates").measured == (
        f"2 of 2 reserved by this session, 1 subject going on in {LATER}"
    )
    only_said = criterion(handed_over(), "subjects-covered")
    assert (only_said.state, only_said.measured) == ("fail", "2 of 3, 1 blocked (0 tolerated): wasabi")


def test_g30_a_subject_that_another_session_has_and_of_which_nothing_is_said_is_no_handover() -> None:
    found = replace(GOOD, reservations={**GOOD.reservations, "vultr": LATER}, handed_over={"vultr": LATER})
    assert criterion(found, "no-duplicates").state == "fail"
    assert criterion(found, "subjects-covered") == criterion(GOOD, "subjects-covered")


def test_what_was_found_of_a_subject_that_goes_on_does_not_make_it_covered() -> None:
    begun = checked(subject="wasabi", field="pricing")
    files = {**files_of(), "haiku-22": findings_file("haiku-22", *answers("vultr"), begun, goes_on("wasabi"))}
    found = handed_over("wasabi", files=files)
    assert decide(found).state == "pass"
    assert criterion(found, "subjects-covered").measured.startswith("2 of 3,")


def test_a_session_of_which_all_goes_on_delivers_nothing_and_says_so() -> None:
    files = {
        "haiku-21": findings_file("haiku-21", goes_on("aws-ec2")),
        "haiku-22": findings_file("haiku-22", goes_on("vultr"), goes_on("wasabi")),
    }
    found = handed_over(*NAMES, files=files)
    assert decide(found).state == "pass"
    assert criterion(found, "claims-verified").measured == "0 of 0, another session goes on with every subject"
    assert criterion(handed_over(files=files), "claims-verified").state == "fail"


def test_what_a_session_was_launched_with_waits_for_its_records() -> None:
    before = Continues(session="cloud-providers-0", row=1, mission_sha256="0" * 64)
    launched = GOOD.launch.model_copy(update={"continues": before})
    waits = replace(GOOD, records={"haiku-21": GOOD.records["haiku-21"]}, launch=launched)
    assert criterion(waits, "agents-complete").state == "waiting"
    assert criterion(replace(waits, launch=GOOD.launch), "agents-complete").state == "fail"
