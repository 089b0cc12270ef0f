"""Tools of others, which judge what is in deploy/."""

import subprocess
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@cache
def tool(name: str, package: str) -> str:
    """Its path: the machine's own, or that of Debian's package."""
    found = subprocess.run([PROJECT / ".ci" / "tool", name, package], check=True, capture_output=True, text=True)
    return found.stdout.strip()
