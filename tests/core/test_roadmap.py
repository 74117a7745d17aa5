from collections.abc import Sequence
from datetime import timedelta

from bot.core import roadmap as module
from bot.core.loading import load_mission
from bot.core.mission import Mission
from bot.core.records import FindingsFile
from bot.core.roadmap import Read, compile_roadmap
from bot.core.session import SessionData
from tests.builders import NOW, checked
from tests.sessions import LAUNCHED, data, findings, mission_yaml

Key = tuple[str, str]


def mission(**agents: tuple[str, ...]) -> Mission:
    return load_mission(mission_yaml(agents=agents), "mission.yml")


OLD = data(mission(a=("Vultr", "Linode"), b=("Wasabi",)), session="cloud-1", at=LAUNCHED)
NEW = data(mission(c=("Vultr",)), session="cloud-2", at=NOW)
FILES: dict[Key, FindingsFile] = {
    ("cloud-1", "a"): findings("a", "vultr", "linode"),
    ("cloud-2", "c"): FindingsFile(
        agent="c", findings=(checked(subject="vultr"), checked("Two.", subject="vultr"))
    ),
}


def reader(files: dict[Key, FindingsFile], asked: list[Key] | None = None) -> Read:
    def read(wanted: Sequence[Key]) -> dict[Key, FindingsFile]:
        if asked is not None:
            asked.extend(wanted)
        return {key: files[key] for key in wanted if key in files}

    return read


def test_every_subject_of_every_merged_session_is_in_it_once() -> None:
    found = compile_roadmap([NEW, OLD], reader(FILES))
    assert found.sessions == ("cloud-1", "cloud-2")
    assert [(e.subject.name, e.session, e.claims, e.gaps, e.others) for e in found.entries] == [
        ("Linode", "cloud-1", 1, 1, ()),
        ("Vultr", "cloud-2", 2, 0, ("cloud-1",)),
        ("Wasabi", "cloud-1", 0, 0, ()),
    ]


def test_a_newer_session_that_found_nothing_does_not_hide_an_older_one() -> None:
    found = compile_roadmap([OLD, NEW], reader({key: FILES[key] for key in FILES if key[0] == "cloud-1"}))
    entry = next(one for one in found.entries if one.subject.name == "Vultr")
    assert (entry.session, entry.claims, entry.others) == ("cloud-1", 1, ("cloud-2",))


def test_when_no_session_found_anything_the_newest_is_named() -> None:
    entry = next(one for one in compile_roadmap([OLD, NEW], reader({})).entries if one.subject.name == "Vultr")
    assert (entry.session, entry.assessment, entry.others) == ("cloud-2", None, ("cloud-1",))


def test_totals_are_the_sums_of_the_entries() -> None:
    found = compile_roadmap([OLD, NEW], reader(FILES))
    assert found.hours == sum(e.assessment.hours for e in found.entries if e.assessment) > 0
    assert sum(total.hours for total in found.totals) == found.hours
    assert sum(total.subjects for total in found.totals) + len(found.unassessed) == len(found.entries)
    assert [entry.subject.name for entry in found.unassessed] == ["Wasabi"]
    assert found.claims == 3


def test_entries_come_by_priority_then_hours_then_name_and_the_unassessed_last() -> None:
    rich = tuple(
        checked(subject="wasabi", field=field)
        for field in ("authentication", "operations", "sdks", "rate-limits", "pricing", "webhooks")
    )
    files = FILES | {("cloud-1", "b"): FindingsFile(agent="b", findings=rich)}
    found = compile_roadmap([OLD, NEW], reader(files))
    assert [(e.subject.name, e.assessment and e.assessment.priority) for e in found.entries] == [
        ("Wasabi", "P0"),
        ("Linode", "P2"),
        ("Vultr", "P2"),
    ]


def test_only_the_findings_that_count_are_read() -> None:
    asked: list[Key] = []
    older = data(OLD.mission, session="cloud-0", at=LAUNCHED - timedelta(days=1))
    compile_roadmap([older, OLD, NEW], reader(FILES, asked))
    assert ("cloud-0", "a") not in asked
    assert ("cloud-0", "b") in asked  # nobody found anything about Wasabi: the oldest is asked as well
    assert len(asked) == len(set(asked))


def test_findings_are_read_in_batches_that_fit_into_memory() -> None:
    names = tuple(f"Subject {n}" for n in range(module.BATCH + 1))
    agents = {f"agent-{n}": names[n : n + 100] for n in range(0, len(names), 100)}
    sizes: list[int] = []

    def read(wanted: Sequence[Key]) -> dict[Key, FindingsFile]:
        sizes.append(len(wanted))
        return {}

    big: SessionData = data(mission(**agents), session="big-1")
    assert len(compile_roadmap([big], read).entries) == module.BATCH + 1
    assert len(sizes) == 2


def test_without_a_merged_session_it_is_empty() -> None:
    found = compile_roadmap([], reader({}))
    assert (found.entries, found.hours, found.sessions) == ((), 0, ())
