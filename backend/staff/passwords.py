"""Published passwords."""

DEMO_PASSWORD = "orion-demo-2026"  # noqa: S105 - of the demo world, printed in the README
PUBLISHED = frozenset({DEMO_PASSWORD})
"""Refused in production for every user."""
