"""What is wrong with a mission, in the words and at the place that a person needs."""

import pytest

from bot.core.loading import load
from bot.core.mission_checks import check_outline
from bot.core.outline import outline
from bot.core.yaml_tree import Tree
from tests.core.mission_text import MISSION, edited, problem, problems


def advice(*changes: tuple[str, str]) -> list[str]:
    return [str(found) for found in load(edited(*changes), "m.yml").advice]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("attempts: 2", "attempts: 0"), "7:34: agent.attempts is 0; an agent needs at least 1 attempt"),
        (("attempts: 2", "attempts: -3"), "7:34: agent.attempts is -3; an agent needs at least 1 attempt"),
        (("attempts: 2", "attempts: 1000000"), "7:34: agent.attempts is 1000000; it can be at most 10"),
        (("attempts: 2", "atempts: 2"), "7:24: unknown key `atempts` in agent; did you mean `attempts`?"),
        (
            ("attempts: 2", "zzz: 2"),
            "7:24: unknown key `zzz` in agent; "
            "known here: backend, provider, model, prices, review, credential, "
            "max_usd, timeout_minutes, attempts, backups",
        ),
        (("session: 2", "session: 0"), "2:10: session is 0; it must be at least 1"),
        (("2.50}", "2.50, max_parallel: 0}"), "8:39: limits.max_parallel is 0; at least 1 agent has to run"),
        (
            ("2.50}", "2.50, session_timeout_hours: 0}"),
            "8:48: limits.session_timeout_hours is 0; it must be more than 0",
        ),
        (("      - id: haiku-22\n        subjects:\n", "      - id: haiku-22\n        themes:\n"), ""),
    ],
)
def test_a18_numbers_and_keys_that_cannot_be(change: tuple[str, str], expected: str) -> None:
    if expected:
        assert problem(change) == f"m.yml:{expected}"
        return
    assert problems(edited(change)) == [
        "m.yml:17:9: teams[0].agents[1].subjects is missing; "
        "add it, for example `a list of subjects, each with name and sources`",
        "m.yml:18:9: unknown key `themes` in teams[0].agents[1]; known here: id, subjects, backend, "
        "provider, model, prices, review, credential, max_usd, timeout_minutes, attempts",
    ]


def test_a18_no_teams_no_agents_no_subjects() -> None:
    teams = MISSION[MISSION.index("  - id: 6") :]
    agents = teams[teams.index("      - id") :]
    assert problem((f"teams:\n{teams}", "teams: []\n")) == (
        "m.yml:9:8: teams is an empty list; it needs at least 1"
    )
    assert problem((f"agents:\n{agents}", "agents:\n")) == "m.yml:12:12: teams[0].agents is empty; write a list"
    assert problems(edited((agents, "      - {id: haiku-21, subjects: []}\n"))) == [
        "m.yml:13:34: teams[0].agents[0].subjects is an empty list; it needs at least 1"
    ]


def test_a18_a_million_agents_are_too_large_and_two_thousand_and_one_too_many() -> None:
    one = '      - {{id: extra-{0}, subjects: [{{name: Extra {0}, sources: ["file:a.md"]}}]}}\n'
    many = MISSION + "".join(one.format(n) for n in range(1_999))
    assert problems(many.encode()) == [
        "m.yml:10:3: the mission has 2,001 agents; a session can have at most 2,000; "
        "split it into several missions"
    ]
    assert problems((MISSION + one.format(1) * 20_000).encode()) == [
        "m.yml:1:1: the file is larger than 1 MB; split it into several missions"
    ]


