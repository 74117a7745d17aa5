"""API descriptions: AWS service models, Google discovery documents, OpenAPI and Swagger."""

from collections.abc import Iterator

from bot.adapters.sources.convert.values import Json, at, facts, items, operation, pointer, prose, scalar_facts
from bot.adapters.sources.draft import Draft

_METHODS = frozenset(("get", "put", "post", "delete", "options", "head", "patch", "trace"))
_DEPTH = 50


def described(data: Json) -> Iterator[Draft]:
    """The passages of an API description; of any other data, its facts."""
    match data:
        case {"metadata": dict(), "operations": dict()}:
            return aws(data)
        case {"kind": "discovery#restDescription"}:
            return discovery(data)
        case {"openapi": _, "paths": dict()} | {"swagger": _, "paths": dict()}:
            return openapi(data)
        case _:
            return facts(data)


def aws(data: Json) -> Iterator[Draft]:
    """A service model of AWS, as botocore carries it."""
    yield from facts(data["metadata"], "metadata")
    yield from prose("/documentation", data.get("documentation"))
    for name, described in items(data["operations"]):
        yield from operation(pointer("operations", name), name, described.get("documentation"))
    for name, shape in items(data.get("shapes")):
        yield from _schema(shape, "documentation", "members", "shapes", name)


def discovery(data: Json) -> Iterator[Draft]:
    """A discovery document of Google. An operation is called by its id, such as `compute.instances.insert`."""
    yield from scalar_facts({key: value for key, value in data.items() if key != "description"})
    yield from prose("/description", data.get("description"))
    for scope, described in items(at(data, "auth", "oauth2", "scopes")):
        place = pointer("auth", "oauth2", "scopes", scope)
        yield Draft(place, "metadata", f"{scope}: {described.get('description', '')}")
    yield from _methods(data)
    for name, schema in items(data.get("schemas")):
        yield from _schema(schema, "description", "properties", "schemas", name)


def _methods(node: Json, *path: str) -> Iterator[Draft]:
    if len(path) > _DEPTH:
        return
    for name, method in items(node.get("methods")):
        place = pointer(*path, "methods", name)
        yield from operation(place, str(method.get("id", name)), method.get("description"))
    for name, resource in items(node.get("resources")):
        yield from _methods(resource, *path, "resources", name)


def openapi(data: Json) -> Iterator[Draft]:
    """OpenAPI 3 or Swagger 2. An operation is called `METHOD path`."""
    yield from _about(data)
    for path, methods in items(data["paths"]):
        for method, described in items(methods):
            if method in _METHODS:
                yield from _endpoint(path, method, described)
    for part in (("components", "schemas"), ("definitions",)):
        for name, schema in items(at(data, *part)):
            yield from _schema(schema, "description", "properties", *part, name)


def _about(data: Json) -> Iterator[Draft]:
    yield from scalar_facts({key: data.get(key) for key in ("openapi", "swagger", "host", "basePath")})
    info = dict(data["info"]) if isinstance(data.get("info"), dict) else {}
    description = info.pop("description", None)
    yield from facts(info, "info")
    yield from prose("/info/description", description)
    yield from facts(data.get("servers"), "servers")
    yield from facts(data.get("tags"), "tags")
    for part in (("components", "securitySchemes"), ("securityDefinitions",)):
        yield from facts(at(data, *part), *part)


def _endpoint(path: str, method: str, described: Json) -> Iterator[Draft]:
    place = pointer("paths", path, method)
    said = [text for text in (described.get("summary"), described.get("description")) if isinstance(text, str)]
    yield from operation(place, f"{method.upper()} {path}", "\n\n".join(dict.fromkeys(said)))
    for number, parameter in enumerate(described.get("parameters") or ()):
        if isinstance(parameter, dict):
            at_parameter = pointer("paths", path, method, "parameters", number, "description")
            yield from prose(at_parameter, parameter.get("description"))


def _schema(schema: Json, word: str, members: str, *path: str) -> Iterator[Draft]:
    """The documentation of a schema and of its members."""
    yield from prose(pointer(*path, word), schema.get(word))
    for name, member in items(schema.get(members)):
        yield from prose(pointer(*path, members, name, word), member.get(word))
