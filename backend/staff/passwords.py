"""Passwords that everybody can read."""

DEMO_PASSWORD = "orion-demo-2026"  # noqa: S105 - the demo world's own, in the README
BENCHMARK_PASSWORD = "benchmark-of-the-till"  # noqa: S105 - of the world that `make bench` measures
PUBLISHED = frozenset({DEMO_PASSWORD, BENCHMARK_PASSWORD})
"""Production takes none of them, whoever has it."""
