"""What Litestar refuses by itself, added to each documented operation."""

from pathlib import Path
from uuid import UUID

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, ParameterKwarg
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

from backend.core.maintenance import READING, WORKS_IN_MAINTENANCE, Maintenance
from backend.core.openapi.refusals import Refusals, add_problems
from backend.core.problems import NotFound, Problem, UnsupportedMediaType, ValidationFailed
from backend.core.request_checks import ANY_QUERY

ANY_TEXT = (str, str | None, Path)
"""Types of parameters that take any text, unless they say which."""


def add_own_refusals(api: Litestar) -> None:
    """Adds to each documented operation what Litestar refuses by itself."""
    for route in [route for route in api.routes if isinstance(route, HTTPRoute)]:
        for handler in route.route_handlers:
            if any(isinstance(spec, Refusals) for spec in (handler.responses or {}).values()):
                add_problems(handler, *_own_refusals(route, handler))


def _own_refusals(route: HTTPRoute, handler: HTTPRouteHandler) -> list[type[Problem]]:
    """An id in the address that is no UUID names nothing. A body of another type, a value of another type than the
    parameter's, and an unknown parameter are invalid.
    """
    ids = {name for name, parameter in route.path_parameters.items() if parameter.type is UUID}
    fields = handler.parsed_fn_signature.parameters.items()
    is_checked = any(_is_checked(field) for name, field in fields if name not in ids)
    own: list[tuple[type[Problem], bool]] = [
        (NotFound, bool(ids)),
        (ValidationFailed, is_checked or not handler.opt.get(ANY_QUERY)),
        (UnsupportedMediaType, handler.parsed_data_field is not None),
        (Maintenance, not handler.http_methods <= {*READING} and not handler.opt.get(WORKS_IN_MAINTENANCE)),
    ]
    return [problem for problem, applies in own if applies]


def _is_checked(field: FieldDefinition) -> bool:
    """Whether not every text is a value of this parameter or body."""
    kind = field.kwarg_definition
    if isinstance(kind, BodyKwarg):
        return True
    is_dependency = bool(field.metadata)
    if is_dependency or not isinstance(kind, ParameterKwarg):
        return False
    says_which = kind.pattern or kind.min_length is not None or kind.max_length is not None
    return field.annotation not in ANY_TEXT or bool(says_which)
