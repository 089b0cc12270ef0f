"""Plants each fault in a copy of the project and runs the tests that must notice it: `make mutants`.

`python -m tests.mutants [WORDS]`: only those whose sentence holds the words. Exit 1 when a fault was not noticed.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.mutants.planted import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", ".orion", "__pycache__", "node_modules")
PATIENCE_SECONDS = 600
FOUND = 1
"""What pytest exits with when a test has failed; anything else proves nothing."""

console = Console()


def main() -> None:
    words = " ".join(sys.argv[1:]).lower()
    chosen = [mutant for mutant in MUTANTS if words in mutant.says.lower()]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "orion"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        missed = [mutant for mutant in chosen if not is_noticed(mutant, copy)]
    console.print(f"{len(chosen) - len(missed)} of {len(chosen)} planted faults were noticed.")
    sys.exit(1 if missed or not chosen else 0)


def is_noticed(mutant: Mutant, copy: Path) -> bool:
    file = executed(copy / mutant.file)
    right = file.read_text()
    file.write_text(right.replace(mutant.text, mutant.fault))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *mutant.tests]
    try:
        run = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    finally:
        file.write_text(right)
    noticed = run.returncode == FOUND
    console.print(f"{'noticed' if noticed else 'MISSED '}  {mutant.says}", style=None if noticed else "bold red")
    if not noticed:
        console.print(run.stdout[-2000:])
    return noticed


def executed(file: Path) -> Path:
    """Migrations execute the newest frozen copy of a SQL function, which has the same text."""
    if file.parent.name != "functions":
        return file
    return max(file.parents[1].glob(f"versions/*/functions/{file.name}"))


if __name__ == "__main__":
    main()
