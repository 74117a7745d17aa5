"""The status comment: every state of a session, any size, and nothing active in it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from bot.core.comment_view import AtWork, CommentView, Hold
from bot.core.findings import Blocker
from bot.core.mission import Mission
from bot.core.pricing import Prices
from bot.core.records import AgentRecord, Continues, FindingsFile
from bot.core.state import Merge, SessionFacts, reduce
from bot.render.comment import status_comment
from tests.builders import NOW, checked
from tests.render.inactive import HOSTILE, TEXT, assert_inactive, links, read
from tests.render.views import (
    ALL,
    FAILING,
    FILES,
    LEAK,
    MERGE,
    MERGED,
    PULL,
    blocked,
    blocker,
    done,
    failed,
    plan,
    spec,
    verdict,
    view,
)
from tests.sessions import LAUNCHED

LIMIT = 65_536
HOLD = Hold("the base branch wants the check `ci / test`", "approve the runs of the pull request")
KEPT = "budget: kept"
MONEY = "0.02 of 2.50 USD, about 0.03 in the end"
SO_FAR = "30 min so far, at most until 22:10 UTC"
AT_WORK = "then the deliverable is written, gated and merged without you."


def line(seen: CommentView, start: str) -> str:
    """The one line of the comment that begins so, without its mark."""
    (found,) = [one for one in status_comment(seen).splitlines() if one.startswith(f"- **{start}")]
    return found.removeprefix("- ")


def test_a_running_session_is_read_at_one_glance() -> None:
    seen = view(ALL[0], failed("haiku-22", reason="it ran out of time"), files=FILES[:1])
    expected = f"""\
### Swarm session `cloud-1`: running

**2 of 3 agents recorded**: 1 done, 1 failed · 2 findings, all verified · 1 gap · {MONEY} · {SO_FAR}

| team | agent | assignment | state | findings | gaps | USD |
|---|---|---|---|---:|---:|---:|
| Cloud Compute | haiku-21 | AWS EC2 | done | 2 | 1 | 0.01 |
|  | haiku-22 | Vultr, Linode | attempt 1 of 2 failed | 0 | 0 | 0.01 |
| Cloud Storage & CDN | haiku-30 | Wasabi | at work or queued |  |  |  |

