"""The one Jinja environment of the project.

Values come from outside (models, sources, issues), so a template cannot print a text as it is: every text has to
go through a filter that says what it becomes in Markdown, and one that does not is an error, not a leak. The
filters `plain` and `lines` are for prompts, where a text is to be read and not shown.
"""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, Undefined

from bot.core.neutral import code, link, neutral, visible


class Markdown(str):
    """Text that is Markdown already."""

    __slots__ = ()


def render(template: str, **values: object) -> str:
    """The text of a template of `bot/render/templates/`. Raises TypeError for a text that no filter has seen."""
    return _template(template).render(values)


@cache
def _template(name: str) -> Template:
    return environment().get_template(name)


@cache
def environment() -> Environment:
    """No autoescape: that is for HTML. Unknown names are errors; blocks leave no blank lines."""
    env = Environment(  # noqa: S701
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=StrictUndefined,
        finalize=_only_filtered,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    env.filters |= {
        "plain": lambda value: Markdown(visible(str(value))),
        "lines": lambda value: Markdown("\n".join(map(visible, str(value).splitlines()))),
        "text": lambda value: Markdown(neutral(str(value))),
        "code": lambda value: Markdown(code(str(value))),
        "link": lambda value, url: Markdown(link(str(value), str(url))),
        "number": lambda value: Markdown(f"{value:,}"),
        "count": lambda number, noun, plural="": Markdown(counted(number, noun, plural)),
        "markdown": Markdown,
    }
    return env


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 gap`, `1,053 gaps`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _only_filtered(value: object) -> object:
    if isinstance(value, Markdown | int | Undefined):
        return value
    raise TypeError(f"{value!r} goes through no filter; use text, code or link")
