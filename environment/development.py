"""Access to the development packages `backend.dev` and `frontend.dev`, which only a checkout has."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def development_module(name: str) -> ModuleType | None:
    """The module; None when its package is not installed. Production code loads development code only through this."""
    package = name.rpartition(".")[0]
    return import_module(name) if find_spec(package) else None