def test_a18_duplicate_ids_of_agents_backups_teams_and_fields() -> None:
    field = "{id: a, title: A, section: Overview, required: true}"
    found = problems(
        edited(
            ("id: haiku-22", "id: haiku-21"),
            ("attempts: 2", "backups: [haiku-21]"),
            ("teams:\n", f"fields: [{field}, {field}]\nteams:\n  - {{id: 6, name: compute!, agents: []}}\n"),
        )
    )
    assert found == [
        'm.yml:7:34: the agent id "haiku-21" stands in line 15 already; give it another one',
        'm.yml:9:69: the field id "a" stands in line 9 already; give it another one',
        "m.yml:11:37: teams[0].agents is an empty list; it needs at least 1",
        'm.yml:12:9: the team id "6" stands in line 11 already; give it another one',
        'm.yml:13:11: the team name "Compute" stands in line 11 already (as "compute!"); give it another one',
        'm.yml:19:13: the agent id "haiku-21" stands in line 15 already; give it another one',
    ]


def test_a18_a_subject_of_one_agent_twice() -> None:
    found = problem(("- {name: Vultr,", '- {name: Vultr, sources: ["file:a"]}\n          - {name: Vultr,'))
    assert found == 'm.yml:20:20: subject "Vultr" is assigned to haiku-22 twice; remove one'


@pytest.mark.parametrize("bad", ["-x", "a..b", "a--b", "A1", "a/b", "a b", "é", "x" * 300, "''"])
def test_a19_an_agent_id_that_is_no_id_is_refused(bad: str) -> None:
    found = problem(("id: haiku-22", f"id: {bad}"))
    assert found.startswith("m.yml:17:13: teams[0].agents[1].id is ")
    assert found.endswith(
        ("; write lower-case words joined by single hyphens, such as haiku-21", "; at most 64 characters",
         "; write something")
    )  # fmt: skip
    assert len(found) < 200


@pytest.mark.parametrize("bad", ["-x", "a..b", "CLOUD", "x" * 57])
def test_a19_a_mission_id_that_is_no_id_or_leaves_no_room_for_a_number_is_refused(bad: str) -> None:
    assert problem(("mission: cloud", f"mission: {bad}")).startswith("m.yml:1:10: mission is ")


def test_a19_agent_ids_that_differ_in_case_only_are_refused() -> None:
    assert problems(edited(("id: haiku-22", "id: Haiku-21"))) == [
        'm.yml:17:13: teams[0].agents[1].id is "Haiku-21"; '
        "write lower-case words joined by single hyphens, such as haiku-21",
        'm.yml:17:13: the agent id "Haiku-21" stands in line 13 already (as "haiku-21"); give it another one',
    ]


def test_a19_subject_names_with_the_same_id_are_refused() -> None:
    assert problem(("name: Vultr", "name: aws-EC2!")) == (
        'm.yml:19:20: subject "aws-EC2!" is assigned to haiku-21 and to haiku-22 (there "AWS EC2"); remove one'
    )


@pytest.mark.parametrize("name", ["'!!'", "东京"])
def test_a19_a_name_of_which_no_id_can_be_made_is_refused(name: str) -> None:
    found = problem(("name: Vultr", f"name: {name}"))
    assert found.startswith("m.yml:19:20: no id can be made of the subject ")
    assert found.endswith("; use at least one Latin letter or digit")


def test_a19_a_name_whose_id_would_be_cut_is_refused() -> None:
    name = "Word " * 20
    assert problem(("name: Vultr", f"name: {name}X")) == (
        f'm.yml:19:20: the id of "{name[:50]}…" is cut to 64 characters; shorten the name'
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Аcme", "`А` (CYRILLIC CAPITAL LETTER A) stands among Latin letters"),
        ("Vultr Ρay", "`Ρ` (GREEK CAPITAL LETTER RHO) stands among Latin letters"),
        ("Ｖultr", "`Ｖ` (FULLWIDTH LATIN CAPITAL LETTER V) looks like `V`"),
    ],
)
def test_a05_a_name_with_letters_that_look_like_others_is_refused(name: str, reason: str) -> None:
    assert problem(("name: Vultr", f"name: {name}")) == (
        f'm.yml:19:20: subject "{name}": {reason}; write it in one script'
    )
    assert problem(("name: Compute", f"name: {name}")).startswith(f'm.yml:11:11: team name "{name}": ')


