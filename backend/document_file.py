"""The committed openapi.json."""

import json

from backend.app import create_api
from backend.core.settings import Settings


def document_text() -> str:
    """Stable over runs, so that a difference is a change of the API."""
    api = create_api(Settings(environment="test", secret_keys="document"))  # noqa: S106 - signs nothing
    return json.dumps(api.openapi_schema.to_schema(), indent=2, ensure_ascii=False) + "\n"
