"""Strict JSON request bodies: types are not converted, control characters are refused, invisible ones removed."""

import re
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException

from backend.core.absence import leave_nulls_out
from backend.core.problems import MalformedJson
from i18n.unseen import CONTROL, clean_field

WHERE = re.compile(r" - at `\$\.?(.*)`$")


class StrictRequest(Request[Any, Any, Any]):
    """Litestar decodes leniently: it would accept "1e3" as the integer 1000."""

    async def json(self) -> Any:
        """Raises MalformedJson, or ValidationException naming the field."""
        try:
            body = await super().json()
        except (RecursionError, UnicodeDecodeError) as error:
            raise MalformedJson from error
        for field, value in body.items() if isinstance(body, dict) else [("", body)]:
            if _has_control(field) or _has_control(value):
                raise ValidationException(extra=[{"message": "Has control characters", "key": field}])
        _clean(body)
        data_field = self.route_handler.parsed_data_field
        if data_field is not None:
            leave_nulls_out(body, data_field.annotation)
            try:
                msgspec.convert(body, data_field.annotation)
            except msgspec.ValidationError as error:
                raise _validation_error(str(error)) from error
        return body


def _has_control(value: Any) -> bool:
    """Whether any text in the value has a control character. Iterative: the client decides how deep the value is."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str) and CONTROL.search(part):
            return True
        if isinstance(part, dict):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            waiting += part
    return False


def _clean(body: Any) -> None:
    """Removes invisible characters from all texts, in place."""
    waiting = [body]
    while waiting:
        part = waiting.pop()
        entries: Any = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for key, value in entries:
            if isinstance(value, str):
                part[key] = clean_field(key, value)
            else:
                waiting.append(value)


def _validation_error(reason: str) -> ValidationException:
    match = WHERE.search(reason)
    return ValidationException(extra=[{"message": WHERE.sub("", reason), "key": match[1] if match else ""}])