def test_names_with_accents_and_signs_are_fine() -> None:
    assert problems(edited(("name: Vultr", "name: Café Löwe™ & Søn (2°)"))) == []


@pytest.mark.parametrize(
    "source",
    ["pypi:botocore", "pypi:botocore#x.py", "pypi:botocore>=1", "pypi:botocore==", "pypi:botocore==latest",
     "pypi:boto/core==1.0"],
)  # fmt: skip
def test_a_python_package_without_a_version_is_refused(source: str) -> None:
    assert problem(("npm:@vultr/vultr-node@2.8.0", source)) == (
        f'm.yml:19:37: the source "{source}" names no package with a version; '
        "pin it: pypi:NAME==VERSION, such as pypi:botocore==1.44.5"
    )


@pytest.mark.parametrize("source", ["npm:postmark", "npm:@vultr/vultr-node", "npm:postmark@latest", "npm:a@^1.0"])
def test_an_npm_package_without_a_version_is_refused(source: str) -> None:
    found = problem(("npm:@vultr/vultr-node@2.8.0", source))
    assert found.endswith("names no package with a version; pin it: npm:NAME@VERSION, such as npm:postmark@5.1.0")


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "docs/../../x", "~/x", "C:\\x"])
def test_a11_a_file_source_outside_of_the_repository_is_refused(path: str) -> None:
    found = problem(('"npm:@vultr/vultr-node@2.8.0"', f"'file:{path}'"))
    assert found.endswith("leads out of the repository; write a path relative to its root")


def test_a_source_with_a_password_is_refused_and_another_scheme_too() -> None:
    found = problem(("https://www.vultr", "https://me:hunter2@www.vultr"))  # and it is not repeated
    assert found == "m.yml:19:68: the source carries a user name or a password; write it without"
    assert problem(("https://www.vultr", "http://www.vultr")) == (
        'm.yml:19:68: teams[0].agents[1].subjects[0].sources[1] is "http://www.vultr.com/api/"; '
        "write https://..., file:PATH, pypi:NAME==VERSION#glob or npm:NAME@VERSION#glob, without spaces"
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("session: 2", "session: '2'"), 'session is "2"; write a whole number'),
        (("session: 2", "session: true"), "session is true; write a whole number"),
        (("session: 2", "session: 2.5"), "session is 2.5; write a whole number"),
        (("session: 2", "session: {a: 1}"), "session is a mapping; write a whole number"),
        (("title: Cloud", "refresh: yes\ntitle: Cloud"), 'refresh is "yes"; write true or false'),
        (("title: Cloud", "planned_hours: long\ntitle: Cloud"), 'planned_hours is "long"; write a number'),
        (("title: Cloud providers", "title: 17"), "title is 17; write text (in quotes where it looks like"),
        (("title: Cloud providers", "title: ''"), 'title is ""; write something'),
        (("title: Cloud providers", f"title: {'x' * 501}"), "(503 characters); at most 500 characters"),
        (("phase: {number: 2, name: Cloud}", "phase: 2"), "phase is 2; write keys with values"),
        (("name: Cloud}", "name: [Cloud]}"), "phase.name is a list; write text"),
        (("max_usd: 0.25", "backend: x"), "agent.backend is \"x\"; write 'claude', 'extractive' or 'simulated'"),
        (("{max_usd: 0.25", "{max_usd: cheap"), "agent.max_usd is \"cheap\"; 'cheap' is no amount in US dollars"),
        (("{max_usd: 2.50}", "{max_usd: -1}"), "limits.max_usd is -1; an amount is at least 0 and at most"),
        (("2.50", "0.0000001"), "limits.max_usd is 1e-07; an amount has at most six decimals"),
        (("domain: CLOUD", "domain: cloud"), "write 2 to 16 capital letters and digits, such as CLOUD"),
        (("INTEGRATIONS-CLOUD.md", "BLOCKERS.md"), "write INTEGRATIONS-, words in capitals and .md"),
        (("INTEGRATIONS-CLOUD.md", "../INTEGRATIONS-CLOUD.md"), "write INTEGRATIONS-, words in capitals and .md"),
        (("domain: CLOUD", "domain: CLOUD\nbranch: main"), "with {session} as the last one"),
        (("domain: CLOUD", "domain: CLOUD\nbranch: a//{session}"), "with {session} as the last one"),
        (
            ("domain: CLOUD", "domain: CLOUD\nfields: [{id: a, title: A, section: Intro, required: true}]"),
            'fields[0].section is "Intro"; write \'Overview\', \'Authentication\', ',
        ),
        (('["npm', f"[{'file:a, ' * 50}" + '"npm'), "sources is a list; at most 50 of them"),
    ],
)  # fmt: skip
def test_a16_a_value_of_the_wrong_kind_says_what_to_write(change: tuple[str, str], expected: str) -> None:
    assert expected in problem(change)


