"""The Gantt diagram of a session, in words that Mermaid cannot take for its own."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.core.mission import Team
from bot.render.timeline import section_name, timeline
from tests.render.inactive import HOSTILE, TEXT
from tests.render.views import ALL, blocked, done, failed, plan, spec
from tests.sessions import LAUNCHED, data


def test_agents_stand_below_their_team_with_their_state_in_words() -> None:
    records = (done("haiku-21"), failed("haiku-22", attempt=2), blocked("haiku-30"))
    assert timeline(data(plan(), *records)).splitlines() == [
        "```mermaid",
        '%%{init: {"gantt": {"leftPadding": 139}}}%%',
        "gantt",
        "    dateFormat YYYY-MM-DD HH:mm:ss",
        "    axisFormat %H:%M:%S",
        "    section Cloud Compute",
        "    done haiku-21 :done, 2026-11-22 16:10:00, 2026-11-22 16:16:00",
        "    failed haiku-22, attempt 2 :crit, 2026-11-22 16:10:00, 2026-11-22 16:16:00",
        "    section Cloud Storage CDN",
        "    blocked haiku-30 :active, 2026-11-22 16:10:00, 2026-11-22 16:16:00",
        "```",
    ]


def test_teams_without_a_record_are_left_out_and_so_is_an_empty_diagram() -> None:
    assert "Storage" not in timeline(data(plan(), ALL[0]))
    assert timeline(data(plan())) == ""


def test_an_agent_that_took_no_time_is_seen_all_the_same() -> None:
    assert "16:10:00, 2026-11-22 16:10:01" in timeline(data(plan(), done("haiku-21", finished=LAUNCHED)))


def test_a_long_session_is_measured_in_minutes() -> None:
    late = LAUNCHED + timedelta(minutes=10)
    assert "axisFormat %H:%M\n" in timeline(data(plan(), ALL[0], done("haiku-22", finished=late)))


def test_g22_too_many_agents_make_no_diagram() -> None:
    of = plan({"A": tuple(spec(f"a-{n}", f"S{n}") for n in range(61))})
    records = [done(f"a-{n}") for n in range(61)]
    assert timeline(data(of, *records)) == ""
    assert timeline(data(of, *records[:60])).count(" :done, ") == 60


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
    assert timeline(data(plan({name: (spec("a", "S"),)}), done("a"))).count("```") == 2


@settings(deadline=None)
@given(name=TEXT)
def test_a15_any_name_of_a_team_is_one_line_of_words(name: str) -> None:
    lines = timeline(data(plan({name: (spec("title", "S"),)}), done("title"))).splitlines()
    assert len(lines) == 8
    assert re.fullmatch(r"    section [\w,. -]+", lines[5])
