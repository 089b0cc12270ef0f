"""What the lock is installed with, and what the stamp of it depends on."""

import re
from pathlib import Path

import msgspec

from tests.install.lock import LOCK, ROOT, pyproject
from tests.stamps import digest

STAMP = Path(__file__).parent / "stamp.json"
OLDEST_PIPS = {"3.11": "22.3", "3.12": "23.2.1", "3.13": "24.2"}
"""What the first release of each Python brings."""
IMAGE = "image"
COMBINATIONS = [
    *(f"Python {python}, pip {pip}" for python, pip in OLDEST_PIPS.items()),
    *(f"Python {python}, uv" for python in OLDEST_PIPS),
    IMAGE,
]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
CONCERNED = ("build-system", "project")
"""Of pyproject.toml; what else it wants is installed by the lock only."""


def inputs() -> str:
    told = pyproject()
    parts = [LOCK.read_bytes(), (ROOT / ".ci" / "install").read_bytes(), f"{image_uv()}\n{image_step()}".encode()]
    parts.append(msgspec.json.encode({name: told[name] for name in CONCERNED}, order="deterministic"))
    return digest(parts)


def image_uv() -> str:
    """What the image installs with, pinned."""
    (pinned,) = re.findall(r"uv==[\d.]+", DOCKERFILE.read_text())
    return str(pinned)


def image_step() -> str:
    """The shell command by which the image installs."""
    (step,) = re.findall(r"^RUN (uv (?:.*\\\n)*.*)", DOCKERFILE.read_text(), re.MULTILINE)
    return str(step)
