"""What a backend shows beside its API."""

from litestar.types import ControllerRouterHandler

from backend.core.settings import Settings
from backend.operations.docs.routes import assets, docs, start
from backend.operations.health import live, ready
from backend.operations.monitoring.routes import metrics
from backend.operations.problems import problem_page


def about(settings: Settings) -> list[ControllerRouterHandler]:
    """Health, metrics and problem pages; outside production also the documentation.

    Phones reach the same port, so production shows the documentation only when `public_docs` is set.
    """
    always: list[ControllerRouterHandler] = [live, ready, metrics, problem_page]
    return [*always, start, docs, assets] if shows_docs(settings) else always


def shows_docs(settings: Settings) -> bool:
    return settings.public_docs or not settings.is_production
