"""Completes each operation with what its route says: headers of its guards, of its handler and of its answers."""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, cast, get_origin

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIResponse, Operation, Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import HeaderParameter
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

from backend.core.api_response import CONDITIONAL
from backend.core.deprecation import HEADERS as DEPRECATION_HEADERS
from backend.core.deprecation import DeprecatedOperation, deprecation_of
from backend.core.openapi.headers import READS, SENDS, RequiredHeader, marked_headers, sent
from backend.core.openapi.refusals import Refusals

KEY = "Idempotency-Key"
IF_NONE_MATCH = HeaderParameter(
    name="If-None-Match", description="The `ETag` of the last answer, to get 304 when nothing has changed."
)
"""Of what is read again and again. Where the handler itself compares, it takes the parameter."""
WAITS = {429, 503}
"""Statuses that come with `Retry-After`."""
UNTOLD = {ResponseSpec(None).description, *(status.description for status in HTTPStatus)}
"""Descriptions that Litestar gives a response without one."""


def complete_operations(api: Litestar) -> None:
    for route in [route for route in api.routes if isinstance(route, HTTPRoute)]:
        for handler in route.route_handlers:
            handler.operation_class = cast("type[Operation]", partial(_operation, handler, handler.operation_class))


def _operation(handler: HTTPRouteHandler, make: type[Operation], **parts: Any) -> Operation:
    operation = make(**parts)
    operation.security = operation.security or []
    operation.parameters = [*_parameters(handler, operation)] or None
    for status, response in (operation.responses or {}).items():
        if isinstance(response, OpenAPIResponse):
            _complete(response, int(status), handler)
    deprecation = deprecation_of(handler.opt)
    return DeprecatedOperation.of(operation, deprecation) if deprecation else operation


def _parameters(handler: HTTPRouteHandler, operation: Operation) -> Iterator[Parameter]:
    """A parameter is absent, never null."""
    required = {kind.name for kind in _headers_of(handler) if isinstance(kind, RequiredHeader)}
    for parameter in operation.parameters or []:
        if isinstance(parameter, Parameter):
            parameter.required = parameter.required or parameter.name in required
            yield parameter
    validators = (IF_NONE_MATCH,) if handler.opt.get(CONDITIONAL) else ()
    for header in (*marked_headers(handler.resolve_guards(), READS), *validators):
        schema = Schema(type=OpenAPIType.STRING)
        yield Parameter(name=header.name, param_in="header", schema=schema, description=header.description)


def _headers_of(handler: HTTPRouteHandler) -> Iterator[HeaderParameter]:
    """Of the handler and of the dependencies it asks for."""
    waiting, providers = [handler.parsed_fn_signature.parameters], handler.resolve_dependencies()
    while waiting:
        for name, field in waiting.pop().items():
            if isinstance(field.kwarg_definition, HeaderParameter):
                yield field.kwarg_definition
            elif provider := providers.get(name):
                waiting.append(provider.parsed_fn_signature.parameters)


def _complete(response: OpenAPIResponse, status: int, handler: HTTPRouteHandler) -> None:
    response.headers = sent([*_sent(status, handler), *marked_headers(handler.resolve_guards(), SENDS)])
    if response.description in UNTOLD:
        response.description = _meaning(handler, status)


def _sent(status: int, handler: HTTPRouteHandler) -> Iterator[str]:
    yield "Request-Id"
    yield from DEPRECATION_HEADERS if deprecation_of(handler.opt) else ()
    spec = (handler.responses or {}).get(status)
    problems = spec.problems if isinstance(spec, Refusals) else ()
    for problem in problems:
        yield from ("Content-Language", *problem.headers)
    if status in WAITS:
        yield "Retry-After"
    own = {header.name for header in handler.resolve_response_headers()}
    yield from own - {"Location"} if problems else own
    names = {header.name for header in _headers_of(handler)}
    is_revalidated = IF_NONE_MATCH.name in names or handler.opt.get(CONDITIONAL, False)
    if not problems and (is_revalidated or hasattr(_view(handler, status), "version")):
        yield "ETag"
    is_kept = not problems or any(problem.is_remembered for problem in problems)
    if is_kept and KEY in names:
        yield "Idempotency-Replayed"


def _view(handler: HTTPRouteHandler, status: int) -> Any:
    """The schema of the answer's body."""
    spec = (handler.responses or {}).get(status)
    returned: FieldDefinition = handler.parsed_fn_signature.return_type
    return spec.data_container if spec else returned.annotation


def _meaning(handler: HTTPRouteHandler, status: int) -> str:
    """The first sentence about the answer's schema, or else what the operation does."""
    view = _view(handler, status)
    is_schema = isinstance(get_origin(view) or view, type) and issubclass(get_origin(view) or view, msgspec.Struct)
    about = cleandoc((get_origin(view) or view).__doc__ or "") if is_schema else ""
    return about.partition("\n\n")[0].replace("\n", " ") or handler.summary or HTTPStatus(status).phrase
