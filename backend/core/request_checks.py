"""Checks of a request before its handler runs, from the handler's signature: content type and unknown parameters."""

from functools import lru_cache
from typing import Any, NamedTuple

from litestar.enums import ParamType, RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, ParameterKwarg
from msgspec.structs import replace

from backend.core.maintenance import refuse_in_maintenance
from backend.core.problems import UnsupportedMediaType, ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.schemas import FieldError
from backend.core.validation import INVALID_FORMAT, WRONG_TYPE, errors_at, type_info

ANY_QUERY = "any_query"
"""In the `opt` of what others call in a protocol or a link of their own: they may add parameters."""
CHARSETS = {"", "utf-8", "us-ascii"}


class ApiParameter(NamedTuple):
    name: str
    """In the request."""
    is_query: bool
    annotation: Any


async def check_request(request: ApiRequest) -> None:
    """Raises Maintenance, UnsupportedMediaType, or ValidationFailed with each unknown query parameter."""
    refuse_in_maintenance(request)
    handler: HTTPRouteHandler = request.scope["route_handler"]  # type: ignore[assignment]
    body = handler.parsed_data_field
    if body is not None:
        content_type = request.headers.get("content-type")
        if content_type is not None and not _is_supported(content_type, media_type_of(body.kwarg_definition)):
            raise UnsupportedMediaType(supported=media_type_of(body.kwarg_definition))
    if request.scope["query_string"] and not handler.opt.get(ANY_QUERY):
        known = {parameter.name for parameter in parameters_of(handler).values() if parameter.is_query}
        unknown = [name for name in request.query_params.dict() if name not in known]
        if unknown:
            raise ValidationFailed(*(FieldError("", "unknown_parameter", parameter=name) for name in unknown))


def media_type_of(body: object) -> str:
    """Which the request must have."""
    media_type = body.media_type if isinstance(body, BodyKwarg) else RequestEncodingType.JSON
    return media_type.value if isinstance(media_type, RequestEncodingType) else media_type


def _is_supported(content_type: str, supported: str) -> bool:
    """JSON in UTF-8 also by the names of its kinds, such as `application/merge-patch+json`."""
    media_type, _, rest = content_type.lower().partition(";")
    media_type = media_type.strip()
    if supported != RequestEncodingType.JSON:
        return media_type == supported
    charset = rest.partition("charset=")[2].strip(' "')
    is_json = media_type == supported or (media_type.startswith("application/") and media_type.endswith("+json"))
    return is_json and charset in CHARSETS


@lru_cache(maxsize=4096)
def parameters_of(handler: HTTPRouteHandler) -> dict[str, ApiParameter]:
    """By the name of the argument: those of the handler and of what it depends on."""
    models = [handler.signature_model, *(each.signature_model for each in handler.resolve_dependencies().values())]
    found: dict[str, ApiParameter] = {}
    for model in models:
        for name, field in model._fields.items():
            kind = field.kwarg_definition
            if isinstance(kind, ParameterKwarg):
                is_query = kind.param_type == ParamType.QUERY
                found[name] = ApiParameter(kind.name or name, is_query, model.__annotations__[name])
    return found


def parameter_error(handler: HTTPRouteHandler, argument: str, values: dict[str, str]) -> FieldError:
    """Why Litestar has refused the value of this argument. `values`: those of the request, by name."""
    parameter = parameters_of(handler)[argument]
    value: Any = values.get(parameter.name.lower(), "")
    info = type_info(parameter.annotation)
    errors = [*errors_at("", value, info), *(errors_at("", int(value), info) if _is_whole(value) else ())]
    telling = sorted(errors, key=lambda error: error.code == WRONG_TYPE) or [FieldError("", INVALID_FORMAT)]
    error: FieldError = replace(telling[0], parameter=parameter.name)
    return error


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii()
