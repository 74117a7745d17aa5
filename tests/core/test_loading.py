import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import yaml_reader
from bot.core.loading import MAX_PROBLEMS, load, load_mission
from bot.core.yaml_reader import read
from bot.core.yaml_tree import Place, Tree, at
from bot.errors import InvalidInput
from tests.core.mission_text import MISSION, edited, problem, problems

TEMPLATES = Path(__file__).parents[2] / "mission-templates"


def test_a_mission_is_loaded_with_its_values_and_places() -> None:
    loaded = load(MISSION.encode(), "m.yml")
    assert loaded.mission.limits.max_usd == 2_500_000
    assert [subject.id for subject in loaded.mission.subjects] == ["aws-ec2", "vultr"]
    assert loaded.tree.place(("teams", 0, "agents", 1, "id")) == Place(17, 13)
    assert loaded.advice == ()


def test_a_mission_may_start_with_a_byte_order_mark_and_have_crlf_lines() -> None:
    content = b"\xef\xbb\xbf" + MISSION.replace("\n", "\r\n").encode()
    assert load_mission(content, "m.yml") == load_mission(MISSION.encode(), "m.yml")


def test_everything_wrong_is_said_at_once_in_the_order_of_the_lines() -> None:
    content = edited(
        ("attempts: 2", "attempts: 0"), ("limits:", "limit:"), ("name: Vultr", "name: aws ec2"), ("2.50", "-1")
    )
    assert problems(content) == [
        "m.yml:1:1: limits is missing; add it, for example `limits: {max_usd: 2.50}`",
        "m.yml:7:34: agent.attempts is 0; an agent needs at least 1 attempt",
        "m.yml:8:1: unknown key `limit`; did you mean `limits`?",
        'm.yml:19:20: subject "aws ec2" is assigned to haiku-21 and to haiku-22 (there "AWS EC2"); remove one',
    ]


def test_yaml_of_today_is_meant_not_that_of_2005() -> None:
    values = (
        b"{a: no, b: 1:30, c: 2026-11-22, d: 010, e: 1e3, f: 0x1f, g: ~, h: on, i: .5, j: '5', k: TRUE, l: -2}"
    )
    assert read(values, "m.yml").value == {
        "a": "no", "b": "1:30", "c": "2026-11-22", "d": 10, "e": 1000.0, "f": "0x1f", "g": None, "h": "on",
        "i": 0.5, "j": "5", "k": True, "l": -2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a: &x 1\nb: *x\n", "m.yml:2:4: `*x` is an alias; aliases are not read; write the value out"),
        ("a: &x 1\n*x : 2\n", "m.yml:2:1: `*x` is an alias; aliases are not read; write the value out"),
        ("&x [*x]\n", "m.yml:1:5: `*x` is an alias; aliases are not read; write the value out"),
        (
            "a: !!python/object/apply:os.system [id]\n",
            "m.yml:1:4: the tag `tag:yaml.org,2002:python/object/apply:os.system` is not read; "
            "the file is plain data; remove the tag",
        ),
        ("title: !x hi\n", "m.yml:1:8: the tag `!x` is not read; the file is plain data; remove the tag"),
        (
            "title: a\ntitle: b\n",
            "m.yml:2:1: the key `title` stands here for the second time (first in line 1); remove one",
        ),
        ("planned_hours: .nan\n", "m.yml:1:16: .nan is not a number that can be used; write a finite number"),
        ("planned_hours: -.inf\n", "m.yml:1:16: -.inf is not a number that can be used; write a finite number"),
        ("<<: {a: 1}\n", "m.yml:1:1: the key `<<` is not text; merge keys are not read; write the keys out"),
        ("1: a\n", "m.yml:1:1: the key `1` is not text; put it in quotes"),
        ("{[a]: b}\n", "m.yml:1:2: a key is a collection; a key is text; put templates' braces in quotes"),
        ("title: {{ x }}\n", "m.yml:1:9: a key is a collection; a key is text; put templates' braces in quotes"),
        (
            "a: 1\n---\nb: 2\n",
            "m.yml:2:1: a second document starts here; keep one in a file; remove `---`",
        ),
        ("[" * 5_000, "m.yml:1:21: nested more than 20 levels deep; a mission needs 7"),
    ],
)
def test_a16_what_yaml_has_beyond_plain_data_is_refused_at_its_place(content: str, expected: str) -> None:
    assert expected in problems(content.encode())


def test_a16_an_alias_bomb_is_refused_at_its_first_alias() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    found = problems("\n".join(lines).encode())
    assert "m.yml:2:10: `*a0` is an alias; aliases are not read; write the value out" in found
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1] == "m.yml: there are more problems; correct these and check again"


def test_a16_more_values_than_any_mission_has_are_refused() -> None:
    assert problems(b"[" + b"a," * 100_001 + b"]") == [
        "m.yml:1:200000: more than 100,000 values; split the file into several missions"
    ]


def test_a16_a_megabyte_of_invisible_characters_is_refused_at_once() -> None:
    assert len(problems(("\u200b" * 330_000).encode())) == 100


def test_a16_ten_megabytes_are_refused_unread() -> None:
    assert problems(b"a" * 10_000_000) == [
        "m.yml:1:1: the file is larger than 1 MB; split it into several missions"
    ]


def test_a16_bytes_that_are_no_utf8_are_refused_at_their_place() -> None:
    assert problems(b"mission: cloud\ntitle: caf\xe9\n") == [
        "m.yml:2:11: byte 0xe9 is not UTF-8; save the file as UTF-8"
    ]


