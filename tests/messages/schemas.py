"""What is documented of the JSON schemas of strict tools: a subset, in which nothing is left open.

Objects say `additionalProperties: false`; properties are required or not as one likes, within a request's limits.
Lengths, bounds, patterns and recursion are refused, as is every keyword that is not among the known ones.
"""

from collections.abc import Iterator
from typing import Any

from tests.messages.web import Json, invalid

KEYWORDS = frozenset(
    "type properties required additionalProperties items enum const anyOf allOf $ref $defs definitions "
    "format minItems default title description".split()
)
TYPES = frozenset("object array string integer number boolean null".split())
FORMATS = frozenset("date-time time date duration email hostname uri ipv4 ipv6 uuid".split())
STRICT_TOOLS, OPTIONAL, UNIONS = 20, 24, 16


def check_strict(tools: list[Json]) -> None:
    """Refuses a request whose strict tools have schemas that cannot be held to."""
    strict = [tool for tool in tools if tool.get("strict")]
    _limit(len(strict), STRICT_TOOLS, "strict tools")
    found = [schema for tool in strict for schema in _schemas(tool["input_schema"], f"tools.{tool['name']}", ())]
    _limit(sum(len(it.get("properties", {})) - len(it.get("required", [])) for it in found), OPTIONAL, "optional")
    _limit(sum(isinstance(it.get("type"), list) or "anyOf" in it for it in found), UNIONS, "unions")


def _limit(count: int, most: int, what: str) -> None:
    if count > most:
        raise invalid(f"tools: the schemas are too complex: {count} {what}, at most {most}")


def _schemas(schema: Json, where: str, root: tuple[Json, ...]) -> Iterator[Json]:
    """Every schema within a tool's, checked."""
    root = root or (schema,)
    _check(schema, where)
    yield schema
    for name, part in schema.get("properties", {}).items():
        yield from _schemas(part, f"{where}.properties.{name}", root)
    for keyword in ("anyOf", "allOf"):
        for part in schema.get(keyword, []):
            yield from _schemas(part, f"{where}.{keyword}", root)
    if "items" in schema:
        yield from _schemas(schema["items"], f"{where}.items", root)
    if "$ref" in schema:
        yield from _referred(schema["$ref"], where, root)


def _referred(reference: str, where: str, root: tuple[Json, ...]) -> Iterator[Json]:
    target: Any = root[0]
    for part in reference.removeprefix("#/").split("/"):
        target = target.get(part, {})
    if not reference.startswith("#/") or not target:
        raise invalid(f"{where}: $ref: {reference} is not in this schema")
    if any(target is seen for seen in root):
        raise invalid(f"{where}: recursive schemas are not supported")
    yield from _schemas(target, where, (*root, target))


def _check(schema: Json, where: str) -> None:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "object" in kinds and schema.get("additionalProperties") is not False:
        raise invalid(f"{where}: for 'object' type, 'additionalProperties' must be explicitly set to false")
    for problem in _problems(schema, kinds):
        raise invalid(f"{where}: {problem}")


def _problems(schema: Json, kinds: list[str]) -> Iterator[str]:
    yield from (f"for '{kinds}' type, property '{it}' is not supported" for it in schema.keys() - KEYWORDS)
    yield from (f"type '{it}' is not supported" for it in kinds if it not in TYPES)
    yield from (f"'{it}' is required but not a property" for it in _undescribed(schema))
    if any(isinstance(value, dict | list) for value in schema.get("enum", [])):
        yield "'enum' takes strings, numbers, booleans and nulls only"
    if schema.get("format", "uri") not in FORMATS:
        yield f"format '{schema['format']}' is not supported"
    if schema.get("minItems", 0) not in (0, 1):
        yield "'minItems' may be 0 or 1"


def _undescribed(schema: Json) -> list[str]:
    return [name for name in schema.get("required", []) if name not in schema.get("properties", {})]
