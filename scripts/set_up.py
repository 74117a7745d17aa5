"""Sets up the private environment that action.yml runs `swarm` in; the caller's Python is used, never changed.

    set_up.py find     says where the packages are to lie, and under which key they are cached
    set_up.py build    installs the packages unless the cache had them, and makes the environment
    set_up.py keep     compiles the packages, which saves every job that takes them from the cache two seconds, and
                       packs those that are nothing but Python into one archive, which saves it 7,000 files

Everything lies below $RUNNER_TEMP/swarm-sessions:

    site/              the locked packages: what the cache keeps
    site/packed.zip    those of them that Python can import from an archive; missing in the job that installed them
    python/            a virtual environment without pip; a .pth file points to both, and to the action's code

Nothing here is newer than Python 3.6, so that an old Python can say that it is too old.
"""

import compileall
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

ACTION = Path(__file__).resolve().parent.parent
PACKAGES = ACTION / "requirements-action.lock"
INSTALLER = ACTION / "requirements-uv.lock"
COMPLETE = ".complete"
PACKED = "packed.zip"
MODULES_AND_PAPERS = ("*.py", "*.pyc", "*.pyi", "*.md", "py.typed", "LICENSE", ".keep")
OLDEST = (3, 11)
LOCKED = ("--no-deps", "--only-binary", ":all:", "--require-hashes")
# Settings for the caller's own installs, which --target cannot be combined with. Mirrors and certificates stay.
HINDERS = (
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_REQUIRE_VIRTUALENV",
    "PYTHONPATH",
    "PYTHONHOME",
)


def main(command: str) -> None:
    """Carries out one of the commands above; what it finds goes to $GITHUB_OUTPUT."""
    home = Path(os.environ["RUNNER_TEMP"]) / "swarm-sessions"
    site = home / "site"
    if command == "find":
        output(site=str(site), key=key())
    elif command == "build":
        built = install(home, site)
        output(built=str(built).lower(), python=str(environment(home, site)))
    elif command == "keep":
        pack(site)
        compileall.compile_dir(str(site), quiet=2, workers=0)
    else:
        raise SystemExit(__doc__)


def key() -> str:
    """Names packages that run alike: same lock, system, architecture, C library and version of Python."""
    content = b"".join(path.read_bytes() for path in (PACKAGES, INSTALLER, Path(__file__)))
    content += importlib.util.MAGIC_NUMBER
    runner = "-".join(os.environ.get(name, "") for name in ("RUNNER_OS", "RUNNER_ARCH"))
    abi = sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag
    return f"swarm-sessions-{runner}-{abi}-{hashlib.sha256(content).hexdigest()[:16]}"


def install(home: Path, site: Path) -> bool:
    """Installs the locked packages, unless they are there already; whether it had to."""
    if (site / COMPLETE).is_file():
        return False
    home.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-P", "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    uv = [
        str(home / "uv" / "bin" / "uv"),
        "pip",
        "install",
        "--quiet",
        "--no-progress",
        "--python",
        sys.executable,
    ]
    into_uv = ["--root-user-action", "ignore", "--no-compile", "--target", str(home / "uv")]
    into_site = ["--cache-dir", str(home / "uv-cache"), "--target", str(site)]
    run([*pip, *LOCKED, *into_uv, "--requirement", str(INSTALLER)], home)
    run([*uv, *LOCKED, *into_site, "--requirement", str(PACKAGES)], home)
    (site / COMPLETE).touch()
    return True


def pack(site: Path) -> None:
    """Moves the packages that are nothing but Python into an archive, compiled.

    Only when it is whole does it get its name, and only then are they removed: all can be imported at any time.
    """
    packages = [path for path in sorted(site.iterdir()) if nothing_but_python(path) and compiled(path)]
    unfinished = site / "unfinished.zip"
    with zipfile.ZipFile(str(unfinished), "w") as archive:
        for package in packages:
            for path in (package, *sorted(package.rglob("*"))):
                # Folders too: one without an __init__.py can be imported only if the archive has an entry for it.
                if "__pycache__" not in path.parts and (path.is_dir() or path.suffix == ".pyc"):
                    archive.write(str(path), str(path.relative_to(site)))
    unfinished.rename(site / PACKED)
    for package in packages:
        shutil.rmtree(str(package))


def nothing_but_python(package: Path) -> bool:
    """Whether Python can import all of a package from an archive: other files are looked for on the disk."""
    files = [path for path in package.rglob("*") if path.is_file()]
    harmless = all(any(path.match(pattern) for pattern in MODULES_AND_PAPERS) for path in files)
    return harmless and (package / "__init__.py").is_file()


def compiled(package: Path) -> bool:
    return bool(compileall.compile_dir(str(package), quiet=2, workers=0, legacy=True))


def environment(home: Path, site: Path) -> Path:
    """Makes an environment that sees the packages and the action's code, nothing of the caller's; its Python."""
    folder = home / "python"
    venv.create(str(folder), with_pip=False, symlinks=True)
    base = {"base": str(folder), "platbase": str(folder)}
    paths = Path(sysconfig.get_path("purelib", "venv", base)) / "swarm-sessions.pth"
    paths.write_text(f"{site / PACKED}\n{site}\n{ACTION}\n", encoding="utf-8")
    return folder / "bin" / "python"


def run(command: "list[str]", folder: Path) -> None:
    """Runs an installer outside the caller's repository, so that no configuration file in there counts."""
    variables = {name: value for name, value in os.environ.items() if name not in HINDERS}
    code = subprocess.run(command, cwd=str(folder), env=variables, check=False).returncode
    if code:
        fail(
            f"the packages could not be installed ({Path(command[0]).name} ended with {code})",
            "read the lines above; a mirror is named with PIP_INDEX_URL and UV_DEFAULT_INDEX",
        )


def output(**values: str) -> None:
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as stream:
        stream.writelines(f"{name}={value}\n" for name, value in values.items())


def fail(what: str, todo: str) -> None:
    print(f"::error title=Swarm cannot start::{what}; {todo}")
    sys.exit(1)


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        have, need = (".".join(map(str, version[:2])) for version in (sys.version_info, OLDEST))
        fail(
            f"{sys.executable} is Python {have}; Swarm needs {need} or newer",
            "put a step with actions/setup-python before this one, or name a newer one in the input python",
        )
    main(sys.argv[1])
