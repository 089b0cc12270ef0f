"""What only development needs: `backend.dev` and `frontend.dev`. A checkout has them, an installed Orion does not."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def development_module(name: str) -> ModuleType | None:
    """None where its package is not installed. The only way from production code to a development package."""
    package = name.rpartition(".")[0]
    return import_module(name) if find_spec(package) else None
