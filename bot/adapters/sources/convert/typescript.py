"""TypeScript declarations (and JavaScript): documentation comments, constants, and the operations of API clients.

An operation is: a method that returns a promise, of a class or interface whose name ends with one of `_CLIENTS`;
a function that returns a promise; a namespace that describes an endpoint (it declares a `url` and a `requestType`).
A name that is declared more than once in the same place counts once.
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
    named = node.child_by_field_name("name")
    if named is None or depth > _DEPTH:
        return
    name = _text(named).strip("\"'`")
    place = f"{scope}.{name}" if scope else name
    about = _comment(comment)
    if name not in counted and _is_operation(node, owner):
        counted.add(name)
        yield from docstring.operation(place, name, _signature(node), about)
    else:
        yield from docstring.prose(place, about)
        yield from _fact(node, place, name)
    body = node.child_by_field_name("body") or node.child_by_field_name("value")
    if body is not None and body.type in _BODIES and node.type not in _FUNCTIONS:
        yield from _members(body, place, name if node.type in _SCOPES else "", depth + 1)


def _is_operation(node: Node, owner: str) -> bool:
    if node.type in ("internal_module", "module"):
        body = node.child_by_field_name("body")
        declared = _text(body) if body else ""
        return "const url" in declared and "const requestType" in declared
    if node.type not in _FUNCTIONS | _METHODS or "Promise" not in _returned(node):
        return False
    in_client = bool(_CLIENTS.search(owner)) and not _NOT_CLIENTS.search(owner)
    return (node.type in _FUNCTIONS and not owner) or in_client


def _returned(node: Node) -> str:
    returned = node.child_by_field_name("return_type")
    return _text(returned) if returned else ""


def _signature(node: Node) -> str:
    return " ".join(_text(node).removesuffix(";").split()) if node.type in _FUNCTIONS | _METHODS else ""


def _fact(node: Node, place: str, name: str) -> Iterator[Draft]:
    """A constant with a literal value."""
    value = node.child_by_field_name("value")
    if value is not None and value.type in _LITERALS:
        yield Draft(place, "metadata", f"{name}: {_text(value).strip(chr(34) + chr(39))}")


def _comment(comment: str) -> str:
    if not comment.startswith("/**"):
        return ""
    lines = [re.sub(r"^\s*\*? ?", "", line) for line in comment[3:].removesuffix("*/").splitlines()]
    return "\n".join(lines).strip()


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
