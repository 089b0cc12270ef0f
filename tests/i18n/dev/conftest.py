from collections.abc import Iterator

import pytest

from i18n import translator
from i18n.dev import lookup
from i18n.translator import enable_marks, get_translator
from tests.i18n.conftest import Project


@pytest.fixture
def project(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Its catalogs are read, and its code is looked into."""
    monkeypatch.setattr(translator, "CATALOGS_ROOT", project.root)
    monkeypatch.setattr(lookup, "ROOT", project.root)
    get_translator.cache_clear()
    yield project
    get_translator.cache_clear()
    enable_marks({})