@pytest.mark.parametrize("content", [b"a: [1, 2\n", b"a: b: c\n", b"\tx: 1\n", b"a: 'x\n", b"a: %x", b'"\\ud800"'])
def test_a16_broken_yaml_says_where_it_breaks(content: bytes) -> None:
    (found,) = problems(content)
    assert found.startswith("m.yml:") and "not YAML: " in found
    assert found.endswith("look at the indentation, colons and quotes around here")


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"null", b"just text", b"[1, 2]"])
def test_a16_a_file_that_is_no_mapping_is_refused(content: bytes) -> None:
    (found,) = problems(content)
    assert found.startswith("m.yml:1:1: the mission is ") and found.endswith("; write keys with values")


def test_a16_a_spoilt_value_is_reported_once() -> None:
    assert problem(("attempts: 2", "attempts: .inf")).startswith("m.yml:7:34: .inf is not a number")


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml_reader._LOADER])
def test_a16_both_parsers_of_yaml_read_and_refuse_the_same(
    loader: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_reader, "_LOADER", loader)
    assert len(load_mission(MISSION.encode(), "m.yml").agents) == 2
    assert problem(("attempts: 2", "attempts: *x")).startswith("m.yml:7:34: `*x` is an alias")
    assert "not YAML: " in problem(("{max_usd: 2.50}", "{max_usd: 2.50"))


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u200b", "U+200B ZERO WIDTH SPACE"),
        ("\u2066", "U+2066 LEFT-TO-RIGHT ISOLATE"),
        ("\x07", "U+0007"),
        ("\ufeff", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
    ],
)
def test_a05_an_invisible_character_is_refused_at_its_place(character: str, name: str) -> None:
    written = problem(("title: Cloud", f"title: Clo{character}ud"))
    assert written == f"m.yml:4:11: an invisible or control character ({name}); remove it"
    in_a_comment = problem(("phase:", f"# {character}\nphase:"))
    assert in_a_comment == f"m.yml:3:3: an invisible or control character ({name}); remove it"


def test_a05_an_invisible_character_written_as_an_escape_is_refused() -> None:
    expected = "m.yml:4:8: an invisible or control character (U+200B ZERO WIDTH SPACE); remove it"
    assert problem(("title: Cloud providers", r'title: "Cloud\u200b providers"')) == expected
    assert problem(("title:", r'"ti\u200btle": x' + "\ntitle:")) != ""


def test_emoji_and_accents_are_welcome() -> None:
    mission = load_mission(edited(("title: Cloud", "title: ☁️ Nübes")), "m.yml")
    assert mission.title == "☁️ Nübes providers"


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_a16_arbitrary_bytes_are_loaded_or_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        load_mission(content, "m.yml")


_YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["mission", "teams", "agents", "subjects", "name", "id", "sources", "agent", "limits", "max_usd",
                 "fields", "phase", "backups", "criteria", "welcome", "branch"]
            ) | st.text(max_size=4) | st.integers(),
            inner, max_size=5,
        )
    ),
    max_leaves=25,
)  # fmt: skip


@given(_YAML)
@settings(max_examples=300, deadline=None)
def test_a16_arbitrary_yaml_is_refused_with_a_place_for_every_problem(value: object) -> None:
    content = yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "replace")
    with pytest.raises(InvalidInput) as refused:
        load_mission(content, "m.yml")
    assert all(problem.what and problem.todo for problem in refused.value.problems)
    assert all(problem.line >= 1 and problem.column >= 1 for problem in refused.value.problems)


@given(st.integers(0, len(MISSION) - 1), st.text(max_size=3), st.integers(0, 5))
@settings(max_examples=300, deadline=None)
def test_a16_a_mission_with_a_damaged_place_is_loaded_or_refused(offset: int, text: str, cut: int) -> None:
    content = (MISSION[:offset] + text + MISSION[offset + cut :]).encode("utf-8", "surrogatepass")
    assert all(found.startswith("m.yml:") for found in problems(content))


def test_a_tree_answers_for_what_is_not_there() -> None:
    tree = Tree(values={(): Place(1, 1), ("a",): Place(2, 4)})
    assert tree.place(("a", 3, "b")) == Place(2, 4)
    assert tree.key(("a", 3)) == Place(2, 4)
    assert Tree().place(("a",)) == Place(1, 1)
    assert at({"a": (1, {"b": 2})}, ("a", 1, "b")) == 2
    assert at({"a": (1,)}, ("a", 1)) is None
    assert at("text", ("a",)) is None


def test_a16_twenty_deep_is_enough_and_deeper_does_not_end_the_process() -> None:
    """In a process of its own: the danger is a stack that overflows in C."""
    code = (
        "import sys\nfrom bot.core.yaml_reader import read\n"
        "for text in ('[' * 900_000, '{a: ' * 200_000, '- ' * 400_000, '? ' * 400_000):\n"
        "    print(read(text.encode(), 'm').problems[-1].what)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60,
        cwd=Path(__file__).parents[2], env={**os.environ, "COVERAGE_PROCESS_START": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 4


@pytest.mark.parametrize("file", sorted(TEMPLATES.glob("*.yml")), ids=lambda file: file.stem)
def test_every_template_is_valid(file: Path) -> None:
    load_mission(file.read_bytes(), file.name)
