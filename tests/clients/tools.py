"""The tools that `.ci/clients` has installed, and how they are run."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
DOCUMENT = ROOT / "docs" / "openapi.json"
INSTALLED = ROOT / ".orion" / "clients"
GENERATED = INSTALLED / "generated"
NPM = INSTALLED / "node_modules"
PYTHON, NODE = INSTALLED / "python" / "bin" / "python", INSTALLED / "python" / "bin" / "node"
JDK, GENERATOR = INSTALLED / "python" / "java", INSTALLED / "python" / "openapi-generator.jar"
JAVA = JDK / "bin" / "java"
JAVA_COMPILER = INSTALLED / "ecj" / "root" / "usr" / "share" / "java" / "ecj.jar"
RECEIVERS = ROOT / "docs" / "webhooks"
OFFLINE = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NODE_PATH": str(NPM)}
"""Redocly asks nobody for a newer version; scripts outside of the installation use its packages."""


class ToolFailedError(Exception):
    """A tool has found a fault. Its message is what the tool printed."""


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """What was printed. Raises ToolFailedError."""
    process = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | OFFLINE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if process.returncode:
        raise ToolFailedError(process.stdout)
    return process.stdout
