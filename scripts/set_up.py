"""Sets up the private environment that action.yml runs `swarm` in; the caller's Python is used, never changed.

    set_up.py find     says where the packages are to lie and under which key they are cached
    set_up.py build    installs the packages unless the cache had them, and makes the environment

Everything lies below $RUNNER_TEMP/swarm-sessions:

    site/              the locked packages: what the cache keeps
    python/            a virtual environment without pip; one .pth file points to site/ and to the action's own code

Kept readable for old versions of Python, so that they can say that they are too old.
"""

import hashlib
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ACTION = Path(__file__).resolve().parent.parent
PACKAGES = ACTION / "requirements-action.lock"
INSTALLER = ACTION / "requirements-uv.lock"
COMPLETE = ".complete"
OLDEST = (3, 11)


def main():
    # type: () -> None
    home = Path(os.environ["RUNNER_TEMP"]) / "swarm-sessions"
    if sys.argv[1:] == ["find"]:
        output(site=home / "site", key=key())
    else:
        built = build(home)
        output(built=str(built).lower(), python=make_environment(home))


def key():
    # type: () -> str
    """Names packages that run alike: same lock, system, architecture, C library and version of Python."""
    content = b"".join(path.read_bytes() for path in (PACKAGES, INSTALLER, Path(__file__)))
    abi = sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag
    runner = "-".join(os.environ.get(name, "") for name in ("RUNNER_OS", "RUNNER_ARCH"))
    return "swarm-sessions-{}-{}-{}".format(runner, abi, hashlib.sha256(content).hexdigest()[:16])


def build(home):
    # type: (Path) -> bool
    """Installs the locked packages into site/, unless they are there; whether it had to."""
    site = home / "site"
    if (site / COMPLETE).is_file():
        return False
    run(
        *(sys.executable, "-P", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
        *(
            "--root-user-action",
            "ignore",
            "--no-compile",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--require-hashes",
        ),
        *("--target", home / "uv", "--requirement", INSTALLER),
        home=home,
    )
    run(
        *(home / "uv" / "bin" / "uv", "pip", "install", "--quiet", "--no-progress", "--python", sys.executable),
        *("--no-deps", "--only-binary", ":all:", "--require-hashes", "--cache-dir", home / "uv-cache"),
        *("--target", site, "--requirement", PACKAGES),
        home=home,
    )
    (site / COMPLETE).touch()
    return True


def make_environment(home):
    # type: (Path) -> Path
    """A virtual environment that sees the packages and the action's code, and nothing of the caller's; its Python."""
    folder = home / "python"
    venv.create(str(folder), with_pip=False, symlinks=True)
    paths = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    lines = "{}\n{}\n".format(home / "site", ACTION)
    (Path(paths) / "swarm-sessions.pth").write_text(lines, encoding="utf-8")
    return folder / "bin" / "python"


def run(*command, **places):
    # type: (object, Path) -> None
    """Runs an installer outside the caller's repository, so that no configuration file of the repository counts."""
    home = places["home"]
    home.mkdir(parents=True, exist_ok=True)
    # Settings for installs of the caller's own that --target cannot be combined with. Mirrors and certificates stay.
    hinders = (
        "PIP_USER",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_ROOT",
        "PIP_REQUIRE_VIRTUALENV",
        "PYTHONPATH",
        "PYTHONHOME",
    )
    environment = {name: value for name, value in os.environ.items() if name not in hinders}
    result = subprocess.run([str(part) for part in command], cwd=str(home), env=environment)
    if result.returncode:
        fail(
            "the packages could not be installed ({} ended with {})".format(command[0], result.returncode),
            "read the lines above; a mirror is set with PIP_INDEX_URL and UV_DEFAULT_INDEX",
        )


def output(**values):
    # type: (object) -> None
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as stream:
        for name, value in values.items():
            stream.write("{}={}\n".format(name, value))


def fail(what, todo):
    # type: (str, str) -> None
    print("::error title=Swarm cannot start::{}; {}".format(what, todo))
    sys.exit(1)


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        fail(
            "{} is Python {}.{}; Swarm needs {}.{} or newer".format(
                sys.executable, *sys.version_info[:2], *OLDEST
            ),
            "put a step with actions/setup-python before this one, or name a newer one in the input `python`",
        )
    main()
