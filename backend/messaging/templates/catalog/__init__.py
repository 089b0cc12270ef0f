"""All templates of emails. Each file in this folder declares one."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from backend.messaging.templates.declaration import MailTemplate


def _declared() -> dict[str, MailTemplate[Any]]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    templates = [value for module in modules for value in vars(module).values() if isinstance(value, MailTemplate)]
    return {template.code: template for template in templates}


TEMPLATES = _declared()
"""By code."""