def test_fields_of_which_none_is_required_are_refused() -> None:
    assert problem(("teams:", "fields:\n  - {id: a, title: A, section: Overview}\nteams:")) == (
        "m.yml:10:3: no field is required, so that an empty deliverable would pass; "
        "mark those that every subject needs with `required: true`"
    )


def test_agents_that_may_spend_more_than_the_session_are_advised_about() -> None:
    assert advice(("2.50", "0.40")) == [
        "m.yml:8:19: the agents may spend 0.50 USD together, the session 0.40; "
        "the session's limit holds: every agent gets proportionally less"
    ]


def test_an_agent_that_asks_a_model_needs_money() -> None:
    assert problems(edited(("{max_usd: 0.25", "{backend: claude, max_usd: 0"))) == [
        "m.yml:8:19: haiku-21 asks a model but has no money; raise max_usd",
        "m.yml:8:19: haiku-22 asks a model but has no money; raise max_usd",
    ]
    own = ("id: haiku-22", "id: haiku-22\n        backend: claude\n        max_usd: 0.10")
    assert problems(edited(("{max_usd: 0.25", "{max_usd: 0"), own)) == []


def test_figures_that_do_not_add_up_are_advised_about() -> None:
    assert advice(("title:", "target_subjects: 15\nexpected_agents: 40\ntitle:")) == [
        "m.yml:4:18: the mission targets 15 subjects and assigns 2; assign the others, or lower target_subjects",
        "m.yml:5:18: the mission states 40 agents and has 2; correct expected_agents or the teams",
    ]
    assert advice(("title:", "target_subjects: 1\nexpected_agents: 2\ntitle:")) == [
        "m.yml:4:18: the mission targets 1 subject and assigns 2; raise target_subjects"
    ]
    assert advice(("title:", "criteria: {blocked_subjects: 2}\ntitle:")) == [
        "m.yml:4:30: 2 blocked subjects are tolerated, of 2; tolerate fewer, or nothing needs to be found"
    ]
    assert advice(("attempts: 2", "timeout_minutes: 350"), ("2.50}", "2.50, session_timeout_hours: 1}")) == [
        "m.yml:8:48: haiku-21 may take 350 minutes, the whole session 60; "
        "lower timeout_minutes or allow more hours"
    ]


def test_what_has_not_the_shape_of_a_mission_has_no_outline() -> None:
    for value in (None, "x", (1,), {"teams": {"agents": 1}}, {"teams": (True, {"agents": ({"subjects": "x"},)})}):
        found = outline(value)
        assert not found.subjects
        assert check_outline(found, Tree(), "m.yml") == []
    nameless = outline({"teams": ({"id": True, "agents": ({"subjects": ({"name": "A"}, {"name": 1.5})},)},)})
    assert [(named.name, named.within) for named in nameless.subjects] == [("A", "?"), (None, "?")]
