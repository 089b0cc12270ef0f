"""An older version of Orion, as a folder: what runs while this one is being put in its place."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMIT = "4510b7150fba9fe0996cb87a4ca2a62e498d9297"
"""Its revisions must be the beginning of today's: name a later commit when one of them is edited."""


class NoOlderVersion(Exception):
    """Its text says what is missing."""


def unpack(folder: Path, commit: str = COMMIT) -> None:
    """Raises NoOlderVersion."""
    known = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    if subprocess.run(known, cwd=ROOT, capture_output=True, check=False).returncode != 0:
        raise NoOlderVersion(f"This clone does not have {commit[:8]}, the older version: fetch all of its history.")
    archive = folder / "older.tar"
    subprocess.run(["git", "archive", "--output", archive, commit], cwd=ROOT, check=True)
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", folder], check=True)
    archive.unlink()


def revisions(project: Path) -> dict[str, str]:
    """Each revision's text by its name."""
    return {path.name: path.read_text("utf-8") for path in (project / "migrations" / "versions").glob("*.py")}
