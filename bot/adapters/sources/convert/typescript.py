"""TypeScript declarations (and JavaScript): documentation comments, constants, and the operations of API clients.

An operation is: a method that returns a promise, of a class or interface whose name ends with one of `_CLIENTS`;
a function that returns a promise; whatever describes an endpoint: a namespace or an object with a `url` and a
`requestType`, a member whose comment names an HTTP method and a path. A name that is declared more than once in
the same place counts once; the `WithHttpInfo` twins of a method are not counted.
"""

import re
from collections.abc import Iterator

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from bot.adapters.sources.convert import docstring
from bot.adapters.sources.draft import Draft

_LANGUAGE = Language(tree_sitter_typescript.language_typescript())
_CLIENTS = re.compile(
    r"(?:Operations|Client|Api|API|Resources?|Group|Service|Manager|ListInstance|ContextInstance|Context)$"
)
_TWIN = re.compile(r"WithHttpInfo$")
_ENDPOINT = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE)\s+`/")
_DESCRIBES_ENDPOINT = re.compile(r"\burl\b.*\brequestType\b", re.DOTALL)
_TAG = re.compile(r"^@(\w+)\s*(?:\{[^}]*\}\s*)?")
_LINK = re.compile(r"\{@link(?:code|plain)?\s+([^}|\s]+)(?:\s*\|?\s*([^}]*))?\}")
_SILENT_TAGS = frozenset("function memberof instance namespace public internal module type async".split())
_FACT = re.compile(r"version|url|endpoint|host|timeout|retries|limit|max|region|scope", re.IGNORECASE)
_NOT_CLIENTS = re.compile(r"^_|Http|HTTP|^Base|^Abstract|^Mock")
_SCOPES = frozenset(
    ("class_declaration", "abstract_class_declaration", "interface_declaration", "internal_module", "module")
)
_FUNCTIONS = frozenset(("function_signature", "function_declaration"))
_METHODS = frozenset(
    (
        "method_signature",
        "method_definition",
        "abstract_method_signature",
        "public_field_definition",
        "property_signature",
    )
)
_NAMED = _SCOPES | _FUNCTIONS | _METHODS | {
    "type_alias_declaration", "enum_declaration", "variable_declarator", "enum_assignment",
    "assignment_expression",
}  # fmt: skip
_WRAPPERS = frozenset(
    (
        "export_statement",
        "ambient_declaration",
        "lexical_declaration",
        "variable_declaration",
        "expression_statement",
    )
)
_BODIES = frozenset(("class_body", "interface_body", "object_type", "statement_block", "enum_body", "program"))
_LITERALS = frozenset(("string", "number", "true", "false"))
_DEPTH = 30


def convert(path: str, text: str) -> Iterator[Draft]:
    """Locators are qualified names."""
    tree = Parser(_LANGUAGE).parse(text.encode())
    yield from _members(tree.root_node, "", "", 0)


def _members(body: Node, scope: str, owner: str, depth: int) -> Iterator[Draft]:
    comment = ""
    counted: set[str] = set()
    for node in body.named_children:
        if node.type == "comment":
            comment = _text(node)
            continue
        for declared in _unwrapped(node):
            yield from _declared(declared, scope, owner, comment, counted, depth)
        comment = ""


def _unwrapped(node: Node) -> Iterator[Node]:
    if node.type in _WRAPPERS:
        for child in node.named_children:
            yield from _unwrapped(child)
    elif node.type in _NAMED:
        yield node


def _declared(node: Node, scope: str, owner: str, comment: str, counted: set[str], depth: int) -> Iterator[Draft]:
    name = _name(node)
    if not name or depth > _DEPTH:
        return
    place = f"{scope}.{name}" if scope else name
    about = _comment(comment)
    if name not in counted and _is_operation(node, name, owner, about):
        counted.add(name)
        yield from docstring.operation(place, name, _signature(node), about)
    else:
        yield from docstring.prose(place, about)
        yield from _fact(node, place, name)
    body = node.child_by_field_name("body") or node.child_by_field_name("value")
    if body is not None and body.type in _BODIES and node.type not in _FUNCTIONS:
        yield from _members(body, place, name if node.type in _SCOPES else "", depth + 1)


def _name(node: Node) -> str:
    named = node.child_by_field_name("name")
    if named:
        return _text(named).strip("\"'`")
    left = _text(node.child_by_field_name("left"))
    return left.rpartition("exports.")[2] if "exports." in left else ""


def _is_operation(node: Node, name: str, owner: str, about: str) -> bool:
    if node.type in ("internal_module", "module", "assignment_expression"):
        body = node.child_by_field_name("body") or node.child_by_field_name("right")
        return bool(_DESCRIBES_ENDPOINT.search(_text(body)))
    if node.type in _METHODS and _ENDPOINT.search(about):
        return True
    if node.type not in _FUNCTIONS | _METHODS or _TWIN.search(name) or "Promise" not in _returned(node):
        return False
    in_client = bool(_CLIENTS.search(owner)) and not _NOT_CLIENTS.search(owner)
    return (node.type in _FUNCTIONS and not owner) or in_client


def _returned(node: Node) -> str:
    return _text(node.child_by_field_name("return_type"))


def _signature(node: Node) -> str:
    return " ".join(_text(node).removesuffix(";").split()) if node.type in _FUNCTIONS | _METHODS else ""


def _fact(node: Node, place: str, name: str) -> Iterator[Draft]:
    """A constant with a literal value, if its name says that it is a fact about the API."""
    value = node.child_by_field_name("value")
    if value is not None and value.type in _LITERALS and _FACT.search(name):
        shown = _text(value).strip("\"'")
        yield Draft(place, "metadata", f"{name}: {shown}")


def _comment(comment: str) -> str:
    """The text of a documentation comment, with tags as words: `@deprecated x` as `Deprecated: x`."""
    if not comment.startswith("/**"):
        return ""
    lines = (re.sub(r"^\s*\*? ?", "", line) for line in comment[3:].removesuffix("*/").splitlines())
    text = "\n".join(_tag(line) for line in lines)
    return _LINK.sub(lambda link: link[2] or link[1], text).replace("<br>", "\n").strip()


def _tag(line: str) -> str:
    tag = _TAG.match(line)
    if not tag:
        return line
    rest = line[tag.end() :]
    if tag[1] in _SILENT_TAGS:
        return ""
    return f"\n{rest}" if tag[1] in ("param", "description", "property") else f"\n{tag[1].capitalize()}: {rest}"


def _text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node else ""
