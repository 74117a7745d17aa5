"""Python modules: docstrings, constants, and the operations of API clients. Parsed, never executed.

An operation is a public method of a public class that looks like an API client: its name ends with one of
`_CLIENTS`, it derives from one of `_CLIENT_BASES`, its constructor takes nothing but the client that sends
requests, or it stands in a module `operations`. Not counted: properties, class and static methods, `close`, the
`_async` and `_with_http_info` twins of a method; asynchronous, raw and HTTP-level classes; what lies in the
directories and modules of `_NOT_THERE`: asynchronous twins, generated code, models.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from threading import Lock
from typing import Literal

from bot.adapters.sources.convert import docstring
from bot.adapters.sources.draft import Draft

_CLIENTS = re.compile(
    r"(?:Operations|Client|Api|API|Resources?|Group|Service|Manager|Controller|Gateway)(?:V\d+)?$"
)
_CLIENT_BASES = re.compile(r"(?:ListResource|InstanceContext|ResourceInterface|_Service)$")
_CREATED = re.compile(r"^(?!.*(?:Async|Raw|Http|HTTP|Mock|Test)).*(?:Client|Configuration|Gateway)$")
_REPEATS = re.compile(r"^Async|^Raw|^AsyncRaw|WithRawResponse$|WithStreamingResponse$")
_NOT_CLIENTS = re.compile(
    r"^_|^WS|Socket|Async|Raw|HTTP|Http|^(?:Base|Abstract|Mock|Fake|Test)|Requests|Urllib|Pycurl|UrlFetch"
)
_CLIENT_PARAMETERS = frozenset(("http_client", "api_client"))
_OPERATIONS_FILE = re.compile(r"(?:^|/)operations\.py$")
_NOT_THERE = re.compile(
    r"(?:^|/)(?:aio|async_?|_?asyncio|_generated|models?|types|params|domain|tests?|testing|_vendor|vendor)/"
    r"|(?:^|/)(?:types|models?|params|domain|async_client|_async|aio)\.py$"
)
_TWIN = re.compile(r"(?:_async|_with_http_info|_with_http_info_async)$")
_NOT_OPERATIONS = frozenset(("close", "with_raw_response", "with_streaming_response"))
_NO_METHODS = frozenset(
    (
        "property",
        "cached_property",
        "LazyProperty",
        "lazy_property",
        "staticmethod",
        "classmethod",
        "setter",
        "getter",
        "deleter",
    )
)
_CONSTANT = re.compile(
    r"__version__|(?:api_?)?version|base_url|endpoint|_?DEFAULT_[A-Z0-9_]+|"
    r"_?(?:[A-Z0-9]+_)*(?:VERSION|URL|URI|ENDPOINT|HOST|TIMEOUT|RETRIES|LIMIT|MAX|MIN|SIZE|REGION|SCOPE)(?:_[A-Z0-9]+)*"
)
_CONSTANT_MAX = 200
_LARGE = 500_000
_CLASS_LINE = re.compile(r"^(?=class )", re.MULTILINE)

_ONE_AT_A_TIME = Lock()
"""Python 3.11's parser counts its depth for all threads together: two of them fail at random, or are refused as
too deep (python/cpython#106905). Filters of warnings are shared by threads, too."""

_STRUCTURE = re.compile(r"Dict|Tuple|Enum|Model|Protocol|Exception|Error")

Counted = Literal["no", "clients", "every class"]
"""Whose methods are operations."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def convert(path: str, text: str) -> list[Draft]:
    """Raises SyntaxError or ValueError for what is no Python.

    A large module is parsed class by class, since its syntax tree takes a hundred times the text's memory.
    """
    counted: Counted = "no" if _NOT_THERE.search(path) else "clients"
    if _OPERATIONS_FILE.search(path):
        counted = "every class"
    if len(text) > _LARGE:
        try:
            return [draft for part in _CLASS_LINE.split(text) for draft in _module(part, counted=counted)]
        except SyntaxError:  # a line that looks like a class stands inside of a string
            pass
    return list(_module(text, counted=counted))


def _module(text: str, *, counted: Counted) -> Iterator[Draft]:
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in a source are its author's matter
        module = ast.parse(text)
    yield from docstring.prose("module", ast.get_docstring(module, clean=False))
    yield from _body(module, "", counted=counted)


def _body(node: ast.Module | ast.ClassDef, name: str, *, counted: Counted) -> Iterator[Draft]:
    done: set[str] = set()
    for statement in node.body:
        if isinstance(statement, ast.ClassDef) and not _REPEATS.search(statement.name):
            yield from _class(statement, _below(name, statement.name), counted=counted)
        elif isinstance(statement, Function) and statement.name not in done and not _is_overload(statement):
            done.add(statement.name)
            yield from _function(statement, _below(name, statement.name))
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            yield from _constant(statement, name)


def _class(node: ast.ClassDef, name: str, *, counted: Counted) -> Iterator[Draft]:
    yield from docstring.prose(name, ast.get_docstring(node, clean=False))
    if not _is_counted(node, counted):
        yield from _created(node, name)
        yield from _body(node, name, counted=counted)
        return
    methods = {s.name: s for s in node.body if isinstance(s, Function) and not _is_overload(s)}
    for method in methods.values():
        place = _below(name, method.name)
        if is_operation(method):
            text = ast.get_docstring(method, clean=False)
            yield from docstring.operation(place, method.name, _signature(method), text)
        else:
            yield from _function(method, place)
        if method.name == "__init__" and not method.args.vararg:
            yield Draft(f"{place} signature", "code", _signature(method))
    rest = [statement for statement in node.body if not isinstance(statement, Function)]
    yield from _body(ast.ClassDef(name=node.name, body=rest), name, counted=counted)  # type: ignore[call-arg]


def _created(node: ast.ClassDef, name: str) -> Iterator[Draft]:
    """What a client is created with, where the class that takes it has no operations of its own."""
    for method in node.body:
        if _CREATED.search(node.name) and isinstance(method, ast.FunctionDef) and method.name == "__init__":
            yield Draft(f"{name}.__init__ signature", "code", _signature(method))


def _is_counted(node: ast.ClassDef, counted: Counted) -> bool:
    if counted == "every class":
        return not (_NOT_CLIENTS.search(node.name) or _STRUCTURE.search(" ".join(_bases(node))))
    return counted == "clients" and is_client(node)


def is_client(node: ast.ClassDef) -> bool:
    """Whether a class looks like an API client."""
    if _NOT_CLIENTS.search(node.name):
        return False
    if any(isinstance(s, ast.FunctionDef) and s.name == "__init__" and _takes_client(s) for s in node.body):
        return True
    return bool(_CLIENTS.search(node.name)) or any(_CLIENT_BASES.search(base) for base in _bases(node))


def _bases(node: ast.ClassDef) -> list[str]:
    return [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]


def _takes_client(constructor: ast.FunctionDef) -> bool:
    """Whether nothing but the client that sends the requests is handed in: a part of an API."""
    names = [argument.arg for argument in constructor.args.args[1:]]
    return len(names) == 1 and names[0] in _CLIENT_PARAMETERS


def is_operation(method: Function) -> bool:
    """Whether a method of an API client is one of its operations."""
    if method.name.startswith("_") or method.name in _NOT_OPERATIONS or _TWIN.search(method.name):
        return False
    return not any(_last_name(decorator) in _NO_METHODS for decorator in method.decorator_list)


def _function(node: Function, name: str) -> Iterator[Draft]:
    public = node.name == "__init__" or not node.name.startswith("_")
    if public and node.name not in _NOT_OPERATIONS:
        yield from docstring.prose(name, ast.get_docstring(node, clean=False))


def _signature(node: Function) -> str:
    """The call as a caller writes it: the parameters with their defaults, without annotations."""
    arguments = ast.unparse(_bare(node.args))
    return f"{node.name}({arguments.removeprefix('self').removeprefix(', ')})"


def _bare(arguments: ast.arguments) -> ast.arguments:
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    for argument in every:
        if argument:
            argument.annotation = None
    return arguments


def _constant(node: ast.Assign | ast.AnnAssign, scope: str) -> Iterator[Draft]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    value = node.value
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str | int | float):
        return
    shown = str(value.value).lower() if isinstance(value.value, bool) else str(value.value)
    for target in targets:
        if isinstance(target, ast.Name) and _CONSTANT.fullmatch(target.id) and 0 < len(shown) <= _CONSTANT_MAX:
            yield Draft(_below(scope, target.id), "metadata", f"{target.id}: {shown}")


def _is_overload(node: Function) -> bool:
    return any(_last_name(decorator) == "overload" for decorator in node.decorator_list)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _below(scope: str, name: str) -> str:
    return f"{scope}.{name}" if scope else name
