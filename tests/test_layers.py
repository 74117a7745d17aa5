"""The layers: what may import what, read from the code itself."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

BOT = Path(__file__).parent.parent / "bot"
PURE = {"pydantic", "pydantic_core", "yaml", "markdown_it", "mdit_py_plugins"}
# Parts of the standard library that read a clock, the environment, the network, files or chance.
IMPURE = {
    "os",
    "subprocess",
    "socket",
    "time",
    "random",
    "secrets",
    "urllib.request",
    "http",
    "tempfile",
    "shutil",
}
ALLOWED = {
    "core": {"bot.core", "bot.errors"},
    "render": {"bot.core", "bot.errors", "bot.render"},
    "commands": {"bot.core", "bot.errors", "bot.render", "bot.commands", "bot.ports"},
    "adapters": {"bot.core", "bot.errors", "bot.ports", "bot.adapters"},
}


def modules(layer: str) -> list[Path]:
    return sorted((BOT / layer).rglob("*.py"))


def imports(path: Path, *, top: bool = False) -> Iterator[str]:
    """The modules that a file imports; `top`: only those of its first level, paid at import time."""
    tree = ast.parse(path.read_text())
    nodes = tree.body if top else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module is not None
            yield node.module


def within(module: str, allowed: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


@pytest.mark.parametrize("layer", ALLOWED)
def test_a_layer_imports_only_the_layers_below_it(layer: str) -> None:
    wrong = [
        f"{path.relative_to(BOT)} imports {module}"
        for path in modules(layer)
        for module in imports(path)
        if within(module, {"bot"}) and not within(module, ALLOWED[layer])
    ]
    assert wrong == []
    assert modules(layer), "there is something to look at"


@pytest.mark.parametrize("layer", ["core", "render"])
def test_decisions_and_documents_are_pure(layer: str) -> None:
    packages = PURE | ({"jinja2", "markupsafe"} if layer == "render" else set())
    wrong = [
        f"{path.relative_to(BOT)} imports {module}"
        for path in modules(layer)
        for module in imports(path)
        if not within(module, {"bot"})
        and (
            within(module, IMPURE)
            or not (module.split(".")[0] in sys.stdlib_module_names or within(module, packages))
        )
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", ["core", "render"])
def test_no_clock_is_read_where_decisions_are_made(layer: str) -> None:
    for path in modules(layer):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in {"now", "utcnow", "today", "getenv"}, f"{path}:{node.lineno}"


def test_the_command_line_starts_with_click_alone() -> None:
    wanted = {
        module for path in modules("cli") for module in imports(path, top=True) if not within(module, {"bot.cli"})
    }
    assert wanted - sys.stdlib_module_names - {"collections.abc"} == {"click", "bot"}  # bot alone is the version


def test_only_the_command_line_reads_the_environment() -> None:
    readers = [
        str(path.relative_to(BOT))
        for path in sorted(BOT.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    # Adapters that start other programs hand their environment on; they read nothing out of it.
    others = {path for path in readers if not path.startswith("cli/")}
    assert others <= {"adapters/git_process.py", "adapters/sources/packages.py"}
