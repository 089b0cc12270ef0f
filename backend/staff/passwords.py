"""Passwords that everybody can read."""

DEMO_PASSWORD = "orion-demo-2026"  # noqa: S105 - the demo world's own, in the README
PUBLISHED = frozenset({DEMO_PASSWORD})
"""Production takes none of them, whoever has it."""
