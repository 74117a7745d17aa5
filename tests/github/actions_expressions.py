"""The part of the expression language of workflows that decides before any job runs: concurrency groups.

Loose like the original: strings compare without case, `&&` and `||` return one of their operands.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|(?P<string>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<operator>&&|\|\||==|!=|<=|>=|[!<>().\[\],]))"
)
HOLE: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
CONSTANTS: Final[Mapping[str, object]] = {"true": True, "false": False, "null": None}
PRECEDENCE: Final = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="))


def fill(template: object, contexts: Mapping[str, object]) -> str:
    """A text of a workflow file with its expressions evaluated. Raises ValueError for what is no expression."""
    return HOLE.sub(lambda found: text_of(evaluate(found[1], contexts)), text_of(template))


def evaluate(expression: str, contexts: Mapping[str, object]) -> object:
    """The value of an expression, without its braces; what is not there is null."""
    parser = _Parser(_tokens(expression), contexts)
    value = parser.operators(0)
    parser.end()
    return value


def truthy(value: object) -> bool:
    return value not in (None, "", 0, False)


def text_of(value: object) -> str:
    """A value as it stands in a text."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case Mapping():
            return "Object"
        case list():
            return "Array"
    return str(value)


def _tokens(expression: str) -> list[tuple[str, str]]:
    tokens, place, text = [], 0, expression.rstrip()
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            raise ValueError(f"not understood: {text[place:]!r} in {expression!r}")
        assert found.lastgroup
        tokens.append((found.lastgroup, found[found.lastgroup]))
        place = found.end()
    return tokens


@dataclass
class _Parser:
    tokens: Sequence[tuple[str, str]]
    contexts: Mapping[str, object]
    place: int = field(default=0)

    def operators(self, level: int) -> object:
        """Operators of this precedence and of all higher ones."""
        if level == len(PRECEDENCE):
            return self.unary()
        left = self.operators(level + 1)
        while self.peek() in PRECEDENCE[level]:
            operator = self.take()
            left = _apply(operator, left, self.operators(level + 1))
        return left

    def unary(self) -> object:
        if self.peek() == "!":
            self.take()
            return not truthy(self.unary())
        return self.selected()

    def selected(self) -> object:
        value = self.primary()
        while self.peek() in (".", "["):
            if self.take() == ".":
                key: object = self.take()
            else:
                key = self.operators(0)
                self.expect("]")
            value = _select(value, key)
        return value

    def primary(self) -> object:
        if self.place == len(self.tokens):
            raise ValueError("an expression ends too early")
        kind, text = self.tokens[self.place]
        self.place += 1
        match kind, text:
            case "number", _:
                return float(text)
            case "string", _:
                return text[1:-1].replace("''", "'")
            case "operator", "(":
                value = self.operators(0)
                self.expect(")")
                return value
            case "name", _ if self.peek() == "(":
                return self.call(text)
            case "name", _:
                return CONSTANTS[text] if text in CONSTANTS else _select(self.contexts, text)
        raise ValueError(f"{text!r} is not expected here")

    def call(self, name: str) -> object:
        self.expect("(")
        arguments: list[object] = []
        while self.peek() != ")":
            arguments.append(self.operators(0))
            if self.peek() == ",":
                self.take()
        self.expect(")")
        if name.lower() not in FUNCTIONS:
            raise ValueError(f"the function {name} is not known to the tests; add it")
        return FUNCTIONS[name.lower()](arguments)

    def peek(self) -> str:
        if self.place == len(self.tokens):
            return ""
        kind, text = self.tokens[self.place]
        return "" if kind == "string" else text

    def take(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1][1]

    def expect(self, text: str) -> None:
        if self.peek() != text:
            raise ValueError(f"{text!r} is missing in an expression")
        self.take()

    def end(self) -> None:
        if self.place != len(self.tokens):
            raise ValueError(f"an expression goes on with {self.tokens[self.place][1]!r}")


def _select(value: object, key: object) -> object:
    if isinstance(value, Mapping):
        names = {str(name).lower(): name for name in value}
        name = names.get(text_of(key).lower())
        return value[name] if name is not None else None
    if isinstance(value, list) and isinstance(key, float) and 0 <= key < len(value):
        return value[int(key)]
    return None


def _apply(operator: str, left: object, right: object) -> object:
    match operator:
        case "||":
            return left if truthy(left) else right
        case "&&":
            return right if truthy(left) else left
        case "==":
            return _equal(left, right)
        case "!=":
            return not _equal(left, right)
    a, b = _number(left), _number(right)
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]


def _equal(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    if type(left) is type(right):
        return left == right
    return _number(left) == _number(right)


def _number(value: object) -> float:
    try:
        return float(value or 0) if isinstance(value, str | int | float) or value is None else float("nan")
    except ValueError:
        return float("nan")


def _contains(arguments: Sequence[object]) -> object:
    where, what = arguments
    if isinstance(where, list):
        return any(_equal(item, what) for item in where)
    return text_of(what).lower() in text_of(where).lower()


def _format(arguments: Sequence[object]) -> object:
    template, *values = map(text_of, arguments)
    return re.sub(r"\{(\d+)\}", lambda found: values[int(found[1])], template)


def _join(arguments: Sequence[object]) -> object:
    items = arguments[0] if isinstance(arguments[0], list) else arguments[:1]
    return (text_of(arguments[1]) if len(arguments) > 1 else ",").join(map(text_of, items))


FUNCTIONS: Final[Mapping[str, Callable[[Sequence[object]], object]]] = {
    "startswith": lambda a: text_of(a[0]).lower().startswith(text_of(a[1]).lower()),
    "endswith": lambda a: text_of(a[0]).lower().endswith(text_of(a[1]).lower()),
    "contains": _contains,
    "format": _format,
    "join": lambda a: (text_of(a[1]) if len(a) > 1 else ",").join(
        map(text_of, a[0] if isinstance(a[0], list) else a[:1])
    ),
    "tojson": lambda a: json.dumps(a[0], indent=2),
    "fromjson": lambda a: json.loads(text_of(a[0])),
}
