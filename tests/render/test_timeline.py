"""The Gantt diagram of a session, in words that Mermaid cannot take for its own."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.core.comment_view import AtWork, Hold
from bot.core.mission import Team
from bot.render.timeline import section_name, timeline
from tests.builders import NOW
from tests.render.inactive import HOSTILE, TEXT
from tests.render.views import ALL, blocked, done, failed, plan, spec, verdict, view
from tests.sessions import LAUNCHED


def test_agents_stand_below_their_team_with_their_state_in_words() -> None:
    records = (done("haiku-21"), failed("haiku-22", attempt=2), blocked("haiku-30"))
    assert timeline(view(*records)).splitlines() == [
        "```mermaid",
        '%%{init: {"gantt": {"leftPadding": 139}}}%%',
        "gantt",
        "    dateFormat YYYY-MM-DD HH:mm:ss",
        "    axisFormat %H:%M:%S",
        "    section Cloud Compute",
        "    done haiku-21 :done, 2026-11-22 16:10:00, 2026-11-22 16:16:00",
        "    failed haiku-22, attempt 2 :crit, 2026-11-22 16:10:00, 2026-11-22 16:16:00",
        "    section Cloud Storage CDN",
        "    blocked haiku-30 :crit, done, 2026-11-22 16:10:00, 2026-11-22 16:16:00",
        "```",
    ]


def test_attempts_at_work_last_until_now_and_stand_behind_those_that_failed() -> None:
    at_work = {
        "haiku-22": AtWork(2, LAUNCHED + timedelta(minutes=8), "backup-1"),
        "haiku-30": AtWork(1, NOW),
    }
    assert timeline(view(failed("haiku-22"), at_work=at_work)).splitlines()[4:] == [
        "    axisFormat %H:%M",
        "    section Cloud Compute",
        "    failed haiku-22 :crit, 2026-11-22 16:10:00, 2026-11-22 16:16:00",
        "    at work haiku-22, attempt 2 by backup-1 :active, 2026-11-22 16:18:00, 2026-11-22 16:40:00",
        "    section Cloud Storage CDN",
        "    at work haiku-30 :active, 2026-11-22 16:40:00, 2026-11-22 16:40:01",
        "```",
    ]
    for over in ({"verdict": verdict("waiting")}, {"stopped": Hold("main moved")}, {"continued": True}):
        assert "at work" not in timeline(view(failed("haiku-22"), at_work=at_work, **over))


def test_teams_without_a_record_are_left_out_and_so_is_an_empty_diagram() -> None:
    assert "Storage" not in timeline(view(ALL[0]))
    assert timeline(view()) == ""


def test_an_agent_that_took_no_time_is_seen_all_the_same() -> None:
    assert "16:10:00, 2026-11-22 16:10:01" in timeline(view(done("haiku-21", finished=LAUNCHED)))


def test_a_long_session_is_measured_in_minutes() -> None:
    late = LAUNCHED + timedelta(minutes=10)
    assert "axisFormat %H:%M\n" in timeline(view(ALL[0], done("haiku-22", finished=late)))


def test_g22_too_many_agents_make_no_diagram() -> None:
    of = plan({"A": tuple(spec(f"a-{n}", f"S{n}") for n in range(61))})
    records = [done(f"a-{n}") for n in range(61)]
    assert timeline(view(*records, of=of)) == ""
    assert timeline(view(*records[:60], of=of)).count(" :done, ") == 60
    assert timeline(view(*records[:60], of=of, at_work={"a-60": AtWork(1, NOW)})) == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Cloud Storage & CDN", "Cloud Storage CDN"),
        ("x: y; %% z # <b>", "x y z b"),
        ("日本語 é", "日本語 é"),
        ("```", "Team 7"),
        ("a" * 99, "a" * 30),
    ],
)
def test_a15_a_team_is_named_in_plain_words(name: str, expected: str) -> None:
    assert section_name(Team(id=7, name=name, agents=(spec("a", "S"),))) == expected


@pytest.mark.parametrize("name", HOSTILE)
def test_a15_no_name_ends_the_diagram(name: str) -> None:
    assert timeline(view(done("a"), of=plan({name: (spec("a", "S"),)}))).count("```") == 2


def test_a15_no_name_of_a_backup_ends_its_line() -> None:
    text = timeline(view(ALL[0], at_work={"haiku-22": AtWork(1, LAUNCHED, "x :done, 1\n%%{init}%% ```")}))
    assert "    at work haiku-22 by x done, 1 init :active, 2026-11-22 16:10:00, 2026-11-22 16:40:00\n" in text


@settings(deadline=None)
@given(name=TEXT)
def test_a15_any_name_of_a_team_is_one_line_of_words(name: str) -> None:
    lines = timeline(view(done("title"), of=plan({name: (spec("title", "S"),)}))).splitlines()
    assert len(lines) == 8
    assert re.fullmatch(r"    section [\w,. -]+", lines[5])
