"""The stack of the journeys, with marks in all texts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.core.settings import Settings
from backend.dev import launcher
from tests.journeys.stack import Stack, open_stack

MARKED = {
    "backend.app:create_app": "tests.strings.marked.apps:create_backend",
    "frontend.app:create_app": "tests.strings.marked.apps:create_frontend",
    "workers.main": "tests.strings.marked.worker",
}


@contextmanager
def open_marked_stack(settings: Settings, folder: Path) -> Iterator[Stack]:
    command = launcher._python
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launcher, "_python", lambda *told: command(*(MARKED.get(word, word) for word in told)))
        with open_stack(settings, folder) as stack:
            yield stack
