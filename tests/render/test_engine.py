"""The engine: values are data, and every text goes through a filter."""

import pytest
from jinja2 import UndefinedError

from bot.render.engine import Markdown, counted, environment, render


def of(source: str, **values: object) -> str:
    return environment().from_string(source).render(values)


def test_a17_a_text_that_no_filter_has_seen_is_refused() -> None:
    with pytest.raises(TypeError, match="goes through no filter; use text, code or link"):
        of("{{ claim }}", claim="@all")


def test_a17_template_syntax_in_a_value_is_data() -> None:
    assert of("{{ claim | text }}", claim="{{ 7 }} {% raw %}") == "{{ 7 }} {% raw %}"


def test_an_unknown_name_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(UndefinedError):
        of("{{ nothing }}")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ '@all' | text }}", "@&#8203;all"),
        ("{{ '@all' | code }}", "`@all`"),
        ("{{ 'docs' | link('https://docs.example.com') }}", "[docs](https://docs.example.com)"),
        ("{{ 1053 | number }}", "1,053"),
        ("{{ 1 | count('gap') }}, {{ 2 | count('gap') }}", "1 gap, 2 gaps"),
        ("{{ 2 | count('launch', 'launches') }}", "2 launches"),
        ("{{ '**bold**' | markdown }}", "**bold**"),
        ("{{ 7 }}", "7"),
    ],
)
def test_filters_say_what_a_value_becomes(source: str, expected: str) -> None:
    assert of(source) == expected


def test_text_that_is_markdown_already_passes() -> None:
    assert of("{{ part }}", part=Markdown("**x**")) == "**x**"


def test_counts_have_thousands() -> None:
    assert counted(1053, "hour") == "1,053 hours"


def test_a_template_is_rendered_by_its_name() -> None:
    cells = tuple(map(Markdown, ("subject", "hours")))
    table = {"header": cells, "rows": [cells]}
    assert render("table.md.j2", table=table) == "| subject | hours |\n|---|---:|\n| subject | hours |\n"
