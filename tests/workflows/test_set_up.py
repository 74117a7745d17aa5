"""The set-up of the action: its own environment, from locked packages, and nothing of the caller's in it."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from importlib.metadata import packages_distributions
from pathlib import Path

import click
import pytest

from tests.adapters.sources.packs import wheel
from tests.workflows.files import ACTION, ROOT

SCRIPT = ROOT / "scripts" / "set_up.py"
OLD = """
import runpy, sys
sys.version_info = (3, 9, 2, "final", 0)
sys.argv = [{script!r}, "find"]
runpy.run_path({script!r}, run_name="__main__")
"""


def set_up(
    temp: Path, command: str, *, script: Path = SCRIPT, **environment: str
) -> tuple[subprocess.CompletedProcess[str], Mapping[str, str]]:
    """Runs the script as action.yml does; what it printed, and its outputs."""
    output = temp / "output"
    output.write_text("")
    inherited = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "RUNNER_OS")}
    runner = {"RUNNER_TEMP": str(temp), "GITHUB_OUTPUT": str(output), "RUNNER_ARCH": "X64"}
    done = subprocess.run(
        [sys.executable, "-I", script, command],
        capture_output=True,
        text=True,
        timeout=300,
        env=inherited | runner | environment,
        cwd=temp,
    )
    return done, dict(line.split("=", 1) for line in output.read_text().splitlines())


def swarm(python: str, *arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the last step of action.yml runs."""
    return subprocess.run(
        [python, "-I", "-m", "bot", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        env=dict(os.environ) | environment,
    )


LOOK = """
import json, bot.hosting, anthropic, anthropic.types.beta, github, tree_sitter_typescript, certifi
from anthropic.resources.beta.messages import AsyncMessages
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
places = {}
for name, [package, *_] in packages_distributions().items():
    spec = find_spec(name)
    if spec and spec.submodule_search_locations and spec.origin:
        places[name] = [next(iter(spec.submodule_search_locations)).removesuffix("/" + name), version(package)]
assert open(certifi.where()).read(1)
print(json.dumps(places))
"""


def look(python: str) -> dict[str, tuple[str, str]]:
    """Imports what jobs import; every package, with where it comes from and its version."""
    done = subprocess.run([python, "-I", "-c", LOOK], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return {name: (place, version) for name, (place, version) in json.loads(done.stdout).items()}


READ = """
from pathlib import Path
from bot.adapters.sources.packages import fetch
from bot.adapters.sources.state import Caps
from bot.adapters.sources.uri import PackageUri
print(fetch(PackageUri("pypi", "acme", "1.0"), Path("store").resolve(), Caps()).name)
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A caller's repository in which everything is named like a module of ours."""
    folder = tmp_path / "caller"
    for name in ("bot", "click", "json", "sitecustomize", "pydantic"):
        module = folder / name / "__init__.py"
        module.parent.mkdir(parents=True)
        module.write_text("raise SystemExit('the caller was run')\n")
    return folder


def test_the_environment_sees_its_packages_and_nothing_of_the_callers(tmp_path: Path, hostile: Path) -> None:
    site = tmp_path / "swarm-sessions" / "site"
    site.mkdir(parents=True)
    shutil.copytree(Path(click.__file__).parent, site / "click")
    (site / ".complete").touch()
    done, outputs = set_up(tmp_path, "build")
    assert (done.returncode, outputs["built"]) == (0, "false"), done.stderr
    shown = swarm(outputs["python"], "--help", folder=hostile, PYTHONPATH=str(hostile))
    assert shown.stdout.startswith("Usage: python -m bot"), shown.stderr
    look = "import sys, bot, click; print(bot.__file__, click.__file__, *sys.path)"
    places = subprocess.run(
        [outputs["python"], "-I", "-c", look], capture_output=True, text=True, check=True
    ).stdout
    assert places.split()[:2] == [str(ROOT / "bot" / "__init__.py"), str(site / "click" / "__init__.py")]
    assert not any("site-packages" in place and str(tmp_path) not in place for place in places.split())
    assert not (tmp_path / "swarm-sessions" / "uv").exists(), "nothing was installed"


def test_packages_can_be_read_although_the_environment_has_no_pip(tmp_path: Path) -> None:
    site = tmp_path / "swarm-sessions" / "site"
    site.mkdir(parents=True)
    for path in Path(click.__file__).parents[1].iterdir():
        if path.name.partition("-")[0] != "pip":
            (site / path.name).symlink_to(path)
    (site / ".complete").touch()
    made = wheel(tmp_path, {"acme/guide.md": "# Guide"})
    _, outputs = set_up(tmp_path, "build")
    index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    run = partial(subprocess.run, capture_output=True, text=True, timeout=60, cwd=tmp_path, env=os.environ | index)
    assert "No module named pip" in run([outputs["python"], "-I", "-m", "pip"]).stderr
    read = run([outputs["python"], "-I", "-c", READ])
    assert read.stdout.strip() == made.name, read.stderr


@pytest.mark.packages
def test_the_locked_packages_are_installed_compiled_and_enough(tmp_path: Path, hostile: Path) -> None:
    # Settings that a caller may have, which --target cannot be combined with.
    done, outputs = set_up(tmp_path, "build", PIP_USER="1", PIP_REQUIRE_VIRTUALENV="1", PYTHONPATH=str(hostile))
    assert (done.returncode, outputs["built"]) == (0, "true"), done.stderr
    mission = ROOT / "mission-templates" / "blank.yml"
    checked = swarm(outputs["python"], "validate", str(mission), folder=hostile)
    assert checked.returncode == 0, checked.stderr
    site = tmp_path / "swarm-sessions" / "site"
    files, versions = len(list(site.rglob("*"))), look(outputs["python"])
    assert {str(site)} == {place for place, _ in versions.values()}

    kept, _ = set_up(tmp_path, "keep")
    assert kept.returncode == 0, kept.stderr
    shutil.rmtree(tmp_path / "swarm-sessions" / "python")  # another job: only the packages come from the cache
    again, outputs = set_up(tmp_path, "build")
    assert (again.returncode, outputs["built"]) == (0, "false")
    assert swarm(outputs["python"], "validate", str(mission), folder=hostile).returncode == 0
    from_cache = look(outputs["python"])
    assert {name: version for name, (_, version) in from_cache.items()} == {
        name: version for name, (_, version) in versions.items()
    }
    packed = {name for name, (place, _) in from_cache.items() if place == str(site / "packed.zip")}
    assert {"anthropic", "pydantic"} <= packed, "the largest"
    assert {"pydantic_core", "certifi", "trafilatura"} <= set(from_cache) - packed, "compiled code, and data"
    assert len(list(site.rglob("*"))) < files * 0.7
    compiled = {path.parent.parent / f"{path.name.split('.')[0]}.py" for path in site.rglob("*.pyc")}
    assert compiled >= {path for path in site.rglob("*.py") if path.stat().st_size}


def test_only_what_python_finds_in_an_archive_is_packed(tmp_path: Path) -> None:
    site = tmp_path / "swarm-sessions" / "site"
    for path in (
        "pure/__init__.py",
        "pure/deep/er.py",
        "pure/README.md",
        "data/__init__.py",
        "data/words.txt",
        "loose/a.py",
    ):
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text("")
    (site / "broken").mkdir()
    (site / "broken" / "__init__.py").write_text("for ever\n")
    (site / ".complete").touch()
    done, _ = set_up(tmp_path, "keep")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in site.iterdir()) == [".complete", "broken", "data", "loose", "packed.zip"]
    _, outputs = set_up(tmp_path, "build")
    imports = "import pure.deep.er, data, loose.a; print(pure.__file__)"
    found = subprocess.run([outputs["python"], "-I", "-c", imports], capture_output=True, text=True, timeout=60)
    assert found.stdout.strip() == str(site / "packed.zip" / "pure" / "__init__.pyc"), found.stderr


def test_what_cannot_be_installed_is_said_where_people_look(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scripts", tmp_path / "action" / "scripts")
    for name in ("requirements-action.lock", "requirements-uv.lock"):
        (tmp_path / "action" / name).write_text("swarm-no-such-package==1 --hash=sha256:" + "0" * 64 + "\n")
    script = tmp_path / "action" / "scripts" / "set_up.py"
    done, outputs = set_up(tmp_path, "build", script=script, PIP_NO_INDEX="1")
    assert done.returncode == 1
    assert "::error title=Swarm cannot start::the packages could not be installed" in done.stdout
    assert outputs == {}


def test_an_old_python_says_so_and_what_to_do() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", OLD.format(script=str(SCRIPT))], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "is Python 3.9; Swarm needs 3.11 or newer; put a step with actions/setup-python" in done.stdout


def test_the_script_can_be_read_by_pythons_that_are_too_old() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_a_python_that_is_missing_is_said_too(tmp_path: Path) -> None:
    [find] = [step for _, step in ACTION.steps if step["name"] == "Find Python"]
    environment = {"PATH": os.environ["PATH"], "SWARM_PYTHON": "python9", "GITHUB_ACTION_PATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-e", "-c", find["run"]],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout.startswith("::error title=Swarm cannot start::there is no Python")


# --- what is cached ----------------------------------------------------------------------------------------


def test_the_cache_is_named_after_what_the_packages_depend_on(tmp_path: Path) -> None:
    def key(script: Path = SCRIPT, **environment: str) -> str:
        done, outputs = set_up(tmp_path, "find", script=script, **environment)
        assert done.returncode == 0, done.stderr
        assert outputs["site"] == str(tmp_path / "swarm-sessions" / "site")
        return outputs["key"]

    one = key(RUNNER_OS="Linux")
    assert re.fullmatch(r"swarm-sessions-Linux-X64-[a-z0-9_.-]+-[0-9a-f]{16}", one)
    assert key(RUNNER_OS="Linux") == one
    assert key(RUNNER_OS="macOS") != one
    assert key(RUNNER_OS="Linux", RUNNER_ARCH="ARM64") != one
    copy = tmp_path / "action"
    shutil.copytree(ROOT / "scripts", copy / "scripts")
    for name in ("requirements-action.lock", "requirements-uv.lock"):
        shutil.copy(ROOT / name, copy / name)
    script = copy / "scripts" / "set_up.py"
    assert key(script, RUNNER_OS="Linux") == one
    (copy / "requirements-action.lock").write_text("other==1\n")
    assert key(script, RUNNER_OS="Linux") != one


def test_an_agents_job_never_writes_what_other_jobs_run() -> None:
    steps = {step["name"]: step for _, step in ACTION.steps}
    for name in ("Compile the packages", "Keep the packages for other jobs"):
        assert steps[name]["if"].endswith("&& inputs.command != 'agent'")
        assert "built == 'true'" in steps[name]["if"]
    restore, save = steps["Take the packages from the cache"], steps["Keep the packages for other jobs"]
    assert restore["with"] == save["with"]
    assert restore["continue-on-error"] == save["continue-on-error"] == "true", "there may be no cache"


# --- the locks ---------------------------------------------------------------------------------------------


def pins(name: str) -> dict[str, str]:
    lines = re.findall(r"^([a-z0-9.-]+)==([^ ]+)", (ROOT / name).read_text(), re.MULTILINE)
    return dict(lines)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def test_the_action_installs_what_is_tested() -> None:
    every, action = pins("requirements.lock"), pins("requirements-action.lock")
    assert action.items() <= every.items()
    assert len(action) > 30


def test_the_action_has_what_its_jobs_import_but_not_the_terminal_nor_rehearsals() -> None:
    files = [
        path
        for path in (ROOT / "bot").rglob("*.py")
        if path.name != "terminal.py" and path.parent.name != "rehearsal"
    ]
    modules = {module for path in files for module in imported(path)} - sys.stdlib_module_names - {"bot"}
    known = packages_distributions()
    needed = {name.lower().replace("_", "-") for module in modules for name in known[module]}
    assert needed <= set(pins("requirements-action.lock"))
    assert {"pygithub", "pydantic", "jinja2"} <= needed


@pytest.mark.parametrize("name", ["requirements-action.lock", "requirements-uv.lock"])
def test_locks_hold_versions_and_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    blocks = re.split(r"\n(?! )", text.strip())
    assert all(re.match(r"[a-z0-9.-]+==[^ ]+ (; .*)?\\\n +--hash=sha256:", block) for block in blocks)
    assert len(blocks) == len(pins(name)) > 0
