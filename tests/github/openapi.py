"""GitHub's own description of its REST interface, and whether a request or a response keeps to it."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator, FormatChecker, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT4

NPM = Path(__file__).parents[2] / "build" / "npm" / "node_modules"
DESCRIPTION = NPM / "@octokit" / "openapi" / "generated" / "api.github.com.json"
_HOME = "urn:github"
_GOOD: set[tuple[str, int]] = set()
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("uri")
def _address(value: object) -> bool:
    return not isinstance(value, str) or re.match(r"[a-z]+:", value) is not None


def _or_null(keyword: str) -> Any:
    """OpenAPI 3.0 writes a type that may be null as `nullable: true`."""
    check = Draft4Validator.VALIDATORS[keyword]

    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if instance is not None or not schema.get("nullable"):
            yield from check(validator, value, instance, schema)

    return checked


def _reference(validator: Any, ref: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """What was found good is not checked again: the same people and repository stand in every answer."""
    key = (ref, hash(json.dumps(instance)))
    if key in _GOOD:
        return
    problems = list(_or_null("$ref")(validator, ref, instance, schema))
    if not problems:
        _GOOD.add(key)
    yield from problems


_extend: Any = extend
_NULLABLE = {word: _or_null(word) for word in ("type", "enum", "oneOf", "anyOf", "allOf")}
_Validator: Any = _extend(Draft4Validator, _NULLABLE | {"$ref": _reference})


class Description:
    """Checks calls; every method returns what is wrong, nothing when all is well."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._registry = Registry[Any]().with_resource(_HOME, DRAFT4.create_resource(document))

    def operation(self, method: str, template: str) -> Mapping[str, Any] | None:
        found = self.document["paths"].get(template, {}).get(method.lower())
        return found if isinstance(found, dict) else None

    def find(self, method: str, path: str) -> str | None:
        """The path template that a call meets, the most literal one."""
        fitting = [
            template
            for template, pattern in _patterns(id(self.document), self)
            if pattern.fullmatch(path) and self.operation(method, template)
        ]
        return min(fitting, key=vagueness, default=None)

    def request(self, method: str, template: str, query: Mapping[str, str], body: Any) -> list[str]:
        """What is wrong with the query and the body of a call."""
        operation = self.operation(method, template)
        if operation is None:
            return [f"{method} {template} is not in the description"]
        declared = {
            item["name"]: item
            for item in map(self._resolve, operation.get("parameters", ()))
            if item["in"] == "query"
        }
        problems = [f"unknown query parameter {name}" for name in query if name not in declared]
        for name, item in declared.items():
            if name in query:
                problems += self.value(item["schema"], _typed(query[name], self._resolve(item["schema"])), name)
            elif item.get("required"):
                problems.append(f"the query parameter {name} is missing")
        return problems + self._body(operation, body)

    def _body(self, operation: Mapping[str, Any], body: Any) -> list[str]:
        described = self._resolve(operation.get("requestBody", {}))
        content = described.get("content", {}).get("application/json")
        if body is None:
            return ["the body is missing"] if described.get("required") else []
        if content is None:
            return [] if body == {} else [f"a body where none is expected: {body}"]
        return self.value(content["schema"], body, "body", known=True)

    def response(self, method: str, template: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer. Statuses that any call may have are not all described."""
        operation = self.operation(method, template)
        assert operation is not None
        described = operation["responses"].get(str(status))
        if described is None:
            expected = status in (401, 403, 404, 422, 429, 500) and set(body or ()) <= {
                "message",
                "documentation_url",
                "status",
            }
            return [] if expected else [f"{method} {template} never answers {status}"]
        content = self._resolve(described).get("content", {}).get("application/json")
        if content is None:
            return [] if body is None or status >= 400 else [f"a body where none is expected: {body}"]
        return self.value(content["schema"], body, "response", known=status < 400)

    def event(self, name: str, payload: Mapping[str, Any]) -> list[str]:
        """What is wrong with the payload of a webhook."""
        action = str(payload.get("action", "")).replace("_", "-")
        keys = (f"{name}-{action}".replace("_", "-").strip("-"), name.replace("_", "-"))
        described = next(
            (self.document["x-webhooks"][key] for key in keys if key in self.document["x-webhooks"]), None
        )
        if described is None:
            return [f"no event {keys[0]}"]
        schema = described["post"]["requestBody"]["content"]["application/json"]["schema"]
        return self.value(schema, payload, "payload", known=True)

    def value(self, schema: Mapping[str, Any], value: Any, where: str, *, known: bool = False) -> list[str]:
        """What is wrong with a value; `known` also names the keys that the schema does not."""
        validator = _Validator(_absolute(schema), registry=self._registry, format_checker=_FORMATS)
        problems = [f"{where}{error.json_path[1:]}: {_innermost(error)}" for error in validator.iter_errors(value)]
        return problems + ([f"unknown key {key}" for key in self._unknown(schema, value, where)] if known else [])

    def _unknown(self, schema: Mapping[str, Any], value: Any, where: str) -> list[str]:
        schemas = list(self._alternatives(schema))
        if isinstance(value, list):
            inner = [item["items"] for item in schemas if "items" in item]
            merged = {"anyOf": inner}
            return [
                key for index, each in enumerate(value) for key in self._unknown(merged, each, f"{where}[{index}]")
            ]
        if not isinstance(value, dict) or any(_open(item) for item in schemas):
            return []
        found = []
        for key, each in value.items():
            inner = [item["properties"][key] for item in schemas if key in item.get("properties", ())]
            found += self._unknown({"anyOf": inner}, each, f"{where}.{key}") if inner else [f"{where}.{key}"]
        return found

    def _alternatives(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        schema = self._resolve(schema)
        yield schema
        for word in ("oneOf", "anyOf", "allOf"):
            for inner in schema.get(word, ()):
                yield from self._alternatives(inner)

    def _resolve(self, item: Mapping[str, Any]) -> Any:
        while "$ref" in item:
            found: Any = self.document
            for part in item["$ref"].removeprefix(_HOME).removeprefix("#/").split("/"):
                found = found[part]
            item = found
        return item


def _open(schema: Mapping[str, Any]) -> bool:
    """Whether an object may have any key."""
    if schema.get("additionalProperties"):
        return True
    return schema.get("type") == "object" and not any(
        k in schema for k in ("properties", "oneOf", "anyOf", "allOf")
    )


def _absolute(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: f"{_HOME}{each}" if key == "$ref" and isinstance(each, str) else _absolute(each)
            for key, each in schema.items()
        }
    return [_absolute(each) for each in schema] if isinstance(schema, list) else schema


def _innermost(error: ValidationError) -> str:
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    return error.message[:300]


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    return text == "true" if kind == "boolean" and text in ("true", "false") else text


@cache
def _patterns(_key: int, description: Description) -> list[tuple[str, re.Pattern[str]]]:
    return [(template, pattern(template)) for template in description.document["paths"]]


def vagueness(template: str) -> tuple[int, int]:
    """Of all templates that a path fits, the least vague one is meant."""
    return template.count("{"), -len(template)


def pattern(template: str) -> re.Pattern[str]:
    """Matches the paths of a template; what lies in `{path}`, `{ref}` and `{branch}` may have slashes."""
    parts = re.split(r"(\{[a-z_-]+\})", template)
    return re.compile("".join(_part(part) for part in parts))


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return rf"(?P<{part[1:-1].replace('-', '_')}>{'.+' if part in ('{path}', '{ref}', '{branch}') else '[^/]+'})"


@cache
def description() -> Description | None:
    """The description, read once in a process; None where the npm packages are not installed."""
    return Description(json.loads(DESCRIPTION.read_text())) if DESCRIPTION.exists() else None
