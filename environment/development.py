"""Access to the development packages `backend.dev`, `frontend.dev` and `i18n.dev`, which only a checkout has."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def development_module(name: str) -> ModuleType | None:
    """None where its package is not installed. Production code loads them only through this."""
    package = ".".join(name.split(".")[:2])
    return import_module(name) if find_spec(package) else None
