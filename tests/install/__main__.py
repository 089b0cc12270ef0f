"""Installs a copy of the project with every Python we support, with the oldest pip and with uv: `make install-check`.

Needs all three Pythons, on the PATH or as pyenv has them. Writes the stamp that `make test` looks at.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.install.combinations import (
    COMBINATIONS,
    IMAGE,
    OLDEST_PIPS,
    STAMP,
    image_step,
    image_uv,
    inputs,
)
from tests.install.lock import ROOT
from tests.stamps import Stamp, write_stamp

LEFT_OUT = shutil.ignore_patterns(".venv", ".git", ".orion", "__pycache__", ".*_cache", ".hypothesis")
TOOLS = ("sh", "cat", "dirname", "rm", "touch")
"""All that an install may find on the machine, beside Python and perhaps uv."""
PYENV = Path.home() / ".pyenv" / "versions"

console = Console()


def main() -> None:
    mark = inputs()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        uv = get_uv(folder)
        for python, pip in OLDEST_PIPS.items():
            with_pip(folder / f"pip-{python}", find_python(python), pip)
            with_uv(folder / f"uv-{python}", find_python(python), uv)
        as_image(folder / IMAGE, find_python(max(OLDEST_PIPS)), uv)
    write_stamp(STAMP, Stamp(mark, COMBINATIONS))


def with_pip(copy: Path, python: Path, pip: str) -> None:
    path = a_copy(copy, python)
    run([str(python), "-m", "venv", ".venv"], copy, path)
    run([".venv/bin/python", "-m", "pip", "install", "--quiet", f"pip=={pip}"], copy, path)
    run([".ci/install"], copy, path)
    run([".venv/bin/orion", "--help"], copy, path)
    console.print(f"installed  {python} with pip {pip}")
    shutil.rmtree(copy)


def with_uv(copy: Path, python: Path, uv: Path) -> None:
    path = a_copy(copy, python, uv)
    run([".ci/install"], copy, path)
    run([".venv/bin/orion", "--help"], copy, path)
    console.print(f"installed  {python} with uv")
    shutil.rmtree(copy)


def as_image(copy: Path, python: Path, uv: Path) -> None:
    """As the image does it, in a folder."""
    path = a_copy(copy, python, uv)
    run(["sh", "-ec", image_step().replace("/opt/orion", "opt")], copy, path)
    run(["opt/bin/orion", "--help"], copy, path)
    console.print(f"installed  {python} as the image")


def a_copy(copy: Path, python: Path, *further: Path) -> Path:
    """Of the project; answers a folder that is all of the PATH."""
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    path = copy / ".path"
    path.mkdir()
    for tool in [*map(found, TOOLS), *further]:
        (path / tool.name).symlink_to(tool)
    (path / "python3").symlink_to(python)
    return path


def run(command: list[str], folder: Path, path: Path) -> None:
    outer = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environment = outer | {"PATH": str(path)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        console.print(f"{' '.join(command)}\n{done.stdout}{done.stderr}", style="bold red", markup=False)
        sys.exit(f"Not installed: {folder.name}")


def find_python(version: str) -> Path:
    named = shutil.which(f"python{version}")
    candidates = [Path(named)] if named else []
    for python in [*candidates, *sorted(PYENV.glob(f"{version}.*/bin/python{version}"))]:
        asked = [str(python), "-c", "import ensurepip, sys; print(sys.executable)"]
        told = subprocess.run(asked, capture_output=True, text=True, check=False)
        if told.returncode == 0:
            return Path(told.stdout.strip()).resolve()
    sys.exit(f"Python {version} is not on this machine; the stamp needs every Python we support.")


def get_uv(folder: Path) -> Path:
    """The machine's, or else the one that builds the image."""
    if named := shutil.which("uv"):
        return Path(named).resolve()
    tools = folder / "tools"
    subprocess.run([sys.executable, "-m", "venv", tools], check=True)
    subprocess.run([tools / "bin" / "pip", "install", "--quiet", image_uv()], check=True)
    return tools / "bin" / "uv"


def found(tool: str) -> Path:
    named = shutil.which(tool)
    assert named, tool
    return Path(named)


if __name__ == "__main__":
    main()
