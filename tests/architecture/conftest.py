import pytest

import backend.identity.guards
import backend.identity.views
from backend.access.actor import Actor
from backend.identity.sessions.limits import lacks_factor


@pytest.fixture
def as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Administrators need a second factor."""
    for module in (backend.identity.guards, backend.identity.views):
        monkeypatch.setattr(module, "lacks_factor", _lacks_factor)


def _lacks_factor(actor: Actor, *, is_production: bool) -> bool:
    return lacks_factor(actor, is_production=True)
