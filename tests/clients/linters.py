"""Linters of the API's document: their rules are in `.spectral.yaml` and `redocly.yaml`."""

from pathlib import Path

from tests.clients.tools import DOCUMENT, HERE, NODE, NPM, run

SPECTRAL = NPM / "@stoplight" / "spectral-cli" / "dist" / "index.js"
REDOCLY = NPM / "@redocly" / "cli" / "bin" / "cli.js"


def lint_with_spectral() -> None:
    preload: list[str | Path] = ["--require", HERE / "unicode_patterns.js"]
    run(NODE, *preload, SPECTRAL, "lint", DOCUMENT, "--ruleset", ".spectral.yaml", "--fail-severity", "warn")


def lint_with_redocly() -> None:
    """Its rules that warn are configured as errors."""
    run(NODE, REDOCLY, "lint", DOCUMENT, "--config", "redocly.yaml")


def compile_patterns() -> None:
    """As ECMAScript does with its flag `u`, which JSON Schema recommends and Spectral does not set."""
    run(NODE, HERE / "patterns.js", DOCUMENT)
