from pathlib import Path

from bot.core.loading import LoadedMission, load
from bot.core.missions_together import check_together
from tests.core.mission_text import edited

TEMPLATES = Path(__file__).parents[2] / "mission-templates"


def loaded(file: str, *changes: tuple[str, str]) -> LoadedMission:
    return load(edited(*changes), file)


FIRST = loaded("a.yml")
OTHER = (
    ("mission: cloud", "mission: dns"),
    ("session: 2", "session: 3"),
    ("INTEGRATIONS-CLOUD", "INTEGRATIONS-DNS"),
    ("AWS EC2", "Route 53"),
    ("name: Vultr", "name: NSD"),
)


def other(*changes: tuple[str, str]) -> LoadedMission:
    return loaded("b.yml", *OTHER, *changes)


def found(*missions: LoadedMission) -> list[str]:
    return [str(problem) for problem in check_together(missions)]


def test_missions_that_share_nothing_go_together() -> None:
    assert found() == []
    assert found(FIRST) == []
    assert found(FIRST, other()) == []


def test_the_templates_go_together() -> None:
    assert found(*(load(file.read_bytes(), file.name) for file in TEMPLATES.glob("*.yml"))) == []


def test_a_shared_id_takes_the_branch_too() -> None:
    assert found(FIRST, other(("mission: dns", "mission: cloud"))) == [
        "b.yml:1:10: the mission id cloud is also in a.yml (cloud); give it an id of its own",
        "b.yml:1:1: the branch swarm/cloud-N is also in a.yml (cloud); let the branch pattern differ",
    ]


def test_a_shared_session_number_and_a_shared_deliverable() -> None:
    assert found(FIRST, other(("session: 3", "session: 2"), ("INTEGRATIONS-DNS", "INTEGRATIONS-CLOUD"))) == [
        "b.yml:2:10: session number 2 is also in a.yml (cloud); number it differently",
        "b.yml:6:14: the deliverable INTEGRATIONS-CLOUD.md is also in a.yml (cloud); "
        "name another file; two missions would write it",
    ]


def test_branch_patterns_that_come_out_the_same() -> None:
    one = loaded("a.yml", ("domain: CLOUD", "domain: CLOUD\nbranch: claude/dns-{session}"))
    two = other(
        ("mission: dns", "mission: dns-cloud"), ("domain: CLOUD", "domain: CLOUD\nbranch: claude/{session}")
    )
    assert found(one, two) == [
        "b.yml:6:9: the branch claude/dns-cloud-N is also in a.yml (cloud); let the branch pattern differ"
    ]


def test_g30_a_subject_of_two_missions_is_refused_unless_it_is_a_refresh() -> None:
    assert found(FIRST, other(("name: NSD", "name: aws ec2"))) == [
        'b.yml:19:20: subject "aws ec2" is also in a.yml (cloud); '
        "remove one, or say `refresh: true` to research it again"
    ]
    assert found(FIRST, other(("name: NSD", "name: aws ec2"), ("domain:", "refresh: true\ndomain:"))) == []


def test_one_phase_with_two_names_is_advised_about() -> None:
    (problem,) = check_together((FIRST, other(("name: Cloud}", "name: DNS}"))))
    assert str(problem) == (
        'b.yml:3:8: phase 2 is "DNS" here and "Cloud" in a.yml; give them one name, or two numbers'
    )
    assert problem.level == "advice"