- **Gate, so far** · all agents done: waiting for 2 · every claim verified: yes · subjects covered: 1 of 4 · {KEPT}
- **Failed** · `haiku-22`, attempt 1 of 2: it ran out of time.
- **Next** · 1 agent is at work or queued, `haiku-22` will be tried again; {AT_WORK}
"""
    assert status_comment(seen).startswith(expected)


CLAUDE = plan().agent.model_copy(update={"backend": "claude"})
PRICES = {"anthropic:claude-haiku-5-5": Prices(input="0.1", output="0.5", cache_read="0.01", cache_write="0.125")}


def priced(*records: AgentRecord, caps: dict[str, int] | None = None, **more: Any) -> CommentView:
    """A session whose agents ask a model, as it was launched."""
    seen = view(*records, of=plan(agent=CLAUDE), **more)
    launched = seen.data.launch.model_copy(update={"prices": PRICES, "caps": caps or {}})
    known = replace(seen.data, launch=launched)
    return replace(seen, data=known, state=reduce(SessionFacts(known, seen.state.tip, seen.state.merge), NOW))


def test_what_was_to_be_expected_stands_in_the_comment_while_agents_work() -> None:
    expected = "**Quote** · likely 0.03 USD, at most 0.75 USD · about 2 min, at most 2 h"
    assert line(priced(), "Quote") == expected
    assert line(priced(done("haiku-21")), "Quote") == expected
    for other in (view(), view(done("haiku-21")), priced(*ALL, verdict=verdict("pass"))):
        assert "Quote" not in status_comment(other)


@pytest.mark.parametrize(
    ("spent", "said"),
    [
        (1_250_001, "over 50% of the money is spent"),
        (1_875_001, "over 75% of the money is spent"),
        (2_250_001, "over 90% of the money is spent"),
        (2_500_000, "all of the money is spent"),
    ],
)
def test_that_the_money_runs_out_is_said_in_words(spent: int, said: str) -> None:
    record = done("haiku-21", spent=spent)
    assert line(view(record), "Money") == f"**Money** · {said}"
    assert "Money" not in status_comment(view(done("haiku-21", spent=1_250_000)))
    assert "Money" not in status_comment(view(*ALL[1:], record, merge=MERGED))


def test_agents_near_their_own_cap_are_named() -> None:
    caps = {"haiku-21": 100_000, "haiku-22": 100_000}
    records = [done(agent, spent=90_001) for agent in caps]
    assert line(priced(records[0], caps=caps), "Money") == "**Money** · over 90% of its own cap: `haiku-21`"
    both = line(priced(*records, caps=caps), "Money")
    assert both == "**Money** · over 90% of their own cap: `haiku-21`, `haiku-22`"
    seen = priced(*records, done("haiku-30", spent=1_200_000), caps=caps)
    assert line(seen, "Money").startswith("**Money** · over 50% of the money is spent; over 90% of their own cap:")


def test_the_last_line_says_how_old_it_is_and_where_to_look() -> None:
    last = status_comment(view(pull=PULL)).splitlines()[-1]
    home = "https://github.com/acme/integrations"
    assert (
        read(last).replace("\n", "")
        == "True at 2026-11-22 16:40 UTC, from commit  · run · branch · pull request · "
    )
    assert last.endswith(" · `/swarm help`</sub>")
    assert links(last) == [
        f"{home}/commit/a1b2c3d{'0' * 33}",
        f"{home}/actions/runs/77",
        f"{home}/tree/swarm/cloud-1",
        PULL,
    ]
    assert status_comment(view(commit="", run="")).endswith(
        f"<sub>True at 2026-11-22 16:40 UTC · [branch]({home}/tree/swarm/cloud-1) · `/swarm help`</sub>\n"
    )
    assert "/swarm" not in status_comment(view(*ALL, files=FILES, merge=MERGED))


def test_nothing_is_claimed_of_agents_without_a_record() -> None:
    text = status_comment(view())
    assert f"**0 of 3 agents done** · 0.00 of 2.50 USD · {SO_FAR}\n" in text
    assert text.count("| at work or queued |") == 3
    assert "findings" not in text
    assert line(view(), "Next") == f"**Next** · 3 agents are at work or queued; {AT_WORK}"
    assert status_comment(view(stopped=HOLD)).count("| no record |") == 3


def test_more_agents_than_run_together_are_queued() -> None:
    few = plan()
    few = few.model_copy(update={"limits": few.limits.model_copy(update={"max_parallel": 2})})
    assert "3 agents are at work or queued, at most 2 at a time; then" in line(view(of=few), "Next")


def test_the_time_to_go_is_told_while_somebody_is_at_work_and_it_lies_ahead() -> None:
    soon = NOW - timedelta(minutes=22)
    assert " · 8 min so far, about 5 min to go\n" in status_comment(view(ALL[0], now=soon))
    assert " · 8 min so far\n" in status_comment(view(ALL[0], now=soon, stopped=HOLD))
    assert "to go" not in status_comment(view(ALL[0]))


def test_the_end_of_its_time_is_told_when_it_is_near_or_nothing_else_is_known() -> None:
    assert f" · {SO_FAR}\n" in status_comment(view(ALL[0]))
    recorded = {"finished": LAUNCHED + timedelta(hours=4), "recorded": LAUNCHED + timedelta(hours=4)}
    seen = view(done("haiku-21", **recorded), now=LAUNCHED + timedelta(hours=4))
    assert " · 4 h so far, about 4 h to go\n" in status_comment(seen)
    seen = view(done("haiku-21", **recorded), now=LAUNCHED + timedelta(hours=4, minutes=1))
    assert " · 4 h 1 min so far, about 3 h 59 min to go, at most until 22:10 UTC\n" in status_comment(seen)
    over = LAUNCHED + timedelta(hours=6)
    assert " · 6 h so far\n" in status_comment(view(ALL[0], now=over, continued=True))
    late = plan(limits=plan().limits.model_copy(update={"session_timeout_hours": 9}))
    assert "at most until 2026-11-23 01:10 UTC\n" in status_comment(view(of=late))


def test_the_money_in_the_end_is_told_while_somebody_is_to_come() -> None:
    rich = done("haiku-21", spent=380_000)
    assert " · 0.38 of 2.50 USD, about 1.14 in the end · " in status_comment(view(rich))
    assert " · 1.00 of 2.50 USD, about 2.50 in the end · " in status_comment(
        view(done("haiku-21", spent=1_000_000))
    )
    assert " · 0.38 of 2.50 USD · " in status_comment(view(rich, stopped=HOLD))
    assert "in the end" not in status_comment(view(rich, ALL[1], failed("haiku-30")))
    assert "in the end" not in status_comment(view(done("haiku-21", spent=0)))


def test_findings_that_are_not_verified_are_told_apart() -> None:
    text = status_comment(view(done("haiku-21", findings=5, verified=4)))
    assert "5 findings, 4 verified · " in text
    assert "| 5 (4 verified) | 1 |" in text
    assert "every claim verified: 4 of 5" in text


def test_what_came_of_an_agent_stands_in_its_row() -> None:
    text = status_comment(view(done("haiku-21", attempt=2), failed("haiku-22", attempt=2), blocked("haiku-30")))
    assert "| AWS EC2 | done, attempt 2 of 2 |" in text
    assert "| Vultr, Linode | **failed**, attempt 2 of 2: it ran out of time |" not in text
    assert "| Vultr, Linode | **failed**, attempt 2 of 2 |" in text
    assert "| Wasabi | **blocked** |" in text


def test_money_is_left_out_of_the_table_when_none_was_spent() -> None:
    text = status_comment(view(done("haiku-21", spent=0)))
    assert "| state | findings | gaps |\n" in text
    assert "0.00 of 2.50 USD" in text


def test_a_budget_that_is_exceeded_and_an_agent_that_is_lost_are_said_so() -> None:
    seen = view(ALL[0], ALL[1], failed("haiku-30", attempt=2, spent=3_000_000), stopped=HOLD)
    assert line(seen, "Gate") == (
        "**Gate, so far** · all agents done: no · every claim verified: yes · subjects covered: 3 of 4"
        " · budget: exceeded"
    )
    assert "all agents done: yes" in line(view(*ALL, files=FILES, stopped=HOLD), "Gate")


def test_at_most_three_failures_and_blockers_are_told_and_the_rest_is_counted() -> None:
    agents = tuple(spec(f"a-{n}", f"S {n}") for n in range(12))
    records = [failed(f"a-{n}", reason="" if n else "it broke", attempt=2) for n in range(5)]
    files = tuple(
        FindingsFile(agent=f"a-{n}", blockers=(blocker(None, f"no source {n}"), blocker(None)))
        for n in range(5, 10)
    )
    seen = view(
        *records, *(blocked(f"a-{n}") for n in range(5, 10)), blocked("a-10"), of=plan({"A": agents}), files=files
    )
    text = status_comment(seen)
    assert text.count("- **Failed** · `a-") == 3
    assert "`a-0`, attempt 2 of 2: it broke. `/swarm retry a-0` tries again.\n" in text
    assert "`a-1`, attempt 2 of 2: No reason is known. `/swarm retry a-1` tries again.\n" in text
    assert "- **Failed** · 2 more agents\n" in text
    assert text.count("- **Blocker (High)**") == 3
    assert "- **Blockers** · 7 more\n" in text
    assert "| S 3 | **failed**, attempt 2 of 2 |" in text
    assert "| S 7 | **blocked**: no source 7 and 1 more |" in text
    assert "| S 10 | **blocked** |" in text


def test_one_blocker_among_many_is_told_in_its_row() -> None:
    agents = tuple(spec(f"a-{n}", f"S {n}") for n in range(5))
    files = tuple(FindingsFile(agent=f"a-{n}", blockers=(blocker(None, f"no source {n}"),)) for n in range(5))
    text = status_comment(view(*(blocked(f"a-{n}") for n in range(5)), of=plan({"A": agents}), files=files))
    assert "| S 4 | **blocked**: no source 4 | 0 |" in text
    many = [failed(f"a-{n}", reason=f"reason {n}", attempt=2) for n in range(5)]
    assert "| S 4 | **failed**, attempt 2 of 2: reason 4 |" in status_comment(view(*many, of=plan({"A": agents})))


@pytest.mark.parametrize(
    ("more", "title", "expected"),
    [
        ({}, "all agents recorded", "**Next** · The deliverable is written, gated and merged without you."),
        (
            {"manual": True},
            "all agents recorded",
            "**Next** · The deliverable is written and gated, and a person merges it.",
        ),
        ({"verdict": verdict("pass")}, "passed the gate", "**Next** · It is merged without you."),
        (
            {"verdict": verdict("pass"), "manual": True, "pull": PULL},
            "passed the gate",
            f"**Next** · A person merges [the pull request]({PULL}).",
        ),
        (
            {"verdict": verdict("pass"), "postponed": HOLD},
            "passed the gate, not merged yet",
            "**Waits** · the base branch wants the check `ci / test`; approve the runs of the pull request.",
        ),
        (
            {"verdict": verdict("waiting")},
            "waits at the gate",
            "**Next** · Nothing is merged before the gate passes.",
        ),
        (
            {"verdict": verdict("fail")},
            "held back by the gate",
            "**Next** · Nothing is merged. When it is mended, `/swarm resume` goes on: what is recorded is kept.",
        ),
        (
            {"stopped": Hold("main moved 3 times", "")},
            "stopped",
            "**Stopped** · main moved 3 times",
        ),
        ({"next_step": "Look at `swarm doctor`"}, "all agents recorded", "**Next** · Look at `swarm doctor`."),
    ],
)
def test_what_comes_next_is_said_in_every_state(more: dict[str, Any], title: str, expected: str) -> None:
    text = status_comment(replace(view(*ALL, files=FILES), **more))
    assert text.startswith(f"### Swarm session `cloud-1`: {title}\n")
    assert f"- {expected}\n" in text
    assert (
        "- **Blocker (High)** · Wasabi: no readable source. 1 source answered 403 three times. Add a source"
        in text
    )


def test_what_fails_the_gate_says_what_to_do() -> None:
    seen = view(*ALL[:2], failed("haiku-30", attempt=2), verdict=verdict("pass", "fail", "waiting", "skipped"))
    text = status_comment(seen)
    assert "- **Gate: fail** · 1 of 3 criteria pass\n" in text
    assert "- **Fails** · criterion 1: 2 of 3. To do: run `swarm status --write`.\n" in text
    assert "- **Waits** · criterion 2: 2 of 3. To do: run `swarm status --write`.\n" in text
    assert text.endswith(f"""\
