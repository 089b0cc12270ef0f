from collections.abc import Iterator

import pytest

from i18n import translator
from i18n.translator import enable_marks, get_translator
from tests.i18n.conftest import Project


@pytest.fixture
def project(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """What translators read."""
    monkeypatch.setattr(translator, "CATALOGS_ROOT", project.root)
    get_translator.cache_clear()
    yield project
    get_translator.cache_clear()
    enable_marks({})
