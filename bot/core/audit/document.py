"""A Markdown document as an audit sees it: sections with running text, bullets and tables. Code is left out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from bot.core.audit.marks import marked, references, without_marks
from bot.core.links import github_slug


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of running text, marked. `items` are the bullets that it stands in, the innermost last."""

    line: int
    text: str
    items: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells, marked."""

    line: int
    cells: tuple[str, ...]


@dataclass(slots=True)
class Table:
    """The first row holds the headers of the columns."""

    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """What stands between one heading and the next. Level 0 is what comes before the first heading."""

    level: int = 0
    heading: str = ""
    anchor: str = ""
    blocks: list[Block] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def texts(self) -> Iterator[str]:
        """All of its text, marked."""
        yield from (block.text for block in self.blocks)
        yield from (cell for table in self.tables for row in table.rows for cell in row.cells)


@dataclass(frozen=True, slots=True)
class Document:
    """`inlines` are all pieces of text, in code or not, for what is searched for everywhere."""

    sections: tuple[Section, ...]
    inlines: tuple[Token, ...]


def parse(text: str) -> Document:
    """The document of a text: CommonMark with tables, footnotes and front matter, as GitHub shows it."""
    parser = MarkdownIt("commonmark").enable("table").use(footnote_plugin).use(front_matter_plugin)
    tokens = parser.parse(without_marks(text))
    inlines = tuple(token for token in tokens if token.type in ("inline", "html_block"))
    walk = _Walk(references(iter(inlines)))
    for token in tokens:
        walk.take(token)
    return Document(tuple(walk.sections), inlines)


class _Walk:
    """Goes through the tokens once, and puts each text where it belongs."""

    def __init__(self, references: frozenset[str]) -> None:
        self.sections = [Section()]
        self._references = references
        self._items: list[int] = []
        self._count = 0
        self._row: tuple[int, list[str]] | None = None
        self._inside: set[str] = set()
        self._anchors: Counter[str] = Counter()

    def take(self, token: Token) -> None:
        match token.type:
            case "heading_open" | "footnote_block_open":
                self._inside.add(token.type.removesuffix("_open"))
                if token.type == "heading_open":
                    self.sections.append(Section(int(token.tag[1])))
            case "heading_close" | "footnote_block_close":
                self._inside.discard(token.type.removesuffix("_close"))
            case "list_item_open":
                self._count += 1
                self._items.append(self._count)
            case "list_item_close":
                self._items.pop()
            case _:
                self._take_text(token, self.sections[-1])

    def _take_text(self, token: Token, section: Section) -> None:
        match token.type:
            case "table_open":
                section.tables.append(Table())
            case "tr_open":
                self._row = (_line(token), [])
            case "tr_close" if self._row:
                section.tables[-1].rows.append(Row(self._row[0], tuple(self._row[1])))
                self._row = None
            case "inline":
                self._take_inline(token, section)

    def _take_inline(self, token: Token, section: Section) -> None:
        if "heading" in self._inside:
            anchor = github_slug(token.content)
            again = self._anchors[anchor]
            self._anchors[anchor] += 1
            section.heading, section.anchor = anchor, f"{anchor}-{again}" if again else anchor
        elif self._row:
            self._row[1].append(marked(token, self._references))
        elif "footnote_block" not in self._inside:
            block = Block(_line(token), marked(token, self._references), tuple(self._items))
            section.blocks.append(block)


def _line(token: Token) -> int:
    """The line that a token begins at, from 1; footnotes in the middle of a line have none."""
    return token.map[0] + 1 if token.map else 0