<details><summary>Gate: 1 of 3 criteria pass</summary>

- [x] criterion 0: 2 of 3
- [ ] **fail** criterion 1: 2 of 3; run `swarm status --write`
- [ ] **wait** criterion 2: 2 of 3; run `swarm status --write`
- [ ] **skip** criterion 3: 2 of 3

</details>

{text.splitlines()[-1]}
""")
    assert text.count("criterion 0") == text.count("criterion 3") == 1
    assert (
        "- **Failed** · `haiku-30`, attempt 2 of 2: it ran out of time. `/swarm retry haiku-30` tries again.\n"
        in text
    )
    assert "1 of 1 criterion passes" in status_comment(view(*ALL, verdict=verdict("pass")))
    quiet = status_comment(view(*ALL, verdict=verdict("fail", action="")))
    assert "- **Fails** · criterion 0: 2 of 3.\n" in quiet


def test_agents_that_are_missing_when_the_gate_is_asked_are_not_at_work() -> None:
    seen = view(*ALL[:2], verdict=verdict("waiting"))
    assert line(seen, "Next") == "**Next** · 1 agent left no record and none is at work: `/swarm resume` runs it."
    assert "runs them." in line(view(ALL[0], verdict=verdict("waiting")), "Next")
    assert "| Wasabi | no record |" in status_comment(seen)


def test_a_session_goes_on_in_another_run() -> None:
    seen = view(ALL[0], failed("haiku-22"), continued=True)
    assert status_comment(seen).startswith("### Swarm session `cloud-1`: running, goes on in another run\n")
    assert line(seen, "Next") == f"**Next** · 2 agents left for another run, which was started; {AT_WORK}"


def test_g20_a_session_over_its_time_says_so() -> None:
    seen = view(ALL[0], now=NOW + timedelta(hours=7))
    assert line(seen, "Overdue") == (
        "**Overdue** · it had 6 hours, until 2026-11-22 22:10 UTC. What was found is kept; what is unfinished "
        "becomes blockers."
    )
    going_on = plan(limits=plan().limits.model_copy(update={"when_over": "continuation"}))
    found = line(view(ALL[0], of=going_on, now=NOW + timedelta(hours=7)), "Overdue")
    assert found.endswith("What was found is kept; another session goes on with what is unfinished.")
    short = plan()
    short = short.model_copy(update={"limits": short.limits.model_copy(update={"session_timeout_hours": 1})})
    found = line(view(of=short, now=NOW + timedelta(hours=7)), "Overdue")
    assert found.startswith("**Overdue** · it had 1 hour, until 2026-11-22 17:10 UTC. What was found is kept;")


MINUTES = {n: NOW - timedelta(minutes=n) for n in (4, 9)}
AGAIN = {
    "haiku-21": AtWork(1, MINUTES[9]),
    "haiku-22": AtWork(2, MINUTES[4]),
    "haiku-30": AtWork(3, MINUTES[4], "backup-1"),
}


def test_of_agents_at_work_it_is_said_since_when_and_which_attempt_it_is() -> None:
    seen = view(failed("haiku-22", reason="it ran out of time"), failed("haiku-30", attempt=2), at_work=AGAIN)
    text = status_comment(seen)
    assert "| AWS EC2 | at work or queued, 9 min |  |  |  |\n" in text
    assert "| Vultr, Linode | **attempt 2**, 4 min (the first one: it ran out of time) | 0 | 0 | 0.01 |\n" in text
    assert "| Wasabi | **attempt 3** by backup-1, 4 min (the last one: it ran out of time) | 0 | 0 |" in text
    assert "**Failed**" not in text
    assert "**0 of 3 agents done** · 0 findings" in text
    assert "all agents done: waiting for 3 · " in text
    assert line(seen, "Next") == f"**Next** · 3 agents are at work or queued; {AT_WORK}"
    assert "| Wasabi | **attempt 3** by backup-1, 4 min |" in status_comment(view(at_work=AGAIN))
    assert "at work or queued, 9 min" in status_comment(view(at_work=AGAIN, now=NOW + timedelta(seconds=9)))


def test_who_is_tried_again_at_a_persons_wish_is_at_work_again() -> None:
    one = {"haiku-30": AtWork(2, MINUTES[4])}
    seen = view(*ALL, files=FILES, at_work=one)
    text = status_comment(seen)
    assert text.startswith("### Swarm session `cloud-1`: running\n")
    assert "**2 of 3 agents done** · " in text
    assert "| Wasabi | **attempt 2**, 4 min (the first one: blocked) | 0 | 0 |" in text
    assert line(seen, "Next") == f"**Next** · 1 agent is at work or queued; {AT_WORK}"
    assert "/swarm retry" not in text
    late = view(ALL[0], at_work=AGAIN, now=NOW + timedelta(hours=7))
    assert "| Vultr, Linode | **attempt 2**, 7 h 4 min |" in status_comment(late)


def test_nobody_is_at_work_once_it_is_decided() -> None:
    for over in ({"stopped": HOLD}, {"held": HOLD}, {"verdict": verdict("waiting")}):
        assert status_comment(view(at_work=AGAIN, **over)).count("| no record |") == 3


def test_a_blocked_agent_can_be_tried_again_and_says_so_once() -> None:
    two = FindingsFile(agent="haiku-30", blockers=(blocker(), blocker(None, "No key")))
    text = status_comment(view(*ALL, files=(two,), verdict=verdict("fail")))
    assert "Wasabi: no readable source. 1 source answered 403 three times. Add a source to the mission. " in text
    assert text.count(" Add a source to the mission. `/swarm retry haiku-30` tries again.\n") == 1
    assert text.count(" Add a source to the mission.\n") == 1
    assert "/swarm retry" not in status_comment(view(*ALL, files=(two,), verdict=verdict("pass")))


def test_a_session_that_a_person_stopped_says_how_it_goes_on() -> None:
    seen = view(ALL[0], held=Hold("@ann said `/swarm stop` at 16:50 UTC"), stopped=HOLD)
    text = status_comment(seen)
    assert text.startswith("### Swarm session `cloud-1`: stopped by a person\n")
    assert line(seen, "Stopped") == (
        "**Stopped** · @&#8203;ann said `/swarm stop` at 16:50 UTC; "
        "`/swarm resume` goes on, what is recorded is kept."
    )
    assert "**Gate, so far** · " in text
    assert line(view(ALL[0], held=HOLD), "Stopped").endswith("; approve the runs of the pull request.")


def test_a_session_that_broke_off_says_why_and_what_goes_on() -> None:
    why = Hold("3 runs in a row brought nothing")
    seen = view(ALL[0], broken=why, continued=True)
    assert status_comment(seen).startswith("### Swarm session `cloud-1`: stopped by its circuit breaker\n")
    assert line(seen, "Stopped") == (
        "**Stopped** · 3 runs in a row brought nothing; `/swarm resume` tries again, "
        "`/swarm budget +5` adds money."
    )
    free = line(view(done("haiku-21", spent=0), broken=why), "Stopped")
    assert free == "**Stopped** · 3 runs in a row brought nothing; `/swarm resume` tries again."


def test_a_merged_session_is_a_summary() -> None:
    text = status_comment(view(*ALL, files=FILES, merge=MERGED, verdict=verdict("pass", "pass"), pull=PULL))
    home = "https://github.com/acme/integrations"
    assert text.startswith(
        "### Swarm session `cloud-1`: merged\n\n"
        f"**[INTEGRATIONS-CLOUD-PROVIDERS.md]({home}/blob/{MERGE}/INTEGRATIONS-CLOUD-PROVIDERS.md)** · "
        "4 subjects · 3 claims, every one verified against its source · 3 gaps · 1 blocker · "
    )
    assert (
        f"- **Merged** · as [`4eebd5b`]({home}/commit/{MERGE}) into `main`, 20 min after the launch; "
        "2 of 2 criteria pass\n"
        "- **Missing** · blocked: Wasabi · 3 gaps in 3 subjects\n"
        "- **Cost** · 0.03 of 2.50 USD, 3 agents\n"
    ) in text
    assert "<details><summary>3 agents</summary>" in text
    assert "[branch]" not in text
    assert "**Next**" not in text


def test_a_merge_that_the_history_does_not_show_is_told_without_its_commit() -> None:
    text = status_comment(view(*ALL, files=FILES, merge=Merge(), commit="b" * 40))
    assert "- **Merged** · into `main`\n" in text
    assert f"/blob/{'b' * 40}/INTEGRATIONS-CLOUD-PROVIDERS.md" in text


def test_what_was_left_out_is_missing_too() -> None:
    of = plan({"A": (spec("haiku-21", "AWS EC2"),)})
    answered = tuple(checked(field=field.id) for field in of.fields if field.kind == "claim")
    complete = FindingsFile(agent="haiku-21", findings=answered)
    text = status_comment(view(done("haiku-21"), of=of, files=(complete,), merge=MERGED))
    assert "- **Missing** · nothing: every field of every subject is answered\n" in text
    dead = complete.model_copy(update={"findings": (*answered, checked("Gone.", state="dead"))})
    text = status_comment(view(done("haiku-21"), of=of, files=(dead,), merge=MERGED))
    assert "- **Missing** · 1 finding left out, not verified\n" in text


def test_g25_what_agents_wrote_is_not_repeated_while_a_secret_may_be_in_it() -> None:
    key = FindingsFile(agent="haiku-30", blockers=(blocker("wasabi", "the key is hunter2"),))
    records = (failed("haiku-21", reason="hunter2 was refused", attempt=2), ALL[1], ALL[2])
    assert status_comment(view(*records, files=(key,), verdict=verdict("fail"))).count("hunter2") == 2
    text = status_comment(view(*records, files=(key,), verdict=LEAK))
    assert "hunter2" not in text
    assert "- **Not shown** · What agents wrote is not repeated here before the gate has found no secret" in text


# --- size ----------------------------------------------------------------------------------------------------


def large(agents: int, teams: int, name: str = "Team", subject: str = "AWS EC2") -> tuple[Mission, list[str]]:
    """A mission of so many agents with the longest ids, in so many teams."""
    ids = [f"agent-{n:04}".ljust(64, "x") for n in range(agents)]
    each = agents // teams
    found = {
        f"{t} {name}"[:500]: tuple(spec(i, f"{i[6:10]} {subject}"[:500]) for i in ids[t * each : (t + 1) * each])
        for t in range(teams)
    }
    return plan(found), ids


def test_g22_more_than_thirty_agents_are_shown_by_team() -> None:
    of, ids = large(60, 3)
    text = status_comment(view(*(done(i) for i in ids[:30]), failed(ids[30]), of=of))
    assert "| team | agents | done | blocked | failed | findings | gaps | USD |" in text
    assert "| 0 Team | 20 | 20 | 0 | 0 | 40 | 20 | 0.20 |" in text
    assert "| 1 Team | 20 | 10 | 0 | 1 | 20 | 10 | 0.11 |" in text
    assert "<details><summary>60 agents</summary>" in text
    assert "<details><summary>Timeline, in UTC</summary>" in text


def test_g22_256_agents_fit_one_by_one() -> None:
    of, ids = large(256, 16)
    text = status_comment(view(*(done(i) for i in ids), of=of))
    assert text.count("\n|  | agent-") == 240
    assert len(text.encode()) < LIMIT


@pytest.mark.parametrize(("agents", "teams"), [(256, 256), (600, 2), (2_000, 40), (2_000, 2_000)])
def test_g22_any_number_of_agents_with_the_longest_names_fits(agents: int, teams: int) -> None:
    of, ids = large(agents, teams, "@|<" * 160, "#`" * 250)
    text = status_comment(view(*(failed(i, reason="@<" * 500) for i in ids), of=of, verdict=verdict(*FAILING)))
    assert len(text.encode()) < LIMIT
    assert "agents</summary>" not in text
    assert ("more teams" in text) == (teams > 40)
    assert_inactive(text)


def test_g22_the_checklist_is_left_out_before_the_agents() -> None:
    found = set()
    for length in range(0, 60, 5):
        of, ids = large(480, 16, subject="x" * length)
        gate = verdict(*FAILING, measured="m" * 300)
        text = status_comment(view(*(done(i) for i in ids), of=of, verdict=gate))
        found.add(("480 agents</summary>" in text, "criteria pass</summary>" in text))
    assert found == {(True, True), (True, False), (False, False)}


def test_g22_one_team_more_is_no_teams() -> None:
    of, _ = large(41, 41)
    assert "\nand 1 more team\n" in status_comment(view(of=of))


def test_g22_an_agent_with_many_subjects_names_the_first_ones() -> None:
    of = plan({"A": (spec("a", *(f"Subject number {n}" for n in range(100))),)})
    assert "| Subject number 0, Subject number 1, Subject number 2, Subject number 3" in status_comment(
        view(of=of)
    )
    assert " and 94 more |" in status_comment(view(of=of))


# --- hostile texts -------------------------------------------------------------------------------------------


def hostile(text: str) -> list[CommentView]:
    """One view for each kind of comment, with the text wherever a text from outside can stand."""
    of = plan({text[:500]: (spec("a-1", text[:500]), spec("a-2", "B" + text[:400]))})
    notes = tuple(
        blocker("b", text[:300]).model_copy(update={"description": text, "recommendation": text[:300]})
        for _ in "12"
    )
    files = (FindingsFile(agent="a-2", blockers=notes),)
    records = (failed("a-1", reason=text[:1000], attempt=2), blocked("a-2"))
    found = verdict("fail", measured=text, action=text)
    hold = Hold(text, text)
    return [
        view(of=of),
        view(*records, of=of, files=files, verdict=found),
        view(*records, of=of, files=files, stopped=hold),
        view(*records, of=of, files=files, held=hold),
        view(*records, of=of, files=files, broken=hold),
        view(*records, of=of, files=files, at_work={one: AtWork(2, NOW, text[:300]) for one in ("a-1", "a-2")}),
        view(*records, of=of, files=files, verdict=verdict("pass"), postponed=hold),
        view(*records, of=of, files=files, next_step=text),
        view(*records, of=of, files=files, merge=MERGED),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_a15_a17_hostile_texts_do_nothing_and_are_shown(text: str) -> None:
    for seen in hostile(text):
        made = status_comment(seen)
        assert_inactive(made)
        assert text[:4] in made.replace("&#8203;", "").replace("&lt;", "<")


@settings(deadline=None, max_examples=60)
@given(text=TEXT)
def test_a15_any_text_anywhere_does_nothing_and_fits(text: str) -> None:
    for seen in hostile(text):
        made = status_comment(seen)
        assert_inactive(made)
        assert len(made.encode("utf-8", "replace")) < LIMIT
        assert made.count("\n### ") == 0
        assert made.splitlines()[-1].startswith("<sub>True at ")


def test_the_sessions_of_one_issue_name_each_other() -> None:
    gone = Blocker(subject="vultr", title="Vultr goes on in another session", impact="Low", description="No time.")
    file = FindingsFile(agent="haiku-22", blockers=(gone,))
    first = view(blocked("haiku-22").model_copy(update={"goes_on_in": "cloud-2"}), files=(file,))
    assert line(first, "Goes on in") == "**Goes on in** · `cloud-2`: 1 subject for which there was no time"
    seen = view(ALL[0], others=("cloud-1",))
    before = Continues(session="cloud-0", row=1, mission_sha256="0" * 64)
    launch = seen.data.launch.model_copy(update={"continues": before})
    second = replace(seen, data=replace(seen.data, launch=launch))
    assert (
        line(second, "Goes on from") == "**Goes on from** · `cloud-0`, whose time was over: what it found is kept"
    )
    assert line(second, "Open") == "**Open** · `cloud-1` is not merged yet"
    assert "are not merged yet" in line(replace(second, others=("cloud-0", "cloud-1")), "Open")
