"""The OpenAPI document, made once per test process: it takes longer than a hundred tests."""

from functools import cache

from backend.cli import openapi


@cache
def document_text() -> str:
    return openapi.document_text()
