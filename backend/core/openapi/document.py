"""The document as a whole: what Litestar makes of the routes, in terms that other languages' generators share."""

from collections.abc import Callable
from dataclasses import fields

from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import OpenAPI

from backend.core.openapi.absence import let_null_mean_absent
from backend.core.openapi.enums import share_enums
from backend.core.openapi.event_schemas import share_event_schemas
from backend.core.openapi.examples import add_examples, add_facts_to_examples
from backend.core.openapi.headers import drop_unused_headers
from backend.core.openapi.names import shorten_names
from backend.core.openapi.notation import use_plain_notation
from backend.core.openapi.patterns import use_ecma_patterns
from backend.core.openapi.problem_schema import share_problem_examples, tell_facts
from backend.core.openapi.walk import Json

PASSES: tuple[Callable[[Json], None], ...] = (
    shorten_names,
    share_event_schemas,
    tell_facts,
    share_problem_examples,
    use_plain_notation,
    use_ecma_patterns,
    let_null_mean_absent,
    share_enums,
    add_examples,
    add_facts_to_examples,
    drop_unused_headers,
)
"""In this order. Each changes the document in place."""


class DocumentConfig(OpenAPIConfig):
    def to_openapi_schema(self) -> OpenAPI:
        plain = super().to_openapi_schema()
        return CompletedDocument(**{field.name: getattr(plain, field.name) for field in fields(plain)})


class CompletedDocument(OpenAPI):
    def to_schema(self) -> Json:
        document = super().to_schema()
        for complete in PASSES:
            complete(document)
        return document
